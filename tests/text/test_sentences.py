import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.text.sentences import count_ends, has_end, sentence_spans


def sentences(text: str, language: str | None) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ["Das ist z. B. Dr. Müller, geb. am 3. Mai 1990.", "Er wohnt in der Hauptstr. 5.", "Ja!", "Nein..."]),
        ("en", ["Mr. Smith paid $3.50 on Jan. 5th, i.e. too much!", '"Really?" she asked.', "Yes."]),
        ("fr_FR", ["M. Dupont et J. K. Rowling sont là.", "Où ?", "Ici !"]),
        ("zh-CN", ["我们走。", "他来了！", "好的"]),
        ("hi", ["मैं हूँ।", "तुम हो।"]),
        ("xx", ["One sentence.", "And another."]),
        (None, ["One sentence.", "And another."]),
    ],
)
def test_abbreviations_and_numbers_end_no_sentence(language: str | None, expected: list[str]) -> None:
    assert sentences(("" if language == "zh-CN" else "  ").join(expected), language) == expected


@given(st.text(), st.sampled_from([None, "de", "en", "zh", "ja", "sw", "xx", ""]))
def test_nothing_but_blanks_is_between_sentences(text: str, language: str | None) -> None:
    spans = sentence_spans(text, language)
    end = 0
    for start, following in spans:
        assert end <= start < following
        assert not text[end:start].strip()
        assert text[start:following] == text[start:following].strip()
        end = following
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("line", "ends", "marked"),
    [
        ("", 0, True),
        ("Pi is 3.14159 and e", 0, False),
        ("Pi is 3.14159.", 1, True),
        ("Really?! Yes... (No.) ", 3, True),
        ("我们走。他来了！", 2, True),
        ("मैं हूँ। तुम", 1, False),
        ("वह लड़की", 0, False),
        ("እንዴት ነህ፧ ደህና ነኝ።", 2, True),
        ("first of all:", 0, True),
    ],
)
def test_marks_at_the_ends_of_sentences_are_counted(line: str, ends: int, marked: bool) -> None:
    assert (count_ends(line), has_end(line)) == (ends, marked)
