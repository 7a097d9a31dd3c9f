import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.normalization import (
    comparable,
    comparable_lines,
    fold,
    folding_rules,
    is_spelled_otherwise,
    rules_table,
)
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer

# Combining marks that Unicode replaces by others, which then join the letter before them.
DEPRECATED = "\u0340\u0341\u0344"


def test_folding_once_is_enough() -> None:
    characters = [chr(code) for code in range(1, 0x30000) if not 0xD800 <= code < 0xE000]
    changed = [character for character in characters if fold(character) != character]
    assert len(changed) > 3000
    assert all(fold(fold(character)) == fold(character) for character in changed)


def test_it_is_nfkc_where_it_changes_letters_and_digits() -> None:
    for code in range(1, 0x30000):
        character = chr(code)
        folded = fold(character)
        if unicodedata.category(character)[0] in "LN" and folded != character:
            assert folded == unicodedata.normalize("NFKC", character)


def test_composition_of_letters_and_marks_is_complete() -> None:
    rules = folding_rules()
    for code in range(1, 0x30000):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) > 1 and unicodedata.normalize("NFC", parts) == chr(code) and chr(code) not in DEPRECATED:
            assert rules[parts] == chr(code)


def test_the_table_is_hexadecimal_rows() -> None:
    rows = rules_table().splitlines()
    assert len(rows) == len(folding_rules())
    assert "41 300\tC0" in rows
    assert "200B\t" in rows
    assert all(row.count("\t") == 1 for row in rows)


# The same text in two forms; and text in which the difference is one that readers see.
SAME = {
    "German in NFD": ("Größe für Ärzte", "Gro\u0308ße fu\u0308r A\u0308rzte"),
    "Vietnamese, tone after the circumflex": ("Việt Nam", "Vi\u00ea\u0323t Nam"),
    "Vietnamese in NFD": ("Việt Nam", "Vie\u0323\u0302t Nam"),
    "Vietnamese, marks in the order of typing": ("Việt Nam", "Vie\u0302\u0323t Nam"),
    "Hangul in jamo": ("한국어 각", "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \u1100\u1161\u11a8"),
    "half-width Katakana": ("ガイド", "\uff76\uff9e\uff72\uff84\uff9e"),
    "full-width letters and digits": ("AB 12", "\uff21\uff22\u3000\uff11\uff12"),
    "Arabic, shadda before the vowel": ("\u062d\u064e\u0651", "\u062d\u0651\u064e"),
    "Arabic presentation forms": ("لا", "\ufefb"),
    "Hebrew, dagesh before the vowel": ("\u05d1\u05b8\u05bc", "\u05d1\u05bc\u05b8"),
    "Hebrew presentation forms": ("\u05e9\u05c1", "\ufb2a"),
    "soft hyphens": ("Donaudampfschiff", "Donau\u00addampf\u00adschiff"),
    "spaces": ("a b c", "  a\u00a0b \t\u2003c "),
    "ligatures": ("finden", "\ufb01nden"),
}
DIFFERENT = {
    "Persian with the zero-width non-joiner": ("می\u200cخواهم", "میخواهم"),
    "Marathi with the zero-width joiner": ("र\u094d\u200dय", "र\u094dय"),
    "fractions": ("½", "1⁄2"),
    "superscripts": ("m²", "m2"),
    "ellipsis": ("…", "..."),
    "Chinese punctuation": ("，。", ",."),
    "variation selectors": ("❤\ufe0f", "❤"),
    "Mongolian selectors": ("ᠠ\u180b", "ᠠ"),
    "Mongolian vowel separator": ("ᠠ\u180eᠠ", "ᠠᠠ"),
    "flags spelled with tags": ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"),
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer([text for pair in SAME.values() for text in pair], TokenizerConfig(model_type="char"))


@pytest.mark.parametrize("name", SAME)
def test_forms_of_the_same_text_compare_equal_and_are_the_same_to_a_model(name: str, tokenizer: Tokenizer) -> None:
    plain, other = SAME[name]
    assert plain != other
    assert comparable(other) == comparable(plain) == plain
    assert tokenizer.normalize([other, plain]) == [plain, plain]
    assert is_spelled_otherwise(other) is (name != "spaces")
    assert not is_spelled_otherwise(plain)


@pytest.mark.parametrize("name", DIFFERENT)
def test_differences_that_readers_see_stay(name: str, tokenizer: Tokenizer) -> None:
    one, other = DIFFERENT[name]
    assert (comparable(one), comparable(other)) == (one, other)
    assert tokenizer.normalize([one, other]) == [one, other]


def test_marks_without_a_meaning_are_removed_and_marks_with_one_stay() -> None:
    gone = [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
    gone += [*range(0x2066, 0x2070), 0xFEFF]
    assert [fold(f"a{chr(code)}b") for code in gone] == ["ab"] * len(gone)
    stay = [0x34F, 0x200C, 0x200D, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080), 0xE0100]
    assert [fold(f"a{chr(code)}b") for code in stay] == [f"a{chr(code)}b" for code in stay]


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_a_line_is_normalised_alone_as_among_others(lines: list[str]) -> None:
    assert comparable_lines("".join(f"{line}\n" for line in lines)) == list(map(comparable, lines))
    assert list(map(comparable, map(comparable, lines))) == list(map(comparable, lines))
