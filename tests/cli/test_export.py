import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nmt.model_dir.layout import FAST_COPY
from tests.conftest import Reversal


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nmt_cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)


@pytest.fixture
def model(reversal: Reversal, tmp_path: Path) -> Path:
    """The directory of a trained model without a copy for CTranslate2."""
    goal = tmp_path / "model"
    shutil.copytree(reversal.model_dir, goal, ignore=shutil.ignore_patterns("corpus", "checkpoints", FAST_COPY))
    return goal


def test_the_copy_is_created_again_and_compared_on_the_validation_text(model: Path) -> None:
    result = run("export", "-m", model, "--threads", 1)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{model / FAST_COPY}: ")
    assert "sentences are translated the same" in result.stdout
    assert "BLEU" in result.stdout
    translated = subprocess.run(
        [sys.executable, "-m", "nmt_cli", "translate", "-v", "-m", model],
        input="a b c\n",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert translated.stdout == "c b a\n"
    assert "the engine is ctranslate2" in translated.stderr


def test_the_text_of_the_comparison_can_be_given(model: Path, tmp_path: Path) -> None:
    for name, text in (("s", "a b c\nc a d\n"), ("r", "c b a\nd a c\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    options = ("-s", tmp_path / "s", "-r", tmp_path / "r")
    goal = tmp_path / "exact"
    result = run("export", "-m", model, "--to", "ctranslate2", "--quantization", "float32", "-o", goal, *options)
    assert (result.returncode, result.stderr) == (0, "")
    assert "2 of 2 sentences are translated the same (100.0%)" in result.stdout
    assert (goal / "model.bin").is_file()
    assert not (model / FAST_COPY).exists()


def test_without_a_text_a_warning_says_that_nothing_was_compared(model: Path) -> None:
    shutil.rmtree(model / "training")
    result = run("export", "-m", model)
    assert result.returncode == 0
    assert "nothing was compared" in result.stderr
    assert (model / FAST_COPY / "model.bin").is_file()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--quantization", "int3"), 1, "unknown quantization 'int3'"),
        (("--to", "onnx"), 2, "onnx"),
        (("-s", "x"), 2, "-s and -r go together"),
        (("-o", "."), 1, "contains something other"),
    ],
)
def test_mistakes_are_reported_before_anything_is_done(
    model: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    result = run("export", "-m", model, *arguments)
    assert result.returncode == status
    assert words in result.stderr
    assert "Traceback" not in result.stderr
