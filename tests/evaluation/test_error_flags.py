import unicodedata

import pytest

from nmt.corpus.word_counts import words
from nmt.evaluation.error_flags import ERROR_FLAGS, error_flags

SOURCE = "Der schnelle braune Fuchs springt heute über den faulen Hund."
REFERENCE = "The quick brown fox jumps over the lazy dog today."


@pytest.mark.parametrize(
    ("hypothesis", "flags"),
    [
        (REFERENCE, []),
        ("", ["empty"]),
        ("  ", ["empty"]),
        ("The quick quick brown fox jumps over the lazy dog today.", ["repetition"]),
        ("The quick brown fox jumps over the lazy dog over the lazy dog today.", ["repetition"]),
        ("Well, well: the quick brown fox jumps over the lazy dog today.", []),  # separated by a comma
        (SOURCE, ["copy"]),
        ("The quick brown fox springt heute über den lazy dog today.", ["copy"]),
        ("The quick brown fox.", ["short"]),
        ("It is said by some that " + REFERENCE[:-1] + " and that nobody knows at all why it does.", ["long"]),
        ("the the the the", ["repetition", "short"]),
    ],
)
def test_signs_of_errors_are_found(hypothesis: str, flags: list[str]) -> None:
    assert error_flags(hypothesis, [REFERENCE], SOURCE) == flags
    assert set(flags) <= set(ERROR_FLAGS)


@pytest.mark.parametrize(
    ("hypothesis", "reference", "source"),
    [
        ("New York New York is a song", "New York New York is his song", "New York New York ist ein Lied"),
        ("ha ha", "ha ha", None),
        ("Angela Merkel met Emmanuel Macron", "Angela Merkel met Emmanuel Macron", "Angela Merkel met Emmanuel Macron"),
        ("", "", ""),
        ("yes", "yes indeed", "ja"),  # too few words to compare lengths
        ("1 2 3 4 5 6", "six numbers were there then", "1 2 3 4 5 6 7"),  # numbers are not translated
    ],
)
def test_what_the_reference_also_does_is_not_flagged(hypothesis: str, reference: str, source: str | None) -> None:
    assert error_flags(hypothesis, [reference], source) == []


def test_doubled_characters_of_chinese_are_not_flagged() -> None:
    assert error_flags("妈妈看看他们的书本", ["母亲在看他们的书本"], None) == []
    assert error_flags("我喜欢我喜欢喝茶水", ["我很喜欢喝一杯茶水"], None) == ["repetition"]
    assert error_flags("好好好的茶水在这里", ["非常好的茶水在这里"], None) == ["repetition"]


def test_one_of_several_references_is_enough() -> None:
    references = [REFERENCE, "The quick quick brown fox jumps over the lazy dog today."]
    assert error_flags("The quick quick brown fox jumps over the lazy dog today.", references, None) == []
    assert error_flags("The quick brown fox.", ["A fox jumps.", REFERENCE], None) == []


def test_the_unicode_form_of_a_translation_is_not_an_error() -> None:
    source, reference = "Größe über öde Häuser.", "Größe über öde Häuser steht hier."
    decomposed = unicodedata.normalize("NFD", reference)
    assert error_flags(decomposed, [reference], None) == error_flags(reference, [decomposed], None) == []
    assert error_flags(unicodedata.normalize("NFD", source), ["Size over bleak houses."], source) == ["copy"]
    assert words(decomposed) == words(reference) == ["Größe", "über", "öde", "Häuser", "steht", "hier"]
