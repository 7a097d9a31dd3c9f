import pytest

from nmt.corpus.line_profile import SAMPLE, LineFacts, LineProfile


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], 1),
        (["", "One.", "no mark"], 1),
        (["One."] * 91 + ["One. Two."] * 9, 1),  # 9 % are too few to learn from
        (["One."] * 90 + ["One. Two."] * 10, 2),
        (["He ran. She sat. We ate."] * 5 + ["One."] * 5, 3),
    ],
)
def test_a_tenth_of_the_lines_decides_how_many_sentences_a_line_has(lines: list[str], expected: int) -> None:
    facts = LineFacts("en", len(lines))
    facts.add(lines)
    assert facts.sentences_per_line() == expected


def test_many_lines_are_sampled() -> None:
    facts = LineFacts("en", 4 * SAMPLE)
    facts.add(["One. Two.", "", "", ""] * 100)
    facts.add(["One. Two."])
    assert facts.sentences_per_line() == 2


def test_the_language_decides_what_a_sentence_is() -> None:
    for language, expected in (("de", 1), ("en", 2)):
        facts = LineFacts(language, 1)
        facts.add(["Rom im 19. Jahrhundert"])
        assert facts.sentences_per_line() == expected


def test_the_share_of_lines_in_capitals_is_counted() -> None:
    facts = LineFacts("en", 4)
    facts.add(["THE DOG RUNS.", "The dog runs.", "NATO", ""])
    assert facts.profile() == LineProfile(sentences_per_line=1, all_caps=0.25)
    assert LineFacts("en", 0).profile() == LineProfile(sentences_per_line=1, all_caps=0.0)


@pytest.mark.parametrize(("share", "known"), [(None, False), (0.0, False), (0.09, False), (0.1, True), (1.0, True)])
def test_a_tenth_of_the_lines_in_capitals_are_enough_to_learn_them(share: float | None, known: bool) -> None:
    assert LineProfile(all_caps=share).knows_capitals() == known
