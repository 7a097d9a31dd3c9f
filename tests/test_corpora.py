"""The bundled phrasebook: the generator reproduces it, its splits share no sentence, and its grammar is correct."""

import re
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt_corpora import LANGUAGES, SPLITS, phrasebook_file
from nmt_corpora.grammar import PATTERNS, chinese, english, german
from nmt_corpora.grammar.actions import FIXED_ACTIONS, OBJECT_ACTIONS, Action
from nmt_corpora.grammar.actors import HE, SHE, WE, YOU, YOU_FORMAL, I
from nmt_corpora.grammar.adjectives import ADJECTIVES
from nmt_corpora.grammar.clauses import (
    Clause,
    chinese_action,
    chinese_already,
    chinese_over,
    chinese_statement,
    english_question,
    english_statement,
    german_infinitive,
    german_main,
    german_question,
    german_subordinate,
)
from nmt_corpora.grammar.generate import Phrasebook, make_phrasebook, write_phrasebook
from nmt_corpora.grammar.nouns import NOUNS
from nmt_corpora.grammar.phrases import HERS, MINE, noun_phrase


def read(split: str, language: str) -> list[str]:
    return phrasebook_file(split, language).read_bytes().decode("utf-8").split("\n")[:-1]


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    return make_phrasebook()


@pytest.fixture(scope="module")
def lines() -> dict[tuple[str, str], list[str]]:
    return {(split, language): read(split, language) for split in SPLITS for language in LANGUAGES}


# ---- the files -----------------------------------------------------------------------------------------------------


def test_the_generator_reproduces_the_bundled_files_byte_for_byte(book: Phrasebook, tmp_path: Path) -> None:
    write_phrasebook(book, tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(f"{split}.{language}" for split in SPLITS for language in LANGUAGES)
    for name in made:
        split, language = name.split(".")
        assert (tmp_path / name).read_bytes() == phrasebook_file(split, language).read_bytes(), name


@pytest.mark.parametrize("split", SPLITS)
def test_line_counts_agree(lines: dict[tuple[str, str], list[str]], split: str) -> None:
    counts = {language: len(lines[split, language]) for language in LANGUAGES}
    assert len(set(counts.values())) == 1
    assert counts["en"] >= {"train": 20_000, "valid": 600, "test": 1_000}[split]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_occurs_twice(lines: dict[tuple[str, str], list[str]], language: str) -> None:
    every = [line.casefold() for split in SPLITS for line in lines[split, language]]
    assert len(every) > 20_000
    assert len(set(every)) == len(every)


def test_there_are_enough_generated_and_enough_handwritten_sentences(book: Phrasebook) -> None:
    written = sum(book.counts[split]["written by hand"] for split in SPLITS)
    made = sum(sum(book.counts[split].values()) for split in SPLITS) - written
    assert made >= 20_000
    assert written >= 600
    assert {split: len(book.splits[split]) for split in SPLITS} == {
        split: sum(book.counts[split].values()) for split in SPLITS
    }
    assert book.counts["test"]["written by hand"] == 150
    assert book.counts["valid"]["written by hand"] == 80


def test_the_counts_in_the_datasheet_are_right(book: Phrasebook) -> None:
    datasheet = (phrasebook_file("train", "en").parents[1] / "README.md").read_text(encoding="utf-8")
    for family in [*{pattern.family: 0 for pattern in PATTERNS}, "written by hand"]:
        counts = " | ".join(str(book.counts[split][family]) for split in SPLITS)
        assert re.search(rf"\| {re.escape(family)} \| [\d–]+ \| {re.escape(counts)} \|", datasheet), family
    assert f"| all | {len(PATTERNS)} | {' | '.join(str(len(book.splits[split])) for split in SPLITS)} |" in datasheet


def test_no_pattern_dominates() -> None:
    assert len(PATTERNS) >= 100
    assert len({pattern.name for pattern in PATTERNS}) == len(PATTERNS)
    assert max(pattern.cap for pattern in PATTERNS) <= 420


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_is_clean(lines: dict[tuple[str, str], list[str]], language: str) -> None:
    for split in SPLITS:
        for line in lines[split, language]:
            assert line == line.strip()
            assert line
            assert not re.search(r"  |\ufffd|[\x00-\x1f\x7f\u0085\u2028\u2029<>{}\[\]*~|+]", line), line


def test_chinese_has_full_width_punctuation_and_no_spaces(lines: dict[tuple[str, str], list[str]]) -> None:
    for split in SPLITS:
        for line in lines[split, "zh"]:
            assert not re.search(r"[,.?!;:()\"']", line), line
            assert not re.search(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", line), line
            assert re.search(r"[。？！…”]$", line), line


@pytest.mark.parametrize("language", ["en", "de"])
def test_european_sentences_begin_with_a_capital_and_have_a_final_mark(
    lines: dict[tuple[str, str], list[str]], language: str
) -> None:
    for split in SPLITS:
        for line in lines[split, language]:
            assert re.match(r"[\"“„'‘]?[A-ZÄÖÜ0-9]", line), line
            assert re.search(r"[.?!…][\"”“’]?$", line), line


def test_unknown_splits_and_languages_are_refused_with_the_known_ones() -> None:
    assert phrasebook_file("train", "de").name == "train.de"
    with pytest.raises(NMTError, match="train, valid, test"):
        phrasebook_file("dev", "de")
    with pytest.raises(NMTError, match="en, de, zh"):
        phrasebook_file("train", "fr")


# ---- the grammar, worked by hand ------------------------------------------------------------------------------------


def fixed(name: str) -> Action:
    return next(action for action in FIXED_ACTIONS if action.english == name)


def filled(verb: str, noun: str, determiner: str, adjective: str | None = None) -> Action:
    action = next(a for a in OBJECT_ACTIONS if a.english == verb)
    described = ADJECTIVES[adjective] if adjective else None
    counted = determiner in ("a", "number")
    return action.fill(noun_phrase(NOUNS[noun], determiner, adjective=described, value=2), counted=counted)


@pytest.mark.parametrize(
    ("noun", "determiner", "adjective", "case", "expected"),
    [
        ("car", "a", "new", "nom", "ein neues Auto"),  # mixed
        ("table", "a", "new", "acc", "einen neuen Tisch"),
        ("lamp", "a", "old", "dat", "einer alten Lampe"),
        ("table", "the", "big", "nom", "der große Tisch"),  # weak
        ("car", "this", "expensive", "nom", "dieses teure Auto"),  # teuer loses its e
        ("brother", "own", None, "gen", "meines Bruders"),
        ("boss", "own", None, "gen", "meines Chefs"),
        ("son", "own", None, "gen", "meines Sohnes"),
        ("car", "the", "new", "dat", "dem neuen Auto"),
        ("bread", "bare", "fresh", "acc", "frisches Brot"),  # strong
        ("apple", "bare", "fresh", "dat", "frischen Äpfeln"),  # strong plural, dative -n
        ("neighbour", "own", None, "acc", "meinen Nachbarn"),  # n-declension
        ("boy", "the", None, "dat", "dem Jungen"),
        ("elephant", "a", "big", "acc", "einen großen Elefanten"),
        ("car", "no", None, "acc", "kein Auto"),
        ("park", "the", None, "gen", "des Parks"),
        ("T-shirt", "the", None, "gen", "des T-Shirts"),
    ],
)
def test_german_declension(noun: str, determiner: str, adjective: str | None, case: str, expected: str) -> None:
    described = ADJECTIVES[adjective] if adjective else None
    assert noun_phrase(NOUNS[noun], determiner, adjective=described).german[case] == expected


def test_german_plurals_in_the_dative() -> None:
    assert noun_phrase(NOUNS["child"], "the", plural=True).german["dat"] == "den Kindern"
    assert noun_phrase(NOUNS["car"], "number", value=3).german["dat"] == "drei Autos"


@pytest.mark.parametrize(
    ("infinitive", "forms"),
    [
        ("lesen", "lese liest liest lesen lest lesen"),
        ("fahren", "fahre fährst fährt fahren fahrt fahren"),
        ("arbeiten", "arbeite arbeitest arbeitet arbeiten arbeitet arbeiten"),
        ("sammeln", "sammle sammelst sammelt sammeln sammelt sammeln"),
        ("putzen", "putze putzt putzt putzen putzt putzen"),
        ("laden", "lade lädst lädt laden ladet laden"),
        ("geben", "gebe gibst gibt geben gebt geben"),
    ],
)
def test_german_present(infinitive: str, forms: str) -> None:
    assert [german.present(infinitive, person) for person in german.PERSONS] == forms.split()


@pytest.mark.parametrize(
    ("infinitive", "expected"),
    [("lesen", "lies"), ("nehmen", "nimm"), ("fahren", "fahr"), ("warten", "warte"), ("öffnen", "öffne")],
)
def test_german_imperative(infinitive: str, expected: str) -> None:
    assert german.imperative(infinitive) == expected


def test_separable_verbs_are_split_and_joined() -> None:
    tidy = fixed("tidy the room")
    today = ("today", "heute", "今天")
    assert german_main(Clause(I, tidy, time=today)) == "ich räume heute das Zimmer auf"
    assert german_main(Clause(I, tidy, time=today, front=True)) == "heute räume ich das Zimmer auf"
    assert german_main(Clause(I, tidy, "past")) == "ich habe das Zimmer aufgeräumt"
    assert german_main(Clause(I, tidy, modal="must")) == "ich muss das Zimmer aufräumen"
    assert german_subordinate(Clause(I, tidy)) == "ich das Zimmer aufräume"
    assert german_infinitive(tidy, I) == "das Zimmer aufzuräumen"


def test_the_verb_is_last_in_a_subordinate_clause() -> None:
    clause = Clause(SHE, fixed("go to the cinema"), "past", time=("yesterday", "gestern", "昨天"))
    assert german_subordinate(clause) == "sie gestern ins Kino gegangen ist"
    assert german_subordinate(Clause(HE, fixed("learn German"), modal="want")) == "er Deutsch lernen will"


def test_nicht_and_kein() -> None:
    def negative(action: Action) -> str:
        return german_main(Clause(WE, action, negative=True))

    assert negative(fixed("clean the kitchen")) == "wir putzen die Küche nicht"  # after a definite object
    assert negative(fixed("go to school")) == "wir gehen nicht zur Schule"  # before a place
    assert negative(fixed("play cards")) == "wir spielen keine Karten"
    assert negative(fixed("look for a flat")) == "wir suchen keine Wohnung"
    assert negative(filled("buy {o}", "car", "a", "new")) == "wir kaufen kein neues Auto"
    assert negative(filled("put {o} on the table", "book", "own")) == "wir legen mein Buch nicht auf den Tisch"
    yet = Clause(WE, fixed("clean the kitchen"), "perfect", negative=True, adverb=("", "noch nicht", "还"))
    assert german_main(yet) == "wir haben die Küche noch nicht geputzt"


def test_reflexive_and_possessive_follow_the_subject() -> None:
    wash = fixed("brush {my} teeth")
    assert german_main(Clause(YOU, wash)) == "du putzt dir die Zähne"
    assert german_main(Clause(SHE, wash)) == "sie putzt sich die Zähne"
    assert english_statement(Clause(SHE, wash)) == "she brushes her teeth"
    assert german_main(Clause(HE, fixed("visit {my} aunt"))) == "er besucht seine Tante"


def test_du_and_sie() -> None:
    assert german_question(Clause(YOU, fixed("take the bus"), modal="can")) == "kannst du den Bus nehmen"
    formal = Clause(YOU_FORMAL, fixed("take the bus"), modal="would like")
    assert (german_question(formal), english_question(formal)) == (
        "möchten Sie den Bus nehmen",
        "would you like to take the bus",
    )
    assert chinese_statement(formal) == "您想坐公交车"


def test_every_two_way_preposition_in_train_has_a_fitting_case() -> None:
    text = "\n".join(read("train", "de"))
    assert re.search(r"liegt auf dem Tisch\.", text)
    assert re.search(r"auf den Tisch gelegt\.", text)
    assert not re.search(r"(liegt|liegen|steht|stehen) (auf|unter|neben|hinter) (den|das|die) (\w+[^ns])\.", text)
    assert not re.search(r"(auf|unter|neben|in) (dem|der) \w+ (gelegt|gestellt)", text)


@pytest.mark.parametrize(
    ("noun", "determiner", "expected"),
    [
        ("book", "a", "一本书"),
        ("cat", "number", "两只猫"),
        ("ticket", "number", "两张车票"),
        ("car", "this", "这辆汽车"),
        ("shirt", "which", "哪件衬衫"),
        ("mother", "own", "我妈妈"),
        ("bag", "own", "我的包"),
    ],
)
def test_chinese_measure_words(noun: str, determiner: str, expected: str) -> None:
    assert noun_phrase(NOUNS[noun], determiner, value=2, owner=MINE).chinese == expected


def test_chinese_owner_before_an_adjective_with_de() -> None:
    assert noun_phrase(NOUNS["dress"], "own", adjective=ADJECTIVES["beautiful"], owner=HERS).chinese == "她漂亮的连衣裙"


def test_chinese_two() -> None:
    assert [chinese.count(value, "个") for value in (2, 12, 22)] == ["两个", "十二个", "二十二个"]
    assert [chinese.number(value) for value in (2, 20, 102, 110, 200)] == ["二", "二十", "一百零二", "一百一十", "两百"]
    assert not any(
        re.search(r"(?<![十一二三四五六七八九第])二[个只张本条件把辆杯瓶]", line) for line in read("train", "zh")
    )


def test_chinese_aspect_and_negation() -> None:
    yesterday = ("yesterday", "gestern", "昨天")
    action = filled("buy {o}", "shirt", "a")
    assert chinese_statement(Clause(HE, action, "past", time=yesterday)) == "他昨天买了一件衬衫"
    assert chinese_statement(Clause(HE, action, "past", time=yesterday, negative=True)) == "他昨天没买衬衫"
    assert chinese_statement(Clause(HE, action, negative=True)) == "他不买衬衫"
    assert chinese_statement(Clause(HE, fixed("go swimming"), "past", time=yesterday, front=True)) == "昨天他去游泳了"


def test_chinese_guo_and_final_le() -> None:
    assert chinese_action(fixed("go swimming"), HE, "过") == "去游过泳"
    assert chinese_action(fixed("travel to China"), HE, "了") == "去中国旅行了"
    assert chinese_already(fixed("clean the kitchen"), HE) == "打扫了厨房了"
    assert [chinese_already(fixed("go to the bank"), who) for who in (I, HE)] == ["去过银行了", "去银行了"]
    assert chinese_already(fixed("sell the car"), HE) == "卖掉车了"
    assert chinese_over(fixed("send the parcel"), YOU) == "寄包裹了"
    assert chinese_over(filled("buy {o}", "shirt", "number"), YOU) == "买了两件衬衫"
    assert chinese_statement(Clause(HE, fixed("watch a film"), "plan", time=("", "", "明天"))) == "他明天要看一部电影"


def test_gone_and_been() -> None:
    cinema = fixed("go to the cinema")
    assert (
        english_statement(Clause(HE, cinema, "perfect", adverb=("never", "", ""))) == "he has never been to the cinema"
    )
    assert english_statement(Clause(HE, cinema, "perfect", adverb=("already", "", ""))) == (
        "he has already gone to the cinema"
    )


@pytest.mark.parametrize(
    ("english_name", "degrees"),
    [
        ("practical", "praktischer praktischst"),
        ("exciting", "spannender spannendst"),
        ("fresh", "frischer frischest"),
        ("new", "neuer neuest"),
    ],
)
def test_german_degrees(english_name: str, degrees: str) -> None:
    adjective = ADJECTIVES[english_name]
    assert [adjective.german_comparative, adjective.german_superlative] == degrees.split()


@pytest.mark.parametrize(
    ("value", "forms"),
    [(21, "twenty-one einundzwanzig 二十一"), (17, "seventeen siebzehn 十七"), (30, "thirty dreißig 三十")],
)
def test_numbers(value: int, forms: str) -> None:
    assert [english.number(value), german.number(value), chinese.number(value)] == forms.split()


def test_english_forms() -> None:
    assert english.with_article("umbrella") == "an umbrella"
    assert english.with_article("university") == "a university"
    assert english_question(Clause(HE, fixed("go swimming"), "past")) == "did he go swimming"
    assert english_statement(Clause(HE, fixed("go swimming"), negative=True)) == "he doesn't go swimming"
    assert english_statement(Clause(I, fixed("make coffee"), "now")) == "I am making coffee"
    assert [english.ordinal(value) for value in (1, 12, 20, 23)] == ["first", "twelfth", "twentieth", "twenty-third"]
    articles = re.compile(r"\ba (?=[aeiou])(?!uni|one|use|euro)|\ban (?![aeiouh])", re.IGNORECASE)
    assert not [line for line in read("train", "en") if articles.search(line)]
