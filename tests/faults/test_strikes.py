"""Promise: a signal at any moment of any writing command leaves the old result or the new one, never a half, and the
same command then does what it would have done.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def strike(directory: Path, strikes: int, seed: int, *commands: str) -> dict[str, Any]:
    """The tally of striking.py."""
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    result = subprocess.run(
        [sys.executable, str(ROOT / "tests/faults/striking.py"), str(directory), str(strikes), str(seed), *commands],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    tally: dict[str, Any] = json.loads(result.stdout)
    return tally


def test_each_signal_once_in_each_writing_command(tmp_path: Path) -> None:
    # For training see test_kill.py.
    commands = ("translate", "score", "evaluate", "tokenizer", "export", "clean", "split")
    tally = strike(tmp_path, 3, 1, *commands)
    assert tally["wrong"] == []
    assert len(tally["ended"]) == len(commands)
    assert all(sum(counts.values()) == 3 for counts in tally["ended"].values())


@pytest.mark.slow
def test_thirty_strikes_of_each_writing_command(tmp_path: Path) -> None:
    assert strike(tmp_path, 30, 2)["wrong"] == []


@pytest.mark.slow
def test_strikes_of_the_demo(tmp_path: Path) -> None:
    assert strike(tmp_path, 6, 3, "demo")["wrong"] == []
