"""Things and people: having, being somewhere, qualities, comparison, giving, the passive."""

from . import actors, english, german, times
from .actors import FIRST_NAMES, HE, PEOPLE_LIST, SHE, STATEMENT, WE, YOU, I
from .adjectives import ADJECTIVES, COLOUR_LIST, Adjective, fitting
from .clauses import join
from .draw import Draw
from .nouns import NOUNS, Noun, of_class
from .phrases import HERS, HIS, MINE, OURS, YOURS, Owner, Phrase, german_phrase, noun_phrase
from .sentences import Family, Triple, dialogue, sentence

FAMILY = Family("things and qualities")
OWNERS = (MINE, MINE, YOURS, HIS, HERS, OURS)
OWNABLE = ("carry", "clothes", "device", "furn", "veh", "pet", "build", "wearable")


def owner_for(draw: Draw, noun: Noun, choices: tuple[Owner, ...] = OWNERS) -> Owner:
    """Clothes and what one carries have one owner; dresses and skirts are hers or mine."""
    owners = [o for o in choices if o is not OURS or not noun.classes & {"clothes", "wearable", "carry", "lie"}]
    return draw.one([o for o in owners if o is not HIS or noun.english not in ("dress", "skirt")])


def has(actor: actors.Actor) -> str:
    return "has" if actor.english_person == "3s" else "have"


def is_are(plural: bool) -> tuple[str, str]:
    return ("are", "sind") if plural else ("is", "ist")


def adjective_for(draw: Draw, noun: Noun, *, colours: bool = True) -> Adjective | None:
    choices = fitting(noun.classes, colours=colours)
    return draw.pick(choices) if choices else None


def predicate(adjective: Adjective, degree: str = "很") -> str:
    if adjective.colour:
        return f"是{adjective.chinese}色的"
    return f"{degree}{adjective.chinese}" + ("了" if degree == "太" else "")


@FAMILY.pattern(360)
def have_with_adjective(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    noun = draw.pick(of_class("carry", "clothes", "device", "furn", "veh", "pet", "build", "wearable", "area"))
    adjective = adjective_for(draw, noun)
    if adjective is None or noun.english in ("village", "town", "floor"):
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
    if noun.english in ("boss", "mouse") or noun.measure == "双":
        return None
    value = 2 + draw.below(2 if "veh" in noun.classes else 6)
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
    if adjective and adjective.english not in ("new", "big", "small", "cheap", "modern", "comfortable", "good", "light"):
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
    of = whom.english + ("'" if whom.english.endswith("s") else "'s")
    possessed = thing.english.removeprefix("the ")
    zh_link = "" if adjective and adjective.before_noun.endswith("的") else "的"
    return sentence(
        f"this is {of} {possessed}",
        f"das ist {thing.german['nom']} {whom.german['gen']}",
        f"这是{whom.chinese}{zh_link}{thing.chinese}",
    )


@FAMILY.pattern(200)
def belongs_to(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("carry", "device", "furn", "veh", "pet", "clothes", "wearable"))
    owner = noun_phrase(draw.pick(of_class("family", "own")), "own")
    thing = noun_phrase(noun, "this")
    return sentence(
        f"{thing.english} belongs to {owner.english}",
        f"{thing.german['nom']} gehört {owner.german['dat']}",
        f"{thing.chinese}是{owner.chinese}的",
    )


@FAMILY.pattern(200)
def is_this_yours(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("carry", "clothes", "veh", "pet", "wearable", "lie"))
    yours, mine = noun_phrase(noun, "own", owner=YOURS), noun_phrase(noun, "own", owner=owner_for(draw, noun, (HIS, HERS)))
    question = sentence(f"is this {yours.english}", f"ist das {yours.german['nom']}", f"这是{yours.chinese}吗", "?")
    if draw.chance(50):
        return question
    answer = sentence(
        f"no, this is {mine.english}", f"nein, das ist {mine.german['nom']}", f"不是，这是{mine.chinese}"
    )
    return dialogue(question, answer)


SPOTS = (("on", "auf", "上"), ("under", "unter", "下面"), ("behind", "hinter", "后面"))
UPRIGHT_SPOTS = (("on", "auf", "上"), ("next to", "neben", "旁边"), ("under", "unter", "下面"))
IN = ("in", "in", "里")


def spot(draw: Draw, *, upright: bool) -> tuple[Noun, tuple[str, str, str], Phrase]:
    """A piece of furniture or a container and how things are to it; in German two-way prepositions."""
    if draw.chance(30):
        noun = draw.pick([n for n in of_class("container") if n.english != "fridge"])
        return noun, IN, noun_phrase(noun, "the")
    noun = draw.pick(of_class("surface"))
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
    plural = draw.chance(25) and noun.german_plural is not None and noun.english_plural is not None
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
    if plural and noun.classes & {"pet", "own"}:
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
    ("in this street", "in dieser Straße", "这条街上", ("shop", "tree")),
    ("in our village", "in unserem Dorf", "我们村里", ("shop", "sight")),
    ("in our town", "in unserer Stadt", "我们城里", ("shop", "sight")),
    ("in the room", "im Zimmer", "房间里", ("furnish", "person")),
    ("in the classroom", "im Klassenzimmer", "教室里", ("person", "furnish")),
    ("on the table", "auf dem Tisch", "桌子上", ("lie", "stand", "fruit")),
    ("in front of the house", "vor dem Haus", "房子前面", ("veh", "plant", "person", "pet")),
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
    thing_noun = draw.pick(of_class("shop", "sight"))
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
    if en == "too" and adjective.english in ("beautiful", "good", "interesting", "delicious", "nice", "friendly",
                                             "cute", "useful", "famous", "clever", "practical", "fresh", "clean"):  # fmt: skip
        return None
    if zh == "不" and adjective.chinese in ("好笑",):
        zh = "不太"
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
                      ("room",), ("shop",), ("sight",), ("person",)))  # fmt: skip
    first, second = draw.pick(of_class(*group)), draw.pick(of_class(*group))
    choices = [a for a in fitting(first.classes & second.classes) if a.english not in ("famous", "ripe")]
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
    one, two = noun_phrase(noun, "own", owner=first), noun_phrase(noun, "own", owner=second)
    return sentence(
        f"{one.english} is {adjective.comparative} than {two.english}",
        f"{one.german['nom']} ist {adjective.german_comparative} als {two.german['nom']}",
        f"{one.chinese}比{two.chinese}{adjective.chinese}",
    )


HUMAN = (("taller", "größer", "高"), ("younger", "jünger", "年轻"), ("older", "älter", "大"), ("stronger", "stärker", "强壮"),
         ("more patient", "geduldiger", "有耐心"), ("more hard-working", "fleißiger", "勤奋"), ("faster", "schneller", "快"),
         ("friendlier", "freundlicher", "友好"), ("quieter", "ruhiger", "安静"))  # fmt: skip


@FAMILY.pattern(240)
def people_compared(draw: Draw) -> Triple | None:
    first, second = draw.one((*actors.SINGULAR, HE, SHE)), draw.one(actors.SINGULAR)
    if first.english == second.english:
        return None
    en, de, zh = draw.one(HUMAN)
    more, zh_more = ("", "") if draw.chance(60) else ("much ", "得多")
    return sentence(
        f"{first.english} is {more}{en} than {second.english}",
        f"{first.german} ist {'viel ' if more else ''}{de} als {second.german}",
        f"{first.chinese}比{second.chinese}{zh}{zh_more}",
    )


SCOPES = {
    "shop": ("in the town", "in der Stadt", "城里"),
    "sight": ("in the town", "in der Stadt", "城里"),
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
    choices = [a for a in fitting(noun.classes) if a.english in names]
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
    noun = draw.pick(of_class("clothes", "wearable", "read", "furn", "veh", "watch", "gift", "hear"))
    thing = noun_phrase(noun, "which")
    actor = draw.one((YOU, YOU, HE, SHE, *FIRST_NAMES))
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
    noun = draw.pick(of_class("clothes", "wearable", "read", "furn", "veh", "watch", "hear", "sight", "gift", "build"))
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


