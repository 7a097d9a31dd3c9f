"""Helper processes give the same results as one process, pass on errors, and do not outlive their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.runtime.processors import available_processors
from nmt.runtime.workers import ordered_map


@pytest.fixture(autouse=True)
def helpers_find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a plain ``pytest`` the checkout, from which ``tests`` is imported, is not on the path that helpers get."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2])


def double(number: int, *, wrong: int = -1, deadly: int = -1) -> int:
    if number == wrong:
        raise NMTError(f"{number} is wrong")
    if number == deadly:
        os._exit(7)
    print("noise that must not get among the results")  # noqa: T201
    return 2 * number


@pytest.mark.parametrize("helpers", [1, 3])
def test_results_come_in_order_for_any_number_of_helpers(helpers: int) -> None:
    assert list(ordered_map(double, range(50), helpers=helpers)) == [2 * number for number in range(50)]


@pytest.mark.parametrize("helpers", [1, 2])
def test_errors_are_raised_after_the_results_before_them(helpers: int) -> None:
    def tasks() -> Iterator[int]:
        yield from range(4)
        raise NMTError("no more tasks")

    results = ordered_map(partial(double, wrong=2), tasks(), helpers=helpers)
    assert [next(results), next(results)] == [0, 2]
    with pytest.raises(NMTError, match="2 is wrong"):
        next(results)
    with pytest.raises(NMTError, match="no more tasks"):
        list(ordered_map(double, tasks(), helpers=helpers))


def test_a_helper_that_dies_is_an_error() -> None:
    with pytest.raises(NMTError, match=r"ended unexpectedly \(status 7\)"):
        list(ordered_map(partial(double, deadly=5), range(50), helpers=2))


def test_at_least_one_processor_is_available() -> None:
    assert available_processors() >= 1


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_helpers_end_with_their_parent_and_quietly(number: signal.Signals) -> None:
    code = (
        # Where the tests run behind a shell's &, Ctrl-C is ignored unless it is asked for.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from nmt.runtime.workers import ordered_map; results = ordered_map(abs, iter(range(10**9)), helpers=2); "
        "next(results); print('ready', flush=True)\nfor result in results: pass"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with parent:
        try:
            assert parent.stdout is not None
            parent.stdout.readline()
            mark = f"PPid:\t{parent.pid}\n"
            children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if mark in status_of(path)]
            assert len(children) == 2
            parent.send_signal(number)
            _, errors = parent.communicate(timeout=20)
        finally:
            parent.kill()
    deadline = time.monotonic() + 10
    while any(is_running(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_running(child) for child in children)
    assert errors.count("Traceback") == (number == signal.SIGINT)  # the parent's own


def is_running(pid: int) -> bool:
    """Whether the process is there and not just waiting to be collected."""
    status = status_of(Path(f"/proc/{pid}"))
    return bool(status) and "State:\tZ" not in status


def status_of(path: Path) -> str:
    try:
        return (path / "status").read_text()
    except OSError:
        return ""
