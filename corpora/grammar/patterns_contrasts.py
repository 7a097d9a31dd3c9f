"""Contrasts (either, neither, not this but that); introductions and greetings; people with prepositions."""

from . import actors, english, german
from .actions import belongs
from .actors import FIRST_NAMES, FORMAL_NAMES, GROWN_UP, HE, SHE, STATEMENT, WE, YOU, I
from .clauses import join
from .draw import Draw
from .nouns import of_class
from .phrases import HERS, HIS, noun_phrase
from .sentences import Family, Triple, sentence

FAMILY = Family("contrasts and people")
SENTENCE_SUBJECTS = (I, HE, SHE, WE, *GROWN_UP, *FIRST_NAMES)


@FAMILY.pattern(200)
def not_but(draw: Draw) -> Triple | None:
    """nicht/kein ... sondern: `Das ist kein Hund, sondern eine Katze.`"""
    group = draw.one(
        (("animal",), ("zoo",), ("fruit",), ("veg",), ("clothes",), ("prof",), ("city",), ("read",), ("furn",))
    )
    first, second = draw.pick(of_class(*group)), draw.pick(of_class(*group))
    if first == second:
        return None
    one, two = noun_phrase(first, "a"), noun_phrase(second, "a")
    kein = noun_phrase(first, "no")
    if group == ("prof",):
        who = draw.one([a for a in actors.SINGULAR if a.owner is HIS])
        return sentence(
            f"{who.english} is not {one.english} but {two.english}",
            f"{who.german} ist kein {first.german}, sondern {second.german}",
            f"{who.chinese}不是{first.chinese}，而是{second.chinese}",
        )
    return sentence(
        f"this is not {one.english} but {two.english}",
        f"das ist {kein.german['nom']}, sondern {two.german['nom']}",
        f"这不是{one.chinese}，而是{two.chinese}",
    )


@FAMILY.pattern(200)
def both_or_neither(draw: Draw) -> Triple | None:
    actor = draw.one(SENTENCE_SUBJECTS)
    group = draw.one((("pet",), ("veh",), ("sibling",), ("device",), ("wearable",), ("animal",)))
    first, second = draw.pick(of_class(*group)), draw.pick(of_class(*group))
    if first == second:
        return None
    one, two = noun_phrase(first, "a"), noun_phrase(second, "a")
    have = "has" if actor.english_person == "3s" else "have"
    haben = german.present("haben", actor.person)
    if draw.chance(50):
        return sentence(
            f"{actor.english} {have} neither {one.english} nor {two.english}",
            f"{actor.german} {haben} weder {one.german['acc']} noch {two.german['acc']}",
            f"{actor.chinese}既没有{first.chinese}，也没有{second.chinese}",
        )
    return sentence(
        f"{actor.english} {have} both {one.english} and {two.english}",
        f"{actor.german} {haben} sowohl {one.german['acc']} als auch {two.german['acc']}",
        f"{actor.chinese}既有{first.chinese}，也有{second.chinese}",
    )


@FAMILY.pattern(160)
def either_or(draw: Draw) -> Triple | None:
    actor = draw.one(SENTENCE_SUBJECTS)
    first, second = draw.pick(of_class("gift")), draw.pick(of_class("gift"))
    if first == second:
        return None
    one, two = noun_phrase(first, "a"), noun_phrase(second, "a")
    return sentence(
        f"{actor.english} will buy either {one.english} or {two.english}",
        f"{actor.german} {german.present('werden', actor.person)} entweder {one.german['acc']} "
        f"oder {two.german['acc']} kaufen",
        f"{actor.chinese}会买{one.chinese}或者{two.chinese}",
    )


@FAMILY.pattern(200)
def introduction(draw: Draw) -> Triple | None:
    name = draw.one(FIRST_NAMES)
    female = name.owner is HERS
    en, masculine, feminine, zh = draw.one(
        (
            ("friend", "Freund", "Freundin", "朋友"),
            ("colleague", "Kollege", "Kollegin", "同事"),
            ("neighbour", "Nachbar", "Nachbarin", "邻居"),
        )
    )
    mine = "meine" if female else "mein"
    job = draw.pick([n for n in of_class("profw" if female else "prof") if n.english not in ("pupil", "student")])
    pronoun = SHE if female else HE
    return sentence(
        f"this is my {en} {name.english}, {pronoun.english} is {noun_phrase(job, 'a').english}",
        f"das ist {mine} {feminine if female else masculine} {name.german}, {pronoun.german} ist {job.german}",
        f"这是我{zh}{name.chinese}，{pronoun.chinese}是{job.chinese}",
    )


GREETINGS = (
    ("good morning", "guten Morgen", "早上好"), ("good evening", "guten Abend", "晚上好"), ("hello", "hallo", "您好"),
    ("goodbye", "auf Wiedersehen", "再见"), ("welcome", "herzlich willkommen", "欢迎"),
    ("happy birthday", "alles Gute zum Geburtstag", "生日快乐"), ("thank you very much", "vielen Dank", "非常感谢"),
    ("get well soon", "gute Besserung", "祝您早日康复"), ("have a good trip", "gute Reise", "祝您一路平安"),
    ("good luck", "viel Glück", "祝您好运"),
)  # fmt: skip


@FAMILY.pattern(40)
def greeting(draw: Draw) -> Triple | None:
    en, de, zh = draw.one(GREETINGS)
    name = draw.one(FORMAL_NAMES)
    return sentence(f"{en}, {name.english}", f"{de}, {name.german}", f"{name.chinese}，{zh}", "!")


@FAMILY.pattern(120)
def do_you_know_person(draw: Draw) -> Triple | None:
    """The n-declension and the accusative of people: `Kennst du meinen Nachbarn?`"""
    noun = draw.pick(of_class("family", "own", "person"))
    kind = "own" if noun.classes & {"family", "own"} else "this"
    thing = noun_phrase(noun, kind)
    asked = draw.one((YOU, HE, SHE))
    do = "does" if asked.english_person == "3s" else "do"
    return sentence(
        f"{do} {asked.english} know {thing.english}",
        f"{german.present('kennen', asked.person)} {asked.german} {thing.german['acc']}",
        f"{asked.chinese}认识{thing.chinese}吗",
        "?",
    )


@FAMILY.pattern(240)
def verbs_with_prepositions(draw: Draw) -> Triple | None:
    actor = draw.one(SENTENCE_SUBJECTS)
    noun = draw.pick([n for n in of_class("family", "own") if belongs(n, actor)])
    thing = noun_phrase(noun, "own", owner=actor.owner)
    third = actor.english_person == "3s"

    def verb(base: str) -> str:
        return english.third_person(base) if third else base

    def de(base: str) -> str:
        return german.present(base, actor.person)

    be = english.PRESENT_BE.get(actor.english_person, "are")
    match draw.below(5):
        case 0:
            return sentence(
                f"{actor.english} often {verb('think')} of {thing.english}",
                f"{actor.german} {de('denken')} oft an {thing.german['acc']}",
                f"{actor.chinese}经常想起{thing.chinese}",
            )
        case 1:
            return sentence(
                f"{actor.english} {be} talking to {thing.english}",
                f"{actor.german} {de('sprechen')} gerade mit {thing.german['dat']}",
                f"{actor.chinese}正在跟{thing.chinese}说话",
            )
        case 2:
            return sentence(
                f"{actor.english} thanked {thing.english} for the help",
                f"{actor.german} {de('haben')} {thing.german['dat']} für die Hilfe gedankt",
                f"{actor.chinese}感谢了{thing.chinese}的帮助",
            )
        case 3:
            return sentence(
                f"{actor.english} {be} proud of {thing.english}",
                f"{actor.german} {de('sein')} stolz auf {thing.german['acc']}",
                f"{actor.chinese}为{thing.chinese}感到骄傲",
            )
    if "own" in noun.classes:
        return None
    return sentence(
        join(actor.english, verb("live"), "with", thing.english),
        f"{actor.german} {de('wohnen')} bei {thing.german['dat']}",
        f"{actor.chinese}住在{thing.chinese}家",
    )


@FAMILY.pattern(160)
def afraid_of(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, *actors.KIDS))
    noun = draw.pick([n for n in of_class("animal", "zoo") if n.english != "chick"])
    things = noun_phrase(noun, "bare")
    negative = draw.chance(40)
    be = english.PRESENT_BE.get(actor.english_person, "are")
    return sentence(
        f"{actor.english} {be} {'not ' if negative else ''}afraid of {things.english}",
        f"{actor.german} {german.present('haben', actor.person)} {'keine ' if negative else ''}Angst vor "
        f"{things.german['dat']}",
        f"{actor.chinese}{'不' if negative else ''}怕{things.chinese}",
    )
