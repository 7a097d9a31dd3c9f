import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nmt.text.controls import replace_controls
from nmt.text.words import (
    WORDLESS_CLASS,
    blank_separated_words,
    is_wordless,
    places_before_composition,
    words_and_marks,
)
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.normalization import fold
from nmt.tokenization.pieces import byte_of
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer

LINES = ["The dog runs fast in 2024.", "Ein Hund läuft schnell.", "我们走了。"] * 10
# U+FDD0 is no character of any text; the tokenizer takes it for a blank.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufdd0")).map(replace_controls)
PARTS = [*"dog Th läufe我们.", "\u3000", "  ", "ｄ", "ﬁ", "u\u0308", "\u200b", "🎉"]
WRITTEN_OTHERWISE = st.lists(st.sampled_from(PARTS)).map("".join)


@pytest.fixture(scope="module", params=["unigram", "bpe", "char", "word"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return train_tokenizer(LINES, TokenizerConfig(model_type=request.param, symbols=("<url>",)))


def normalised(text: str) -> str:
    return fold(unicodedata.normalize("NFC", text)).replace(" ", "").replace("\u3000", "")


@given(TEXTS | WRITTEN_OTHERWISE)
@example("  The  dog\u3000runs")
@example("Ｔｈｅ ｄｏｇ ①🎉x")
@example("la\u0308uft e\u0301 ﬁn ŉ ǆ")
@example("a\u00adb\u200bc ▁x <url>")
@example("\u05c4\u05c5")
def test_every_subword_is_where_it_is_said_to_be_in_the_raw_line(tokenizer: Tokenizer, line: str) -> None:
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
    # The order of marks on one letter is Unicode's once they stand together, not in subwords of their own.
    assert unicodedata.normalize("NFD", joined) == unicodedata.normalize("NFD", normalised(line))


@given(TEXTS | WRITTEN_OTHERWISE)
def test_every_subword_is_where_it_is_said_to_be_in_the_decoded_text(tokenizer: Tokenizer, line: str) -> None:
    ids = tokenizer.encode([line])[0]
    text = tokenizer.decode([ids])[0]
    spans = tokenizer.target_spans([2, *ids, 3])[1:-1]
    assert len(spans) == len(ids)
    assert "".join(text[start:end] for start, end in dict.fromkeys(spans)).replace(" ", "") == text.replace(" ", "")
    for (start, end), piece in zip(spans, tokenizer.pieces(ids), strict=True):
        if not piece.startswith("<0x") and spans.count((start, end)) == 1:
            assert text[start:end] == piece.lstrip("▁")


def test_bytes_of_a_character_are_all_where_it_is(tokenizer: Tokenizer) -> None:
    line = "🎉 dog"
    ids = tokenizer.encode([line])[0]
    spans = dict(zip(tokenizer.pieces(ids), tokenizer.source_spans(line), strict=True))
    assert {spans[piece] for piece in spans if piece.startswith("<0x")} >= {(0, 1)}


@example(" \xad")
@given(st.text())
def test_words_and_marks_are_all_of_a_text_but_its_blanks(text: str) -> None:
    for find in (words_and_marks, blank_separated_words):
        spans = find(text)
        assert all(start < end for start, end in spans)
        assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
        assert spans == sorted(spans)


@given(st.text("abc.,- é"))
def test_words_between_blanks_are_those_that_everybody_counts(text: str) -> None:
    assert [text[start:end] for start, end in blank_separated_words(text)] == text.split()


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


@pytest.mark.parametrize("character", "走カｶㇰ\uf900\U00020000ไགမក")
def test_scripts_without_blanks_are_the_same_for_functions_and_regular_expressions(character: str) -> None:
    assert is_wordless(character)
    assert re.fullmatch(f"[{WORDLESS_CLASS}]", character)
    assert words_and_marks(2 * character) == [(0, 1), (1, 2)]
    assert not any(is_wordless(other) or re.match(f"[{WORDLESS_CLASS}]", other) for other in "aß9한")


@pytest.mark.parametrize(("piece", "byte"), [("<0xE2>", 0xE2), ("<0x0A>", 10), ("<0xe2>", None), ("▁<0xE2>", None)])
def test_a_piece_that_spells_a_byte_is_known_by_its_form(piece: str, byte: int | None) -> None:
    assert byte_of(piece) == byte


@given(
    st.text(
        st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aA\u0301\u0323\u030a\u1100\u1161\u11a8"))
    )
)
@example("e\u0301\u0323x\u0958\u212b")
def test_characters_are_found_again_before_composition(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    places = places_before_composition(text)
    assert len(places) == len(composed) + 1
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, len(text))
    for index, character in enumerate(composed):
        if unicodedata.category(character)[0] != "M":  # begins anew
            assert unicodedata.normalize("NFC", text[places[index] :]) == composed[index:]


def test_composed_letters_stand_where_their_parts_begin() -> None:
    assert places_before_composition("e\u0301a, u\u0308b") == [0, 2, 3, 4, 5, 7, 8]
