"""Possession, belonging, existence and location."""

from . import actors, german
from .actions import belongs
from .actors import FIRST_NAMES, HE, PEOPLE_LIST, SHE, STATEMENT, WE, YOU, I
from .adjectives import ADJECTIVES, Adjective, fitting
from .draw import Draw
from .nouns import NOUNS, Noun, of_class
from .phrases import HERS, HIS, MINE, OURS, YOURS, Owner, Phrase, noun_phrase
from .sentences import Family, Triple, dialogue, sentence

FAMILY = Family("things and places")
OWNERS = (MINE, MINE, YOURS, HIS, HERS, OURS)


def owner_for(draw: Draw, noun: Noun, choices: tuple[Owner, ...] = OWNERS) -> Owner:
    """The owner of clothes and of things one carries; dresses and skirts are hers or mine."""
    owners = [o for o in choices if o is not OURS or not noun.classes & {"clothes", "wearable", "carry", "lie"}]
    return draw.one([o for o in owners if o is not HIS or noun.english not in ("dress", "skirt")])


def has(actor: actors.Actor) -> str:
    return "has" if actor.english_person == "3s" else "have"


def is_are(plural: bool) -> tuple[str, str]:
    return ("are", "sind") if plural else ("is", "ist")


def adjective_for(draw: Draw, noun: Noun, *, colours: bool = True) -> Adjective | None:
    choices = fitting(noun.classes, colours=colours)
    return draw.pick(choices) if choices else None


@FAMILY.pattern(360)
def have_with_adjective(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    noun = draw.pick(of_class("carry", "clothes", "device", "furn", "veh", "pet", "build", "wearable", "area"))
    adjective = adjective_for(draw, noun)
    if adjective is None or not belongs(noun, actor) or noun.english in ("village", "town", "floor"):
        return None
    thing = noun_phrase(noun, "a", adjective=adjective)
    return sentence(
        f"{actor.english} {has(actor)} {thing.english}",
        f"{actor.german} {german.present('haben', actor.person)} {thing.german['acc']}",
        f"{actor.chinese}有{thing.chinese}",
    )


@FAMILY.pattern(240)
def have_number(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    noun = draw.pick(of_class("animal", "sibling", "child", "clothes", "novels", "veh", "own", "wearable"))
    if noun.english in ("boss", "mouse") or noun.measure == "双" or not belongs(noun, actor):
        return None
    value = 2 + draw.below(3 if noun.classes & {"veh", "sibling", "child"} else 6)
    thing = noun_phrase(noun, "number", value=value)
    return sentence(
        f"{actor.english} {has(actor)} {thing.english}",
        f"{actor.german} {german.present('haben', actor.person)} {thing.german['acc']}",
        f"{actor.chinese}有{thing.chinese}",
    )


@FAMILY.pattern(260)
def have_no(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    noun = draw.pick(of_class("need", "device", "furn", "veh", "pet", "sibling", "child", "drink", "clothes", "stuff"))
    if not belongs(noun, actor):
        return None
    thing = noun_phrase(noun, "no", plural="sibling" in noun.classes or "child" in noun.classes)
    return sentence(
        f"{actor.english} {has(actor)} {thing.english}",
        f"{actor.german} {german.present('haben', actor.person)} {thing.german['acc']}",
        f"{actor.chinese}没有{thing.chinese}",
    )


@FAMILY.pattern(220)
def do_you_have(draw: Draw) -> Triple | None:
    actor = draw.one((YOU, YOU, HE, SHE, *PEOPLE_LIST[4:8], *FIRST_NAMES))
    noun = draw.pick(of_class("need", "device", "furn", "veh", "pet", "sibling", "child", "clothes"))
    if not belongs(noun, actor):
        return None
    thing = noun_phrase(noun, "a")
    do = "does" if actor.english_person == "3s" else "do"
    return sentence(
        f"{do} {actor.english} have {thing.english}",
        f"{german.present('haben', actor.person)} {actor.german} {thing.german['acc']}",
        f"{actor.chinese}有{thing.chinese.removeprefix('一' + noun.measure)}吗",
        "?",
    )


@FAMILY.pattern(240)
def need(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    noun = draw.pick(of_class("need"))
    adjective = adjective_for(draw, noun) if draw.chance(50) else None
    if adjective and adjective.english not in (
        "new",
        "big",
        "small",
        "cheap",
        "modern",
        "comfortable",
        "good",
        "light",
    ):
        return None
    thing = noun_phrase(noun, "a", adjective=adjective)
    verb = "needs" if actor.english_person == "3s" else "need"
    if draw.chance(25):
        do = "doesn't" if actor.english_person == "3s" else "don't"
        zh = thing.chinese.removeprefix("一" + noun.measure)
        return sentence(
            f"{actor.english} {do} need {thing.english}",
            f"{actor.german} {german.present('brauchen', actor.person)} {thing.negative}",
            f"{actor.chinese}不需要{zh}",
        )
    return sentence(
        f"{actor.english} {verb} {thing.english}",
        f"{actor.german} {german.present('brauchen', actor.person)} {thing.german['acc']}",
        f"{actor.chinese}需要{thing.chinese}",
    )


@FAMILY.pattern(260)
def whose(draw: Draw) -> Triple | None:
    """The German genitive: `Das ist das Auto meines Bruders.`"""
    noun = draw.pick(of_class("carry", "clothes", "device", "furn", "veh", "pet", "wearable", "room"))
    owner = draw.pick(of_class("family", "own"))
    adjective = adjective_for(draw, noun) if draw.chance(30) else None
    male = owner.gender == "m" and noun.english in ("dress", "skirt")
    if male or noun.english in ("bathroom", "kitchen", "living room"):
        return None
    whom = noun_phrase(owner, "own")
    thing = noun_phrase(noun, "the", adjective=adjective)
    possessed = thing.english.removeprefix("the ")
    zh_link = "" if adjective and adjective.before_noun.endswith("的") else "的"
    return sentence(
        f"this is {whom.english}'s {possessed}",
        f"das ist {thing.german['nom']} {whom.german['gen']}",
        f"这是{whom.chinese}{zh_link}{thing.chinese}",
    )


@FAMILY.pattern(200)
def belongs_to(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("carry", "device", "furn", "veh", "pet", "clothes", "wearable"))
    person = draw.pick(of_class("family", "own"))
    if person.gender == "m" and noun.english in ("dress", "skirt"):
        return None
    owner, thing = noun_phrase(person, "own"), noun_phrase(noun, "this")
    return sentence(
        f"{thing.english} belongs to {owner.english}",
        f"{thing.german['nom']} gehört {owner.german['dat']}",
        f"{thing.chinese}是{owner.chinese}的",
    )


@FAMILY.pattern(200)
def is_this_yours(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("carry", "clothes", "veh", "pet", "wearable", "lie"))
    yours, mine = (
        noun_phrase(noun, "own", owner=YOURS),
        noun_phrase(noun, "own", owner=owner_for(draw, noun, (HIS, HERS))),
    )
    question = sentence(f"is this {yours.english}", f"ist das {yours.german['nom']}", f"这是{yours.chinese}吗", "?")
    if draw.chance(50):
        return question
    answer = sentence(f"no, this is {mine.english}", f"nein, das ist {mine.german['nom']}", f"不是，这是{mine.chinese}")
    return dialogue(question, answer)


SPOTS = (("on", "auf", "上"), ("under", "unter", "下面"), ("behind", "hinter", "后面"))
UPRIGHT_SPOTS = (("on", "auf", "上"), ("next to", "neben", "旁边"), ("under", "unter", "下面"))
IN = ("in", "in", "里")


def spot(draw: Draw, *, upright: bool) -> tuple[Noun, tuple[str, str, str], Phrase]:
    """A piece of furniture or a container, with its preposition; in German a two-way preposition."""
    if draw.chance(30):
        names = ("cupboard", "box") if upright else ("cupboard", "box", "bag", "suitcase", "backpack", "drawer")
        noun = draw.pick([n for n in of_class("container") if n.english in names])
        return noun, IN, noun_phrase(noun, "the")
    noun = draw.pick([n for n in of_class("surface") if not (upright and "seat" in n.classes)])
    spots = UPRIGHT_SPOTS if upright else SPOTS
    where = draw.one(spots[:1] if noun.english in ("floor", "carpet") else spots)
    return noun, where, noun_phrase(noun, "the")


def contracted(preposition: str, phrase: str) -> str:
    """in dem -> im, in das -> ins."""
    text = f"{preposition} {phrase}"
    for long, short in (("in dem ", "im "), ("in das ", "ins "), ("an dem ", "am "), ("an das ", "ans ")):
        if text.startswith(long):
            return short + text.removeprefix(long)
    return text


def small(noun: Noun, container: Noun) -> bool:
    """Whether the thing can be in or on it."""
    too_big = {"suitcase", "guitar", "laptop", "computer", "lamp", "ladder", "tent", "backpack", "radio", "vase"}
    if noun.english == container.english or noun.english in ("shopping list",):
        return False
    return "container" not in container.classes or noun.english not in too_big


@FAMILY.pattern(420)
def where_it_is(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("lie", "stand"))
    place, (en, de, zh), phrase = spot(draw, upright="stand" in noun.classes)
    if not small(noun, place):
        return None
    plural = draw.chance(25) and noun.english_plural is not None and not noun.classes & {"device", "buy"}
    verb = "stehen" if "stand" in noun.classes else "liegen"
    determiner = draw.one(("the", "own"))
    thing = noun_phrase(noun, determiner, plural=plural, owner=owner_for(draw, noun))
    return sentence(
        f"{thing.english} {is_are(plural)[0]} {en} {phrase.english}",
        f"{thing.german['nom']} {german.present(verb, thing.person)} {contracted(de, phrase.german['dat'])}",
        f"{thing.chinese}在{place.chinese}{zh}",
    )


@FAMILY.pattern(360)
def put_it_there(draw: Draw) -> Triple | None:
    actor = draw.one((I, I, HE, SHE, WE, *PEOPLE_LIST[:8], *FIRST_NAMES))
    noun = draw.pick(of_class("lie", "stand"))
    place, (en, de, zh), phrase = spot(draw, upright="stand" in noun.classes)
    if not small(noun, place) or en == "behind":
        return None
    verb = "gestellt" if "stand" in noun.classes else "gelegt"
    thing = noun_phrase(noun, "the")
    en_verb = "put"
    return sentence(
        f"{actor.english} {en_verb} {thing.english} {en} {phrase.english}",
        f"{actor.german} {german.present('haben', actor.person)} {thing.german['acc']} "
        f"{contracted(de, phrase.german['acc'])} {verb}",
        f"{actor.chinese}把{thing.chinese}放在了{place.chinese}{zh}",
    )


@FAMILY.pattern(240)
def where_question(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("carry", "pet", "clothes", "lie", "own", "family", "wearable"))
    owner = owner_for(draw, noun)
    plural = draw.chance(25) and noun.english_plural is not None and "family" not in noun.classes
    if plural and (
        noun.classes & {"pet", "own"} or noun.english in ("passport", "phone", "wallet", "camera", "umbrella")
    ):
        return None
    thing = noun_phrase(noun, "own", owner=owner, plural=plural)
    en, de = is_are(plural)
    if draw.chance(40):
        return sentence(
            f"do you know where {thing.english} {en}",
            f"weißt du, wo {thing.german['nom']} {de}",
            f"你知道{thing.chinese}在哪儿吗",
            "?",
        )
    return sentence(f"where {en} {thing.english}", f"wo {de} {thing.german['nom']}", f"{thing.chinese}在哪儿", "?")


HOSTS = (
    ("in the garden", "im Garten", "花园里", ("animal", "plant", "furnlike", "child")),
    ("in the field", "auf dem Feld", "田里", ("animal", "plant")),
    ("at the zoo", "im Zoo", "动物园里", ("zoo",)),
    ("in the kitchen", "in der Küche", "厨房里", ("chairs", "fruit", "veg", "stand")),
    ("in the fridge", "im Kühlschrank", "冰箱里", ("fruit", "veg")),
    ("in this street", "in dieser Straße", "这条街上", ("shop", "service")),
    ("in our village", "in unserem Dorf", "我们村里", ("shop", "service", "sight")),
    ("in our town", "in unserer Stadt", "我们城里", ("shop", "service", "sight")),
    ("in the room", "im Zimmer", "房间里", ("furnish", "folk")),
    ("in the classroom", "im Klassenzimmer", "教室里", ("school", "furnish")),
    ("on the table", "auf dem Tisch", "桌子上", ("lie", "stand", "fruit")),
    ("in front of the house", "vor dem Haus", "房子前面", ("veh", "plant", "folk", "pet")),
    ("behind the house", "hinter dem Haus", "房子后面", ("plant", "animal")),
)


@FAMILY.pattern(420)
def there_are(draw: Draw) -> Triple | None:
    en, de, zh, classes = draw.one(HOSTS)
    known = [name for name in classes if any(name in noun.classes for noun in NOUNS.values())]
    pool = of_class(*known)
    if "furnish" in classes:
        pool = (*pool, NOUNS["table"], NOUNS["chair"], NOUNS["bed"], NOUNS["shelf"])
    noun = draw.pick(pool)
    if noun.english in ("boat", "shopping list") or (en == "on the table" and noun.measure in ("扇",)):
        return None
    kind = draw.one(("a", "number", "number", "many", "no"))
    shop = "shop" in classes
    thing = noun_phrase(noun, kind, value=2 + draw.below(9), plural=kind == "no")
    verb = "is" if kind == "a" else "are"
    if shop:
        return sentence(
            f"there {verb} {thing.english} {en}", f"{de} gibt es {thing.german['acc']}", f"{zh}{_have(kind, thing)}"
        )
    german_verb = "ist" if kind == "a" else "sind"
    return sentence(
        f"there {verb} {thing.english} {en}",
        f"{de} {german_verb} {thing.german['nom']}",
        f"{zh}{_have(kind, thing)}",
    )


def _have(kind: str, thing: Phrase) -> str:
    return ("没有" if kind == "no" else "有") + thing.chinese


@FAMILY.pattern(180)
def is_there_nearby(draw: Draw) -> Triple | None:
    thing_noun = draw.pick(of_class("shop", "service", "sight"))
    adjective = draw.pick([ADJECTIVES[name] for name in ("good", "cheap")]) if "shop" in thing_noun.classes else None
    if adjective and (draw.chance(40) or thing_noun.english in ("hospital", "bank", "pharmacy", "cinema")):
        adjective = None
    thing = noun_phrase(thing_noun, "a", adjective=adjective)
    en, de, zh = draw.one(
        (
            ("near here", "hier in der Nähe", "这附近"),
            ("in this street", "in dieser Straße", "这条街上"),
            ("near the station", "in der Nähe des Bahnhofs", "火车站附近"),
            ("near the hotel", "in der Nähe des Hotels", "酒店附近"),
        )
    )
    return sentence(
        f"is there {thing.english} {en}",
        f"gibt es {de} {thing.german['acc']}",
        f"{zh}有{thing.chinese.removeprefix('一' + thing_noun.measure)}吗",
        "?",
    )
