"""The clock, the calendar, the weather, numbers."""

from . import actors, chinese, english, german, times
from .actors import FIRST_NAMES, HE, SHE, YOU, I
from .clauses import join
from .draw import Draw
from .patterns_daily import be, do, possessive
from .sentences import Family, Triple, sentence
from .settings import pick_row
from .settings_table import CITIES, DEPARTING, OPENING, PLACES, STARTING, SUBJECTS, WEATHER

FAMILY = Family("clock, calendar and numbers")
YOU_AND_OTHERS = (YOU, YOU, HE, SHE, *actors.GROWN_UP[4:8], *FIRST_NAMES)


def clock(draw: Draw) -> tuple[str, str, str]:
    """A time of day as it is said: half past three, halb vier, 三点半."""
    hour = 1 + draw.below(12)
    following = hour % 12 + 1
    zh_hour = chinese.count(hour, "点")
    de_hour = "ein" if hour == 1 else german.number(hour)
    match draw.below(7):
        case 0:
            return f"half past {english.number(hour)}", f"halb {german.number(following)}", f"{zh_hour}半"
        case 1:
            return f"a quarter past {english.number(hour)}", f"Viertel nach {german.number(hour)}", f"{zh_hour}一刻"
        case 2:
            return (
                f"a quarter to {english.number(following)}",
                f"Viertel vor {german.number(following)}",
                f"差一刻{chinese.count(following, '点')}",
            )
        case 3:
            minutes = draw.one((5, 10, 20))
            return (
                f"{english.number(minutes)} past {english.number(hour)}",
                f"{german.number(minutes)} nach {german.number(hour)}",
                f"{zh_hour}{'零' if minutes < 10 else ''}{chinese.number(minutes)}分",
            )
        case 4:
            minutes = draw.one((5, 10, 20))
            return (
                f"{english.number(minutes)} to {english.number(following)}",
                f"{german.number(minutes)} vor {german.number(following)}",
                f"差{chinese.number(minutes)}分{chinese.count(following, '点')}",
            )
    return f"{english.number(hour)} o'clock", f"{de_hour} Uhr", zh_hour


@FAMILY.pattern(150)
def what_time_it_is(draw: Draw) -> Triple | None:
    en, de, zh = clock(draw)
    if draw.chance(50):
        return sentence(f"it is {en}", f"es ist {de}", f"现在{zh}")
    return sentence(f"it is already {en}", f"es ist schon {de}", f"已经{zh}了")


@FAMILY.pattern(240)
def departure(draw: Draw) -> Triple | None:
    en, de, zh, fahren, leaves, prefix = pick_row(draw, DEPARTING)
    en_time, de_time, zh_time = clock(draw)
    city = pick_row(draw, CITIES)
    if en != "the plane" and city[0] in ("Beijing", "Shanghai", "New York", "Tokyo", "Moscow"):
        return None
    return sentence(
        f"{en} to {city[0]} {leaves} at {en_time}",
        f"{de} nach {city[1]} {fahren} um {de_time} {prefix}",
        f"去{city[2]}的{zh}{zh_time}{'起飞' if fahren == 'fliegt' else '出发'}",
    )


@FAMILY.pattern(180)
def opening_hours(draw: Draw) -> Triple | None:
    en, de, zh = pick_row(draw, OPENING)
    en_time, de_time, zh_time = clock(draw)
    if draw.chance(50):
        return sentence(f"{en} opens at {en_time}", f"{de} öffnet um {de_time}", f"{zh}{zh_time}开门")
    return sentence(f"{en} closes at {en_time}", f"{de} schließt um {de_time}", f"{zh}{zh_time}关门")


@FAMILY.pattern(160)
def starting_time(draw: Draw) -> Triple | None:
    en, de, zh = pick_row(draw, STARTING)
    en_time, de_time, zh_time = clock(draw)
    day = draw.one((times.Time("", "", ""), times.Time("tomorrow", "morgen", "明天"), *times.TODAY[:1]))
    return sentence(
        join(en, "starts", day.english, "at", en_time),
        join(de, "beginnt", day.german, "um", de_time),
        f"{zh}{day.chinese}{zh_time}开始" if not day.chinese else f"{day.chinese}的{zh}{zh_time}开始",
    )


@FAMILY.pattern(70)
def when_does_it(draw: Draw) -> Triple | None:
    if draw.chance(50):
        en, de, zh = pick_row(draw, OPENING)
        word = draw.one((("open", "öffnet", "开门"), ("close", "schließt", "关门")))
    else:
        en, de, zh = pick_row(draw, STARTING)
        word = ("start", "beginnt", "开始")
    day = draw.one(
        (times.Time("", "", ""), times.Time("today", "heute", "今天"), times.Time("tomorrow", "morgen", "明天"))
    )
    link = "的" if day.chinese and word[0] == "start" else ""
    return sentence(
        join("when does", en, word[0], day.english),
        join("wann", word[1], de, day.german),
        f"{day.chinese}{link}{zh}几点{word[2]}",
        "?",
    )


@FAMILY.pattern(200)
def meet_at(draw: Draw) -> Triple | None:
    place = pick_row(draw, PLACES)
    en_time, de_time, zh_time = clock(draw)
    if place[0] == "at the doctor's":
        return None
    day = draw.one(times.FUTURE[:1] + times.FUTURE[8:12])
    return sentence(
        f"we are meeting {place[0]} {day.english} at {en_time}",
        f"wir treffen uns {day.german} um {de_time} {place[2]}",
        f"我们{day.chinese}{zh_time}在{place[4]}见面",
    )


@FAMILY.pattern(180)
def birthday(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, SHE, *actors.SINGULAR))
    month = draw.one(times.MONTHS)
    day = 1 + draw.below(28)
    return sentence(
        f"{possessive(actor)} birthday is on the {english.ordinal(day)} of {month.english}",
        f"{_german_birthday(actor)} am {german.ordinal(day)}en {month.german} Geburtstag",
        f"{actor.chinese}的生日是{month.chinese}{chinese.number(day)}号",
    )


def _german_birthday(actor: actors.Actor) -> str:
    return f"{actor.german} {german.present('haben', actor.person)}"


@FAMILY.pattern(120)
def today_is(draw: Draw) -> Triple | None:
    weekday = draw.one(times.WEEKDAYS)
    month = draw.one(times.MONTHS)
    day = 1 + draw.below(28)
    return sentence(
        f"today is {weekday.english}, the {english.ordinal(day)} of {month.english}",
        f"heute ist {weekday.german}, der {german.ordinal(day)}e {month.german}",
        f"今天是{month.chinese}{chinese.number(day)}号，{weekday.chinese}",
    )


@FAMILY.pattern(220)
def age(draw: Draw) -> Triple | None:
    actor = draw.one((I, HE, SHE, *actors.SINGULAR))
    grown = actor.english.startswith(("my grand", "my father", "my mother", "my uncle", "Mr", "my friend"))
    value = (61 + draw.below(30) if "grand" in actor.english else 31 + draw.below(28)) if grown else 5 + draw.below(45)
    if actor.english == "my friend":
        value = 18 + draw.below(30)
    return sentence(
        f"{actor.english} {be(actor)} {english.number(value)} years old",
        f"{actor.german} {german.present('sein', actor.person)} {german.number(value)} Jahre alt",
        f"{actor.chinese}{chinese.number(value)}岁",
    )


WEATHER_DAYS = (
    (("today", "heute", "今天"), "now"),
    (("yesterday", "gestern", "昨天"), "past"),
    (("last week", "letzte Woche", "上周"), "past"),
    (("at the weekend", "am Wochenende", "周末"), "future"),
    (("tomorrow", "morgen", "明天"), "future"),
    (("on Sunday", "am Sonntag", "星期天"), "future"),
    (("next week", "nächste Woche", "下周"), "future"),
)


@FAMILY.pattern(260)
def weather(draw: Draw) -> Triple | None:
    (en_day, de_day, zh_day), tense = draw.one(WEATHER_DAYS)
    city = pick_row(draw, CITIES)
    if draw.chance(25):
        en, de, zh = draw.one((("rain", "regnen", "下雨"), ("snow", "schneien", "下雪")))
        en_verb = {"now": f"is {en}ing", "past": f"{en}ed", "future": f"will {en}"}[tense]
        third, participle = ("regnet", "geregnet") if de == "regnen" else ("schneit", "geschneit")
        de_verb, tail = {"now": (third, ""), "past": ("hat", participle), "future": ("wird", de)}[tense]
        zh_verb = {"now": f"在{zh}", "past": f"{zh}了", "future": f"会{zh}"}[tense]
        return sentence(
            f"it {en_verb} in {city[0]} {en_day}",
            join(f"es {de_verb} {de_day} in {city[1]}", tail),
            f"{city[2]}{zh_day}{zh_verb}",
        )
    en, de, zh = pick_row(draw, WEATHER)
    en_verb = {"now": "is", "past": "was", "future": "will be"}[tense]
    de_verb = {"now": "ist", "past": "war", "future": "wird"}[tense]
    zh = f"会{zh}" if tense == "future" else zh
    return sentence(
        f"it {en_verb} {en} in {city[0]} {en_day}",
        f"es {de_verb} {de_day} in {city[1]} {de}",
        f"{city[2]}{zh_day}{zh}",
    )


@FAMILY.pattern(160)
def school_subject(draw: Draw) -> Triple | None:
    day = draw.one(times.WEEKDAYS[:5])
    en, de, zh = pick_row(draw, SUBJECTS)
    if draw.chance(50):
        return sentence(
            f"we have {en} on {day.english}", f"wir haben am {day.german} {de}", f"我们{day.chinese}有{zh}课"
        )
    actor = draw.one((YOU, *[a for a in actors.SINGULAR if a in actors.YOUNG], HE, SHE))
    return sentence(
        f"{do(actor)} {actor.english} like {en}",
        f"{german.present('mögen', actor.person)} {actor.german} {de}",
        f"{actor.chinese}喜欢{zh}吗",
        "?",
    )


@FAMILY.pattern(160)
def arithmetic(draw: Draw) -> Triple | None:
    first, second = 1 + draw.below(30), 1 + draw.below(20)
    if draw.chance(40) and first > second:
        return sentence(
            f"{english.number(first)} minus {english.number(second)} is {english.number(first - second)}",
            f"{german.number(first)} minus {german.number(second)} ist {german.number(first - second)}",
            f"{chinese.number(first)}减{chinese.number(second)}等于{chinese.number(first - second)}",
        )
    return sentence(
        f"{english.number(first)} plus {english.number(second)} is {english.number(first + second)}",
        f"{german.number(first)} plus {german.number(second)} ist {german.number(first + second)}",
        f"{chinese.number(first)}加{chinese.number(second)}等于{chinese.number(first + second)}",
    )


@FAMILY.pattern(180)
def duration(draw: Draw) -> Triple | None:
    en, de, zh = draw.one((("the train journey", "die Zugfahrt", "坐火车"), ("the flight", "der Flug", "坐飞机"),
                           ("the drive", "die Autofahrt", "开车")))  # fmt: skip
    city = pick_row(draw, CITIES[7:] if en == "the flight" else CITIES[:7])
    hours = 2 + draw.below(9)
    return sentence(
        f"{en} to {city[0]} takes {english.number(hours)} hours",
        f"{de} nach {city[1]} dauert {german.number(hours)} Stunden",
        f"{zh}去{city[2]}要{chinese.count(hours, '个小时')}",
    )
