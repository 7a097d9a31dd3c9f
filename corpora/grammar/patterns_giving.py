"""Giving and returning, the passive, materials, and what people like to eat."""

from . import actors, german, times
from .actions import belongs
from .actors import FIRST_NAMES, GROWN_UP, HE, SHE, STATEMENT, WE, I
from .draw import Draw
from .nouns import NOUNS, Noun, of_class
from .phrases import HERS, HIS, MINE, OURS, noun_phrase
from .sentences import Family, Triple, dialogue, sentence
from .settings import pick_row
from .settings_table import MATERIALS

FAMILY = Family("giving, the passive, likes")
SENTENCE_SUBJECTS = (I, HE, SHE, WE, *GROWN_UP, *FIRST_NAMES)


IT = {"m": "ihn", "f": "sie", "n": "es"}


@FAMILY.pattern(300)
def giving(draw: Draw) -> Triple | None:
    """Dative before accusative: `Ich schenke meiner Schwester ein Buch.`"""
    actor = draw.one((I, HE, SHE, WE, *GROWN_UP[:8], *FIRST_NAMES))
    owner = actor.owner if not actor.person.endswith("p") or actor is WE else MINE
    relative = draw.pick([n for n in of_class("family") if belongs(n, actor)])
    receiver = noun_phrase(relative, "own", owner=owner)
    noun = draw.pick(of_class("gift"))
    thing = noun_phrase(noun, "a")
    if receiver.english == actor.english or (noun.english == "tie" and receiver.gender != "m"):
        return None
    his, zh_him = ("his", "他") if receiver.gender == "m" else ("her", "她")
    have = german.present("haben", actor.person)
    if draw.chance(50):
        return sentence(
            f"{actor.english} gave {receiver.english} {thing.english} for {his} birthday",
            f"{actor.german} {have} {receiver.german['dat']} zum Geburtstag {thing.german['acc']} geschenkt",
            f"{actor.chinese}在{receiver.chinese}生日的时候送给了{zh_him}{thing.chinese}",
        )
    return sentence(
        f"{actor.english} gave {receiver.english} {thing.english} for Christmas",
        f"{actor.german} {have} {receiver.german['dat']} zu Weihnachten {thing.german['acc']} geschenkt",
        f"{actor.chinese}圣诞节送给了{receiver.chinese}{thing.chinese}",
    )


@FAMILY.pattern(200)
def give_it_back(draw: Draw) -> Triple | None:
    """Pronouns: accusative before dative, `Gib es mir bitte zurück!`"""
    noun = draw.pick(of_class("carry", "lend"))
    thing = noun_phrase(noun, "own")
    name = draw.one(FIRST_NAMES)
    kind = draw.below(3)
    if kind == 2 and "lend" not in noun.classes:
        return None
    if kind == 0:
        return sentence(
            f"{name.english}, please give me back {thing.english}",
            f"{name.german}, gib mir bitte {thing.german['acc']} zurück",
            f"{name.chinese}，请把{thing.chinese}还给我",
        )
    if kind == 1:
        return sentence(
            f"this is {thing.english}, please give it to me",
            f"das ist {thing.german['nom']}, gib {IT[noun.gender]} mir bitte",
            f"这是{thing.chinese}，请把它给我",
        )
    his = noun_phrase(noun, "own", owner=name.owner)
    return sentence(
        f"{name.english} lent me {his.english}",
        f"{name.german} hat mir {his.german['acc']} geliehen",
        f"{name.chinese}把{his.chinese}借给了我",
    )


@FAMILY.pattern(260)
def pronoun_object(draw: Draw) -> Triple | None:
    """`Where is my key? - I have seen it on the table.` The German pronoun has the noun's gender."""
    noun = draw.pick(of_class("carry", "lie"))
    thing = noun_phrase(noun, "own")
    surface = draw.pick([n for n in of_class("surface") if n.english not in ("floor", "carpet")])
    spot = noun_phrase(surface, "the")
    question = sentence(f"where is {thing.english}", f"wo ist {thing.german['nom']}", f"{thing.chinese}在哪儿", "?")
    answer = sentence(
        f"I put it on {spot.english}",
        f"ich habe {IT[noun.gender]} auf {spot.german['acc']} gelegt",
        f"我把它放在{surface.chinese}上了",
    )
    return dialogue(question, answer)


PASSIVE = (
    ("stolen", "gestohlen", "偷走了", ("carry", "veh", "device")),
    ("sold", "verkauft", "卖掉了", ("veh", "build", "device", "furn")),
    ("repaired", "repariert", "修好了", ("repair",)),
    ("found", "gefunden", "找到了", ("carry", "pet")),
)


@FAMILY.pattern(260)
def passive(draw: Draw) -> Triple | None:
    en, de, zh, classes = draw.one(PASSIVE)
    noun = draw.pick(of_class(*classes))
    owner = draw.one((MINE, HIS, HERS, *((OURS,) if noun.classes & {"veh", "pet"} else ())))
    thing = noun_phrase(noun, "own", owner=owner)
    day = draw.one(times.PAST)
    passive_mark = "" if en in ("repaired", "found", "sold") else "被"
    return sentence(
        f"{thing.english} was {en} {day.english}",
        f"{thing.german['nom']} wurde {day.german} {de}",
        f"{thing.chinese}{day.chinese}{passive_mark}{zh}",
    )


@FAMILY.pattern(140)
def was_built(draw: Draw) -> Triple | None:
    noun = draw.pick(of_class("sight", "city"))
    if noun.english in (
        "street",
        "park",
        "café",
        "restaurant",
        "supermarket",
        "bank",
        "pharmacy",
        "bakery",
        "bookshop",
    ):
        return None
    thing = noun_phrase(noun, "this")
    year = 1930 + draw.below(90) if "modernish" in noun.classes else 1750 + draw.below(250)
    return sentence(
        f"{thing.english} was built in {year}",
        f"{thing.german['nom']} wurde {year} gebaut",
        f"{thing.chinese}是{year}年建的",
    )


@FAMILY.pattern(120)
def broke(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, SHE, *actors.SINGULAR))
    noun = draw.pick([NOUNS[name] for name in ("plate", "cup", "bottle", "vase", "mirror", "window")])
    thing = noun_phrase(noun, "the")
    day = draw.one(times.PAST[:4])
    return sentence(
        f"{actor.english} broke {thing.english} {day.english}",
        f"{actor.german} {german.present('haben', actor.person)} {day.german} {thing.german['acc']} zerbrochen",
        f"{actor.chinese}{day.chinese}把{thing.chinese}打破了",
    )


MADE_OF = {
    "wood": ("table", "desk", "chair", "bed", "shelf", "cupboard", "boat", "box", "door", "ladder"),
    "metal": ("ladder", "shelf", "box", "bed", "chair", "door", "spoon", "fork"),
    "glass": ("table", "bottle", "vase", "door", "plate"),
    "leather": ("bag", "jacket", "wallet", "sofa", "armchair", "backpack", "suitcase"),
    "wool": ("jumper", "scarf", "hat", "blanket", "carpet", "coat", "skirt", "dress"),
    "cotton": ("shirt", "T-shirt", "towel", "dress", "blanket", "skirt", "pillow"),
    "plastic": ("chair", "box", "bottle", "cup", "plate", "fork", "spoon", "toy", "boat"),
    "stone": ("house", "bridge", "tower", "church", "castle"),
    "gold": ("ring",),
    "silver": ("ring", "spoon", "fork"),
}


@FAMILY.pattern(140)
def made_of(draw: Draw) -> Triple | None:
    en, de, zh = pick_row(draw, MATERIALS)
    noun = draw.pick([NOUNS[name] for name in MADE_OF[en]])
    thing = noun_phrase(noun, "this")
    if draw.chance(30):
        return sentence(
            f"is {thing.english} made of {en}",
            f"ist {thing.german['nom']} aus {de}",
            f"{thing.chinese}是{zh}做的吗",
            "?",
        )
    negative = draw.chance(30)
    return sentence(
        f"{thing.english} is {'not ' if negative else ''}made of {en}",
        f"{thing.german['nom']} ist {'nicht ' if negative else ''}aus {de}",
        f"{thing.chinese}{'不' if negative else ''}是{zh}做的",
    )


def gladly(noun: Noun) -> tuple[str, str, str]:
    """The verb for liking something: eating, drinking or liking."""
    if "drink" in noun.classes:
        return "drinks drink", "trinken", "喝"
    return "eats eat", "essen", "喝" if noun.english == "soup" else "吃"


@FAMILY.pattern(260)
def likes_food(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, *actors.KIDS))
    noun = draw.pick(of_class("food", "mass", "drink", "snack", "noodle", "dish"))
    if noun.english in ("lemon", "water"):
        return None
    thing = noun_phrase(noun, "bare")
    forms, de, zh = gladly(noun)
    index = 0 if actor.english_person == "3s" else 1
    kind = draw.below(3)
    if kind == 0:
        do = "doesn't" if index == 0 else "don't"
        return sentence(
            f"{actor.english} {do} {forms.split()[1]} {thing.english}",
            f"{actor.german} {german.present(de, actor.person)} {thing.negative}",
            f"{actor.chinese}不{zh}{thing.chinese}",
        )
    if kind == 1:
        like = "likes" if index == 0 else "like"
        return sentence(
            f"{actor.english} {like} {thing.english}",
            f"{actor.german} {german.present('mögen', actor.person)} {thing.german['acc']}",
            f"{actor.chinese}喜欢{zh}{thing.chinese}",
        )
    return sentence(
        f"{actor.english} {'doesn' if index == 0 else 'don'}'t like {thing.english}",
        f"{actor.german} {german.present('mögen', actor.person)} {thing.negative}",
        f"{actor.chinese}不喜欢{zh}{thing.chinese}",
    )


@FAMILY.pattern(260)
def prefers(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, *actors.KIDS))
    group = draw.one((("drink",), ("food", "mass", "snack"), ("fruit",)))
    first, second = draw.pick(of_class(*group)), draw.pick(of_class(*group))
    if first == second or "lemon" in (first.english, second.english):
        return None
    one, two = noun_phrase(first, "bare"), noun_phrase(second, "bare")
    _, de, zh = gladly(first)
    like = "likes" if actor.english_person == "3s" else "like"
    return sentence(
        f"{actor.english} {like} {one.english} better than {two.english}",
        f"{actor.german} {german.present(de, actor.person)} lieber {one.german['acc']} als {two.german['acc']}",
        f"比起{two.chinese}，{actor.chinese}更喜欢{zh}{one.chinese}",
    )
