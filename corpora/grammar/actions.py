"""Verb phrases in three languages: fixed ones, and those with a typed object."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .actions_table import FIXED, WITH_OBJECT
from .actors import YOUNG, Actor
from .adjectives import fitting
from .draw import Draw
from .german import Verb, verb
from .nouns import Noun, of_class
from .phrases import HIS, OURS, THEIRS, Phrase, noun_phrase
from .times import Time

DETERMINERS = {"a": "a", "t": "this", "o": "own", "b": "bare", "n": "number"}


@dataclass(frozen=True)
class Action:
    """One verb phrase; the slots for aspect, negation and possessive are filled when a clause is built."""

    tags: str
    english: str
    german: str
    verb: Verb
    chinese: str
    classes: tuple[str, ...] = ()
    determiners: str = ""

    @property
    def key(self) -> str:
        return self.english

    @property
    def counted(self) -> bool:
        """Whether the Chinese object has a number and a measure word, so that 了 follows the verb."""
        return "<" in self.chinese

    def fill(self, phrase: Phrase, *, counted: bool = False) -> "Action":
        """Insert the object; an indefinite one is negated with kein."""
        accusative = phrase.german["acc"]
        middle = self.german
        if phrase.negative and "{o}~" in middle:
            middle = middle.replace("{o}~", f"[{accusative}/{phrase.negative}]")
        return replace(
            self,
            english=self.english.replace("{o}", phrase.english),
            german=middle.replace("{o:dat}", phrase.german["dat"]).replace("{o}", accusative),
            chinese=self.chinese.replace("{o}", _optional_measure(phrase.chinese) if counted else phrase.chinese),
        )


def _optional_measure(chinese: str) -> str:
    """`一件红裙子` becomes `<一件>红裙子`, so that a negation can drop 一件; larger numbers are kept."""
    return f"<{chinese[:2]}>{chinese[2:]}" if chinese[0] == "一" else f"<>{chinese}"


def _read(line: str) -> Action:
    tags, en, de, zh, *rest = line.split("|")
    middle, _, name = de.rpartition(" ")
    classes = tuple(rest[0].split()) if rest else ()
    return Action(tags, en, middle, verb(name), zh, classes, rest[1] if len(rest) > 1 else "")


FIXED_ACTIONS = tuple(map(_read, FIXED.strip().splitlines()))
OBJECT_ACTIONS = tuple(map(_read, WITH_OBJECT.strip().splitlines()))


@functools.cache
def tagged(tags: str) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """The fixed actions and those with an object that have all tags before `-` and none after it."""
    wanted, _, unwanted = tags.partition("-")

    def select(table: tuple[Action, ...]) -> tuple[Action, ...]:
        return tuple(a for a in table if set(wanted) <= set(a.tags) and not set(unwanted) & set(a.tags))

    return select(FIXED_ACTIONS), select(OBJECT_ACTIONS)


def choose_action(draw: Draw, tags: str, actor: Actor, *, objects: int = 40, numbers: bool = True) -> Action:
    """Draw an action with all the tags that suits the actor; in `objects` per cent of cases with a drawn object."""
    fixed, with_object = tagged(tags)
    if not with_object or (fixed and not draw.chance(objects)):
        return draw.pick([action for action in fixed if suits(action, actor)])
    action = draw.pick(with_object)
    noun = draw.pick([n for n in of_class(*action.classes) if belongs(n, actor) and goes_with(action, n)])
    single = not numbers or noun.english in ("shopping list", "report", "poem")
    determiner = DETERMINERS[draw.one(action.determiners.replace("n", "") if single else action.determiners)]
    thing = not noun.classes & {"family", "own", "show"}
    countable = noun.english_plural is not None and bool(noun.classes & {"carry", "clothes", "pairs", "wearable"})
    shared = determiner == "own" and actor.owner in (OURS, THEIRS) and not action.english.startswith("lend")
    several = determiner == "this" and draw.chance(25) and not action.english.startswith(("wear", "try"))
    plural = countable and (shared or several)
    many = bool(noun.classes & {"food", "animal"}) and not action.english.startswith("eat")
    value = 2 + draw.below(9 if many else 3)
    adjectives = fitting(noun.classes, colours=True) if thing and determiner in ("a", "own") else ()
    adjective = draw.pick(adjectives) if adjectives and draw.chance(40) else None
    if adjective and adjective.english in UNSAID.get(action.english.split()[0], SELDOM):
        adjective = None
    phrase = noun_phrase(noun, determiner, adjective=adjective, owner=actor.owner, plural=plural, value=value)
    return action.fill(phrase, counted=determiner in ("a", "number"))


def goes_with(action: Action, noun: Noun) -> bool:
    """Whether the noun is a sensible object: rice is bought raw, and no bag is put in a bag."""
    if action.english.startswith("buy"):
        return noun.english != "rice"
    return "in the bag" not in action.english or "container" not in noun.classes


# Adjectives that would be odd in an object: for most verbs, and for some.
SELDOM = frozenset(("clean", "dirty", "strong", "heavy", "long", "short", "fast", "slow", "useful", "practical"))
UNSAID = {
    "wash": SELDOM - {"dirty"},
    "buy": SELDOM | {"boring"},
    "write": SELDOM | {"boring", "difficult"},
    "give": SELDOM | {"boring", "old", "cheap"},
    "see": SELDOM | {"big", "small", "cute", "dangerous"},
}


ELDERS = frozenset(("grandmother", "grandfather", "mother", "father", "uncle", "aunt", "boss", "colleague"))
ELDERS_TOLD = ELDERS | {
    "parents",
    "grandparents",
    "office",
    "overtime",
    "reports",
    "report",
    "meeting",
    "roof",
    "marathon",
}


def belongs(noun: Noun, actor: Actor) -> bool:
    """Whether the actor can own the noun: a dress has one owner, and a grandfather has no classmates and no boss."""
    if noun.english in ("dress", "skirt") and actor.owner in (HIS, OURS, THEIRS):
        return False
    if noun.english in ELDERS and actor.english.startswith("my grand"):
        return False
    if noun.english.startswith("grand") and actor.english in ("my parents", "my father", "my mother", "my uncle"):
        return False
    return f"my {noun.english}" != actor.english and (noun.english != "classmate" or actor in YOUNG)


def suits(action: Action, actor: Actor) -> bool:
    """Whether the actor can do the action: a grandfather does no homework, and nobody shares a birthday."""
    if "y" in action.tags and actor not in YOUNG:
        return False
    if actor.english.startswith("my grand") and ELDERS_TOLD & set(action.english.split()):
        return False
    return not ("1" in action.tags and actor.person.endswith("p") and not actor.formal)


def time_for(draw: Draw, choices: Sequence[Time], action: Action) -> Time:
    """A time that suits the action: breakfast in the morning, small things not next week."""
    return draw.one([time for time in choices if _fits(time.english, action.tags)] or choices[:1])


UNFITTING: dict[str, tuple[str, ...]] = {
    "m": ("evening", "afternoon", "work", "dinner"),
    "n": ("evening", "morning", "work", "dinner"),
    "e": ("morning", "afternoon", "dinner"),
    "q": ("week", "ago", "month", "last", "next", "days", "the day", " on ", "year", "summer", "winter"),
    "r": (
        "week",
        "ago",
        "month",
        "last",
        "next",
        "days",
        " on ",
        "summer",
        "every S",
        "every T",
        "every w",
        "afternoon",
    ),
    "v": ("evening", "after", "this", "every day", "morning"),
    "k": ("evening",),
    "o": ("weekend", "Saturday", "Sunday", "evening", "after"),
    "g": ("morning", "every day"),
    "j": ("tomorrow", "afternoon", "week", " on "),
}


def _fits(time: str, tags: str) -> bool:
    return not any(word in f" {time}" for tag in tags for word in UNFITTING.get(tag, ()))
