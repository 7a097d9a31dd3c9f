"""Main clauses about actions: tenses, negation, modals, frequency."""

from dataclasses import replace

from . import actors, times
from .actions import choose_action, time_for
from .actors import COMPANIONS, PLAYFUL, STATEMENT, Actor, taken_up
from .clauses import (
    ADVERBS,
    Clause,
    chinese_action,
    chinese_already,
    chinese_statement,
    english_gerund,
    english_infinitive,
    english_statement,
    german_infinitive,
    german_main,
)
from .draw import Draw
from .sentences import Family, Triple, sentence

FAMILY = Family("statements")


def say(clause: Clause, end: str = ".") -> Triple:
    return sentence(english_statement(clause), german_main(clause), chinese_statement(clause), end)


def companion_for(draw: Draw, actor: Actor) -> Actor | None:
    """A companion of the subject; for a pronoun another person, never the same one."""
    companion = draw.one(COMPANIONS if actor.person in ("1s", "2s", "1p") else actors.FIRST_NAMES)
    return companion if companion.english != actor.english else None


@FAMILY.pattern(420)
def progressive(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    return say(Clause(actor, choose_action(draw, "p", actor), "now", adverb=ADVERBS["now"]))


@FAMILY.pattern(420)
def past(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor)
    return say(Clause(actor, action, "past", time=time_for(draw, times.PAST, action), front=draw.chance(35)))


@FAMILY.pattern(240)
def mishap(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "z", actor, objects=100)
    return say(Clause(actor, action, "past", time=draw.one(times.PAST), front=draw.chance(25)))


@FAMILY.pattern(300)
def past_trip(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "v", actor, objects=0)
    return say(Clause(actor, action, "past", time=time_for(draw, times.LONG_PAST, action), front=draw.chance(35)))


@FAMILY.pattern(360)
def past_negative(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor, objects=25, numbers=False)
    return say(Clause(actor, action, "past", negative=True, time=time_for(draw, times.PAST, action)))


@FAMILY.pattern(300)
def habit(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "h", actor, objects=30)
    time = time_for(draw, times.HABIT, action)
    adverb = ("", "", "都") if time.chinese.startswith("每") else ("", "", "")
    return say(Clause(actor, action, "habit", time=time, adverb=adverb, front=draw.chance(35)))


@FAMILY.pattern(300)
def frequency(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    return say(Clause(actor, choose_action(draw, "h", actor, objects=30), adverb=draw.one(times.FREQUENCY)))


@FAMILY.pattern(220)
def habit_negative(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "h", actor, objects=30)
    return say(Clause(actor, action, negative=True)) if "[" in action.german else None


@FAMILY.pattern(300)
def plan(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor, objects=25)
    return say(Clause(actor, action, "plan", time=time_for(draw, times.FUTURE, action), front=draw.chance(35)))


@FAMILY.pattern(300)
def future(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor)
    return say(Clause(actor, action, modal="will", time=time_for(draw, times.FUTURE, action), front=draw.chance(35)))


@FAMILY.pattern(240)
def future_negative(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor, objects=20, numbers=False)
    return say(Clause(actor, action, modal="will", negative=True, time=time_for(draw, times.FUTURE[:-1], action)))


@FAMILY.pattern(300)
def together(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    companion = companion_for(draw, actor)
    if companion is None:
        return None
    action = choose_action(draw, "ds", actor, objects=15)
    if draw.chance(50):
        return say(Clause(actor, action, "past", time=time_for(draw, times.PAST, action), companion=companion))
    return say(Clause(actor, action, "plan", time=time_for(draw, times.FUTURE, action), companion=companion))


@FAMILY.pattern(300)
def must(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "dw", actor)
    return say(Clause(actor, action, modal="must", time=time_for(draw, times.TODAY, action), front=draw.chance(35)))


@FAMILY.pattern(240)
def must_not(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "dw", actor, numbers=False)
    return say(Clause(actor, action, modal="must", negative=True, time=time_for(draw, times.TODAY, action)))


@FAMILY.pattern(260)
def cannot(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor, objects=25, numbers=False)
    return say(Clause(actor, action, modal="can", negative=True, time=time_for(draw, times.TODAY, action)))


@FAMILY.pattern(240)
def want(draw: Draw) -> Triple | None:
    actor = draw.one((actors.HE, actors.SHE, *actors.SINGULAR))
    action = choose_action(draw, "df", actor)
    return say(Clause(actor, action, modal="want", negative=draw.chance(30), time=time_for(draw, times.FUTURE, action)))


@FAMILY.pattern(240)
def would_like(draw: Draw) -> Triple | None:
    actor = draw.one((actors.I, actors.WE))
    action = choose_action(draw, "df", actor)
    return say(Clause(actor, action, modal="would like", time=time_for(draw, times.FUTURE, action)))


@FAMILY.pattern(240)
def should(draw: Draw) -> Triple | None:
    actor = draw.one((actors.YOU, actors.YOU, *STATEMENT))
    action = choose_action(draw, "dw-r", actor)
    return say(Clause(actor, action, modal="should", time=time_for(draw, times.TODAY, action)))


@FAMILY.pattern(200)
def may(draw: Draw) -> Triple | None:
    actor = draw.one((actors.I, actors.HE, actors.SHE, actors.WE, *actors.KIDS[:1], *actors.FIRST_NAMES))
    action = choose_action(draw, "df", actor, objects=20)
    return say(Clause(actor, action, modal="may", negative=draw.chance(40), time=time_for(draw, times.TODAY, action)))


@FAMILY.pattern(300)
def already(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "dw-t", actor)
    clause = Clause(actor, action, "perfect", adverb=ADVERBS["already"])
    zh = f"{actor.chinese}已经{chinese_already(action, actor)}"
    return sentence(english_statement(clause), german_main(clause), zh)


@FAMILY.pattern(300)
def not_yet(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "dw-t", actor, numbers=False)
    clause = Clause(actor, action, "perfect", negative=True, adverb=("", "noch nicht", "还"))
    return sentence(english_statement(clause) + " yet", german_main(clause), chinese_statement(clause))


@FAMILY.pattern(180)
def never(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "x", actor, objects=15, numbers=False)
    clause = Clause(actor, action, "perfect", adverb=ADVERBS["never"])
    zh = actor.chinese + ADVERBS["never"][2] + chinese_action(action, actor, "过", bare=True)
    return sentence(english_statement(clause), german_main(clause), zh)


@FAMILY.pattern(240)
def like_doing(draw: Draw) -> Triple | None:
    actor = draw.one(PLAYFUL)
    action = choose_action(draw, "hf-r", actor, objects=30)
    negative = draw.chance(25)
    verb = {"3s": ("likes", "doesn't like")}.get(actor.english_person, ("like", "don't like"))[negative]
    particle = "nicht gern" if negative else "gern"
    clause = Clause(actor, action, adverb=("", particle, ("不" if negative else "") + "喜欢"))
    return sentence(
        f"{actor.english} {verb} {english_gerund(action, actor)}", german_main(clause), chinese_statement(clause)
    )


@FAMILY.pattern(220)
def rather(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    first, second = (choose_action(draw, "dhfs-r", actor, objects=0) for _ in range(2))
    if {"do sport", "dance"} & {first.english, second.english} or first == second or first.verb == second.verb:
        return None
    main = Clause(actor, first, modal="would", adverb=("rather", "lieber", ""))
    zh = f"比起{chinese_action(second, actor)}，{actor.chinese}更想{chinese_action(first, actor)}"
    de = german_main(main) + " als " + german_infinitive(second, actor, zu=False)
    return sentence(english_statement(main) + " than " + english_infinitive(second, actor), de, zh)


@FAMILY.pattern(260)
def first_then(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    first, second = (choose_action(draw, "dw-tvr1", actor, objects=10) for _ in range(2))
    if first == second or first.verb.infinitive == second.verb.infinitive:
        return None
    one, again = Clause(actor, first, modal="will"), taken_up(actor)
    de_second = german_main(Clause(again, second, "habit"), first="dann")
    de_first = german_main(Clause(actor, first, "habit"), first="zuerst")
    en = f"first {english_statement(one)}, then {english_statement(replace(one, actor=again, action=second))}"
    zh = f"{actor.chinese}先{chinese_action(first, actor)}，然后{chinese_action(second, actor)}"
    return sentence(en, f"{de_first} und {de_second}", zh)


@FAMILY.pattern(240)
def contrast(draw: Draw) -> Triple | None:
    """Two people and two actions at the same time."""
    actor, other = draw.one(STATEMENT), draw.one(STATEMENT)
    ambiguous = other.english in ("he", "she", "they") and not actor.is_pronoun
    if ambiguous or actor.english == other.english or {actor.person, other.person} == {"1s", "1p"}:
        return None
    first = choose_action(draw, "p", actor, objects=10)
    second = choose_action(draw, "p", other, objects=10)
    if first == second:
        return None
    one, two = Clause(actor, first, "now"), Clause(other, second, "now", adverb=ADVERBS["now"])
    one = replace(one, adverb=ADVERBS["now"])
    return sentence(
        f"{english_statement(one)} and {english_statement(two)}",
        f"{german_main(one)} und {german_main(two)}",
        f"{chinese_statement(one)}，{chinese_statement(two)}",
    )


@FAMILY.pattern(200)
def too(draw: Draw) -> Triple | None:
    actor = draw.one(PLAYFUL)
    action = choose_action(draw, "hf", actor, objects=20)
    clause = Clause(actor, action, adverb=ADVERBS["too"])
    return sentence(english_statement(clause) + " too", german_main(clause), chinese_statement(clause))


@FAMILY.pattern(200)
def no_longer(draw: Draw) -> Triple | None:
    actor = draw.one(PLAYFUL)
    action = choose_action(draw, "hf", actor, objects=20)
    clause = Clause(actor, action, negative=True)
    positive = chinese_action(action, actor, bare=True)
    de = german_main(clause).replace("nicht", "nicht mehr", 1)
    if de == german_main(clause):
        for none in ("keinen", "keine", "kein"):
            if f" {none} " in de:
                head, _, tail = de.partition(f" {none} ")
                noun, _, rest = tail.partition(" ")
                de = f"{head} {none} {noun} mehr" + (f" {rest}" if rest else "")
                break
    if " mehr" not in de or "Glas" in de or "Tasse" in de:
        return None
    return sentence(english_statement(clause) + " any more", de, f"{actor.chinese}不再{positive}了")
