"""Killed at any instant, the same command goes on bit for bit as if nothing had happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def campaign(directory: Path, kills: int, seed: int) -> dict[str, object]:
    """The tally of killing.py."""
    program = ROOT / "tests" / "end_to_end" / "killing.py"
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    result = subprocess.run(
        [sys.executable, str(program), str(directory), str(kills), str(seed)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    tally: dict[str, object] = json.loads(result.stdout)
    return tally


def check(tally: dict[str, object], kills: int) -> None:
    struck = tally["kills"]
    assert isinstance(struck, dict)
    assert sum(struck.values()) == kills
    assert tally["differences"] == []


def test_three_kills_change_no_bit(tmp_path: Path) -> None:
    check(campaign(tmp_path, 3, seed=1), 3)


@pytest.mark.slow
def test_ten_kills_change_no_bit(tmp_path: Path) -> None:
    check(campaign(tmp_path, 10, seed=2), 10)
