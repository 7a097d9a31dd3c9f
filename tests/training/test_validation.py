"""Validation text is translated as its tags say, however much of it at once and whoever does it."""

import math
import time
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from nmt.corpus.pairs import Pair
from nmt.decoding.config import SearchConfig
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.training import train_tokenizer
from nmt.training import validation
from nmt.training.distributed.follower_calls import ValidationTask
from nmt.training.distributed.group import Group
from nmt.training.reporting.reporter import ValidationStoppedError
from nmt.training.state import BestWeights, TrainState
from nmt.training.validation import TranslationValidator

X, Y = (7,), (8, 9)
SOURCES = ["a", "b", "c", "a", "d", "a"]


class Echo:
    """A translator that says what it is given."""

    def __init__(self, *_: object, source_prefix: Sequence[int], **__: object) -> None:
        self.source_prefix = source_prefix

    def translate(self, lines: Sequence[str]) -> list[str]:
        return [f"{self.source_prefix} {line}" for line in lines]


class Second(Group):
    """The second of two processes, which hears nothing of the first."""

    rank, size = 1, 2

    def gather(self, value: Any) -> list[Any]:
        return [(["of the first"] * 3, 0.0), value]


def prepared(
    pairs: Sequence[Pair], *, metric: str = "bleu", source_prefix: Sequence[tuple[int, ...]] = (), **options: Any
) -> tuple[Transformer, TranslationValidator]:
    """A model that knows nothing, and its validator."""
    tokenizer = train_tokenizer(["a b c", "b c d"], TokenizerConfig(model_type="char"), pairs=2)
    shape = {"encoder_layers": 1, "decoder_layers": 1, "dimension": 8, "heads": 1, "feed_forward": 8}
    validator = TranslationValidator(
        ValidationTask(
            pairs=pairs,
            encoded=[([5], [6])],
            search=SearchConfig(beam_size=1),
            max_source_length=32,
            source_prefix=source_prefix,
            metric=metric,
        ),
        tokenizer,
        publish=lambda *_: None,
        **options,
    )
    return Transformer(ModelConfig(vocabulary_size=tokenizer.vocabulary_size, dropout=0.0, **shape)), validator  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", ["bleu", "chrf", "loss"])
def test_what_ranks_is_the_metric_asked_for_and_of_equal_scores_the_loss(
    monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    monkeypatch.setattr(validation, "LineTranslator", Echo)
    model, validator = prepared([Pair("a b c d e", "() a b c d f")], metric=metric)
    result = validator.validate(model, TrainState())
    assert result is not None
    assert result.improved
    assert result.bleu not in (0, result.chrf)
    assert result.score == {"bleu": result.bleu, "chrf": result.chrf, "loss": 100 * math.exp(-result.loss)}[metric]
    assert ("chrF2++" in result.summary()) == (metric == "chrf")
    for score, loss, better in ((0.01, 0.0, False), (0.0, 0.01, True), (0.0, -0.01, False), (-0.01, -0.01, True)):
        before = TrainState(best=BestWeights(score=result.score + score, loss=result.loss + loss))
        again = validator.validate(model, before)
        assert again is not None
        assert again.improved is better


@pytest.mark.parametrize("seconds", [None, 100.0])
@pytest.mark.parametrize("source_prefix", [[], [X, Y, (), Y, X, X]])
@pytest.mark.parametrize("group", [validation.ALONE, Second()])
def test_each_source_is_translated_with_its_own_tag(
    monkeypatch: pytest.MonkeyPatch, source_prefix: list[tuple[int, ...]], seconds: float | None, group: Group
) -> None:
    monkeypatch.setattr(validation, "LineTranslator", Echo)
    model, validator = prepared([Pair(source, "a") for source in SOURCES], source_prefix=source_prefix, group=group)
    deadline = None if seconds is None else time.monotonic() + seconds
    expected = [f"{first} {source}" for first, source in zip(source_prefix or [()] * 6, SOURCES, strict=True)]
    if group.size == 2:
        expected[::2] = ["of the first"] * 3
    with torch.inference_mode():
        assert validator.translations(model, validator.task.search, deadline) == expected


def test_a_validation_that_ran_out_of_time_does_not_measure_what_one_takes() -> None:
    model, validator = prepared([Pair(source, "a") for source in SOURCES])
    assert validator.validate(model, TrainState(), time.monotonic()) is None
    assert validator.cost == 0
    assert validator.validate(model, TrainState(), None) is not None
    known = validator.cost
    assert known > 0
    assert validator.validate(model, TrainState(), time.monotonic()) is None
    assert validator.cost == known


@pytest.mark.parametrize("calls", [0, 1, 3, 4])
def test_a_stop_takes_effect_between_batches_of_translations_and_of_the_loss(calls: int) -> None:
    left = iter(range(calls))
    pairs = [Pair(f"{number:08b}".replace("0", "a ").replace("1", "b "), "a") for number in range(150)]
    model, validator = prepared(pairs, stop_requested=lambda: next(left, None) is None)
    if calls < 4:  # three batches of translations and one for the loss
        with pytest.raises(ValidationStoppedError):
            validator.validate(model, TrainState())
    else:
        assert validator.validate(model, TrainState()) is not None


def test_processes_that_work_together_end_a_validation_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "LineTranslator", Echo)
    model, validator = prepared([Pair("a", "a")] * 6, group=Second(), stop_requested=lambda: True)
    assert len(validator.translations(model, validator.task.search, None)) == 6


def test_references_are_compared_as_the_model_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference in NFD, with full-width letters or invisible characters can be matched by what is written in NFC."""
    monkeypatch.setattr(validation, "LineTranslator", Echo)
    given = ["() Gro\u0308ße a b c", "() \uff21\uff22 a b c", "()  a\u00a0b c d", "() a\u061cb c d"]
    model, validator = prepared([Pair(line[3:].strip(), line) for line in given])
    assert validator.references == ["() Größe a b c", "() AB a b c", "() a b c d", "() ab c d"]
    [note] = validator.notes()
    assert "3 of 4 references" in note
    monkeypatch.setattr(validator, "translations", lambda *_: list(validator.references))
    result = validator.validate(model, TrainState())
    assert result is not None
    assert result.bleu == pytest.approx(100)
    assert prepared([Pair("a", "b")])[1].notes() == []
