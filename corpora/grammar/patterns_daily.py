"""Places and travel, languages and jobs, health and feelings."""

from . import actors, chinese, english, german, times
from .actors import FIRST_NAMES, HE, SHE, STATEMENT, YOU, YOU_FORMAL, I
from .draw import Draw
from .nouns import of_class
from .phrases import HIS, noun_phrase
from .sentences import Family, Triple, sentence
from .settings import pick_row
from .settings_table import (
    CITIES,
    COUNTRIES,
    FAR_TRANSPORT,
    HOBBIES,
    ILLNESSES,
    MORE_COUNTRIES,
    PLACES,
    STATES,
    TRANSPORT,
)

FAMILY = Family("daily life")
YOU_AND_OTHERS = (YOU, YOU, HE, SHE, *actors.GROWN_UP[4:8], *FIRST_NAMES)


def be(actor: actors.Actor) -> str:
    return english.PRESENT_BE.get(actor.english_person, "are")


def was(actor: actors.Actor) -> str:
    return "was" if actor.english_person in ("1s", "3s") else "were"


def do(actor: actors.Actor) -> str:
    return "does" if actor.english_person == "3s" else "do"


def verb(actor: actors.Actor, base: str) -> str:
    return english.third_person(base) if actor.english_person == "3s" else base


def possessive(actor: actors.Actor) -> str:
    if actor.is_pronoun:
        return actor.owner.english
    return actor.english + ("'" if actor.person.endswith("p") else "'s")


@FAMILY.pattern(240)
def i_was_at(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    place = pick_row(draw, PLACES)
    day = draw.one(times.PAST[:9])
    return sentence(
        f"{actor.english} {was(actor)} {place[0]} {day.english}",
        f"{actor.german} {german.present('waren', actor.person)} {day.german} {place[2]}",
        f"{actor.chinese}{day.chinese}在{place[4]}",
    )


@FAMILY.pattern(200)
def is_now_at(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, *actors.KIDS))
    place = pick_row(draw, PLACES)
    if draw.chance(50):
        return sentence(
            f"{actor.english} {be(actor)} not {place[0]} at the moment",
            f"{actor.german} {german.present('sein', actor.person)} im Moment nicht {place[2]}",
            f"{actor.chinese}现在不在{place[4]}",
        )
    return sentence(
        f"{actor.english} {be(actor)} {place[0]} at the moment",
        f"{actor.german} {german.present('sein', actor.person)} im Moment {place[2]}",
        f"{actor.chinese}现在在{place[4]}",
    )


@FAMILY.pattern(260)
def going_by(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    place = pick_row(draw, PLACES)
    en, de, zh = pick_row(draw, TRANSPORT[1:])
    if (not place[6] and place[0] != "at school") or place[0].startswith(
        ("at the beach", "in the church", "at the bus stop")
    ):
        return None
    walking = en == "on foot"
    de_verb, en_verb = ("gehen" if walking else "fahren"), "go"
    day = draw.one((*times.HABIT[:2], *times.FREQUENCY[:4]))
    every = day.english.startswith("every")
    de_verb = german.present(de_verb, actor.person)
    zh_adverb = "都" if every else ""
    if every:
        en_text = f"{actor.english} {verb(actor, en_verb)} {place[1]} {en} {day.english}"
    else:
        en_text = f"{actor.english} {day.english} {verb(actor, en_verb)} {place[1]} {en}"
    return sentence(
        en_text,
        f"{actor.german} {de_verb} {day.german} {de} {place[3]}",
        f"{actor.chinese}{day.chinese}{zh_adverb}{zh}去{place[5]}",
    )


@FAMILY.pattern(260)
def journey(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    city = pick_row(draw, CITIES[:7])
    en, de, zh = pick_row(draw, FAR_TRANSPORT)
    if draw.chance(50):
        day = draw.one(times.FUTURE)
        return sentence(
            f"{actor.english} {be(actor)} going to {city[0]} {en} {day.english}",
            f"{actor.german} {german.present('fahren', actor.person)} {day.german} {de} nach {city[1]}",
            f"{actor.chinese}{day.chinese}要{zh}去{city[2]}",
        )
    day = draw.one((*times.PAST[4:], *times.LONG_PAST))
    return sentence(
        f"{actor.english} went to {city[0]} {en} {day.english}",
        f"{actor.german} {german.present('sein', actor.person)} {day.german} {de} nach {city[1]} gefahren",
        f"{actor.chinese}{day.chinese}{zh}去了{city[2]}",
    )


@FAMILY.pattern(160)
def flight(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    city = pick_row(draw, CITIES[7:])
    day = draw.one((*times.FUTURE[6:10], *times.FUTURE[12:]))
    return sentence(
        f"{actor.english} {be(actor)} flying to {city[0]} {day.english}",
        f"{actor.german} {german.present('fliegen', actor.person)} {day.german} nach {city[1]}",
        f"{actor.chinese}{day.chinese}要坐飞机去{city[2]}",
    )


@FAMILY.pattern(240)
def lives_in(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    place = pick_row(draw, CITIES)
    kind = draw.below(3)
    if kind == 0:
        return sentence(
            f"{actor.english} {verb(actor, 'live')} in {place[0]}",
            f"{actor.german} {german.present('wohnen', actor.person)} in {place[1]}",
            f"{actor.chinese}住在{place[2]}",
        )
    years = 2 + draw.below(9)
    if kind == 1:
        have = "has" if actor.english_person == "3s" else "have"
        return sentence(
            f"{actor.english} {have} been living in {place[0]} for {english.number(years)} years",
            f"{actor.german} {german.present('wohnen', actor.person)} seit {german.number(years)} Jahren in {place[1]}",
            f"{actor.chinese}在{place[2]}住了{chinese.count(years, '年')}了",
        )
    return sentence(
        f"{actor.english} lived in {place[0]} for {english.number(years)} years",
        f"{actor.german} {german.present('haben', actor.person)} {german.number(years)} Jahre in {place[1]} gewohnt",
        f"{actor.chinese}以前在{place[2]}住过{chinese.count(years, '年')}",
    )


@FAMILY.pattern(180)
def comes_from(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, YOU))
    country = pick_row(draw, (*COUNTRIES, *MORE_COUNTRIES))
    if actor is YOU:
        return sentence(f"do you come from {country[0]}", f"kommst du aus {country[1]}", f"你是{country[2]}人吗", "?")
    return sentence(
        f"{actor.english} {verb(actor, 'come')} from {country[0]}",
        f"{actor.german} {german.present('kommen', actor.person)} aus {country[1]}",
        f"{actor.chinese}是{country[2]}人",
    )


LEVELS = (("very well", "sehr gut", "得很好"), ("a little", "ein bisschen", "一点儿"), ("well", "gut", "得不错"))


@FAMILY.pattern(260)
def speaks(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    *_, en, de, zh = pick_row(draw, COUNTRIES)
    kind = draw.below(4)
    if kind == 0:
        return sentence(
            f"{actor.english} {do(actor)}n't speak {en}",
            f"{actor.german} {german.present('sprechen', actor.person)} kein {de}",
            f"{actor.chinese}不会说{zh}",
        )
    if kind == 1:
        years = 2 + draw.below(5)
        have = "has" if actor.english_person == "3s" else "have"
        return sentence(
            f"{actor.english} {have} been learning {en} for {english.number(years)} years",
            f"{actor.german} {german.present('lernen', actor.person)} seit {german.number(years)} Jahren {de}",
            f"{actor.chinese}学{zh}学了{chinese.count(years, '年')}了",
        )
    level = draw.one(LEVELS)
    zh_text = f"会说一点儿{zh}" if level[2] == "一点儿" else f"{zh}说{level[2]}"
    de_text = f"{level[1]} {de}"
    en_text = f"a little {en}" if level[0] == "a little" else f"{en} {level[0]}"
    return sentence(
        f"{actor.english} {verb(actor, 'speak')} {en_text}",
        f"{actor.german} {german.present('sprechen', actor.person)} {de_text}",
        f"{actor.chinese}{zh_text}",
    )


@FAMILY.pattern(100)
def do_you_speak(draw: Draw) -> Triple | None:
    actor = draw.one((YOU, YOU_FORMAL, HE, SHE, *FIRST_NAMES))
    *_, en, de, zh = pick_row(draw, COUNTRIES)
    adverb = ("also ", "auch ", "也") if actor is YOU_FORMAL else ("", "", "")
    return sentence(
        f"{do(actor)} {actor.english} {adverb[0]}speak {en}",
        f"{german.present('sprechen', actor.person)} {actor.german} {adverb[1]}{de}",
        f"{actor.chinese}{adverb[2]}会说{zh}吗",
        "?",
    )


@FAMILY.pattern(260)
def profession(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, *[a for a in actors.SINGULAR if a.owner is HIS]))
    noun = draw.pick(of_class("prof"))
    old = actor.english.startswith(("my grand", "Mr", "my father", "my uncle"))
    if noun.english in ("pupil", "student") and old:
        return None
    what = noun_phrase(noun, "a").english
    kind = draw.below(3)
    if kind == 1 and not old and noun.english not in ("pupil", "student"):
        verb_text = "wants" if actor.english_person == "3s" else "want"
        return sentence(
            f"{actor.english} {verb_text} to become {what}",
            f"{actor.german} {german.present('wollen', actor.person)} {noun.german} werden",
            f"{actor.chinese}想当{noun.chinese}",
        )
    if kind == 2:
        return sentence(
            f"{actor.english} {be(actor)} not {what}",
            f"{actor.german} {german.present('sein', actor.person)} kein {noun.german}",
            f"{actor.chinese}不是{noun.chinese}",
        )
    return sentence(
        f"{actor.english} {be(actor)} {what}",
        f"{actor.german} {german.present('sein', actor.person)} {noun.german}",
        f"{actor.chinese}是{noun.chinese}",
    )


@FAMILY.pattern(160)
def works_as(draw: Draw) -> Triple | None:
    actor = draw.one([a for a in actors.SINGULAR if a.owner is HIS and "grand" not in a.english])
    noun = draw.pick([n for n in of_class("prof") if n.english not in ("pupil", "student", "farmer", "painter")])
    city = pick_row(draw, CITIES)
    return sentence(
        f"{actor.english} works as {noun_phrase(noun, 'a').english} in {city[0]}",
        f"{actor.german} arbeitet als {noun.german} in {city[1]}",
        f"{actor.chinese}在{city[2]}当{noun.chinese}",
    )


@FAMILY.pattern(200)
def illness(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, SHE, *actors.SINGULAR))
    en, de, zh = pick_row(draw, ILLNESSES)
    have = "has" if actor.english_person == "3s" else "have"
    if draw.chance(35):
        day = draw.one((*times.PAST[:3], *times.PAST[4:6]))
        zh_past = zh if zh.endswith("了") or zh.startswith("得") else f"{zh}了" if zh in ("发烧", "咳嗽") else zh
        return sentence(
            f"{actor.english} had {en} {day.english}",
            f"{actor.german} {german.present('hatten', actor.person)} {day.german} {de}",
            f"{actor.chinese}{day.chinese}{zh_past}",
        )
    return sentence(
        f"{actor.english} {have} {en}",
        f"{actor.german} {german.present('haben', actor.person)} {de}",
        f"{actor.chinese}{zh}",
    )


@FAMILY.pattern(120)
def it_hurts(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, SHE, *actors.SINGULAR))
    noun = draw.pick(of_class("limb"))
    degree = draw.one((("", "", ""), (" very much", "sehr ", "很")))
    return sentence(
        f"{possessive(actor)} {noun.english} hurts{degree[0]}",
        f"{actor.dative} tut {german.determiner('der', 'nom', noun.gender)} {noun.german} {degree[1]}weh",
        f"{actor.chinese}的{noun.chinese}{degree[2]}疼",
    )


@FAMILY.pattern(260)
def feeling(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, *actors.KIDS))
    en, de, zh = pick_row(draw, STATES)
    kind = draw.below(4)
    if kind == 0 and zh != "病了":
        return sentence(
            f"{actor.english} {be(actor)} not {en}",
            f"{actor.german} {german.present('sein', actor.person)} nicht {de}",
            f"{actor.chinese}不{zh}",
        )
    if kind == 1 and zh != "病了":
        return sentence(
            f"{actor.english} {be(actor)} very {en}",
            f"{actor.german} {german.present('sein', actor.person)} sehr {de}",
            f"{actor.chinese}很{zh}",
        )
    if kind == 2 and zh != "病了":
        day = draw.one((*times.PAST[:3], times.PAST[12]))
        return sentence(
            f"{actor.english} {was(actor)} very {en} {day.english}",
            f"{actor.german} {german.present('waren', actor.person)} {day.german} sehr {de}",
            f"{actor.chinese}{day.chinese}很{zh}",
        )
    if kind == 3 and actor.person != "1s":
        return sentence(
            f"{be(actor)} {actor.english} {en}",
            f"{german.present('sein', actor.person)} {actor.german} {de}",
            f"{actor.chinese}{zh}吗",
            "?",
        )
    return None


@FAMILY.pattern(220)
def interested(draw: Draw) -> Triple | None:
    actor = draw.one((*STATEMENT, *actors.KIDS))
    en, de, zh = pick_row(draw, HOBBIES)
    negative = draw.chance(35)
    return sentence(
        f"{actor.english} {be(actor)} {'not ' if negative else ''}interested in {en}",
        f"{actor.german} {german.present('interessieren', actor.person)} {actor.reflexive} "
        f"{'nicht ' if negative else ''}für {de}",
        f"{actor.chinese}对{zh}{'不' if negative else '很'}感兴趣",
    )
