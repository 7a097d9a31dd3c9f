"""Golden values, worked out by hand."""

import pytest

from nmt.corpus.word_counts import SideCounts
from nmt.evaluation.breakdowns import Agreement, by_category, by_frequency, by_length, sentence_lengths
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.significance import Scorer


def task(references: list[str], sources: list[str] | None = None) -> EvaluationSet:
    return EvaluationSet(name="test", references=[references], reference_names=("ref",), sources=sources)


def test_lengths_are_those_of_the_source_if_it_is_known() -> None:
    assert sentence_lengths(task(["a b", "c"], ["a, b c!", ""])) == [3, 0]
    assert sentence_lengths(task(["a b", "我们。"])) == [2, 2]


def test_every_line_is_in_one_bin_and_scored_there() -> None:
    sources = [" ".join(["w"] * length) for length in range(41)]
    references = ["the cat sat here"] * 41
    good_when_short = [*["the cat sat here"] * 21, *["nothing of that"] * 20]
    scorer = Scorer(task(references, sources))
    bins = by_length(scorer, [good_when_short, references])
    assert sum(each.sentences for each in bins) == 41
    assert [each.label for each in bins] == ["1–5", "6–10", "11–15", "16–20", "21–25", "26–30", "31–35", "36+"]
    assert [each.sentences for each in bins] == [6, 5, 5, 5, 5, 5, 5, 5]  # the empty line counts as short
    assert [round(each.scores[0]["bleu"]) for each in bins] == [100] * 4 + [0] * 4
    assert all(each.scores[1]["chrf"] == pytest.approx(100) for each in bins)


def test_equally_long_lines_are_one_bin() -> None:
    bins = by_length(Scorer(task(["a b c", "d e f"])), [["a b c", "x"]])
    assert sum(each.sentences for each in bins) == 2


@pytest.mark.parametrize("sources", [[""], ["", ""], ["w"]])
def test_lines_without_words_are_in_the_first_bin(sources: list[str]) -> None:
    bins = by_length(Scorer(task(["a"] * len(sources), sources)), [["a"] * len(sources)])
    assert [each.sentences for each in bins] == [len(sources)]
    assert [each.label for each in bins] == ["1"]


def test_words_are_put_into_bins_by_their_counts() -> None:
    counts = SideCounts({"the": 5000, "cat": 12, "purrs": 1}, lowest=0)
    bins = by_frequency(task(["The cat purrs loudly", "the dog"]), [["the cat purrs", "a dog"]], counts)
    assert {each.label: each.systems[0] for each in bins} == {
        "0": Agreement(reference=2, translation=2, same=1),  # loudly and dog; a and dog; dog
        "1–4": Agreement(reference=1, translation=1, same=1),
        "10–99": Agreement(reference=1, translation=1, same=1),
        "1,000+": Agreement(reference=2, translation=1, same=1),
    }


def test_a_truncated_list_of_counts_makes_the_first_bin_wider() -> None:
    bins = by_frequency(task(["rare often"]), [["rare often"]], SideCounts({"often": 700}, lowest=6))
    assert [each.label for each in bins] == ["0–9", "100–999"]


def test_agreement_in_percent() -> None:
    agreement = Agreement(reference=4, translation=5, same=3)
    assert (agreement.recall, agreement.precision) == (75, 60)
    assert agreement.f1 == pytest.approx(2 * 75 * 60 / 135)
    assert Agreement(reference=0, translation=0, same=0).f1 is None


def test_numbers_names_and_punctuation_are_compared_line_by_line() -> None:
    references = ["In 2019 Anna paid 1,000 euros.", "Bob left."]
    translations = ["2019 paid Anna 1.000 Euros, 7!", "Left Bob?"]
    found = {each.label: each.systems[0] for each in by_category(task(references), [translations])}
    assert found["numbers"] == Agreement(reference=2, translation=3, same=2)  # 1,000 is 1.000
    assert found["capitalised words"] == Agreement(reference=1, translation=3, same=1)
    assert found["punctuation"] == Agreement(reference=2, translation=3, same=0)  # . and . against , ! and ?


def test_categories_that_do_not_occur_are_left_out() -> None:
    assert [each.label for each in by_category(task(["我们喝茶。"]), [["我们喝茶。"]])] == ["punctuation"]
