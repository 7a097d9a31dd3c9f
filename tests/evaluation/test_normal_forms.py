"""Scores are sacreBLEU's own, and a warning says where Unicode forms keep equal words from matching."""

import unicodedata

import pytest
from sacrebleu import corpus_bleu

from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.significance import Scorer

LINES = ["Die Größe der Häuser überrascht.", "Ein Hund läuft über die Straße.", "No accents in this line."]
DECOMPOSED = [unicodedata.normalize("NFD", line) for line in LINES]


@pytest.mark.parametrize(
    ("hypotheses", "reference", "lines"),
    [
        (LINES, DECOMPOSED, 2),
        (DECOMPOSED, LINES, 2),
        (LINES, ["Die Grö\u00adße der Häuser überrascht.", LINES[1], LINES[2]], 1),
        (LINES, LINES, 0),
        (DECOMPOSED, DECOMPOSED, 0),
        (LINES, [line.replace(" ", "\u00a0") for line in LINES], 0),
    ],
)
def test_different_forms_are_counted_and_the_score_stays_that_of_sacrebleu(
    hypotheses: list[str], reference: list[str], lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    test_set = EvaluationSet(name="test", references=[reference], reference_names=("ref",))
    score = Scorer(test_set).scores(hypotheses)["bleu"].score
    assert score == pytest.approx(corpus_bleu(hypotheses, [reference]).score)
    assert [f"in {lines} of 3 lines" in record.message for record in caplog.records] == [True] * bool(lines)
