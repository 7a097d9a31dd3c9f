"""Clauses: word order, tense and negation of one action in each language."""

from dataclasses import dataclass

from . import english, german
from .actions import Action
from .actors import Actor

# English positive, negative | German modal | Chinese positive, negative. {s} is the ending of the third person.
MODALS = {
    "can": ("can", "can't", "können", "能", "不能"),
    "must": ("have to", "not have to", "müssen", "得", "不用"),
    "want": ("want to", "not want to", "wollen", "想", "不想"),
    "would like": ("would like to", "wouldn't like to", "möchten", "想", "不想"),
    "may": ("be allowed to", "not be allowed to", "dürfen", "可以", "不可以"),
    "should": ("should", "shouldn't", "sollten", "应该", "不应该"),
    "will": ("will", "won't", "werden", "会", "不会"),
    "would": ("would", "wouldn't", "würden", "会", "不会"),
    "could": ("could", "couldn't", "könnten", "能", "不能"),
}
ADVERBS = {
    "now": ("", "gerade", "正在"),
    "gladly": ("", "gern", "喜欢"),
    "too": ("", "auch", "也"),
    "already": ("already", "schon", "已经"),
    "ever": ("ever", "schon einmal", ""),
    "never": ("never", "noch nie", "从来没"),
}


@dataclass(frozen=True)
class Clause:
    """The content of a clause; the functions below express it in each language.

    tense: now (progressive), habit, plan (a fixed future), past, perfect; or `modal` names one of MODALS.
    `time` and `adverb` are triples in English, German, Chinese; `front` opens the sentence with the time.
    """

    actor: Actor
    action: Action
    tense: str = "habit"
    modal: str = ""
    negative: bool = False
    time: tuple[str, str, str] = ("", "", "")
    adverb: tuple[str, str, str] = ("", "", "")
    companion: Actor | None = None
    front: bool = False


def join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


# ---- English -------------------------------------------------------------------------------------------------------


def is_back(actor: Actor, adverb: str = "") -> bool:
    """Whether English uses `been` instead of `gone`: for I and you, and with ever and never."""
    return adverb in ("ever", "never") or actor.person in ("1s", "2s", "1p")


def english_verb(clause: Clause) -> tuple[str, str]:
    """The (auxiliary, rest) of a finite verb phrase; an empty auxiliary means that questions take do."""
    base, _, rest = clause.action.english.partition(" ")
    rest = rest.replace("{my}", clause.actor.owner.english)
    person = clause.actor.english_person
    third = person == "3s"
    nt = "n't" if clause.negative else ""
    if clause.modal:
        return _english_modal(clause, join(base, rest))
    if clause.tense in ("now", "plan"):
        be = english.PRESENT_BE.get(person, "are")
        return be + (" not" if clause.negative else ""), join(english.gerund(base), rest)
    if clause.tense == "perfect":
        there = base == "go" and rest.startswith(("to the ", "to a ")) and is_back(clause.actor, clause.adverb[0])
        return ("has" if third else "have") + nt, join("been" if there else english.participle(base), rest)
    if clause.tense == "past":
        return ("didn't", join(base, rest)) if clause.negative else ("", join(english.past(base), rest))
    if clause.negative:
        return ("doesn't" if third else "don't"), join(base, rest)
    return "", join(english.third_person(base) if third else base, rest)


def _english_modal(clause: Clause, infinitive: str) -> tuple[str, str]:
    positive, negative = MODALS[clause.modal][:2]
    person = clause.actor.english_person
    if clause.modal == "may":
        return english.PRESENT_BE.get(person, "are") + (" not" if clause.negative else ""), f"allowed to {infinitive}"
    if clause.modal in ("must", "want"):
        if clause.negative:
            return ("doesn't" if person == "3s" else "don't"), join(positive, infinitive)
        verb, _, to = positive.partition(" ")
        return "", join(english.third_person(verb) if person == "3s" else verb, to, infinitive)
    modal, _, to = (negative if clause.negative else positive).partition(" ")
    return modal, join(to, infinitive)


def english_statement(clause: Clause, *, final: bool = True) -> str:
    """Subject, auxiliary, adverb, verb, objects, companion, time."""
    auxiliary, rest = english_verb(clause)
    companion = f"with {clause.companion.english_object}" if clause.companion else ""
    time = clause.time[0]
    body = join(clause.actor.english, auxiliary, clause.adverb[0], rest, companion)
    return join(time, body) if clause.front and final else join(body, time)


def english_question(clause: Clause, lead: str = "") -> str:
    """Auxiliary (or do) before the subject."""
    auxiliary, rest = english_verb(clause)
    if not auxiliary:
        auxiliary = (
            "did"
            if clause.tense == "past" and not clause.modal
            else "does"
            if clause.actor.english_person == "3s"
            else "do"
        )
        base = clause.action.english.replace("{my}", clause.actor.owner.english)
        rest = join(MODALS[clause.modal][0], base) if clause.modal else base
    companion = f"with {clause.companion.english_object}" if clause.companion else ""
    return join(lead, auxiliary, clause.actor.english, clause.adverb[0], rest, companion, clause.time[0])


def english_infinitive(action: Action, actor: Actor) -> str:
    return action.english.replace("{my}", actor.owner.english)


def english_gerund(action: Action, actor: Actor) -> str:
    base, _, rest = english_infinitive(action, actor).partition(" ")
    return join(english.gerund(base), rest)


# ---- German --------------------------------------------------------------------------------------------------------


def german_middle(action: Action, actor: Actor, *, negation: str = "", focus: str = "") -> tuple[str, str]:
    """(reflexive pronoun, rest of the middle field); `negation` replaces nicht, `focus` is an adverb beside it."""
    text = action.german
    reflexive = ""
    for slot, word in (("{sich}", actor.reflexive), ("{sichd}", actor.reflexive_dative)):
        if text.startswith(slot):
            reflexive, text = word, text.removeprefix(slot).strip()
    text = _possessive(text, actor.owner.german)
    if "[" in text:
        before, _, rest = text.partition("[")
        alternatives, _, after = rest.partition("]")
        plain, none = alternatives.split("/")
        if negation:
            lead = negation.removesuffix("nicht").strip()
            return reflexive, join(before.strip(), focus, lead, none, after.strip())
        return reflexive, join(before.strip(), focus, plain, after.strip())
    if "~" not in text:
        text += " ~"
    before, _, after = text.partition("~")
    return reflexive, join(before.strip(), focus, negation, after.strip())


def _possessive(text: str, stem: str) -> str:
    while "{mein}" in text:
        before, _, after = text.partition("{mein}")
        ending = after[:2] if after[:2] in ("er", "en", "em") else after[:1].strip()
        form = ("eur" if stem == "euer" and ending else stem) + ending
        text = before + form + after[len(ending) :]
    return text


def german_verbs(clause: Clause) -> tuple[str, str, str]:
    """(finite verb, right bracket of a main clause, whole cluster of a verb-final clause)."""
    verb, person = clause.action.verb, clause.actor.person
    if clause.modal:
        finite = german.present(MODALS[clause.modal][2], person)
        return finite, verb.full, f"{verb.full} {finite}"
    if clause.tense in ("past", "perfect"):
        finite = german.present(verb.auxiliary, person)
        return finite, verb.participle, f"{verb.participle} {finite}"
    finite = german.present(verb.infinitive, person)
    return finite, verb.prefix, verb.prefix + finite


def _german_fields(clause: Clause, *, time: str) -> tuple[str, str]:
    """(reflexive, middle field) with time, adverb, companion and negation in order."""
    adverb = clause.adverb[1]
    focus = ""
    negation = "nicht" if clause.negative else ""
    if adverb in ("schon", "noch nicht"):
        negation = "noch nicht" if adverb == "noch nicht" else negation
        focus, adverb = ("schon" if adverb == "schon" else ""), ""
    reflexive, middle = german_middle(clause.action, clause.actor, negation=negation, focus=focus)
    companion = f"mit {clause.companion.dative}" if clause.companion else ""
    return reflexive, join(time, adverb, companion, middle)


def german_main(clause: Clause, first: str = "") -> str:
    """Verb second: the subject, the time or `first` opens the sentence."""
    finite, right, _ = german_verbs(clause)
    first = first or (clause.time[1] if clause.front else "")
    reflexive, middle = _german_fields(clause, time="" if clause.front else clause.time[1])
    if first:
        return join(first, finite, _subject_and_reflexive(clause.actor, reflexive), middle, right)
    return join(clause.actor.german, finite, reflexive, middle, right)


def _subject_and_reflexive(actor: Actor, reflexive: str) -> str:
    """After the finite verb the unstressed pronoun comes first: `freut er sich`, but `freut sich Anna`."""
    return join(actor.german, reflexive) if actor.is_pronoun else join(reflexive, actor.german)


def german_after_clause(clause: Clause) -> str:
    """The main clause after a subordinate one: the finite verb comes first."""
    return german_question(clause)


def german_question(clause: Clause, lead: str = "") -> str:
    """Verb first, or second after a question word."""
    finite, right, _ = german_verbs(clause)
    reflexive, middle = _german_fields(clause, time=clause.time[1])
    return join(lead, finite, _subject_and_reflexive(clause.actor, reflexive), middle, right)


def german_subordinate(clause: Clause) -> str:
    """Verb last; put the conjunction before it."""
    _, _, cluster = german_verbs(clause)
    reflexive, middle = _german_fields(clause, time=clause.time[1])
    return join(clause.actor.german, reflexive, middle, cluster)


def german_infinitive(action: Action, actor: Actor, *, zu: bool = True, lead: str = "", negation: str = "") -> str:
    """`die Küche zu putzen`, or without zu after a modal; `lead` is an adverb before the object."""
    reflexive, middle = german_middle(action, actor, negation=negation)
    return join(reflexive, lead, middle, action.verb.with_zu if zu else action.verb.full)


# ---- Chinese -------------------------------------------------------------------------------------------------------


def chinese_action(action: Action, actor: Actor, aspect: str = "", *, bare: bool = False) -> str:
    """The verb phrase with 了, 过 or no aspect; `bare` leaves out 一 and its measure word, as negations do."""
    owner = actor.owner.chinese
    text = action.chinese.replace("{我}", owner + ("的" if owner.endswith("们") else ""))
    text = text.replace("^" if aspect == "过" and "^" in text else "*", aspect).replace("^", "").replace("*", "")
    if "<" in text:
        before, _, rest = text.partition("<")
        measure, _, after = rest.partition(">")
        text = before + ("" if bare else measure) + after
    return text


RESULTS = tuple("掉完上醒来在进开给")


def chinese_over(action: Action, actor: Actor) -> str:
    """The past of a question, with 了 last: 寄包裹了; but after the verb where a number follows: 寄了两个包裹."""
    if "<>" in action.chinese or "给*" in action.chinese:
        return chinese_action(action, actor, "了")
    return chinese_action(action, actor, bare=True) + "了"


def chinese_already(action: Action, actor: Actor) -> str:
    """A completed action: 寄了包裹了, 去过银行了, 卖掉车了."""
    verb, _, rest = action.chinese.partition("*")
    aspect = "" if not rest or verb.endswith(RESULTS) else "了"
    if verb in ("去", "去看"):
        aspect = "过" if is_back(actor) else ""
    return chinese_action(action, actor, aspect) + "了"


def chinese_statement(clause: Clause, *, front: bool | None = None) -> str:
    """Time, subject, adverb, negation or modal, companion, verb phrase."""
    front = clause.front if front is None else front
    aspect, before = "", ""
    if clause.modal:
        before = MODALS[clause.modal][4 if clause.negative else 3]
    elif clause.tense in ("past", "perfect"):
        if clause.negative:
            before = "没"
        else:
            aspect = "了"
    elif clause.tense == "now":
        before = "没在" if clause.negative else ""
    elif clause.tense == "plan":
        before = "要"
    elif clause.negative:
        before = "不"
    companion = f"跟{clause.companion.chinese}一起" if clause.companion else ""
    action = chinese_action(clause.action, clause.actor, aspect, bare=clause.negative)
    adverb = clause.adverb[2]
    if adverb == "正在" and action.startswith("在") and not companion:
        adverb = "正"
    time, actor = clause.time[2], clause.actor.chinese
    opening = time + actor if front else actor + time
    return opening + adverb + before + companion + action
