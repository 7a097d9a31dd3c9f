"""The typed three-way grammar that generates the phrasebook; each module has one language or part of the lexicon."""

from . import (
    patterns_calendar,
    patterns_contrasts,
    patterns_daily,
    patterns_giving,
    patterns_infinitives,
    patterns_qualities,
    patterns_questions,
    patterns_service,
    patterns_statements,
    patterns_subordinate,
    patterns_things,
)
from .sentences import Pattern

FAMILIES = (
    patterns_statements.FAMILY,
    patterns_questions.FAMILY,
    patterns_subordinate.FAMILY,
    patterns_infinitives.FAMILY,
    patterns_things.FAMILY,
    patterns_qualities.FAMILY,
    patterns_daily.FAMILY,
    patterns_calendar.FAMILY,
    patterns_service.FAMILY,
    patterns_giving.FAMILY,
    patterns_contrasts.FAMILY,
)
PATTERNS: tuple[Pattern, ...] = tuple(pattern for family in FAMILIES for pattern in family.patterns)
