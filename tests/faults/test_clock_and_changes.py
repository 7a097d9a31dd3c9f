"""Promises: a clock that jumps, and text that changes while it is trained on, change nothing of a training."""

import random
import time
from pathlib import Path

import pytest

from tests.test_disk import run, weights, write_text

pytest.importorskip("resource")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    directory = write_text(tmp_path_factory.mktemp("undisturbed") / "run")
    run(directory)
    return weights(directory)


def test_a_clock_that_jumps_by_years_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, list[float]]
) -> None:
    generator = random.Random(1)
    monkeypatch.setattr(time, "time", lambda: generator.uniform(-1e9, 1e10))
    monkeypatch.setattr(time, "time_ns", lambda: generator.randrange(10**19))
    directory = write_text(tmp_path / "run")
    report = run(directory, {"training": {"budget": "1h"}})
    assert report.finished
    assert report.state.step == 4
    assert report.state.seconds < 600
    assert run(write_text(tmp_path / "other")).finished
    assert weights(tmp_path / "other") == undisturbed


def test_text_changed_while_it_is_trained_on_changes_nothing_of_that_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, list[float]]
) -> None:
    from nmt.training.publication import Publication

    directory = write_text(tmp_path / "run")
    publish = Publication.publish

    def publish_and_change(*arguments: object) -> None:
        (directory / "text.de").write_text("something else\n" * 7)
        publish(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Publication, "publish", publish_and_change)
    run(directory)
    assert weights(directory) == undisturbed
