"""Averages of checkpoints: which, of what, and that the best of all is what gets published."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from nmt.training.run_directory.snapshots import Snapshots, best_of, last_of
from nmt.training.state import TrainState
from tests.training.test_trainer import TRAINING, FakeValidator, SilentReporter, stop_after, timeless, trainer

CONFIG = replace(TRAINING, max_steps=21, averaged=2)  # validated at 7, 14 and 21


def filled(directory: Path, scores: dict[int, float], number: int = 2) -> tuple[Snapshots, TrainState]:
    """Snapshots whose weights are their steps."""
    snapshots, state = Snapshots(directory, number=number), TrainState()
    for state.step, bleu in scores.items():
        snapshots.add(state, {"w": torch.full((3,), float(state.step))}, bleu)
    return snapshots, state


def test_the_last_and_the_best_are_kept_and_no_other(tmp_path: Path) -> None:
    snapshots, state = filled(tmp_path, {1: 9.0, 2: 8.0, 3: 1.0, 4: 2.0, 5: 3.0})
    assert state.validations.snapshots == [(1, 9.0), (2, 8.0), (4, 2.0), (5, 3.0)]
    assert sorted(int(path.stem[-8:]) for path in tmp_path.iterdir()) == [1, 2, 4, 5]
    means = {name: weights["w"].tolist() for name, weights in snapshots.candidates(state)}
    assert means == {"mean of the last 2 checkpoints": [4.5] * 3, "mean of the best 2 checkpoints": [1.5] * 3}
    snapshots.clear()
    assert not list(tmp_path.iterdir())


def test_of_equal_averages_one_is_validated_and_of_one_checkpoint_none(tmp_path: Path) -> None:
    snapshots, state = filled(tmp_path, {1: 1.0, 2: 2.0, 3: 3.0})
    assert [name for name, _ in snapshots.candidates(state)] == ["mean of the last 2 checkpoints"]
    (tmp_path / "other").mkdir()
    snapshots, state = filled(tmp_path / "other", {1: 1.0})
    assert not list(snapshots.candidates(state))
    snapshots, state = filled(tmp_path / "none", {1: 1.0, 2: 2.0}, number=0)
    assert not list(snapshots.candidates(state))


def test_best_and_last() -> None:
    entries = [(1, 5.0), (2, 7.0), (3, 7.0), (4, 6.0)]
    assert best_of(entries, 2) == [3, 2]
    assert last_of(entries, 3) == [2, 3, 4]
    assert best_of(entries, 9) == [3, 2, 4, 1]


def test_a_lost_file_is_left_out_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    snapshots, state = filled(tmp_path, {1: 1.0, 2: 2.0})
    (tmp_path / "snapshot-00000001.safetensors").write_bytes(b"damaged")
    [(_, mean)] = snapshots.candidates(state)
    assert mean["w"].tolist() == [2.0] * 3
    assert "left out of the average" in caplog.text


@pytest.mark.parametrize(
    ("scores", "best", "published"),
    [
        ([1.0, 2.0, 3.0, 2.5, 2.5, 2.5], "moving average", [7, 14, 21]),
        ([1.0, 2.0, 3.0, 4.0, 2.5, 2.5], "last weights", [7, 14, 21, 21]),
        ([3.0, 1.0, 2.0, 1.0, 4.0, 2.5], "mean of the last 2 checkpoints", [7, 21]),
        ([3.0, 1.0, 2.0, 1.0, 4.0, 4.5], "mean of the best 2 checkpoints", [7, 21, 21]),
        ([9.0, 1.0, 2.0, 1.0, 4.0, 4.5], "moving average", [7]),
    ],
)
def test_the_best_of_all_is_published(tmp_path: Path, scores: list[float], best: str, published: list[int]) -> None:
    validator, reporter = FakeValidator(list(scores)), SilentReporter()
    made = trainer(tmp_path, CONFIG, validator=validator, reporter=reporter)
    state = made.run()
    assert (state.best.weights, state.best.score, validator.published) == (best, max(scores), published)
    raw = validator.judged[3]
    assert all(torch.equal(raw[name], tensor) for name, tensor in made.learner.model.state_dict().items())
    on_the_way = sum(score > max(scores[:number], default=0.0) for number, score in enumerate(scores[:3]))
    assert sum("(better, published)" in stage for stage in reporter.stages) == len(published) - on_the_way
    assert not list(tmp_path.glob("snapshot-*"))


@pytest.mark.parametrize("stops", [[8], [14, 1], [20]])
def test_averages_are_the_same_after_stops(tmp_path: Path, stops: list[int]) -> None:
    judged = []
    for name, parts in (("whole", []), ("parts", stops)):
        (tmp_path / name).mkdir()
        for updates in parts:
            part = trainer(tmp_path / name, CONFIG, stop=stop_after(updates))
            part.resume()
            part.run()
        validator = FakeValidator()
        last = trainer(tmp_path / name, CONFIG, validator=validator)
        last.resume()
        judged.append((timeless(last.run()), validator.judged[-2:]))
    (expected_state, expected), (state, found) = judged
    assert state == expected_state
    for one, other in zip(expected, found, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)
