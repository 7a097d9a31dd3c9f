"""Questions, requests and commands about actions."""

from . import actors, times
from .actions import Action, choose_action, time_for
from .actors import FIRST_NAMES, FORMAL_NAMES, HE, SHE, WE, YOU, YOU_FORMAL, Actor, I
from .clauses import (
    ADVERBS,
    Clause,
    chinese_action,
    chinese_already,
    chinese_over,
    chinese_statement,
    english_gerund,
    english_infinitive,
    english_question,
    english_statement,
    german_infinitive,
    german_main,
    german_middle,
    german_question,
    german_subordinate,
    join,
)
from .draw import Draw
from .german import imperative
from .phrases import HIS
from .sentences import Family, Triple, dialogue, sentence

FAMILY = Family("questions and requests")
ASKED = (YOU, YOU, YOU, HE, SHE, *actors.GROWN_UP[4:8], *FIRST_NAMES)


def ask(clause: Clause) -> Triple:
    zh = chinese_statement(clause)
    if clause.tense == "past":
        zh = clause.actor.chinese + clause.time[2] + chinese_over(clause.action, clause.actor)
    return sentence(english_question(clause), german_question(clause), zh + "吗", "?")


@FAMILY.pattern(300)
def did_you(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "d", actor)
    return ask(Clause(actor, action, "past", time=time_for(draw, times.PAST, action)))


@FAMILY.pattern(240)
def are_you_doing(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "p", actor)
    return ask(Clause(actor, action, "now", adverb=ADVERBS["now"]))


@FAMILY.pattern(240)
def do_you_often(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "h", actor, objects=20)
    return ask(Clause(actor, action, adverb=("often", "oft", "经常")))


@FAMILY.pattern(240)
def do_you_like(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "hf-r", actor, objects=20)
    do = "does" if actor.english_person == "3s" else "do"
    clause = Clause(actor, action, adverb=ADVERBS["gladly"])
    return sentence(
        f"{do} {actor.english} like {english_gerund(action, actor)}",
        german_question(clause),
        chinese_statement(clause) + "吗",
        "?",
    )


@FAMILY.pattern(200)
def have_you_ever(draw: Draw) -> Triple | None:
    actor = draw.one((YOU, YOU, *ASKED))
    action = choose_action(draw, "x", actor, objects=20, numbers=False)
    clause = Clause(actor, action, "perfect", adverb=ADVERBS["ever"])
    zh = f"{actor.chinese}{chinese_action(action, actor, '过', bare=True)}吗"
    return sentence(english_question(clause), german_question(clause), zh, "?")


@FAMILY.pattern(260)
def have_you_already(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "dw-t", actor, objects=30)
    clause = Clause(actor, action, "perfect", adverb=ADVERBS["already"])
    zh = f"{actor.chinese}已经{chinese_already(action, actor)}吗"
    return sentence(english_question(clause), german_question(clause), zh, "?")


@FAMILY.pattern(260)
def can_you(draw: Draw) -> Triple | None:
    actor = draw.one((YOU, YOU, *ASKED))
    action = choose_action(draw, "dw-r", actor)
    return ask(Clause(actor, action, modal="can", time=time_for(draw, times.TODAY, action)))


@FAMILY.pattern(240)
def do_you_want(draw: Draw) -> Triple | None:
    actor = draw.one((YOU, YOU, *ASKED))
    action = choose_action(draw, "df", actor)
    return ask(Clause(actor, action, modal="want", time=time_for(draw, times.FUTURE, action)))


@FAMILY.pattern(240)
def must_i(draw: Draw) -> Triple | None:
    actor = draw.one((I, WE, *ASKED))
    action = choose_action(draw, "dw", actor)
    clause = Clause(actor, action, modal="must", time=time_for(draw, times.TODAY, action))
    zh = f"{actor.chinese}{clause.time[2]}必须{chinese_action(action, actor)}吗"
    return sentence(english_question(clause), german_question(clause), zh, "?")


@FAMILY.pattern(220)
def would_you_like(draw: Draw) -> Triple | None:
    """Polite: Sie and 您."""
    action = choose_action(draw, "df-y", YOU_FORMAL, objects=30)
    return ask(Clause(YOU_FORMAL, action, modal="would like", time=time_for(draw, times.FUTURE, action)))


@FAMILY.pattern(240)
def could_you_please(draw: Draw) -> Triple | None:
    """Polite: Sie and 您."""
    action = choose_action(draw, "dcw-yr1", YOU_FORMAL, objects=40)
    day = time_for(draw, times.TODAY, action) if draw.chance(40) and "j" not in action.tags else times.Time("", "", "")
    clause = Clause(YOU_FORMAL, action, modal="could", adverb=("please", "bitte", ""), time=day)
    return sentence(
        english_question(clause), german_question(clause).replace(f"{day[1]} bitte", f"bitte {day[1]}")
        if day[1] else german_question(clause), f"麻烦您{day[2]}{chinese_action(action, YOU_FORMAL)}，好吗", "?",
    )  # fmt: skip


@FAMILY.pattern(260)
def why(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    negative = draw.chance(50)
    action = choose_action(draw, "d-rz", actor, objects=30, numbers=False)
    clause = Clause(actor, action, "past", negative=negative, time=time_for(draw, times.PAST, action))
    zh = chinese_statement(clause).replace(actor.chinese + clause.time[2], f"{actor.chinese}{clause.time[2]}为什么", 1)
    return sentence(english_question(clause, "why"), german_question(clause, "warum"), zh, "?")


@FAMILY.pattern(220)
def when(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "d", actor, objects=30, numbers=False)
    clause = Clause(actor, action, modal="will")
    zh = f"{actor.chinese}什么时候{chinese_action(action, actor)}"
    return sentence(english_question(clause, "when"), german_question(clause, "wann"), zh, "?")


WHO = Actor("who", "wer", "谁", "3s", HIS, "wen", "wem", "whom")


@FAMILY.pattern(260)
def who(draw: Draw) -> Triple | None:
    action = choose_action(draw, "d", WHO, objects=40)
    if any("{" in text for text in (action.english, action.german, action.chinese)) or " his " in action.english:
        return None
    kind = draw.below(3)
    if kind == 0 and "p" in action.tags:
        clause = Clause(WHO, action, "now", adverb=ADVERBS["now"])
    elif kind == 1:
        clause = Clause(WHO, action, "past", time=time_for(draw, times.PAST, action))
        return sentence(
            english_statement(clause),
            german_main(clause),
            f"{clause.time[2]}谁{chinese_over(action, WHO)}",
            "?",
        )
    elif "w" not in action.tags:
        return None
    else:
        clause = Clause(WHO, action, modal="must", time=time_for(draw, times.TODAY, action))
        return sentence(
            english_statement(clause), german_main(clause), f"{clause.time[2]}谁得{chinese_action(action, WHO)}", "?"
        )
    return sentence(english_statement(clause), german_main(clause), chinese_statement(clause), "?")


@FAMILY.pattern(220)
def with_whom(draw: Draw) -> Triple | None:
    actor = draw.one(ASKED)
    action = choose_action(draw, "ds", actor, objects=0)
    past = draw.chance(50)
    time = time_for(draw, times.PAST if past else times.FUTURE, action)
    clause = Clause(actor, action, "past" if past else "plan", time=time)
    en = english_question(Clause(actor, action, clause.tense), "who") + f" with {time.english}"
    done = chinese_over(action, actor) if past else chinese_action(action, actor)
    zh = f"{actor.chinese}{time.chinese}{'' if past else '要'}跟谁一起{done}"
    return sentence(en, german_question(clause, "mit wem"), zh, "?")


@FAMILY.pattern(240)
def command_informal(draw: Draw) -> Triple | None:
    """`Anna, please set the table.` with du and a plain 请."""
    name = draw.one(FIRST_NAMES)
    action = choose_action(draw, "dcw", YOU, objects=35)
    return sentence(
        f"{name.english}, please {english_infinitive(action, YOU)}",
        f"{name.german}, {_imperative(action, YOU, 'bitte')}",
        f"{name.chinese}，请你{chinese_action(action, YOU)}",
        "!",
    )


@FAMILY.pattern(240)
def command_polite(draw: Draw) -> Triple | None:
    name = draw.one(FORMAL_NAMES)
    action = choose_action(draw, "dcw-yr1", YOU_FORMAL, objects=35)
    return sentence(
        f"{name.english}, please {english_infinitive(action, YOU_FORMAL)}",
        f"{name.german}, {_imperative(action, YOU_FORMAL, 'bitte')}",
        f"{name.chinese}，请您{chinese_action(action, YOU_FORMAL)}",
    )


@FAMILY.pattern(200)
def prohibition(draw: Draw) -> Triple | None:
    """`Don't open the window!`, du and 别."""
    action = choose_action(draw, "dc", YOU, objects=40, numbers=False)
    day = draw.one((times.Time("", "", ""), times.Time("now", "jetzt", "现在"), times.Time("today", "heute", "今天")))
    return sentence(
        join("don't", english_infinitive(action, YOU), day.english),
        _imperative(action, YOU, day.german, negation="nicht"),
        f"{day.chinese}别{chinese_action(action, YOU, bare=True)}",
        "!",
    )


def _imperative(action: Action, actor: Actor, lead: str, *, negation: str = "") -> str:
    reflexive, middle = german_middle(action, actor, negation=negation)
    verb = action.verb
    if actor.formal:
        return join(f"{verb.infinitive} Sie", reflexive, lead, middle, verb.prefix)
    return join(imperative(verb.infinitive), reflexive, lead, middle, verb.prefix)


@FAMILY.pattern(220)
def lets(draw: Draw) -> Triple | None:
    action = choose_action(draw, "dfs", WE, objects=20)
    day = time_for(draw, times.FUTURE, action)
    return sentence(
        f"let's {english_infinitive(action, WE)} {day.english}",
        join("lass uns", day.german, german_infinitive(action, WE, zu=False).removeprefix("uns ")),
        f"我们{day.chinese}{chinese_action(action, WE)}吧",
        "!",
    )


@FAMILY.pattern(200)
def shall_we(draw: Draw) -> Triple | None:
    action = choose_action(draw, "dfs", WE, objects=15)
    day = time_for(draw, times.FUTURE, action)
    clause = Clause(WE, action, modal="would", time=day)
    en = f"shall we {english_infinitive(action, WE)} {day.english}"
    de = "sollen" + german_question(clause).removeprefix("würden")
    return sentence(en, de, f"我们{day.chinese}{chinese_action(action, WE)}，好吗", "?")


@FAMILY.pattern(200)
def do_you_know_whether(draw: Draw) -> Triple | None:
    actor = draw.one((HE, SHE, *actors.SINGULAR))
    action = choose_action(draw, "d", actor, objects=25)
    clause = Clause(actor, action, modal="will", time=time_for(draw, times.FUTURE, action))
    en = f"do you know whether {english_statement(clause)}"
    zh = f"你知道{actor.chinese}{clause.time[2]}会不会{chinese_action(action, actor)}"
    return sentence(en, f"weißt du, ob {german_subordinate(clause)}", zh + "吗", "?")


REFUSALS = (("I am too tired", "ich bin zu müde", "我太累了"), ("I have no time", "ich habe keine Zeit", "我没有时间"),
            ("I have to work", "ich muss arbeiten", "我得工作"), ("I am ill", "ich bin krank", "我生病了"))  # fmt: skip


@FAMILY.pattern(220)
def invitation_dialogue(draw: Draw) -> Triple | None:
    """A question and a polite refusal on one line."""
    action = choose_action(draw, "dfs", YOU, objects=10)
    day = time_for(draw, times.FUTURE, action)
    question = ask(Clause(YOU, action, modal="want", time=day))
    en, de, zh = draw.one(REFUSALS)
    return dialogue(question, sentence(f"no, {en}", f"nein, {de}", f"不了，{zh}"))


@FAMILY.pattern(220)
def done_dialogue(draw: Draw) -> Triple | None:
    action = choose_action(draw, "dw-t", YOU, objects=15)
    day = time_for(draw, times.PAST[:4], action)
    question = ask(Clause(YOU, action, "past", time=day))
    if draw.chance(50):
        answer = sentence("yes, of course", "ja, natürlich", "当然了")
    else:
        answer = sentence("no, I forgot", "nein, ich habe es vergessen", "没有，我忘了")
    return dialogue(question, answer)


@FAMILY.pattern(160)
def here_one_must_not(draw: Draw) -> Triple | None:
    """Rules with man: `Hier darf man nicht ...`."""
    keys = "dance play football play cards sing songs take photos watch television listen to music go swimming"
    action = choose_action(draw, "hf-rs" if draw.chance(30) else "pfs", HE, objects=0)
    if any("{" in t for t in (action.english, action.german)) or keys.find(action.english) < 0:
        return None
    day = draw.one((times.Time("", "", ""), times.Time("in the evening", "am Abend", "晚上"),
                    times.Time("on Sundays", "am Sonntag", "星期天")))  # fmt: skip
    negative = draw.chance(50)
    reflexive, middle = german_middle(action, HE, negation="nicht" if negative else "")
    return sentence(
        join("you may", "not" if negative else "", english_infinitive(action, HE), "here", day.english),
        join("hier darf man", reflexive, day.german, middle, action.verb.full),
        f"这里{day.chinese}{'不' if negative else ''}可以{chinese_action(action, HE, bare=True)}",
    )
