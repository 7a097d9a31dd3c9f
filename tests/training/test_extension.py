"""A finished run continues under larger limits, and its model is only ever replaced by a better one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nmt.errors import NMTError
from nmt.training.budget import Clock
from nmt.training.config import TrainingConfig
from nmt.training.extension import extend, is_raised
from nmt.training.planner import Planner
from nmt.training.run_directory.checkpoints import read_checkpoint
from nmt.training.state import TrainState, state_from_flat
from nmt.training.validation import TranslationValidator
from tests.conftest import RecordingReporter
from tests.training.test_run import run, write_corpus

LONGER: dict[str, object] = {"training": {"max_steps": 24}}


def last_checkpoint(output: Path) -> tuple[TrainState, dict[str, Any]]:
    return read_checkpoint(output / "training" / "checkpoint-00000024.pt")


def test_a_longer_run_continues_from_the_end_alike_however_often_it_is_stopped(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    for name in ("whole", "parts"):
        assert run(files, tmp_path / name).state.step == 12
    reporter = RecordingReporter()
    whole = run(files, tmp_path / "whole", LONGER, reporter=reporter)
    assert (whole.state.step, whole.finished) == (24, True)
    assert "resuming after step 12" in reporter.stages
    assert any("the learning rate warms up again" in stage for stage in reporter.stages)
    for updates in (0, 3, 5):
        asked = iter(range(updates))
        stopped = run(files, tmp_path / "parts", LONGER, stop_requested=lambda: next(asked, None) is None)  # noqa: B023
        assert not stopped.finished
    assert run(files, tmp_path / "parts", LONGER).state.step == 24
    (one, tensors), (other, expected) = map(last_checkpoint, (tmp_path / "parts", tmp_path / "whole"))
    assert one.best == other.best
    assert tensors["average"].keys() == expected["average"].keys()
    assert all(torch.equal(tensors["average"][name], tensor) for name, tensor in expected["average"].items())
    again = RecordingReporter()
    assert run(files, tmp_path / "whole", LONGER, reporter=again).state.step == 24  # and then it has ended
    assert not again.validations


def test_the_published_model_stays_where_nothing_better_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write_corpus(tmp_path)
    first = run(files, tmp_path / "model")
    published = {name: (tmp_path / "model" / name).read_bytes() for name in ("weights.safetensors", "config.json")}
    validate = TranslationValidator.validate

    def never_better(*arguments: Any) -> Any:
        found = validate(*arguments)
        return found and replace(found, improved=False)

    monkeypatch.setattr(TranslationValidator, "validate", never_better)
    longer = run(files, tmp_path / "model", LONGER)
    assert (longer.state.step, longer.finished) == (24, True)
    assert longer.state.best.step == first.state.best.step
    for name, content in published.items():
        assert (tmp_path / "model" / name).read_bytes() == content


def test_a_better_model_is_published_and_scored(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    first = run(files, tmp_path / "model")
    longer = run(files, tmp_path / "model", {"training": {"max_steps": 60}})
    assert longer.state.best.loss < first.state.best.loss  # what has learned so little learns more
    assert longer.state.best.step > 12
    assert longer.scores


def test_any_change_of_a_finished_run_but_a_larger_limit_is_refused(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    output = tmp_path / "model"
    asked = iter(range(5))
    run(files, output, stop_requested=lambda: next(asked, None) is None)
    with pytest.raises(NMTError, match=r"max_steps was 12, now 24; a run keeps its limits until it has ended"):
        run(files, output, LONGER)
    run(files, output)
    with pytest.raises(NMTError, match=r"max_steps was 12, now 8; run the same command"):
        run(files, output, {"training": {"max_steps": 8}})
    with pytest.raises(NMTError, match=r"max_steps was 12, now 24; training\.seed was 1, now 2; run the same"):
        run(files, output, {"training": {"max_steps": 24, "seed": 2}})
    with pytest.raises(NMTError, match=r"max_epochs was not set, now 3"):
        run(files, output, {"training": {"max_epochs": 3}})


@pytest.mark.parametrize(
    ("name", "before", "now", "raised"),
    [
        ("training.budget", "90m", "2h", True),
        ("training.budget", "120m", "2h", False),
        ("training.max_epochs", 3, 4, True),
        ("training.patience", 5, 9, True),
        ("training.max_steps", 9, 8, False),
        ("training.max_steps", None, 8, False),
        ("training.batch_tokens", 100, 200, False),
    ],
)
def test_which_limits_are_raised(name: str, before: object, now: object, raised: bool) -> None:
    assert is_raised(name, before, now) is raised


def test_the_rate_warms_up_again_to_that_of_the_longer_schedule() -> None:
    """1,000 updates became 2,000: a tenth of what was added, 100 updates, lead back to half the peak."""
    planner = Planner(TrainingConfig(max_steps=2000, learning_rate=1.0), Clock(), updates_per_epoch=100)
    state = extend(
        state_from_flat({"step": 1000, "finished": "the end", "stale_validations": 4, "decay_updates": 7}), progress=0.5
    )
    assert (state.finished, state.validations.stale, state.decay.updates, state.extension.step) == ("", 0, 0, 1000)
    rates = {step: planner.rate(replace(state, step=step)) for step in (1000, 1050, 1100, 1500, 2000)}
    # The ramp is the larger of updates / 400 and of the added progress / 0.1; the schedule is 1 - step / 2000.
    assert rates[1000] == pytest.approx(0.5 * 1 / 400)
    assert rates[1050] == pytest.approx(0.475 * 0.5)
    assert rates[1100] == pytest.approx(0.45)
    assert rates[1500] == pytest.approx(0.25)
    assert rates[2000] == 0
