"""``nmt demo``: every command is shown, runs, and can be copied; CI runs it in full."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import nmt_cli.demo
from nmt_cli.main import nmt

FEW_STEPS = ("--preset", "tiny", "--dimension", "16", "--heads", "2", "--feed-forward", "16", "--max-steps", "2")


def test_each_step_is_shown_and_leaves_its_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmt_cli.demo, "TRAINING", (*FEW_STEPS, "--warmup", "1"))
    monkeypatch.setattr(nmt_cli.demo, "SAMPLES", 3)
    monkeypatch.setattr(nmt_cli.demo, "_copy_corpus", shortened(nmt_cli.demo._copy_corpus))
    result = CliRunner().invoke(nmt, ["demo", "--pair", "zh-en", "-o", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    for command in ("train", "evaluate", "tokenizer encode", "translate"):
        assert f"$ nmt {command}" in result.stderr
    assert "BLEU" in result.stdout
    assert "tok:13a" in result.stdout
    assert result.stdout.count("→") == 3
    assert len((tmp_path / "zh-en" / "samples.translated.en").read_text(encoding="utf-8").splitlines()) == 3
    assert (tmp_path / "zh-en" / "model" / "weights.safetensors").exists()


def shortened(copy: object) -> object:
    """The corpus, cut to a few lines so that the test takes seconds."""

    def copy_and_cut(*arguments: object) -> object:
        files = copy(*arguments)  # type: ignore[operator]
        for path in files.values():
            lines = Path(path).read_text(encoding="utf-8").splitlines(keepends=True)
            Path(path).write_text("".join(lines[:200:10]), encoding="utf-8")
        return files

    return copy_and_cut


def test_an_unknown_pair_is_a_usage_error() -> None:
    assert CliRunner().invoke(nmt, ["demo", "--pair", "en-fr"]).exit_code == 2
