"""Promises: no room on the disk, in the files or in memory is one sentence, and what was there before stays whole."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nmt.ctranslate2.fast_copy import read_copy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts are those of Linux")
OLD = "what was there before\n"
LIMITED = """
import resource, sys
kind, limit, *arguments = sys.argv[1:]
# Imported before memory is short:
import torch, nmt.tokenization.tokenizer, nmt.translation.loading, nmt.training.run, nmt_cli.main
limit = int(limit)
if kind == "RLIMIT_AS":  # beyond what is mapped already, which differs between builds of torch
    limit += int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(getattr(resource, kind), (limit, limit))
sys.argv = ["nmt", *arguments]
nmt_cli.main.main()
"""


def nmt(*arguments: object, kind: str = "RLIMIT_FSIZE", limit: int = 1 << 60) -> "subprocess.CompletedProcess[str]":
    """An nmt command under a limit."""
    command = [sys.executable, "-c", LIMITED, kind, str(limit), *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def check_sentence(result: "subprocess.CompletedProcess[str]", words: str) -> None:
    """That the command failed with one error, in which ``words`` stand."""
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("nmt: error: ")]
    assert len(errors) == 1, result.stderr
    assert words in errors[0].lower()


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.de"
    path.write_text("".join(f"the cat {number} sees {number % 7} birds\n" for number in range(200)))
    return path


def commands(model: Path, text: Path, goal: Path) -> dict[str, list[object]]:
    return {
        "translate": ["translate", "-m", model, text, "-o", goal],
        "gz": ["translate", "-m", model, text, "-o", goal.with_suffix(".gz")],
        "score": ["score", "-m", model, "-s", text, "-t", text, "-o", goal],
        "evaluate": ["evaluate", "-m", model, "-s", text, "-r", text, "-o", goal],
        "tokenizer": ["tokenizer", "train", text, "-o", goal],
    }


@pytest.mark.parametrize("name", ["translate", "gz", pytest.param("score", marks=pytest.mark.slow)])
def test_a_limit_on_file_size_is_a_sentence(model: Path, text: Path, tmp_path: Path, name: str) -> None:
    goal = tmp_path / "out"
    for path in (goal, goal.with_suffix(".gz")):
        path.write_text(OLD)
    result = nmt(*commands(model, text, goal)[name], limit=30)
    check_sentence(result, "file too large")
    assert goal.read_text() == OLD == goal.with_suffix(".gz").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["evaluate", "tokenizer"])
def test_a_limit_on_file_size_is_a_sentence_elsewhere_too(model: Path, text: Path, tmp_path: Path, name: str) -> None:
    goal = tmp_path / "out"
    goal.write_text(OLD)
    check_sentence(nmt(*commands(model, text, goal)[name], limit=100), "file too large")
    assert goal.read_text() == OLD


@pytest.mark.parametrize("limit", [100, 20_000])
def test_an_export_without_room_leaves_the_copy_that_was_there(model: Path, text: Path, limit: int) -> None:
    before = read_copy(model)
    check_sentence(nmt("export", "-m", model, "-s", text, "-r", text, limit=limit), "cannot be written")
    after = read_copy(model)
    assert before is not None
    assert after is not None
    assert after.files == before.files
    assert not [*model.glob(".nmt-*")]


@pytest.mark.parametrize("engine", ["torch", "ctranslate2"])
def test_too_little_memory_is_a_sentence(model: Path, text: Path, tmp_path: Path, engine: str) -> None:
    goal = tmp_path / "out"
    beams = ("--beam-size", 30_000) if engine == "torch" else ("--beam-size", 100)
    text.write_text(text.read_text() * 20)
    command = ("translate", "-m", model, text, "-o", goal, "--engine", engine, "--threads", 1, *beams)
    result = nmt(*command, kind="RLIMIT_AS", limit=100 << 20)
    check_sentence(result, "not enough memory")
    assert not goal.exists()


@contextlib.contextmanager
def small_disk(place: Path, options: str) -> Iterator[Path]:
    """A file system in memory; skips the test where none can be mounted."""
    place.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None or os.geteuid() != 0:
        pytest.skip("only root mounts")
    command = [mount, "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run([unmount, "-l", str(place)], check=True)


@pytest.mark.parametrize("name", ["translate", pytest.param("tokenizer", marks=pytest.mark.slow)])
def test_a_full_disk_is_a_sentence(model: Path, text: Path, tmp_path: Path, name: str) -> None:
    with small_disk(tmp_path / "disk", "size=16k") as disk:
        goal = disk / "out"
        goal.write_text(OLD)
        (disk / "filling").write_bytes(bytes(8000))
        text.write_text(text.read_text() * 3)
        check_sentence(nmt(*commands(model, text, goal)[name]), "no space left on device")
        assert goal.read_text() == OLD


@pytest.mark.slow
def test_a_training_on_a_full_disk_resumes_once_there_is_room(text: Path, tmp_path: Path) -> None:
    small = ("--encoder-layers", 1, "--decoder-layers", 1, "--dimension", 64, "--feed-forward", 64, "--heads", 2)
    steps = ("--max-steps", 8, "--checkpoint-every", 2, "--keep", 3, "--validate-every", 4, "--batch-tokens", 400)
    options = ("-s", text, "-t", text, "--model-type", "char", *small, *steps)
    assert nmt("train", *options, "-o", tmp_path / "whole").returncode == 0
    needed = sum(path.stat().st_size for path in (tmp_path / "whole").rglob("*") if path.is_file())
    for share in (0.1, 0.4, 0.7, 0.9):
        with small_disk(tmp_path / f"disk{share}", f"size={int(needed * share)}") as disk:
            check_sentence(nmt("train", *options, "-o", disk / "model"), "no space left on device")
            subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
            result = nmt("train", *options, "-o", disk / "model")
            assert result.returncode == 0, result.stderr
            files = [place / "weights.safetensors" for place in (disk / "model", tmp_path / "whole")]
            assert files[0].read_bytes()[-1000:] == files[1].read_bytes()[-1000:]


@pytest.mark.slow
def test_a_read_only_disk_translates_and_is_not_written(model: Path, text: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=10m") as disk:
        shutil.copytree(model, disk / "model")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert nmt("translate", "-m", disk / "model", text, "-o", tmp_path / "out").returncode == 0
        for command in (
            ("translate", "-m", model, text, "-o", disk / "out"),
            ("train", "-s", text, "-t", text, "-o", disk / "new"),
            ("export", "-m", disk / "model", "-s", text, "-r", text),
            ("tokenizer", "train", text, "-o", disk / "tokenizer.model"),
        ):
            check_sentence(nmt(*command), "read-only")
