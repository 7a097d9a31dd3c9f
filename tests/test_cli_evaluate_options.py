"""``nmt evaluate``: options that do what they say, or say why they cannot."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import talk


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nmt, ["evaluate", *map(str, arguments)])


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in: a reference, a system's output and a copy of that."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    reference = talk()
    system = [line if number % 3 else line.replace("sees", "saw") for number, line in enumerate(reference)]
    for name, lines in {"ref": reference, "hyp": system, "copy": system}.items():
        Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return tmp_path


def test_a_copy_of_the_first_system_has_no_star(texts: Path) -> None:
    result = run("-i", "hyp", "-i", "copy", "-r", "ref", "--paired-ar", "--paired-bs", "--resamples", 100)
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("  p, ")]
    assert [row[-3:] for row in rows] == [["1.0000"] * 3] * 2
    assert "1 if they score alike in every line" in result.stdout
