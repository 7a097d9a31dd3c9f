import logging
import math

import pytest
import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.torch import TorchEngine
from nmt.decoding.hypothesis import SearchInput
from nmt.errors import NMTError
from nmt.translation.loading import LoadedModel, load_together
from nmt.translation.scorer import LineScorer
from tests.conftest import Reversal


@pytest.fixture(scope="module")
def loaded(reversal: Reversal) -> LoadedModel:
    return load_together([reversal.model_dir], device="cpu", threads=1)


def test_scores_equal_those_of_the_search_for_its_own_output(loaded: LoadedModel, reversal: Reversal) -> None:
    lines = reversal.unseen[:50]
    engine = TorchEngine(loaded.model, torch.device("cpu"))
    inputs = [SearchInput(ids) for ids in loaded.tokenizer.encode(lines)]
    found = [each[0] for each in engine.search(inputs, SearchConfig(), details=True)]
    targets = loaded.tokenizer.decode([each.ids for each in found])
    scores = LineScorer(loaded).score(lines, targets)
    compared = 0
    for hypothesis, target, score in zip(found, targets, scores, strict=True):
        if loaded.tokenizer.encode([target])[0] == hypothesis.ids:
            assert score.log_probability == pytest.approx(hypothesis.log_probability, abs=1e-4)
            assert score.log_probabilities == pytest.approx(hypothesis.token_log_probabilities, abs=1e-4)
            assert score.pieces == [*loaded.tokenizer.pieces(hypothesis.ids), "</s>"]
            assert score.mean == pytest.approx(hypothesis.score, abs=1e-4)
            compared += 1
    assert compared > 40


def test_a_good_translation_scores_above_a_bad_one(loaded: LoadedModel) -> None:
    good, bad = LineScorer(loaded).score(["a b c d", "a b c d"], ["d c b a", "a b c d"])
    assert good.log_probability > bad.log_probability + 5


def test_empty_lines_score_nothing_and_half_empty_pairs_do(loaded: LoadedModel) -> None:
    both, no_source, no_target, full = LineScorer(loaded).score(["", "", "a b c", "a b c"], ["", "a b", "", "c b a"])
    assert (both.pieces, both.log_probability, both.mean) == ([], 0.0, 0.0)
    assert len(no_source.pieces) == 3
    assert no_target.pieces == ["</s>"]
    assert no_target.log_probability < full.log_probability


def test_a_line_scores_the_same_in_any_batch(loaded: LoadedModel, reversal: Reversal) -> None:
    lines = reversal.unseen[:40]
    targets = [line[::-1] for line in lines]
    together = LineScorer(loaded).score(lines, targets)
    for line, target, score in zip(lines, targets, together, strict=True):
        [alone] = LineScorer(loaded).score([line], [target])
        assert alone.log_probability == pytest.approx(score.log_probability, abs=1e-5)


def test_one_long_source_does_not_pad_those_of_a_thousand_others(loaded: LoadedModel) -> None:
    pairs = [((5,) * (2000 if number == 400 else 3), (5, 6)) for number in range(1000)]
    batches = list(LineScorer(loaded)._batches(pairs))
    assert sorted(index for batch in batches for index in batch) == list(range(1000))
    assert max(len(batch) * (1 + max(len(pairs[index][0]) for index in batch)) for batch in batches) <= 1 << 15
    assert len(batches) <= 3


def test_long_lines_are_scored_whole_and_named(loaded: LoadedModel, caplog: pytest.LogCaptureFixture) -> None:
    long = "a b c d " * 20
    with caplog.at_level(logging.WARNING, logger="nmt"):
        scores = LineScorer(loaded).score(["a b", long, long, "a " * 3000], ["b a", long, long, "a"], first_line=11)
    assert len(scores[1].pieces) == 81
    assert all(math.isfinite(score.log_probability) for score in scores)
    messages = [record.getMessage() for record in caplog.records]
    assert [message[:7] for message in messages] == ["line 12", "line 13", "line 14"]
    assert "has 80 subwords" in messages[0]
    assert "has 3000 subwords; only the first 2048" in messages[2]


def test_of_many_long_lines_the_first_few_are_named(loaded: LoadedModel, caplog: pytest.LogCaptureFixture) -> None:
    scorer = LineScorer(loaded)
    long = "a b c d " * 20
    with caplog.at_level(logging.WARNING, logger="nmt"):
        for first in range(1, 9, 2):
            scorer.score([long, "a b"], ["a", long], first_line=first)
        scorer.close()
    messages = [record.getMessage() for record in caplog.records]
    assert [message[:6] for message in messages[:5]] == ["line 1", "line 2", "line 3", "line 4", "line 5"]
    assert len(messages) == 7
    assert messages[6].startswith("8 in total")


def test_several_models_score_together(loaded: LoadedModel, reversal: Reversal) -> None:
    twice = load_together([reversal.model_dir] * 2, device="cpu", threads=1)
    [alone], [together] = (LineScorer(each).score(["a b c"], ["c a b"]) for each in (loaded, twice))
    assert together.log_probabilities == pytest.approx(alone.log_probabilities, abs=1e-5)


def test_an_unknown_tag_is_an_error(loaded: LoadedModel) -> None:
    with pytest.raises(NMTError, match="tag"):
        LineScorer(loaded, tag="law")
