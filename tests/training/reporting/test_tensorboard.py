"""TensorBoard's files, read back as TensorBoard reads them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.reporting.reporter import Progress, Validation
from nmt.training.reporting.tensorboard import TensorBoard
from nmt.training.state import TrainState

pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")


def progress(step: int, loss: float) -> Progress:
    return Progress(
        step=step,
        epoch=0.5,
        loss=loss,
        learning_rate=1e-3,
        tokens_per_second=3000.0,
        fraction=None,
        seconds_left=None,
        gradient_norm=0.25,
    )


def validation(step: int) -> Validation:
    return Validation(step=step, loss=2.0, bleu=30.5, signature="", score=30.5, beam_size=1, seconds=1.0, improved=True)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes."""
    resource = pytest.importorskip("resource", reason="limits on file size are POSIX")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def scalars(directory: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(directory))
    events.Reload()
    return {tag: [(e.step, round(e.value, 4)) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def test_a_validation_before_the_first_update_has_its_point_too(tmp_path: Path) -> None:
    """A model to go on from is validated before updates begin."""
    board = TensorBoard(tmp_path / "board")
    board.validated(validation(0))
    assert not board.directory.exists()
    board.started(TrainState(), None)
    board.validated(validation(30))
    assert scalars(tmp_path / "board")["valid/bleu"] == [(0, 30.5), (30, 30.5)]


def test_a_resumed_run_has_each_point_once(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path / "board")
    board.started(TrainState(), None)
    for step in (10, 20, 30):
        board.progressed(progress(step, 5.0))
    board.validated(validation(30))
    board = TensorBoard(tmp_path / "board")
    board.stage("no scalar")
    board.started(TrainState(step=20), None)
    board.progressed(progress(30, 4.0))
    board.ended()
    scalars_read = scalars(tmp_path / "board")
    assert scalars_read["train/loss"] == [(10, 5.0), (20, 5.0), (30, 4.0)]
    assert scalars_read["train/learning_rate"] == [(10, 0.001), (20, 0.001), (30, 0.001)]
    assert scalars_read["train/target_tokens_per_second"][-1] == (30, 3000.0)
    assert scalars_read["train/gradient_norm"][-1] == (30, 0.25)
    assert scalars_read.get("valid/bleu", []) == []  # made at step 30, which the second command has not validated yet


def test_points_can_be_watched_as_they_come(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path)
    board.started(TrainState(), None)
    board.progressed(progress(10, 5.0))
    board.validated(validation(10))
    scalars_read = scalars(tmp_path)
    assert scalars_read["train/loss"] == [(10, 5.0)]
    assert (scalars_read["valid/loss"], scalars_read["valid/bleu"]) == ([(10, 2.0)], [(10, 30.5)])


def test_files_that_cannot_be_written_do_not_end_a_training(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    board = TensorBoard(tmp_path / "board")
    board.started(TrainState(), None)
    with full_disk():
        for step in (10, 20):
            board.progressed(progress(step, 5.0))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(tmp_path / "board") in caplog.text
    (tmp_path / "file").write_text("")
    board = TensorBoard(tmp_path / "file" / "board")
    with pytest.raises(NMTError, match="cannot be created"):
        board.started(TrainState(), None)


def test_a_missing_package_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("tensorboard.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(NMTError, match=r"pip install 'nmt\[tensorboard\]'"):
        TensorBoard(tmp_path)
