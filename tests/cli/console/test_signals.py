"""Signals during training: in Python code, in long computations outside Python, and when the terminal closes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

PROGRAM = """
import hashlib, signal, sys, time
from nmt_cli.console import signals
signals.PATIENCE = 0.3
with signals.stopping_on_signals() as stop:
    {arm}
    print("ready", flush=True)
    {work}
    print("stop asked for" if stop.requested() else "undisturbed", stop.signal, flush=True)
"""
PYTHON = "end = time.monotonic() + 30\n    while not stop.requested() and time.monotonic() < end: time.sleep(0.01)"
BLOCKED = "hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)"  # minutes in C without checking for signals


def begin(work: str, *, arm: bool, ignored: signal.Signals | None = None) -> "subprocess.Popen[str]":
    program = PROGRAM.format(arm="stop.arm()" if arm else "pass", work=work)
    ignore = (lambda: signal.signal(ignored, signal.SIG_IGN)) if ignored else None
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=ignore
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_asks_for_a_stop(number: signal.Signals) -> None:
    process = begin(PYTHON, arm=True)
    process.send_signal(number)
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, f"stop asked for {int(number)}\n")
    assert "send the signal again to end at once" in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_before_there_is_anything_to_save_one_signal_is_enough(number: signal.Signals) -> None:
    process = begin("time.sleep(30)", arm=False)
    process.send_signal(number)
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out) == (128 + number, "")
    assert "nmt: interrupted; the same command resumes" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("arm", [True, False])
def test_a_computation_outside_python_is_ended_too(arm: bool) -> None:
    process = begin(BLOCKED, arm=arm)
    time.sleep(0.5)  # until it is in it
    for _ in range(1 + arm):
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out) == (143, "")
    assert "ended at once" in errors


def test_nohup_keeps_a_training_alive() -> None:
    process = begin("time.sleep(0.3)", arm=True, ignored=signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (0, "undisturbed None\n", "")


def test_a_closed_terminal_saves_and_ends(tmp_path: Path) -> None:
    fcntl, pty, termios = (
        pytest.importorskip(name, reason="terminals of POSIX") for name in ("fcntl", "pty", "termios")
    )
    for name in ("text.de", "text.en"):
        (tmp_path / name).write_text("".join(f"Satz Nummer {number} von 7.\n" for number in range(80)))
    files = ["-s", str(tmp_path / "text.de"), "-t", str(tmp_path / "text.en"), "-o", str(tmp_path / "model")]
    small = ["--dimension", "16", "--heads", "2", "--feed-forward", "16", "--encoder-layers", "1", "--warmup", "5"]
    limits = ["--max-steps", "1000000", "--validate-every", "1000000", "--checkpoint-every", "1000000"]
    command = [sys.executable, "-m", "nmt_cli", "train", "--device", "cpu", "--threads", "1", *files, *small, *limits]
    ours, theirs = pty.openpty()

    def own_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=own_terminal
    )
    os.close(theirs)
    log = tmp_path / "model" / "training" / "log.jsonl"
    deadline = time.monotonic() + 60
    while not (log.exists() and '"progress"' in log.read_text()) and time.monotonic() < deadline:
        os.read(ours, 1 << 16)
    os.close(ours)
    assert process.wait(timeout=60) == 129
    saved = max((tmp_path / "model" / "training").glob("checkpoint-*.pt"))
    assert int(saved.stem.rpartition("-")[2]) >= 10


def test_messages_that_nobody_reads_do_not_stop_training() -> None:
    program = (
        "import logging, os, sys; from nmt_cli.main import STDERR_HANDLER; logger = logging.getLogger('nmt');"
        "logger.addHandler(STDERR_HANDLER); os.close(reader := int(sys.argv[1]));"
        "[logger.warning('lost') for _ in range(3)]; print('alive')"
    )
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(reader)], stdout=subprocess.PIPE, stderr=writer, pass_fds=[reader]
    )
    os.close(reader)
    os.close(writer)
    assert process.communicate(timeout=20)[0] == b"alive\n"
    assert process.returncode == 0
