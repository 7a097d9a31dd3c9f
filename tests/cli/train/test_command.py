"""``nmt train`` as users run it: a real process, its streams, its signals, its status."""

import json
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from nmt.corpus.pairs import FilterConfig
from nmt.decoding.config import SearchConfig
from nmt.models.config import ModelConfig
from nmt.tokenization.config import TokenizerConfig
from nmt.training.config import TrainingConfig
from nmt.training.recipe import Recipe, merge_recipe

COMMAND = [sys.executable, "-m", "nmt_cli", "train", "--device", "cpu", "--threads", "1"]
SMALL = ["--encoder-layers", "1", "--decoder-layers", "1", "--dimension", "16", "--heads", "2", "--feed-forward", "16"]
SHORT = [*SMALL, "--batch-tokens", "200", "--warmup", "5", "--validate-every", "5", "--checkpoint-every", "5"]


@pytest.fixture
def text(tmp_path: Path) -> list[str]:
    sources = [f"Satz Nummer {number} von {number % 7}." for number in range(80)]
    for name, lines in (("text.de", sources), ("text.en", [line.lower() for line in sources])):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return ["-s", str(tmp_path / "text.de"), "-t", str(tmp_path / "text.en")]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=120)


def test_from_two_files_to_a_model(tmp_path: Path, text: list[str]) -> None:
    result = run(*text, "-o", str(tmp_path / "model"), *SHORT, "--max-steps", "10")
    assert (result.returncode, result.stdout) == (0, "")
    for words in ("80 pairs read, 80 kept", "are held out", "step 5: validation loss", "finished: step 10"):
        assert words in result.stderr
    names = {path.name for path in (tmp_path / "model").iterdir()}
    files = {"config.json", "tokenizer.model", "weights.safetensors", "README.md", "word_counts.tsv.gz"}
    assert names == files | {"ctranslate2", "training"}
    again = run(*text, "-o", str(tmp_path / "model"), *SHORT, "--max-steps", "10")
    assert again.returncode == 0
    assert "validation BLEU" in again.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_the_same_command_resumes(
    tmp_path: Path, text: list[str], number: signal.Signals, status: int
) -> None:
    arguments = [*text, "-o", str(tmp_path / "model"), *SHORT, "--max-steps", "100000", "--validate-every", "20"]
    process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True)
    log = tmp_path / "model" / "training" / "log.jsonl"
    deadline = time.monotonic() + 60
    while not (log.exists() and '"progress"' in log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert "stopped and saved at step" in errors
    assert "Traceback" not in errors
    stopped_at = int(errors.rpartition("saved at step ")[2].partition(";")[0].replace(",", ""))
    process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    seen = ""
    while "training from step" not in seen and (line := process.stderr.readline()):
        seen += line
    process.kill()
    process.communicate()
    assert f"resuming after step {stopped_at:,}" in seen


def test_a_dry_run_says_on_stdout_what_training_takes_and_leaves_nothing(tmp_path: Path, text: list[str]) -> None:
    result = run(*text, "-o", str(tmp_path / "model"), *SHORT, "--max-steps", "10", "--dry-run")
    assert result.returncode == 0, result.stderr
    assert "parameters  " in result.stdout
    assert "for all 10 updates" in result.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"text.de", "text.en"}


@pytest.mark.parametrize(
    ("budget", "status", "words"), [("20", 1, "write it as 90s, 20m"), ("0.2s", 1, "preparation took")]
)
def test_an_impossible_budget_is_one_sentence(
    tmp_path: Path, text: list[str], budget: str, status: int, words: str
) -> None:
    result = run(*text, "-o", str(tmp_path / "model"), *SMALL, "--batch-tokens", "200", "--budget", budget)
    assert (result.returncode, result.stdout) == (status, "")
    assert words in result.stderr.splitlines()[-1]


def test_a_users_mistakes_are_one_sentence(tmp_path: Path, text: list[str]) -> None:
    missing = run("-s", str(tmp_path / "none.de"), "-t", text[3], "-o", str(tmp_path / "model"))
    assert missing.returncode == 1
    assert missing.stderr.startswith("nmt: error: ")
    assert "none.de" in missing.stderr
    assert missing.stderr.count("\n") == 1
    (tmp_path / "text.de").write_bytes(b"gut\n\xff\xfe\n" + b"gut\n" * 78)
    undecodable = run(*text, "-o", str(tmp_path / "model"))
    assert undecodable.returncode == 1
    assert "text.de:2" in undecodable.stderr.splitlines()[-1]
    mistyped = run(*text, "--max-step", "5")
    assert mistyped.returncode == 2
    assert "--max-steps" in mistyped.stderr
    assert run(*text, "--device", "tpu").returncode == 1
    useless = run(*text, "--mix-old", "0.3")
    assert useless.returncode == 2
    assert "name the model with --from" in useless.stderr


def test_settings_come_from_a_file_and_options_win(tmp_path: Path, text: list[str]) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[training]\nmax_steps = 3\nseed = 5\n", encoding="utf-8-sig")  # as some editors write it
    result = run(*text, "-o", str(tmp_path / "model"), *SHORT, "-c", str(settings), "--max-steps", "2")
    assert "finished: step 2" in result.stderr
    recorded = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))["training"]["settings"]
    assert recorded["training"]["seed"] == 5
    assert recorded["training"]["batch_tokens"] > 0
    assert recorded["training"]["precision"] in ("float32", "bfloat16")
    settings.write_text("[training]\nmax_step = 3\n", encoding="utf-8")
    wrong = run(*text, "-c", str(settings))
    assert wrong.returncode == 1
    assert "unknown setting 'max_step'; did you mean max_steps?" in wrong.stderr
    settings.write_text("[training]\nwarmup = -1\n", encoding="utf-8")
    assert f"{settings}: training setting warmup must not be negative" in run(*text, "-c", str(settings)).stderr
    settings.write_text("[training\n", encoding="utf-8")
    assert "is not valid TOML" in run(*text, "-c", str(settings)).stderr


def test_corpora_in_a_settings_file_are_as_on_the_command_line(tmp_path: Path, text: list[str]) -> None:
    (tmp_path / "folder").mkdir()
    settings = tmp_path / "folder" / "settings.toml"
    data = '[data]\nsource = "../text.de"\ntarget = ["../text.en"]\n'
    settings.write_text(f"[training]\nmax_steps = 3\n{data}tag = 'x'\n", encoding="utf-8")
    model = ["-o", str(tmp_path / "model"), *SHORT]
    planned = run(*model, "-c", str(settings), "--dry-run")
    assert (planned.returncode, "80 pairs read" in planned.stdout) == (0, True), planned.stderr
    assert "finished: step 3" in run(*model, "-c", str(settings)).stderr
    same = run(*model, *text, "--tag", "x", "--max-steps", "3")
    assert same.returncode == 0, same.stderr
    other = run(*model, *text, "--max-steps", "3")  # text on the command line brings no tag with it
    assert other.returncode == 1
    assert 'corpora.tags was ["x"], now not set' in other.stderr
    settings.write_text("[training]\nmax_steps = 3\n[data]\nsources = 'a'\n", encoding="utf-8")
    wrong = run(*model, "-c", str(settings))
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert f"{settings} [data]: unknown setting 'sources'; did you mean source?" in wrong.stderr


def test_all_settings_are_shown_and_come_back(tmp_path: Path) -> None:
    shown = run("--show-config", "--preset", "tiny", "--dimension", "64", "--budget", "2h").stdout
    tables = tomllib.loads(shown)
    assert tables.pop("data") == {}
    read = merge_recipe(Recipe(), tables, where="shown")
    expected = {"preset": "tiny", "model": {"dimension": 64}, "training": {"budget": "2h"}}
    assert read == merge_recipe(Recipe(), expected, where="given")
    for table in (TrainingConfig, TokenizerConfig, FilterConfig, SearchConfig, ModelConfig):
        for setting in fields(table):
            assert f"{setting.name} =" in shown or setting.name == "vocabulary_size"
    uncommented = "\n".join(line.removeprefix("# ") for line in shown.splitlines() if not line.endswith("="))
    del (tables := tomllib.loads(uncommented))["data"]
    merge_recipe(Recipe(), tables, where="shown")


def test_weights_and_tags_from_the_command_line_to_a_translation(tmp_path: Path, text: list[str]) -> None:
    table = tmp_path / "more.tsv"
    table.write_text("".join(f"Noch ein Satz {n}.\tnoch ein satz {n}.\n" for n in range(30)), encoding="utf-8")
    arguments = [*text, "--tsv", str(table), "-o", str(tmp_path / "model"), *SHORT, "--max-steps", "5"]
    wrong = run(*arguments, "--weight", "2")
    assert wrong.returncode == 1
    assert "1 weight given for 2 corpora" in wrong.stderr
    result = run(*arguments, "--weight", "1", "--weight", "2.5", "--tag", "", "--tag", "bt")
    assert result.returncode == 0, result.stderr
    command = [sys.executable, "-m", "nmt_cli", "translate", "-m", str(tmp_path / "model"), "--device", "cpu"]
    for tag, status in (("bt", 0), ("", 0), ("news", 1)):
        translated = subprocess.run(
            [*command, "--tag", tag], input="Satz.\n", capture_output=True, text=True, check=False
        )
        assert translated.returncode == status, translated.stderr
        assert translated.stdout.count("\n") == 1 - status
    assert "this model has no tag 'news'; its tags are bt" in translated.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file size are POSIX")
def test_a_full_disk_is_a_sentence_and_the_published_model_stays(tmp_path: Path, text: list[str]) -> None:
    model = tmp_path / "model"
    assert run(*text, "-o", str(model), *SHORT, "--max-steps", "5").returncode == 0
    weights = (model / "weights.safetensors").read_bytes()
    program = (
        "import resource, signal, sys; from nmt_cli.main import main; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)); main()"
    )
    other = tmp_path / "other"
    arguments = [*text, "-o", str(other), *SHORT, "--max-steps", "9", "--validate-every", "100", "--dimension", "64"]
    result = subprocess.run(
        [sys.executable, "-c", program, "train", *arguments], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert str(other) in result.stderr.splitlines()[-1]
    assert (model / "weights.safetensors").read_bytes() == weights
    assert not list(other.rglob("*.tmp"))
    finished = run(*arguments)
    assert finished.returncode == 0, finished.stderr
