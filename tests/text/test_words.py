import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nmt.text.controls import replace_controls
from nmt.text.nfc import positions_before_composition
from nmt.text.scripts import UNSEGMENTED_CHARACTERS, is_unsegmented_character
from nmt.text.words import countable_words, letter_runs, space_separated_words, words_and_marks
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.normalization import fold
from nmt.tokenization.pieces import byte_of
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer

LINES = ["The dog runs fast in 2024.", "Ein Hund läuft schnell.", "我们走了。"] * 10
# U+FDD0 is not a character of any text; the tokenizer takes it for a space.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufdd0")).map(replace_controls)
PARTS = [*"dog Th läufe我们.", "\u3000", "  ", "ｄ", "ﬁ", "u\u0308", "\u200b", "🎉"]
VARIANTS = st.lists(st.sampled_from(PARTS)).map("".join)


@pytest.fixture(scope="module", params=["unigram", "bpe", "char", "word"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return train_tokenizer(LINES, TokenizerConfig(model_type=request.param, symbols=("<url>",)))


def normalised(text: str) -> str:
    return fold(unicodedata.normalize("NFC", text)).replace(" ", "").replace("\u3000", "")


@given(TEXTS | VARIANTS)
@example("  The  dog\u3000runs")
@example("Ｔｈｅ ｄｏｇ ①🎉x")
@example("la\u0308uft e\u0301 ﬁn ŉ ǆ")
@example("a\u00adb\u200bc ▁x <url>")
@example("\u05c4\u05c5")
def test_the_span_of_every_subword_is_right_in_the_raw_line(tokenizer: Tokenizer, line: str) -> None:
    ids = tokenizer.encode([line])[0]
    spans = tokenizer.source_spans(line)
    assert len(spans) == len(ids)
    for (start, end), piece in zip(spans, tokenizer.pieces(ids), strict=True):
        assert 0 <= start <= end <= len(line)
        text = piece.strip("▁")
        # A character that becomes two, such as ﬁ, may be part of two subwords; the last has it.
        whole = all(len(normalised(character)) <= 1 for character in line)
        if whole and len(text) > 1 and text.isalnum() and text == normalised(text) and spans.count((start, end)) == 1:
            assert text in normalised(line[start:end])
        assert not line[start:end][:1].isspace()
    assert spans == sorted(spans)
    joined = "".join(normalised(line[start:end]) for start, end in dict.fromkeys(spans))
    # Marks on one letter are in Unicode's order when they are joined, but not when each is a subword.
    assert unicodedata.normalize("NFD", joined) == unicodedata.normalize("NFD", normalised(line))


@given(TEXTS | VARIANTS)
def test_the_span_of_every_subword_is_right_in_the_decoded_text(tokenizer: Tokenizer, line: str) -> None:
    ids = tokenizer.encode([line])[0]
    text = tokenizer.decode([ids])[0]
    spans = tokenizer.target_spans([2, *ids, 3])[1:-1]
    assert len(spans) == len(ids)
    assert "".join(text[start:end] for start, end in dict.fromkeys(spans)).replace(" ", "") == text.replace(" ", "")
    for (start, end), piece in zip(spans, tokenizer.pieces(ids), strict=True):
        if not piece.startswith("<0x") and spans.count((start, end)) == 1:
            assert text[start:end] == piece.lstrip("▁")


def test_all_bytes_of_a_character_have_its_span(tokenizer: Tokenizer) -> None:
    line = "🎉 dog"
    ids = tokenizer.encode([line])[0]
    spans = dict(zip(tokenizer.pieces(ids), tokenizer.source_spans(line), strict=True))
    assert {spans[piece] for piece in spans if piece.startswith("<0x")} >= {(0, 1)}


@example(" \xad")
@given(st.text())
def test_words_and_marks_are_all_of_a_text_but_its_white_space(text: str) -> None:
    for find in (words_and_marks, space_separated_words):
        spans = find(text)
        assert all(start < end for start, end in spans)
        assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
        assert spans == sorted(spans)


@given(st.text("abc.,- é"))
def test_space_separated_words_are_those_that_other_tools_count(text: str) -> None:
    assert [text[start:end] for start, end in space_separated_words(text)] == text.split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ein Hund, der läuft.", ["Ein", "Hund", ",", "der", "läuft", "."]),
        ("don't (3.14) 12:30!", ["don't", "(", "3.14", ")", "12:30", "!"]),
        ("我们3天", ["我", "们", "3", "天"]),
        ("मैं हूँ।", ["मैं", "हूँ", "।"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("", []),
    ],
)
def test_what_a_word_is(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in words_and_marks(text)] == words


@pytest.mark.parametrize(
    ("text", "units", "countable", "runs"),
    [
        ("don't", ["don't"], ["don't"], ["don", "t"]),
        ("3.14", ["3.14"], ["3.14"], ["3", "14"]),
        ("a1", ["a1"], ["a1"], ["a", "1"]),
        ("a_b!", ["a_b", "!"], ["a", "b"], ["a", "b"]),
        ("我们", ["我", "们"], ["我", "们"], ["我", "们"]),
        ("e\u0301t", ["e\u0301t"], ["e\u0301t"], ["e\u0301t"]),
        ("ที่", ["ที่"], ["ที่"], ["ท", "ี", "่"]),
        ("a\U00011127", ["a\U00011127"], ["a"], ["a\U00011127"]),  # a mark of Chakma
    ],
)
def test_how_the_three_ways_to_find_words_differ(
    text: str, units: list[str], countable: list[str], runs: list[str]
) -> None:
    assert [text[start:end] for start, end in words_and_marks(text)] == units
    assert countable_words(text) == countable
    assert letter_runs(text) == runs


@pytest.mark.parametrize("character", "走カｶㇰ\uf900\U00020000ไགမក")
def test_unsegmented_scripts_are_the_same_for_functions_and_regular_expressions(character: str) -> None:
    assert is_unsegmented_character(character)
    assert re.fullmatch(f"[{UNSEGMENTED_CHARACTERS}]", character)
    assert words_and_marks(2 * character) == [(0, 1), (1, 2)]
    assert not any(
        is_unsegmented_character(other) or re.match(f"[{UNSEGMENTED_CHARACTERS}]", other) for other in "aß9한"
    )


@pytest.mark.parametrize(("piece", "byte"), [("<0xE2>", 0xE2), ("<0x0A>", 10), ("<0xe2>", None), ("▁<0xE2>", None)])
def test_a_piece_that_spells_a_byte_is_recognized_by_its_form(piece: str, byte: int | None) -> None:
    assert byte_of(piece) == byte


@given(
    st.text(
        st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aA\u0301\u0323\u030a\u1100\u1161\u11a8"))
    )
)
@example("e\u0301\u0323x\u0958\u212b")
def test_positions_before_composition_lead_back_to_the_characters(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    positions = positions_before_composition(text)
    assert len(positions) == len(composed) + 1
    assert positions == sorted(positions)
    assert (positions[0], positions[-1]) == (0, len(text))
    for index, character in enumerate(composed):
        if unicodedata.category(character)[0] != "M":  # a new character begins
            assert unicodedata.normalize("NFC", text[positions[index] :]) == composed[index:]


def test_the_position_of_a_composed_letter_is_that_of_its_first_part() -> None:
    assert positions_before_composition("e\u0301a, u\u0308b") == [0, 2, 3, 4, 5, 7, 8]
