"""Subordinate clauses with the verb at the end: weil, dass, ob, wenn, während, bevor, obwohl."""

from . import actors, times
from .actions import FIXED_ACTIONS, Action, choose_action, suits, time_for
from .actors import HE, PLAYFUL, SHE, STATEMENT, THEY, WE, I, taken_up
from .clauses import (
    Clause,
    chinese_action,
    chinese_statement,
    english_statement,
    german_after_clause,
    german_subordinate,
)
from .draw import Draw
from .english import PRESENT_BE
from .german import present
from .sentences import Family, Triple, sentence

FAMILY = Family("subordinate clauses")
OUTDOORS = (
    "go swimming", "go hiking", "go for a walk", "go fishing", "go camping", "go to the park", "go to the zoo",
    "work in the garden", "play football", "play tennis", "go to the seaside", "go to the mountains", "walk the dog",
    "mow the lawn", "wash the car", "ride {my} bike", "go to the market", "clean the windows", "have a party",
)  # fmt: skip
INDOORS = (
    "play cards", "play chess", "go to the cinema", "go to the museum", "go to the library", "watch a film",
    "play computer games", "tidy the room", "clean the kitchen", "bake a cake", "read a book", "listen to music",
    "do the laundry", "rest at home", "clean the bathroom", "play table tennis", "tidy the garage", "do {my} homework",
    "practise the guitar", "go to the theatre", "play the piano",
)  # fmt: skip


def choose_from(draw: Draw, keys: tuple[str, ...], actor: actors.Actor) -> Action:
    """A fixed action from a given set."""
    return draw.pick([a for a in FIXED_ACTIONS if a.english in keys and suits(a, actor)])


def doing_chinese(action: Action, actor: actors.Actor) -> str:
    """在 before an action in progress, unless it already has a place with 在."""
    text = chinese_action(action, actor)
    return text if text.startswith("在") else "在" + text


def be(actor: actors.Actor, state: tuple[str, str, str]) -> tuple[str, str, str]:
    """`I am tired` with the verb agreeing."""
    en = f"{actor.english} {PRESENT_BE.get(actor.english_person, 'are')} {state[0]}"
    return en, f"{actor.german} {present('sein', actor.person)} {state[1]}", actor.chinese + state[2]


STRENUOUS = (
    "work overtime", "work in the garden", "clean the kitchen", "clean the bathroom", "clean the windows",
    "mow the lawn", "tidy the garage", "repair the roof", "paint the walls", "wash the car", "play football",
    "play basketball", "go hiking", "go jogging", "go dancing", "do the laundry", "clean up the office", "plant a tree",
    "go swimming", "iron the shirts", "do sport", "play with the children", "climb that mountain",
)  # fmt: skip


@FAMILY.pattern(260)
def because_past(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    again = taken_up(actor)
    tired = draw.chance(50)
    en, de, zh = be(actor, ("tired", "müde", "很累") if tired else ("satisfied", "zufrieden", "很满意"))
    action = choose_from(draw, STRENUOUS, actor) if tired else choose_action(draw, "dw-tqry1", actor, objects=0)
    clause = Clause(again, action, "past", time=time_for(draw, times.PAST[:4], action))
    return sentence(
        f"{en} because {english_statement(clause)}",
        f"{de}, weil {german_subordinate(clause)}",
        f"{zh}，因为{chinese_statement(clause)}",
    )


@FAMILY.pattern(260)
def because_plan(draw: Draw) -> Triple | None:
    actor = draw.one(PLAYFUL)
    again = taken_up(actor)
    en, de, zh = be(actor, ("happy", "glücklich", "很高兴"))
    action = choose_action(draw, "dfs-rq", actor, objects=10)
    clause = Clause(again, action, "plan", time=time_for(draw, times.FUTURE, action))
    return sentence(
        f"{en} because {english_statement(clause)}",
        f"{de}, weil {german_subordinate(clause)}",
        f"{zh}，因为{chinese_statement(clause)}",
    )


@FAMILY.pattern(260)
def because_no_time(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    again = taken_up(actor)
    have = "has" if actor.english_person == "3s" else "have"
    action = choose_action(draw, "dw-rtq", actor, objects=0)
    clause = Clause(again, action, modal="must")
    time = time_for(draw, times.TODAY[:4], action)
    return sentence(
        f"{actor.english} {have} no time {time.english} because {english_statement(clause)}",
        f"{actor.german} {present('haben', actor.person)} {time.german} keine Zeit, weil {german_subordinate(clause)}",
        f"{actor.chinese}{time.chinese}没有时间，因为{chinese_statement(clause)}",
    )


HOPE = (
    ("hope that", "hoffen", "希望"),
    ("think that", "glauben", "觉得"),
    ("know that", "wissen", "知道"),
)
THINK_FORMS = {"hope that": "hopes that", "think that": "thinks that", "know that": "knows that"}


@FAMILY.pattern(300)
def that_clause(draw: Draw) -> Triple | None:
    thinker = draw.one((I, I, WE, HE, SHE, *actors.SINGULAR[:8]))
    actor = draw.one(STATEMENT)
    if actor.english == thinker.english or (actor.is_pronoun and actor.owner is thinker.owner):
        return None
    verb, de_verb, zh_verb = draw.one(HOPE)
    action = choose_action(draw, "dw-r" if draw.chance(50) else "df-r", actor, objects=25)
    clause = Clause(actor, action, modal="will", time=time_for(draw, times.FUTURE, action))
    if thinker.english_person == "3s":
        verb = THINK_FORMS[verb]
    return sentence(
        f"{thinker.english} {verb} {english_statement(clause)}",
        f"{thinker.german} {present(de_verb, thinker.person)}, dass {german_subordinate(clause)}",
        f"{thinker.chinese}{zh_verb}{chinese_statement(clause)}",
    )


@FAMILY.pattern(240)
def reported(draw: Draw) -> Triple | None:
    speaker = draw.one((*actors.FIRST_NAMES, *actors.PEOPLE_LIST[:8]))
    modal, tags = draw.one((("want", "df"), ("must", "dw"), ("can", "d")))
    action = choose_action(draw, tags, speaker, objects=25)
    clause = Clause(taken_up(speaker), action, modal=modal)
    clause = Clause(
        clause.actor, action, modal=clause.modal, negative=clause.modal == "can",
        time=time_for(draw, times.TODAY, action),
    )  # fmt: skip
    if clause.negative and action.counted:
        return None
    return sentence(
        f"{speaker.english} says that {english_statement(clause)}",
        f"{speaker.german} sagt, dass {german_subordinate(clause)}",
        f"{speaker.chinese}说{chinese_statement(clause)}",
    )


@FAMILY.pattern(240)
def whether(draw: Draw) -> Triple | None:
    actor = draw.one((HE, SHE, *actors.SINGULAR))
    action = choose_action(draw, "d", actor, objects=25)
    clause = Clause(actor, action, "past", time=time_for(draw, times.PAST, action))
    zh_action = chinese_action(action, actor, "", bare=True)
    return sentence(
        f"I don't know whether {english_statement(clause)}",
        f"ich weiß nicht, ob {german_subordinate(clause)}",
        f"我不知道{actor.chinese}{clause.time[2]}有没有{zh_action}",
    )


@FAMILY.pattern(260)
def if_weather(draw: Draw) -> Triple | None:
    actor = draw.one((I, WE, WE, *actors.NAME_LIST))
    good = draw.chance(50)
    action = choose_from(draw, OUTDOORS if good else INDOORS, actor)
    day = draw.one(times.FUTURE[:1] + times.TODAY[5:6] + times.WEEKDAYS[:1])
    if day.english == "Monday":
        day = times.Time("on Monday", "am Montag", "星期一")
    clause = Clause(actor, action, modal="will")
    if good:
        condition = (
            f"if the weather is nice {day[0]}",
            f"wenn {day[1]} das Wetter schön ist",
            f"如果{day[2]}天气好",
        )
    else:
        condition = (f"if it rains {day[0]}", f"wenn es {day[1]} regnet", f"如果{day[2]}下雨")
    return sentence(
        f"{condition[0]}, {english_statement(clause)}",
        f"{condition[1]}, " + german_after_clause(clause),
        f"{condition[2]}，{actor.chinese}就会{chinese_action(action, actor)}",
    )


@FAMILY.pattern(240)
def if_time(draw: Draw) -> Triple | None:
    actor = draw.one((I, WE, HE, SHE, *actors.NAME_LIST[:12]))
    again = taken_up(actor)
    action = choose_action(draw, "df-r", actor, objects=15)
    has = "has" if actor.english_person == "3s" else "have"
    day = time_for(draw, times.FUTURE, action)
    clause = Clause(again, action, modal="will")
    return sentence(
        f"if {actor.english} {has} time {day[0]}, {english_statement(clause)}",
        f"wenn {actor.german} {day[1]} Zeit {present('haben', actor.person)}, " + german_after_clause(clause),
        f"如果{actor.chinese}{day[2]}有时间，{_again_chinese(actor)}就会{chinese_action(action, actor)}",
    )


def _again_chinese(actor: actors.Actor) -> str:
    """The main clause refers to a name with a pronoun; a pronoun is not repeated."""
    return "" if actor.is_pronoun else taken_up(actor).chinese


UNREAL = (
    ("had more time", "mehr Zeit", "有更多时间"),
    ("had more money", "mehr Geld", "有更多钱"),
    ("had a car", "ein Auto", "有车"),
)


@FAMILY.pattern(200)
def unreal(draw: Draw) -> Triple | None:
    actor = draw.one((I, WE, HE, SHE, *actors.NAME_LIST[:12]))
    again = taken_up(actor)
    en, de, zh = draw.one(UNREAL)
    driving = ("travel to Italy", "go to the seaside", "go to the mountains")
    trips = driving if "car" in en else ("travel to China", *driving)
    action = choose_action(draw, "hf-rq", actor, objects=0) if "time" in en else choose_from(draw, trips, actor)
    clause = Clause(again, action, modal="would")
    return sentence(
        f"if {actor.english} {en}, {english_statement(clause)}",
        f"wenn {actor.german} {de} {present('hätten', actor.person)}, " + german_after_clause(clause),
        f"如果{actor.chinese}{zh}，{_again_chinese(actor)}就会{chinese_action(action, actor)}",
    )


@FAMILY.pattern(260)
def while_clause(draw: Draw) -> Triple | None:
    actor, other = draw.one(STATEMENT), draw.one(STATEMENT)
    ambiguous = actor.is_pronoun != other.is_pronoun and {actor, other} & {HE, SHE, THEY}
    if ambiguous or actor.english == other.english or {actor.person, other.person} == {"1s", "1p"}:
        return None
    first, second = choose_action(draw, "p", actor, objects=10), choose_action(draw, "p", other, objects=10)
    if first == second:
        return None
    one, two = Clause(actor, first, "now"), Clause(other, second, "now")
    meanwhile = chinese_action(first, actor, bare=True)
    return sentence(
        f"while {english_statement(one)}, {english_statement(two)}",
        f"während {german_subordinate(one)}, " + german_after_clause(two),
        f"{actor.chinese}{meanwhile}的时候，{other.chinese}{doing_chinese(second, other)}",
    )


BEFORE = (
    ("goes to bed", "go to bed", "ins Bett {gehen}", "睡觉"),
    ("goes to work", "go to work", "zur Arbeit {gehen}", "上班"),
)


EVENINGS = (
    "brush {my} teeth",
    "read books",
    "do the dishes",
    "listen to music",
    "feed the cat",
    "take a shower",
    "wash {my} hands",
    "do {my} homework",
    "watch television",
    "take the medicine",
    "walk the dog",
    "play chess",
    "take out the rubbish",
    "turn off the computer",
    "close the door",
    "learn new words",
    "call {my} parents",
    "watch the news",
    "iron the shirts",
    "practise the guitar",
    "turn off the television",
)
MORNINGS = (
    "brush {my} teeth",
    "make breakfast",
    "feed the dog",
    "take a shower",
    "walk the dog",
    "make coffee",
    "read the newspaper",
    "water the flowers",
    "take the children to school",
    "go jogging",
    "feed the cat",
    "wake up the children",
    "take out the rubbish",
    "close the door",
    "do sport",
    "go swimming",
)


@FAMILY.pattern(200)
def before_clause(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    again = taken_up(actor)
    third, base, de, zh = draw.one(BEFORE)
    action = choose_from(draw, EVENINGS if "bed" in base else MORNINGS, actor)
    german_verb = present("gehen", actor.person)
    clause = Clause(again, action)
    return sentence(
        f"before {actor.english} {third if actor.english_person == '3s' else base}, {english_statement(clause)}",
        f"bevor {actor.german} {de.replace('{gehen}', german_verb)}, " + german_after_clause(clause),
        f"{actor.chinese}{zh}之前{chinese_action(action, actor)}",
    )


@FAMILY.pattern(240)
def although(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    again = taken_up(actor)
    state = draw.one((("tired", "müde", "很累"), ("ill", "krank", "生病了")))
    en_be = f"{actor.english} {PRESENT_BE.get(actor.english_person, 'are')} {state[0]}"
    action = choose_action(draw, "pw-t", actor, objects=15)
    clause = Clause(again, action, "now")
    return sentence(
        f"although {en_be}, {english_statement(clause)}",
        f"obwohl {actor.german} {state[1]} {present('sein', actor.person)}, " + german_after_clause(clause),
        f"虽然{actor.chinese}{state[2]}，但是{again.chinese}{doing_chinese(action, actor)}",
    )
