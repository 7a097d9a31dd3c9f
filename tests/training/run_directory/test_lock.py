"""Two trainings never write into one model directory, and a killed one is no obstacle to the next."""

import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.run_directory.lock import LOCK, running_training, sole_training

pytest.importorskip("fcntl", reason="locks of files are POSIX")

HOLDER = """
import sys, time
from pathlib import Path
from nmt.training.run_directory.lock import sole_training
with sole_training(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def hold(directory: Path) -> "subprocess.Popen[str]":
    """Another process that trains in ``directory``."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(directory)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_training_refuses_naming_process_and_machine(tmp_path: Path) -> None:
    model = tmp_path / "model"
    with hold(model) as process:
        try:
            expected = f"process {process.pid} on {platform.node()}"
            with pytest.raises(NMTError, match=f"model is being trained by {expected}; wait"), sole_training(model):
                pytest.fail("both train")
            assert running_training(model) == expected
        finally:
            process.terminate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_of_a_killed_training_does_not_get_in_the_way(tmp_path: Path, number: signal.Signals) -> None:
    with hold(tmp_path) as process:
        process.send_signal(number)
    assert (tmp_path / LOCK).exists()
    assert running_training(tmp_path) is None
    with sole_training(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text()) == {"process": os.getpid(), "machine": platform.node()}
    assert not (tmp_path / LOCK).exists()


def test_checking_for_a_running_training_does_not_block_one(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            running_training(tmp_path)
            time.sleep(0.002)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(300):
            with sole_training(tmp_path):
                assert running_training(tmp_path) is not None
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("content", [b"", b"[" * 5000, b'{"process": "x"}', b"\xff"])
def test_whatever_a_lock_says_it_is_held(tmp_path: Path, content: bytes) -> None:
    with hold(tmp_path) as process:
        (tmp_path / LOCK).write_bytes(content)
        with pytest.raises(NMTError, match="is being trained by another process"), sole_training(tmp_path):
            pytest.fail("both train")
        process.terminate()


def test_a_directory_that_nothing_came_into_is_not_left(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match="no text"), sole_training(tmp_path / "model"):
        raise NMTError("no text")
    assert not (tmp_path / "model").exists()


def test_a_link_in_place_of_the_lock_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "precious").write_text("text")
    (tmp_path / "model" / LOCK).symlink_to(tmp_path / "precious")
    with pytest.raises(NMTError, match="cannot be created or written"), sole_training(tmp_path / "model"):
        pytest.fail("it trains")
    assert (tmp_path / "precious").read_text() == "text"


def test_a_file_in_place_of_the_directory_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "model").touch()
    with pytest.raises(NMTError, match="model is a file"), sole_training(tmp_path / "model"):
        pytest.fail("it trains")
