"""The content of the page, without a browser; tests/cli/evaluate/test_command.py opens it in one."""

import json
from typing import Any

import pytest

from nmt.evaluation import report
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.evaluate import EvaluationConfig, evaluate_outputs
from nmt.evaluation.report import TrainingCurves, lines_aligned, lines_shown, report_page
from nmt.evaluation.results import SetResult
from nmt.evaluation.significance import Scorer
from nmt.evaluation.systems import SystemOutput

HOSTILE = "</script><script>alert(1)</script><b onclick='x'>"


def result_of(references: list[str], *systems: list[str], sources: list[str] | None = None) -> SetResult:
    test_set = EvaluationSet(
        name=HOSTILE, references=[references], reference_names=(HOSTILE,), sources=sources, source_name=HOSTILE
    )
    outputs = [SystemOutput(name=f"{HOSTILE}{number}", hypotheses=lines) for number, lines in enumerate(systems)]
    return evaluate_outputs(Scorer(test_set), outputs, EvaluationConfig(resamples=20, confidence=True))


def data_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    return found


def test_names_and_texts_are_in_the_page_as_text_only() -> None:
    page = report_page([result_of([HOSTILE], [HOSTILE], ["x"], sources=[HOSTILE])], [TrainingCurves(HOSTILE, {})])
    assert HOSTILE not in page
    assert "<b onclick" not in page
    assert page.count("<script") == 2
    assert data_of(page)["sets"][0]["segments"][0][1] == HOSTILE


def test_of_a_long_test_set_the_worst_and_the_most_different_lines_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "SHOWN", 30)
    monkeypatch.setattr(report, "ALIGNED", 10)
    references = ["the same old story"] * 400
    first, second = list(references), list(references)
    first[237], second[111] = "x", "the same"
    result = result_of(references, first, second)
    shown, aligned = lines_shown(result), lines_aligned(result)
    assert len(shown) == 30
    assert len(aligned) == 10
    assert {237, 111} <= set(aligned) < set(shown)
    page = report_page([result])
    assert "30 of 400 lines" in page
    assert [each[0] for each in data_of(page)["sets"][0]["segments"]] == [line + 1 for line in shown]
    assert sum(data_of(page)["sets"][0]["scoreHistogram"]["counts"][0]) == 400  # the histogram counts all lines


def test_a_very_long_line_is_cut_in_the_page() -> None:
    page = report_page([result_of(["a b"], ["word " * 5000])])
    [[_, _, _, [[text, *_]]]] = data_of(page)["sets"][0]["segments"]
    assert len(text) == 3001


def test_lines_without_any_text_do_not_break_a_chart() -> None:
    page = report_page([result_of([""], [""])])
    [found] = data_of(page)["sets"]
    assert found["categories"] == found["frequencies"] == []
    assert 'data-chart="categories"' not in page


def test_wins_are_counted_line_by_line() -> None:
    page = report_page(
        [result_of(["one two", "three four", "five six"], ["one two", "x", "y"], ["z", "three four", "y"])]
    )
    assert "in 1 lines, a worse one in 1, the same in 1" in page


def test_a_curve_leaves_out_values_that_are_not_finite() -> None:
    curves = TrainingCurves("m", {"training loss": ([1, 2, 3], [5.0, float("inf"), 4.0])})
    page = report_page([result_of(["a"], ["a"])], [curves])
    assert data_of(page)["curves"] == [{"model": "m", "curves": {"training loss": [[1, 5.0], [3, 4.0]]}}]
