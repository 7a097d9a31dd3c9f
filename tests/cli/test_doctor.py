import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import talkative_model


def run(*arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "nmt_cli", "doctor", "--no-speed", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120, cwd=cwd)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talkative_model(tmp_path_factory.mktemp("doctor") / "model")


def test_the_status_is_0_if_all_is_in_order_or_absent(model: Path) -> None:
    result = run("-m", model)
    assert (result.returncode, result.stderr) == (0, "")
    for line in ("✓ torch", "✓ weights.safetensors", "– ctranslate2/", "✓ memory", "Everything is in order."):
        assert line in result.stdout
    assert f"→ nmt export -m {model} creates it" in result.stdout


def test_the_status_is_1_if_something_is_broken_and_the_report_has_no_paths(model: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(model, tmp_path / "model"))
    (damaged / "tokenizer.model").write_bytes(b"x")
    result = run("-m", damaged)
    assert result.returncode == 1
    assert "✗ tokenizer.model" in result.stdout
    assert "1 broken" in result.stdout
    result = run("--format", "json", cwd=tmp_path)  # ./model, as for other commands
    report = json.loads(result.stdout)
    assert (result.returncode, report["broken"]) == (1, 1)
    assert str(tmp_path) not in result.stdout
    [broken] = [result for result in report["findings"] if result["state"] == "broken"]
    assert broken["name"] == "tokenizer.model"
    assert str(tmp_path) in run("-m", damaged, "--format", "json", "--paths").stdout


def test_without_a_model_the_machine_is_checked(tmp_path: Path) -> None:
    result = run(cwd=tmp_path)
    assert result.returncode == 0
    assert "weights.safetensors" not in result.stdout


def test_a_model_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    result = run("-m", tmp_path / "none")
    assert result.returncode == 1
    assert "there is no model directory" in result.stderr
