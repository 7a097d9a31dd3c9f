"""Qualities of things: predicates, colours, comparison, likes."""

from . import actors, english, german, times
from .actions import belongs
from .actors import FIRST_NAMES, HE, PEOPLE_LIST, SHE, STATEMENT, YOU, I
from .adjectives import COLOUR_LIST, Adjective, fitting
from .clauses import join
from .draw import Draw
from .nouns import NOUNS, of_class
from .patterns_things import adjective_for, is_are, owner_for
from .phrases import HERS, HIS, MINE, OURS, YOURS, german_phrase, noun_phrase
from .sentences import Family, Triple, sentence

FAMILY = Family("qualities and comparison")


def predicate(adjective: Adjective, degree: str = "很") -> str:
    if adjective.colour:
        return f"是{adjective.chinese}色的"
    return f"{degree}{adjective.chinese}" + ("了" if degree == "太" else "")


NEVER_TOO = [
    "new",
    "beautiful",
    "good",
    "interesting",
    "delicious",
    "nice",
    "friendly",
    "cute",
    "useful",
    "famous",
    "clever",
    "practical",
    "fresh",
    "clean",
]
NEGATED = {"好笑": "不太", "有名": "不太", "有意思": "没", "有用": "没"}  # the others take 不
DEGREES = (("very", "sehr", "很"), ("too", "zu", "太"), ("not", "nicht", "不"), ("really", "wirklich", "真"))


@FAMILY.pattern(420)
def quality(draw: Draw) -> Triple | None:
    noun = draw.pick(tuple(n for n in NOUNS.values() if fitting(n.classes) and n.measure != "-"))
    adjective = adjective_for(draw, noun, colours=False)
    if adjective is None:
        return None
    plural = noun.english_plural is not None and bool(noun.classes & {"clothes", "fruit", "pairs"}) and draw.chance(30)
    person = bool(noun.classes & {"own", "family"})
    thing = noun_phrase(noun, "own" if person else "this", plural=plural, owner=owner_for(draw, noun))
    en, de, zh = draw.one(DEGREES)
    if en == "too" and adjective.english in NEVER_TOO:
        return None
    if zh == "不":
        zh = NEGATED.get(adjective.chinese, "不")
    en_be, de_be = is_are(thing.plural)
    en_be = "is" if noun.english_plural is None else en_be
    return sentence(
        f"{thing.english} {en_be} {en} {adjective.english}",
        f"{thing.german['nom']} {de_be} {de} {adjective.german}",
        f"{thing.chinese}{predicate(adjective, zh)}",
    )


@FAMILY.pattern(240)
def colour(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("clothes", "wearable", "veh", "furn"))
    shade = draw.pick(COLOUR_LIST)
    thing = noun_phrase(noun, "own", owner=owner_for(draw, noun))
    if draw.chance(25):
        return sentence(
            f"what colour is {thing.english}",
            f"welche Farbe hat {thing.german['nom']}",
            f"{thing.chinese}是什么颜色的",
            "?",
        )
    return sentence(
        f"{thing.english} is {shade.english}",
        f"{thing.german['nom']} ist {shade.german}",
        f"{thing.chinese}{predicate(shade)}",
    )


@FAMILY.pattern(240)
def is_it(draw: Draw) -> Triple | None:
    noun = draw.pick(tuple(n for n in NOUNS.values() if fitting(n.classes) and n.measure != "-"))
    adjective = adjective_for(draw, noun, colours=False)
    if adjective is None:
        return None
    thing = noun_phrase(noun, "own" if noun.classes & {"own", "family"} else "this", owner=YOURS)
    en_be, de_be = is_are(thing.plural)
    return sentence(
        f"{en_be} {thing.english} {adjective.english}",
        f"{de_be} {thing.german['nom']} {adjective.german}",
        f"{thing.chinese}{adjective.chinese}吗",
        "?",
    )


@FAMILY.pattern(220)
def exclamation(draw: Draw) -> Triple | None:
    names = ("beautiful", "big", "cute", "expensive", "interesting", "funny", "delicious", "famous", "comfortable")
    noun = draw.pick(tuple(n for n in NOUNS.values() if n.english_plural and fitting(n.classes) and n.measure != "-"))
    choices = [a for a in fitting(noun.classes) if a.english in names]
    if not choices:
        return None
    adjective = draw.pick(choices)
    thing = noun_phrase(noun, "a", adjective=adjective)
    return sentence(
        f"what {thing.english}",
        f"was für {thing.german['nom']}",
        f"多{adjective.chinese}的{noun.chinese}啊",
        "!",
    )


@FAMILY.pattern(360)
def comparison(draw: Draw) -> Triple | None:
    """`This bag is heavier than this suitcase.`"""
    group = draw.one((("veh",), ("clothes",), ("furn",), ("device",), ("zoo", "animal"), ("fruit",), ("read", "watch"),
                      ("room",), ("sight",), ("person",)))  # fmt: skip
    nouns = [n for n in of_class(*group) if "own" not in n.classes]
    first, second = draw.pick(nouns), draw.pick(nouns)
    unlike = ("famous", "ripe", "long", "short")
    choices = [a for a in fitting(first.classes & second.classes) if a.english not in unlike]
    if first == second or not choices or "-" in (first.measure, second.measure):
        return None
    adjective = draw.pick(choices)
    one, two = noun_phrase(first, "this"), noun_phrase(second, "this")
    if draw.chance(30):
        return sentence(
            f"{one.english} is just as {adjective.english} as {two.english}",
            f"{one.german['nom']} ist genauso {adjective.german} wie {two.german['nom']}",
            f"{one.chinese}跟{two.chinese}一样{adjective.chinese}",
        )
    return sentence(
        f"{one.english} is {adjective.comparative} than {two.english}",
        f"{one.german['nom']} ist {adjective.german_comparative} als {two.german['nom']}",
        f"{one.chinese}比{two.chinese}{adjective.chinese}",
    )


ALONE = {MINE: "mine", HIS: "his"}
ALONE_ENDING = {"m": "er", "f": "e", "n": "s"}


@FAMILY.pattern(260)
def mine_and_yours(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("clothes", "veh", "device", "pet", "furn", "room", "area", "wearable", "container"))
    choices = fitting(noun.classes)
    if not choices or noun.english in ("village", "town"):
        return None
    adjective = draw.pick(choices)
    first, second = owner_for(draw, noun), owner_for(draw, noun)
    if first is second:
        return None
    one = noun_phrase(noun, "own", owner=first)
    theirs = second.german + ("e" if second in (HERS, OURS) and noun.gender == "n" else "")
    return sentence(
        f"{one.english} is {adjective.comparative} than {ALONE.get(second, second.english + 's')}",
        f"{one.german['nom']} ist {adjective.german_comparative} als {theirs}{ALONE_ENDING[noun.gender]}",
        f"{one.chinese}比{second.chinese}的{adjective.chinese}",
    )


HUMAN = (
    ("taller", "größer", "高"),
    ("younger", "jünger", "年轻"),
    ("older", "älter", "大"),
    ("stronger", "stärker", "强壮"),
    ("more patient", "geduldiger", "有耐心"),
    ("more hard-working", "fleißiger", "勤奋"),
    ("friendlier", "freundlicher", "友好"),
    ("quieter", "ruhiger", "安静"),
)


PEERS = {"he", "she", "my brother", "my sister", "my friend", *(name.english for name in FIRST_NAMES)}


@FAMILY.pattern(240)
def people_compared(draw: Draw) -> Triple | None:
    first, second = draw.one((*actors.SINGULAR, HE, SHE)), draw.one(actors.SINGULAR)
    if first.english == second.english:
        return None
    en, de, zh = draw.one(HUMAN)
    if en in ("older", "younger") and not {first.english, second.english} <= PEERS:
        return None
    more, zh_more = ("", "") if draw.chance(60) else ("much ", "得多")
    return sentence(
        f"{first.english} is {more}{en} than {second.english}",
        f"{first.german} ist {'viel ' if more else ''}{de} als {second.german}",
        f"{first.chinese}比{second.chinese}{zh}{zh_more}",
    )


SCOPES = {
    "shop": ("in town", "in der Stadt", "城里"),
    "sight": ("in town", "in der Stadt", "城里"),
    "clothes": ("in the shop", "im Geschäft", "店里"),
    "device": ("in the shop", "im Geschäft", "店里"),
    "room": ("in the house", "im Haus", "家里"),
    "zoo": ("at the zoo", "im Zoo", "动物园里"),
    "read": ("in the library", "in der Bibliothek", "图书馆里"),
}


@FAMILY.pattern(260)
def superlative(draw: Draw) -> Triple | None:
    group = draw.one(tuple(SCOPES))
    en, de, zh = SCOPES[group]
    noun = draw.pick(of_class(group))
    names = ("big", "small", "beautiful", "expensive", "cheap", "good", "famous", "interesting", "dangerous", "strong",
             "modern", "bright", "long", "boring", "comfortable", "quiet", "clean")  # fmt: skip
    choices = [a for a in fitting(noun.classes) if a.english in names and (group == "shop" or a.english != "clean")]
    if not choices or noun.english in ("email", "letter", "postcard", "story", "text", "report"):
        return None
    adjective = draw.pick(choices)
    phrase = german_phrase(noun, "der", "nom", plural=False, adjective=adjective.german_superlative)
    return sentence(
        f"this is the {adjective.superlative} {noun.english} {en}",
        f"das ist {phrase} {de}",
        f"这是{zh}最{adjective.chinese}的{noun.chinese}",
    )


@FAMILY.pattern(220)
def which_one(draw: Draw) -> Triple | None:
    wanted = of_class("clothes", "wearable", "read", "furn", "veh", "watch", "gift", "hear")
    noun = draw.pick([n for n in wanted if n.english not in ("email", "letter", "text", "report", "postcard")])
    thing = noun_phrase(noun, "which")
    actor = draw.one((YOU, YOU, HE, SHE, *FIRST_NAMES))
    if not belongs(noun, actor):
        return None
    do = "does" if actor.english_person == "3s" else "do"
    if draw.chance(50):
        return sentence(
            f"which {noun.english} {do} {actor.english} like best",
            f"{thing.german['nom']} gefällt {actor.dative} am besten",
            f"{actor.chinese}最喜欢{thing.chinese}",
            "?",
        )
    return sentence(
        f"which {noun.english} {do} {actor.english} want",
        f"{thing.german['acc']} {german.present('wollen', actor.person)} {actor.german}",
        f"{actor.chinese}想要{thing.chinese}",
        "?",
    )


@FAMILY.pattern(220)
def pleases(draw: Draw) -> Triple | None:
    """gefallen with the dative."""
    actor = draw.one(STATEMENT)
    liked = of_class("clothes", "wearable", "read", "furn", "veh", "watch", "hear", "sight", "gift", "build")
    noun = draw.pick([n for n in liked if n.english not in ("email", "report")])
    thing = noun_phrase(noun, "this")
    third = actor.english_person == "3s"
    if draw.chance(35):
        verb = "doesn't like" if third else "don't like"
        return sentence(
            f"{actor.english} {verb} {thing.english}",
            f"{thing.german['nom']} gefällt {actor.dative} nicht",
            f"{actor.chinese}不喜欢{thing.chinese}",
        )
    return sentence(
        f"{actor.english} {'likes' if third else 'like'} {thing.english} very much",
        f"{thing.german['nom']} gefällt {actor.dative} sehr gut",
        f"{actor.chinese}很喜欢{thing.chinese}",
    )


@FAMILY.pattern(220)
def wearing(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, SHE, *PEOPLE_LIST[:8], *FIRST_NAMES))
    noun = draw.pick(of_class("clothes"))
    if noun.english in ("dress", "skirt") and actor.owner is not HERS:
        return None
    thing = noun_phrase(noun, "a", adjective=draw.pick(COLOUR_LIST))
    be = english.PRESENT_BE.get(actor.person, "are")
    day = draw.one((times.Time("today", "heute", "今天"), times.Time("", "", "")))
    return sentence(
        join(f"{actor.english} {be} wearing {thing.english}", day.english),
        join(actor.german, german.present("tragen", actor.person), day.german, thing.german["acc"]),
        f"{actor.chinese}{day.chinese}穿着{thing.chinese}",
    )
