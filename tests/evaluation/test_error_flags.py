import unicodedata

import pytest

from nmt.corpus.word_counts import words
from nmt.evaluation.error_flags import FAULTS, faults_of

SOURCE = "Der schnelle braune Fuchs springt heute über den faulen Hund."
REFERENCE = "The quick brown fox jumps over the lazy dog today."


@pytest.mark.parametrize(
    ("hypothesis", "faults"),
    [
        (REFERENCE, []),
        ("", ["empty"]),
        ("  ", ["empty"]),
        ("The quick quick brown fox jumps over the lazy dog today.", ["repetition"]),
        ("The quick brown fox jumps over the lazy dog over the lazy dog today.", ["repetition"]),
        ("Well, well: the quick brown fox jumps over the lazy dog today.", []),  # parted by a comma
        (SOURCE, ["copy"]),
        ("The quick brown fox springt heute über den lazy dog today.", ["copy"]),
        ("The quick brown fox.", ["short"]),
        ("It is said by some that " + REFERENCE[:-1] + " and that nobody knows at all why it does.", ["long"]),
        ("the the the the", ["repetition", "short"]),
    ],
)
def test_faults_are_found(hypothesis: str, faults: list[str]) -> None:
    assert faults_of(hypothesis, [REFERENCE], SOURCE) == faults
    assert set(faults) <= set(FAULTS)


@pytest.mark.parametrize(
    ("hypothesis", "reference", "source"),
    [
        ("New York New York is a song", "New York New York is his song", "New York New York ist ein Lied"),
        ("ha ha", "ha ha", None),
        ("Angela Merkel met Emmanuel Macron", "Angela Merkel met Emmanuel Macron", "Angela Merkel met Emmanuel Macron"),
        ("", "", ""),
        ("yes", "yes indeed", "ja"),  # too few words for a length to tell anything
        ("1 2 3 4 5 6", "six numbers were there then", "1 2 3 4 5 6 7"),  # numbers are not translated
    ],
)
def test_what_the_reference_does_too_is_no_fault(hypothesis: str, reference: str, source: str | None) -> None:
    assert faults_of(hypothesis, [reference], source) == []


def test_chinese_doubles_characters_without_fault() -> None:
    assert faults_of("妈妈看看他们的书本", ["母亲在看他们的书本"], None) == []
    assert faults_of("我喜欢我喜欢喝茶水", ["我很喜欢喝一杯茶水"], None) == ["repetition"]
    assert faults_of("好好好的茶水在这里", ["非常好的茶水在这里"], None) == ["repetition"]


def test_one_of_several_references_is_enough() -> None:
    references = [REFERENCE, "The quick quick brown fox jumps over the lazy dog today."]
    assert faults_of("The quick quick brown fox jumps over the lazy dog today.", references, None) == []
    assert faults_of("The quick brown fox.", ["A fox jumps.", REFERENCE], None) == []


def test_the_unicode_form_makes_no_error_of_a_translation() -> None:
    source, reference = "Größe über öde Häuser.", "Größe über öde Häuser steht hier."
    decomposed = unicodedata.normalize("NFD", reference)
    assert faults_of(decomposed, [reference], None) == faults_of(reference, [decomposed], None) == []
    assert faults_of(unicodedata.normalize("NFD", source), ["Size over bleak houses."], source) == ["copy"]
    assert words(decomposed) == words(reference) == ["Größe", "über", "öde", "Häuser", "steht", "hier"]
