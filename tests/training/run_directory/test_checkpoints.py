"""Checkpoints: the newest good one is found, the oldest go, a full disk is a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from nmt.errors import NMTError
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.state import BestWeights, TrainState


def save(store: CheckpointStore, step: int) -> None:
    store.save(TrainState(step=step, best=BestWeights(score=1.5)), {"model": {"w": torch.full((3,), float(step))}})


def test_the_newest_is_loaded_and_the_oldest_removed(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, keep=2)
    assert store.load_newest() is None
    for step in (5, 10, 100):
        save(store, step)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-00000010.pt", "checkpoint-00000100.pt"]
    loaded = store.load_newest()
    assert loaded is not None
    assert loaded[0] == TrainState(step=100, best=BestWeights(score=1.5))
    assert loaded[1]["model"]["w"].tolist() == [100.0] * 3


def test_a_damaged_one_gives_way_to_the_one_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = CheckpointStore(tmp_path, keep=2)
    save(store, 1)
    save(store, 2)
    newest = tmp_path / "checkpoint-00000002.pt"
    newest.write_bytes(newest.read_bytes()[:100])
    loaded = store.load_newest()
    assert loaded is not None
    assert loaded[0].step == 1
    assert "checkpoint-00000002.pt is damaged" in caplog.text
    assert "high likelihood" not in caplog.text
    (tmp_path / "checkpoint-00000001.pt").write_bytes(b"")
    with pytest.raises(NMTError, match="--overwrite"):
        store.load_newest()


def test_of_checkpoints_that_are_all_regular_no_more_are_kept_than_asked(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, keep=1)
    for step in (2, 3):
        save(store, step)
    assert [path.name[-5:] for path in store.paths()] == ["03.pt"]


def test_the_newest_regular_one_is_kept_among_those_of_stops(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, keep=2, every=10)
    for step in (0, 10, 12, 13, 14):
        save(store, step)
    assert [path.name[-5:] for path in store.paths()] == ["10.pt", "13.pt", "14.pt"]
    newest = store.load_newest()
    assert newest is not None
    assert newest[0].step == 14
    loaded = store.load_newest(regular=True)
    assert loaded is not None
    assert loaded[0].step == 10
    store.remove_after(10)
    assert [path.name[-5:] for path in store.paths()] == ["10.pt"]
    assert store.has_updates()
    store.remove_after(-1)
    save(store, 0)
    assert not store.has_updates()


def test_nothing_is_executed_on_loading(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (os.mkdir, (str(tmp_path / "trap"),))

    torch.save({"state": {}, "model": Trap()}, tmp_path / "checkpoint-00000001.pt")
    with pytest.raises(NMTError, match="no checkpoint"):
        CheckpointStore(tmp_path, keep=1).load_newest()
    assert not (tmp_path / "trap").exists()


def test_a_directory_that_was_removed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match=r"there is no directory .*; the directory was removed while training"):
        save(CheckpointStore(tmp_path / "gone", keep=2), 1)


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file size are POSIX")
def test_a_full_disk_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    program = f"""
import resource, signal, torch
from pathlib import Path
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.state import TrainState
store = CheckpointStore(Path({str(tmp_path)!r}), keep=2)
store.save(TrainState(step=1), {{"w": torch.ones(10)}})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
store.save(TrainState(step=2), {{"w": torch.ones(1_000_000)}})
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "NMTError: cannot save checkpoint" in result.stderr
    assert "checkpoint-00000002.pt (File too large)" in result.stderr
    assert "checkpoint-00000001.pt" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000001.pt"]
    loaded = CheckpointStore(tmp_path, keep=2).load_newest()
    assert loaded is not None
    assert loaded[0].step == 1
