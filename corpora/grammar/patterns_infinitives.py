"""Infinitives with zu, um ... zu and ohne ... zu, and relative clauses."""

from . import actors, german, times
from .actions import choose_action, time_for
from .actors import HE, PLAYFUL, SHE, STATEMENT, WE, I
from .adjectives import fitting
from .clauses import (
    ADVERBS,
    Clause,
    chinese_action,
    english_gerund,
    english_infinitive,
    german_infinitive,
    german_subordinate,
    join,
)
from .draw import Draw
from .english import PRESENT_BE
from .german import present
from .nouns import of_class
from .patterns_subordinate import choose_from
from .phrases import noun_phrase
from .sentences import Family, Triple, sentence

FAMILY = Family("infinitives and relative clauses")
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


JUDGEMENT = (
    ("it is important", "es ist wichtig", "很重要", "w"),
    ("it is necessary", "es ist notwendig", "是必要的", "w"),
    ("it is fun", "es macht Spaß", "很有意思", "hfs-r"),
    ("it is nice", "es ist schön", "很不错", "hf-r"),
    ("it is expensive", "es ist teuer", "很贵", "xvf"),
    ("it is boring", "es ist langweilig", "很无聊", "phw-y"),
    ("it is not easy", "es ist nicht leicht", "不容易", ""),
)
HARD = ("learn German", "learn Chinese", "learn to swim", "repair the bike", "train for the marathon",
        "play the violin",
        "build a house", "save money", "look after the children", "paint the walls", "learn new words",
        "climb that mountain", "repair the roof", "play chess", "work at home")  # fmt: skip


@FAMILY.pattern(300)
def it_is_nice_to(draw: Draw) -> Triple | None:
    en, de, zh, tags = draw.one(JUDGEMENT)
    action = choose_action(draw, tags, I, objects=0) if tags else choose_from(draw, HARD, I)
    if any("{" in text for text in (action.english, action.german, action.chinese)):
        return None
    day = draw.one((*times.HABIT[:2], times.Time("", "", ""), times.Time("", "", "")))
    if day.english and ("h" not in action.tags or en not in ("it is important", "it is boring")):
        return None
    if day.english and set("mnevq") & set(action.tags):
        return None
    return sentence(
        join(en, "to", english_infinitive(action, I), day.english),
        f"{de}, {german_infinitive(action, I, lead=day.german)}",
        f"{day.chinese}{chinese_action(action, I)}{zh}",
    )


ZU_PERFECT = (
    ("forgot", "vergessen", "忘了", "dw-t"),
    ("decided", "beschlossen", "决定", "vx"),
    ("promised", "versprochen", "答应", "dw-tq"),
)


@FAMILY.pattern(240)
def no_time_to(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    action = choose_action(draw, "d", actor, objects=20)
    third = actor.english_person == "3s"
    day = time_for(draw, times.TODAY, action)
    return sentence(
        f"{actor.english} {'has' if third else 'have'} no time to {english_infinitive(action, actor)} {day.english}",
        f"{actor.german} {present('haben', actor.person)} {day.german} keine Zeit, {german_infinitive(action, actor)}",
        f"{actor.chinese}{day.chinese}没有时间{chinese_action(action, actor, bare=True)}",
    )


@FAMILY.pattern(280)
def did_to(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    en, de, zh, tags = draw.one(ZU_PERFECT)
    action = choose_action(draw, tags, actor, objects=20)
    return sentence(
        f"{actor.english} {en} to {english_infinitive(action, actor)}",
        f"{actor.german} {present('haben', actor.person)} {de}, {german_infinitive(action, actor)}",
        f"{actor.chinese}{zh}{chinese_action(action, actor)}",
    )


@FAMILY.pattern(240)
def feel_like(draw: Draw) -> Triple | None:
    actor = draw.one(PLAYFUL)
    action = choose_action(draw, "hf-r", actor, objects=20)
    third, negative = actor.english_person == "3s", draw.chance(40)
    verb = (f"do{'es' if third else ''}n't feel like") if negative else f"feel{'s' if third else ''} like"
    de = f"{present('haben', actor.person)} {'keine ' if negative else ''}Lust"
    return sentence(
        f"{actor.english} {verb} {english_gerund(action, actor)}",
        f"{actor.german} {de}, {german_infinitive(action, actor)}",
        f"{actor.chinese}{'没心情' if negative else '想'}{chinese_action(action, actor)}",
    )


@FAMILY.pattern(200)
def look_forward(draw: Draw) -> Triple | None:
    actor = draw.one(PLAYFUL)
    action = choose_action(draw, "df-rq", actor, objects=10)
    day = time_for(draw, times.FUTURE, action)
    be_form = PRESENT_BE.get(actor.english_person, "are")
    return sentence(
        f"{actor.english} {be_form} looking forward to {english_gerund(action, actor)} {day.english}",
        f"{actor.german} {present('freuen', actor.person)} {actor.reflexive} darauf, "
        f"{german_infinitive(action, actor, lead=day.german)}",
        f"{actor.chinese}很期待{day.chinese}{chinese_action(action, actor)}",
    )


PURPOSE = (
    ("went to town", "in die Stadt gegangen", "sein", "去城里", "buy"),
    ("went to the garden", "in den Garten gegangen", "sein", "去花园", "garden"),
    ("went home", "nach Hause gegangen", "sein", "回家", "home"),
    ("got up early", "früh aufgestanden", "sein", "早起", "early"),
)
PURPOSE_ACTIONS = {
    "garden": ("water the flowers", "plant a tree", "feed the dog", "play with the children"),
    "home": ("cook dinner", "watch television", "do the laundry", "tidy the room", "feed the cat",
             "do {my} homework", "wake up the children", "pack the suitcase", "look for the key"),
    "early": ("go fishing", "go jogging", "go to the market", "study for the exam", "make breakfast", "go hiking",
              "learn German", "learn Chinese", "finish the work", "train for the marathon", "walk the dog"),
}  # fmt: skip


@FAMILY.pattern(220)
def in_order_to(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    en, de, auxiliary, zh, kind = draw.one(PURPOSE)
    if kind == "buy":
        action = choose_action(draw, "dcwf", actor, objects=100)
        if not action.english.startswith("buy"):
            return None
    else:
        action = choose_from(draw, PURPOSE_ACTIONS[kind], actor)
    link = "去" if kind == "early" and not action.chinese.startswith("去") else ""
    return sentence(
        f"{actor.english} {en} to {english_infinitive(action, actor)}",
        f"{actor.german} {present(auxiliary, actor.person)} {de}, um {german_infinitive(action, actor)}",
        f"{actor.chinese}{zh}{link}"
        + (chinese_action(action, actor, "了") if action.counted else f"{chinese_action(action, actor)}了"),
    )


@FAMILY.pattern(160)
def saving_for(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    trips = ("travel to China", "travel to Italy", "fly to London", "buy a house", "build a house", "rent a car",
             "go to the seaside", "go to the mountains", "go skiing", "have a party", "learn to drive")  # fmt: skip
    action = choose_from(draw, trips, actor)
    be_form = PRESENT_BE.get(actor.english_person, "are")
    return sentence(
        f"{actor.english} {be_form} saving money to {english_infinitive(action, actor)}",
        f"{actor.german} {present('sparen', actor.person)} Geld, um {german_infinitive(action, actor)}",
        f"{actor.chinese}存钱是为了{chinese_action(action, actor)}",
    )


LEFT = (
    ("went home", "nach Hause gegangen", "回家了",
     ("pay the bill", "turn off the computer", "sign the form", "finish the work", "clean up the office",
      "answer the emails", "print the document", "call the boss", "fill in the form", "return the books")),
    ("left the house", "aus dem Haus gegangen", "出门了",
     ("have breakfast", "close the door", "brush {my} teeth", "turn off the television", "take the medicine",
      "do {my} homework", "tidy the room", "feed the cat", "do the dishes", "walk the dog", "wash {my} hair")),
)  # fmt: skip


@FAMILY.pattern(200)
def without_doing(draw: Draw) -> Triple | None:
    actor = draw.one(STATEMENT)
    en, de, zh, missing = draw.one(LEFT)
    action = choose_from(draw, missing, actor)
    day = draw.one(times.PAST[:4])
    return sentence(
        f"{actor.english} {en} {day.english} without {english_gerund(action, actor)}",
        f"{actor.german} {present('sein', actor.person)} {day.german} {de}, ohne {german_infinitive(action, actor)}",
        f"{actor.chinese}{day.chinese}没{chinese_action(action, actor, bare=True)}就{zh}",
    )


RELATIVE = (
    ("man", "der Mann", "der", "男人", HE),
    ("woman", "die Frau", "die", "女人", SHE),
    ("boy", "der Junge", "der", "男孩", HE),
    ("girl", "das Mädchen", "das", "女孩", SHE),
)
IDENTITY = (
    ("my uncle", "mein Onkel", "我叔叔", "m"), ("my teacher", "mein Lehrer", "我老师", "m"),
    ("my neighbour", "mein Nachbar", "我邻居", "m"), ("my boss", "mein Chef", "我老板", "m"),
    ("my aunt", "meine Tante", "我阿姨", "f"), ("my mother", "meine Mutter", "我妈妈", "f"),
    ("my brother", "mein Bruder", "我哥哥", "b"), ("my cousin", "mein Cousin", "我表哥", "b"),
    ("my sister", "meine Schwester", "我姐姐", "g"), ("my daughter", "meine Tochter", "我女儿", "g"),
    ("my son", "mein Sohn", "我儿子", "b"), ("my grandfather", "mein Großvater", "我爷爷", "m"),
)  # fmt: skip


@FAMILY.pattern(240)
def relative_subject(draw: Draw) -> Triple | None:
    en, de, pronoun, zh, actor = draw.one(RELATIVE)
    who = draw.one([entry for entry in IDENTITY if entry[3] == {"man": "m", "woman": "f", "boy": "b", "girl": "g"}[en]])
    action = choose_action(draw, "pf" if en in ("boy", "girl") else "p", actor, objects=25)
    if any("{" in text for text in (action.english, action.german)):
        return None
    clause = Clause(actor, action, "now", adverb=ADVERBS["now"])
    inner = german_subordinate(clause).split(" ", 1)[1]
    aspect = "" if action.chinese.startswith("在") else "在"
    return sentence(
        f"the {en} who is {english_gerund(action, actor)} is {who[0]}",
        f"{de}, {pronoun} {inner}, ist {who[1]}",
        f"{aspect}{chinese_action(action, actor)}的那个{zh}是{who[2]}",
    )


OBTAINED = (("bought", "gekauft", "买"), ("found", "gefunden", "找到"), ("borrowed", "ausgeliehen", "借"))


@FAMILY.pattern(260)
def relative_object(draw: Draw) -> Triple | None:
    """`Der Roman, den ich gestern gekauft habe, ist spannend.`"""
    actor = draw.one((I, WE, HE, SHE, *actors.SINGULAR))
    en, de, zh = draw.one(OBTAINED)
    classes = {"bought": ("clothes", "read", "furn", "veh"), "found": ("pet",), "borrowed": ("novels", "veh", "lend")}[
        en
    ]
    noun = draw.pick([n for n in of_class(*classes) if n.english not in ("email", "letter", "report", "text", "house")])
    choices = [a for a in fitting(noun.classes) if a.english not in ("clean", "dirty", "light", "new")]
    if not choices or not noun.classes & {"buy", "novels", "pet", "lend"}:
        return None
    adjective = draw.pick(choices)
    thing = noun_phrase(noun, "the")
    pronoun = german.determiner("der", "acc", noun.gender)
    day = draw.one(times.PAST[:9])
    have = german.present("haben", actor.person)
    return sentence(
        f"the {noun.english} that {actor.english} {en} {day.english} is {adjective.english}",
        f"{thing.german['nom']}, {pronoun} {actor.german} {day.german} {de} {have}, ist {adjective.german}",
        f"{actor.chinese}{day.chinese}{zh}的{noun.chinese}很{adjective.chinese}",
    )
