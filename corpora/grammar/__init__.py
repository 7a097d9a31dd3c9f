"""The typed three-way grammar that makes the phrasebook; each module knows one language or one part of the lexicon."""

from . import patterns_questions, patterns_statements, patterns_subordinate, patterns_things
from .sentences import Pattern

FAMILIES = (
    patterns_statements.FAMILY,
    patterns_questions.FAMILY,
    patterns_subordinate.FAMILY,
    patterns_things.FAMILY,
)
PATTERNS: tuple[Pattern, ...] = tuple(pattern for family in FAMILIES for pattern in family.patterns)
