"""Shopping, ordering, prices and asking the way."""

from . import chinese, english, german, times
from .actors import FIRST_NAMES, GROWN_UP, HE, SHE, WE, I
from .draw import Draw
from .nouns import Noun, of_class
from .patterns_giving import gladly
from .phrases import german_phrase, noun_phrase
from .sentences import Family, Triple, dialogue, sentence
from .settings import pick_row
from .settings_table import CONTAINERS, DIRECTIONS, PLACES

FAMILY = Family("shopping and asking the way")
SENTENCE_SUBJECTS = (I, HE, SHE, WE, *GROWN_UP, *FIRST_NAMES)


def portion(draw: Draw, kinds: tuple[str, ...], most: int = 4) -> tuple[str, str, str]:
    """`two cups of coffee`, zwei Tassen Kaffee, 两杯咖啡."""
    row = pick_row(draw, tuple(entry for entry in CONTAINERS if entry[6] in kinds))
    one, many, de_one, de_many, measure, zh, _ = row
    value = 1 + draw.below(most)
    if value == 1:
        return english.with_article(one), de_one, f"一{measure}{zh}"
    return f"{english.number(value)} {many}", f"{german.number(value)} {de_many}", chinese.count(value, measure) + zh


@FAMILY.pattern(240)
def ordering(draw: Draw) -> Triple | None:
    en, de, zh = portion(draw, ("hot", "drink", "bottle", "eat"))
    en2, de2, zh2 = portion(draw, ("eat",), 3)
    kind = draw.below(3)
    if zh[2:] == zh2[2:]:
        return None
    if kind == 0:
        return sentence(f"I would like {en}, please", f"ich hätte gern {de}, bitte", f"我想要{zh}，谢谢")
    if kind == 1:
        return sentence(
            f"we would like {en} and {en2}, please",
            f"wir hätten gern {de} und {de2}, bitte",
            f"我们想要{zh}和{zh2}，谢谢",
        )
    return sentence(
        f"could you bring us {en} and {en2}, please",
        f"könnten Sie uns bitte {de} und {de2} bringen",
        f"请您给我们来{zh}和{zh2}，好吗",
        "?",
    )


@FAMILY.pattern(200)
def buying_amounts(draw: Draw) -> Triple | None:
    actor = draw.one(SENTENCE_SUBJECTS)
    en, de, zh = portion(draw, ("bottle", "shop", "wear"), 5)
    day = draw.one(times.PAST[:5])
    place = pick_row(draw, PLACES[5:7])
    return sentence(
        f"{actor.english} bought {en} {place[0]} {day.english}",
        f"{actor.german} {german.present('haben', actor.person)} {day.german} {place[2]} {de} gekauft",
        f"{actor.chinese}{day.chinese}在{place[4]}买了{zh}",
    )


@FAMILY.pattern(200)
def drinking(draw: Draw) -> Triple | None:
    actor = draw.one(SENTENCE_SUBJECTS)
    en, de, zh = portion(draw, ("hot", "drink"), 3)
    day = draw.one((*times.PAST[:4], times.HABIT[0], times.HABIT[1], times.HABIT[2]))
    if "morning" in day.english and en.endswith(("beer", "wine")):
        return None
    if day.english.startswith("every"):
        third = actor.english_person == "3s"
        return sentence(
            f"{actor.english} {'drinks' if third else 'drink'} {en} {day.english}",
            f"{actor.german} {german.present('trinken', actor.person)} {day.german} {de}",
            f"{actor.chinese}{day.chinese}都喝{zh}",
        )
    return sentence(
        f"{actor.english} drank {en} {day.english}",
        f"{actor.german} {german.present('haben', actor.person)} {day.german} {de} getrunken",
        f"{actor.chinese}{day.chinese}喝了{zh}",
    )


def price_for(draw: Draw, noun: Noun) -> int:
    """A believable price in euros."""
    if noun.classes & {"veh"}:
        return 150 + 10 * draw.below(60)
    if noun.classes & {"device", "furn"}:
        return 50 + 5 * draw.below(150)
    if noun.classes & {"clothes", "wearable"}:
        return 15 + draw.below(120)
    return 5 + draw.below(60)


SOLD = ("clothes", "wearable", "device", "furn", "read", "carry", "gift")
UNSOLD = {"letter", "email", "text", "report", "postcard", "poem", "story", "key", "passport", "photo", "shopping list",
          "song", "wallet"}  # fmt: skip


@FAMILY.pattern(260)
def price(draw: Draw) -> Triple | None:
    noun = draw.pick([n for n in of_class(*SOLD) if n.english not in UNSOLD])
    thing = noun_phrase(noun, "this")
    kind = draw.below(4)
    if kind == 0:
        return sentence(
            f"how much does {thing.english} cost",
            f"wie viel kostet {thing.german['nom']}",
            f"{thing.chinese}多少钱",
            "?",
        )
    value = price_for(draw, noun)
    if kind == 1:
        question = sentence(
            f"how much is {thing.english}", f"was kostet {thing.german['nom']}", f"{thing.chinese}多少钱", "?"
        )
        return dialogue(question, sentence(f"{value} euros", f"{value} Euro", f"{value}欧元"))
    return sentence(
        f"{thing.english} costs {value} euros",
        f"{thing.german['nom']} kostet {value} Euro",
        f"{thing.chinese}{value}欧元",
    )


@FAMILY.pattern(160)
def do_you_sell(draw: Draw) -> Triple | None:
    noun = draw.pick([n for n in of_class(*SOLD) if n.english not in UNSOLD])
    things = noun_phrase(noun, "bare")
    return sentence(
        f"excuse me, do you sell {things.english}",
        f"entschuldigung, verkaufen Sie {things.german['acc']}",
        f"请问，你们卖{things.chinese}吗",
        "?",
    )


@FAMILY.pattern(200)
def take_it(draw: Draw) -> Triple | None:
    """A colour or size in the shop."""
    noun = draw.pick(of_class("clothes", "wearable"))
    thing = noun_phrase(noun, "this")
    en, de, zh = draw.one(
        (
            ("too big for me", "mir zu groß", "对我来说太大了"),
            ("too small for me", "mir zu klein", "对我来说太小了"),
            ("too long for me", "mir zu lang", "对我来说太长了"),
            ("too expensive for me", "mir zu teuer", "对我来说太贵了"),
        )
    )
    if "long" in en and "clothes" not in noun.classes:
        return None
    kind = draw.below(4)
    if kind == 0:
        cheaper = german_phrase(noun, "ein", "acc", plural=False, adjective="billiger")
        return sentence(
            f"is there also a cheaper {noun.english}", f"gibt es auch {cheaper}", f"有没有更便宜的{noun.chinese}", "?"
        )
    if kind == 1:
        size = draw.one((("bigger", "größer", "大"), ("smaller", "kleiner", "小")))
        return sentence(
            f"do you have {thing.english} in a {size[0]} size",
            f"haben Sie {thing.german['acc']} eine Nummer {size[1]}",
            f"{thing.chinese}有{size[2]}一号的吗",
            "?",
        )
    return sentence(f"{thing.english} is {en}", f"{thing.german['nom']} ist {de}", f"{thing.chinese}{zh}")


@FAMILY.pattern(80)
def how_do_i_get(draw: Draw) -> Triple | None:
    place = pick_row(draw, PLACES)
    if not place[6]:
        return None
    en, de, zh = draw.one(
        (
            ("excuse me, how do I get", "entschuldigung, wie komme ich", "请问，去{}怎么走"),
            ("how do I get from here", "wie komme ich von hier", "从这里去{}怎么走"),
        )
    )
    return sentence(f"{en} {place[1]}", f"{de} {_to(place[3])}", zh.format(place[5]), "?")


@FAMILY.pattern(80)
def where_is_the(draw: Draw) -> Triple | None:
    place = pick_row(draw, PLACES)
    if not place[6]:
        return None
    en, de, zh = draw.one(
        (
            ("excuse me, where is", "entschuldigung, wo ist", "请问，{}在哪儿"),
            ("could you tell me where {} is", "können Sie mir sagen, wo {} ist", "您能告诉我{}在哪儿吗"),
        )
    )
    if "{}" in en:
        return sentence(en.format(place[6]), de.format(place[7]), zh.format(place[4].rstrip("里")), "?")
    return sentence(f"{en} {place[6]}", f"{de} {place[7]}", zh.format(place[4].rstrip("里")), "?")


@FAMILY.pattern(160)
def directions(draw: Draw) -> Triple | None:
    first, second = pick_row(draw, DIRECTIONS), pick_row(draw, DIRECTIONS)
    if first[0].split()[:2] == second[0].split()[:2] or {"turn"} == {first[0].split()[0], second[0].split()[0]}:
        return None
    return sentence(
        f"first {first[0]}, then {second[0]}",
        f"zuerst {first[1]}, dann {second[1]}",
        f"先{first[2]}，然后{second[2]}",
    )


@FAMILY.pattern(120)
def distance(draw: Draw) -> Triple | None:
    place = pick_row(draw, PLACES)
    if not place[6]:
        return None
    value = 2 + draw.below(9)
    if draw.chance(50):
        return sentence(
            f"it is {english.number(value)} kilometres {place[1]}",
            f"es sind {german.number(value)} Kilometer bis {_to(place[3])}",
            f"到{place[5]}有{chinese.count(value, '公里')}",
        )
    minutes = 5 * (1 + draw.below(6))
    return sentence(
        f"it takes {english.number(minutes)} minutes to walk {place[1]}",
        f"zu Fuß braucht man {german.number(minutes)} Minuten bis {_to(place[3])}",
        f"走路到{place[5]}要{chinese.number(minutes)}分钟",
    )


def _to(goal: str) -> str:
    """`bis zum Kino`: with bis, every goal takes zu."""
    for accusative, dative in (("ins ", "zum "), ("in den ", "zum "), ("in die ", "zur "), ("auf den ", "zum "),
                               ("an den ", "zum ")):  # fmt: skip
        if goal.startswith(accusative):
            return dative + goal.removeprefix(accusative)
    return goal


@FAMILY.pattern(100)
def ordinal_street(draw: Draw) -> Triple | None:
    value = 1 + draw.below(6)
    side = draw.one((("left", "links", "左边"), ("right", "rechts", "右边")))
    floor = 2 + draw.below(9)
    if draw.chance(40):
        return sentence(
            f"take the {english.ordinal(value)} street on the {side[0]}",
            f"nehmen Sie die {german.ordinal(value)}e Straße {side[1]}",
            f"请走{side[2]}的第{chinese.number(value)}条街",
        )
    who = draw.one(GROWN_UP[:10])
    third = who.english_person == "3s"
    return sentence(
        f"{who.english} {'lives' if third else 'live'} on the {english.ordinal(floor)} floor",
        f"{who.german} {german.present('wohnen', who.person)} im {german.ordinal(floor)}en Stock",
        f"{who.chinese}住在{chinese.number(floor + 1)}楼",
    )


@FAMILY.pattern(200)
def tea_or_coffee(draw: Draw) -> Triple | None:
    group = draw.one((("drink",), ("mass", "snack", "fruit")))
    first, second = draw.pick(of_class(*group)), draw.pick(of_class(*group))
    if first == second or "lemon" in (first.english, second.english):
        return None
    one, two = noun_phrase(first, "bare"), noun_phrase(second, "bare")
    zh = gladly(first)[2]
    question = sentence(
        f"would you like {one.english} or {two.english}",
        f"möchten Sie {one.german['acc']} oder {two.german['acc']}",
        f"您想{zh}{one.chinese}还是{two.chinese}",
        "?",
    )
    if draw.chance(50):
        return question
    chosen = draw.one((one, two))
    return dialogue(
        question, sentence(f"{chosen.english}, please", f"{chosen.german['acc']}, bitte", f"{chosen.chinese}，谢谢")
    )
