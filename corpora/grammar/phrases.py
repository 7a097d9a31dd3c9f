"""Noun phrases in three languages at once: determiner, adjective, number and case agree by construction."""

from dataclasses import dataclass

from . import chinese, english, german
from .adjectives import Adjective
from .nouns import Noun

PRONOUNS = {"m": ("he", "er", "他"), "f": ("she", "sie", "她"), "n": ("it", "es", "它")}


@dataclass(frozen=True)
class Owner:
    """A possessor: my, mein, 我."""

    english: str
    german: str
    chinese: str


MINE = Owner("my", "mein", "我")
YOURS = Owner("your", "dein", "你")
YOURS_FORMAL = Owner("your", "Ihr", "您")
HIS = Owner("his", "sein", "他")
HERS = Owner("her", "ihr", "她")
OURS = Owner("our", "unser", "我们")
THEIRS = Owner("their", "ihr", "他们")


@dataclass(frozen=True)
class Phrase:
    """A finished noun phrase; German in nominative, accusative, dative and genitive."""

    english: str
    german: dict[str, str]
    negative: str  # the German accusative with kein, or "" when nicht negates it
    chinese: str
    plural: bool
    gender: str

    @property
    def person(self) -> str:
        return "3p" if self.plural else "3s"


def decline(noun: Noun, case: str, *, plural: bool) -> str:
    """The German noun alone in its case and number."""
    if plural:
        form = noun.german_plural or noun.german
        return german.dative_plural(form) if case == "dat" else form
    if noun.weak and case != "nom":
        return noun.german_plural or noun.german
    if case == "gen" and noun.gender in "mn":
        return german.genitive(noun.german)
    return noun.german


def german_phrase(noun: Noun, stem: str | None, case: str, *, plural: bool, adjective: str = "", lead: str = "") -> str:
    """Determiner stem (None: none), inflected adjective, noun; `lead` is an uninflected word such as a number."""
    gender = "p" if plural else noun.gender
    words = [german.determiner(stem, case, gender)] if stem else []
    words += [lead] if lead else []
    words += [adjective + german.adjective_ending(stem, case, gender)] if adjective else []
    return " ".join([*words, decline(noun, case, plural=plural)])


def noun_phrase(
    noun: Noun,
    determiner: str,
    *,
    adjective: Adjective | None = None,
    owner: Owner = MINE,
    plural: bool = False,
    value: int = 1,
) -> Phrase:
    """`determiner`: a, the, this, own, bare, number, which, no, many, some."""
    plural = plural or determiner in ("number", "many", "some") or (
        determiner == "bare" and noun.english_plural is not None
    )  # fmt: skip
    if determiner == "bare" and noun.english_plural is None:
        plural = noun.german_plural is not None
    stem = {"a": "ein", "the": "der", "this": "dies", "own": owner.german, "which": "welch", "no": "kein"}.get(
        determiner
    )
    lead = {"number": german.number(value), "many": "viele", "some": "einige"}.get(determiner, "")
    strong = adjective.german_stem if adjective else ""
    cases = {
        case: _counted(noun, lead, case, strong)
        if lead
        else german_phrase(noun, stem, case, plural=plural, adjective=strong)
        for case in german.CASES
    }
    negative = ""
    if determiner in ("a", "bare"):
        negative = german_phrase(noun, "kein", "acc", plural=plural, adjective=strong)
    elif determiner == "number":
        negative = f"keine {cases['acc']}"
    return Phrase(
        english=_english(noun, determiner, adjective, owner, plural, value),
        german=cases,
        negative=negative,
        chinese=_chinese(noun, determiner, adjective, owner, plural, value),
        plural=plural,
        gender="p" if plural else noun.gender,
    )


def _counted(noun: Noun, lead: str, case: str, adjective: str) -> str:
    """After viele and einige, as after a number, the endings are strong; viele and einige themselves inflect."""
    if lead in ("viele", "einige"):
        lead += {"dat": "n", "gen": "r"}.get(case, "")
    return german_phrase(noun, None, case, plural=True, adjective=adjective, lead=lead)


def _english(noun: Noun, determiner: str, adjective: Adjective | None, owner: Owner, plural: bool, value: int) -> str:
    core = (noun.english_plural or noun.english) if plural else noun.english
    core = f"{adjective.english} {core}" if adjective else core
    match determiner:
        case "a":
            return english.with_article(core)
        case "the" | "which" | "no" | "many" | "some":
            return f"{determiner} {core}"
        case "this":
            return f"{'these' if plural and noun.english_plural else 'this'} {core}"
        case "own":
            return f"{owner.english} {core}"
        case "number":
            return f"{english.number(value)} {core}"
    return core


def _chinese(noun: Noun, determiner: str, adjective: Adjective | None, owner: Owner, plural: bool, value: int) -> str:
    core = (adjective.before_noun if adjective else "") + noun.chinese
    match determiner:
        case "a":
            return "一" + noun.measure + core
        case "this":
            return ("这些" if plural and "pairs" not in noun.classes else "这" + noun.measure) + core
        case "which":
            return "哪" + noun.measure + core
        case "own":
            kin = bool(noun.classes & {"family", "own"}) and not owner.chinese.endswith("们")
            bare = kin or (adjective is not None and adjective.before_noun.endswith("的"))
            return owner.chinese + ("" if bare else "的") + core
        case "number":
            return chinese.count(value, noun.measure) + core
        case "many":
            return "很多" + core
        case "some":
            return "几" + noun.measure + core
    return core


def pronoun(noun: Noun) -> tuple[str, str, str]:
    """The pronoun for the noun in the next clause: English it/he/she, German by gender, Chinese 它/他/她."""
    return PRONOUNS[noun.gender]
