"""Promises: a clock that jumps, and text that changes while it is trained on, change nothing of a training; a directory
that vanishes while something is written into it is a sentence.
"""

import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt_cli.console.output import partial_output
from tests.faults.test_disk import run, weights, write_text


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
    assert report.state.timing.seconds < 600
    assert run(write_text(tmp_path / "other")).finished
    assert weights(tmp_path / "other") == undisturbed


def test_text_changed_while_it_is_trained_on_changes_nothing_of_that_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, list[float]]
) -> None:
    from nmt.training.publication import Publisher

    directory = write_text(tmp_path / "run")
    publish = Publisher.publish

    def publish_and_change(*arguments: object) -> None:
        (directory / "text.de").write_text("something else\n" * 7)
        publish(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Publisher, "publish", publish_and_change)
    run(directory)
    assert weights(directory) == undisturbed


@pytest.mark.parametrize("writer", [atomic_writer, partial_output])
def test_a_directory_that_vanishes_under_a_writer_is_a_sentence(tmp_path: Path, writer: Any) -> None:
    (tmp_path / "there").mkdir()
    goal = str(tmp_path / "there" / "out")

    def write() -> None:
        with writer(goal) as stream:
            stream.write(b"text")
            shutil.rmtree(tmp_path / "there")

    with pytest.raises(NMTError, match="out cannot be written: no such file or directory"):
        write()
