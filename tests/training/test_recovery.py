"""Gradients that are not finite: skipped, then undone with half the rate, and in the end a sentence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nmt.errors import NMTError
from nmt.training.recovery import MOST_SKIPPED, state_after_rollback
from nmt.training.state import BestWeights, DataPosition, Instability, Timing, TrainState, ValidationHistory
from nmt.training.trainer import Trainer
from tests.training.test_trainer import TRAINING, FakeValidator, SilentReporter, stop_after, timeless, trainer

CONFIG = replace(TRAINING, max_steps=60, validate_every=20)
Poison = Callable[[Trainer], bool]


def poisoned(directory: Path, poison: Poison, **settings: object) -> Trainer:
    """A trainer one of whose biases becomes NaN before each update where ``poison`` says so."""
    instance = trainer(directory, CONFIG, **settings)  # type: ignore[arg-type]
    update = instance.learner.update

    def poison_and_update(*arguments: Any, **settings: Any) -> object:
        if poison(instance):
            with torch.no_grad():
                instance.learner.model.encoder[0].feed_forward.inner.bias.fill_(float("nan"))
        return update(*arguments, **settings)

    instance.learner.update = poison_and_update  # type: ignore[method-assign, assignment]
    return instance


def once_at(step: int) -> Poison:
    return lambda instance: instance.state.step == step and instance.state.instability.rollbacks == 0


def test_a_single_bad_batch_is_skipped_and_counted(tmp_path: Path) -> None:
    def spoil(instance: Trainer) -> bool:
        bias = instance.learner.model.encoder[0].feed_forward.inner.bias
        if instance.state.step == 13:
            bias.data.zero_()
        return instance.state.step == 12

    state = poisoned(tmp_path, spoil).run()
    assert (state.skipped_updates, state.instability) == (0, Instability(all_skipped=1))


def test_damaged_weights_are_undone_with_half_the_rate(tmp_path: Path) -> None:
    reporter = SilentReporter()
    instance = poisoned(tmp_path, once_at(12), reporter=reporter)
    state = instance.run()
    assert (state.step, state.instability) == (60, Instability(MOST_SKIPPED, rollbacks=1, rate_scale=0.5))
    assert any(
        "step 37: loss or gradient not finite in 25 updates in a row; going back to step 10 with 0.5" in stage
        for stage in reporter.stages
    )
    assert reporter.starts == [0, 10]  # so that curves go back too
    assert all(bool(tensor.isfinite().all()) for tensor in instance.average.state_dict().values())
    assert len(instance.plan) * state.data.epoch + state.data.batch == 60 + 27  # data are not read again


@pytest.mark.parametrize("stops", [[8], [16], [30], [36, 1, 1], [37], [38, 20]])
def test_going_back_is_repeated_exactly_after_a_stop_or_kill(tmp_path: Path, stops: list[int]) -> None:
    """Before, within and after the streak of skipped updates."""
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole = poisoned(tmp_path / "whole", once_at(12))
    expected = whole.run()
    for updates in stops:
        part = poisoned(tmp_path / "parts", once_at(12), stop=stop_after(updates))
        part.resume()
        part.run()
    last = poisoned(tmp_path / "parts", once_at(12))
    assert last.resume()
    assert timeless(last.run()) == timeless(expected)
    for name, tensor in whole.average.state_dict().items():
        assert torch.equal(tensor, last.average.state_dict()[name]), name


def test_what_stays_bad_ends_in_a_sentence_and_what_was_published_stays(tmp_path: Path) -> None:
    validator = FakeValidator()
    instance = poisoned(tmp_path, lambda instance: instance.state.step == 25, validator=validator)
    with pytest.raises(NMTError, match=r"up to step 50, also after going back 3 times with half the rate.*--overwrite"):
        instance.run()
    assert instance.state.instability.rollbacks == 3
    assert validator.published == [20, 40]  # the average never took up the damage


def test_a_rate_far_too_high_from_the_start_ends_in_the_same_sentence(tmp_path: Path) -> None:
    """Before the first regular checkpoint it goes back to the beginning."""
    reporter = SilentReporter()
    instance = trainer(tmp_path, replace(CONFIG, learning_rate=1e38, checkpoint_every=1000), reporter=reporter)
    with pytest.raises(NMTError, match="a lower --learning-rate"):
        instance.run()
    assert sum("going back to step 0" in stage for stage in reporter.stages) == 3


def test_what_was_published_stays_the_best() -> None:
    now = TrainState(
        step=90,
        data=DataPosition(epoch=3, batch=7),
        timing=Timing(seconds=9.0),
        best=BestWeights(score=30.0, step=80),
        instability=Instability(rollbacks=1, rate_scale=0.5),
    )
    checkpoint = TrainState(
        step=50,
        data=DataPosition(epoch=2, batch=1),
        timing=Timing(seconds=5.0),
        best=BestWeights(score=20.0, step=40),
        validations=ValidationHistory(stale=1),
    )
    after = state_after_rollback(now, checkpoint)
    assert (after.step, after.best, after.validations.stale) == (50, now.best, 1)
    assert (after.data, after.timing) == (now.data, now.timing)
    assert after.instability == Instability(rollbacks=2, rate_scale=0.25)
