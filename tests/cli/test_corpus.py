"""``nmt corpus`` on the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import translations

PAIRS = translations(400)
TEXT = ("-s", "all.aaa", "-t", "all.bbb")


pytestmark = pytest.mark.usefixtures("plain_logger")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a corpus in it."""
    monkeypatch.chdir(tmp_path)
    for side, suffix in enumerate(("aaa", "bbb")):
        (tmp_path / f"all.{suffix}").write_text("".join(f"{pair[side]}\n" for pair in PAIRS), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(nmt, ["corpus", *arguments], prog_name="nmt")


def counts(folder: Path) -> dict[str, int]:
    return {path.name: path.read_bytes().count(b"\n") for path in sorted(folder.iterdir())}


def test_split_reports_the_size_of_each_part(folder: Path) -> None:
    result = run("split", *TEXT, "-o", "data", "--valid", "30", "--test", "40")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("data: 330 pairs for training, 30 for validation, 40 for testing\n")
    assert counts(folder / "data") == {
        "test.aaa": 40,
        "test.bbb": 40,
        "train.aaa": 330,
        "train.bbb": 330,
        "valid.aaa": 30,
        "valid.bbb": 30,
    }


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        (
            ("sample", *TEXT, "-n", "25"),
            {"all.aaa": 25, "all.bbb": 25},
            "400 pairs read, 25 kept; dropped: 375 not-sampled",
        ),
        (("dedupe", *TEXT, "--by", "near"), {"all.aaa": 400, "all.bbb": 400}, "400 pairs read, 400 kept"),
        (("merge", *TEXT, *TEXT), {"train.aaa": 800, "train.bbb": 800}, "800 pairs read, 800 kept"),
    ],
)
def test_files_are_written_to_the_directory(
    folder: Path, arguments: tuple[str, ...], expected: dict[str, int], message: str
) -> None:
    result = run(*arguments, "-o", "out")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"{message}\n")
    assert counts(folder / "out") == expected


def test_stats_counts_both_sides(folder: Path) -> None:
    assert "400 pairs, all.aaa and all.bbb" in run("stats", *TEXT).stdout
    found = json.loads(run("stats", *TEXT, "--format", "json").stdout)
    words = sum(len(source.split()) for source, _ in PAIRS)
    distinct = len({word for source, _ in PAIRS for word in source.split()})
    assert (found["source"]["words"], found["source"]["distinct_words"]) == (words, distinct)


def test_stats_reports_lines_that_it_does_not_count(folder: Path) -> None:
    with (folder / "all.bbb").open("a") as file:
        file.write("one more\n")
    result = run("stats", *TEXT)
    assert (result.exit_code, result.stderr) == (
        0,
        "nmt: warning: all.aaa has 400 lines, all.bbb has 401; lines without a counterpart are not counted; nmt "
        "check shows where they are\n",
    )


@pytest.mark.parametrize("arguments", [("corpus", "dedupe"), ("corpus", "merge", "--name", "t"), ("clean",)])
def test_columns_that_are_not_written_give_a_warning(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "t.tsv").write_text("Ein Hund.\tA dog.\t0.7\nZwei.\tTwo.\n")
    result = CliRunner().invoke(nmt, [*arguments, "--tsv", "t.tsv", "-o", "out"], prog_name="nmt")
    assert result.exit_code == 0
    assert result.stderr.startswith("nmt: warning: t.tsv has more than two columns; only the first two are written\n")
    assert (folder / "out" / "t.tsv").read_text() == "Ein Hund.\tA dog.\nZwei.\tTwo.\n"


def test_import_names_the_new_files(folder: Path) -> None:
    (folder / "m.jsonl").write_text('{"source": "Ein Hund", "target": "A dog"}\n')
    result = run("import", "m.jsonl", "-o", "out", "--source-language", "de", "--target-language", "en")
    assert (result.exit_code, result.stderr) == (0, "1 unit read, 1 kept\nout/m.de and out/m.en\n")
    assert (folder / "out" / "m.de").read_text() == "Ein Hund\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_leaves_no_files(folder: Path, number: signal.Signals, status: int) -> None:
    os.mkfifo(folder / "endless.aaa")
    command = ["corpus", "merge", *TEXT, "-s", "endless.aaa", "-t", "all.bbb", "-o", "out"]
    with subprocess.Popen([sys.executable, "-m", "nmt_cli", *command], stderr=subprocess.DEVNULL) as process:
        while not list((folder / "out").glob(".nmt-*")) and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(20) == status
    assert list((folder / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("split", *TEXT, "-o", "data", "--test", "400", "--valid", "0"),
            "no pairs would be left for training; hold out fewer pairs",
        ),
        (("sample", *TEXT, "-o", "out", "-n", "500"), "there are only 400 pairs, fewer than the 500 to draw"),
        (("import", "none.tmx", "-o", "out"), "none.tmx: there is no such file"),
        (("merge", *TEXT, "-o", "out", "--name", ""), "'' is not a file name; to choose a directory, use -o"),
        (("merge", *TEXT, "-o", "out", "--name", ".."), "'..' is not a file name; to choose a directory, use -o"),
        (
            ("merge", *TEXT, "-o", ".", "--name", "all"),
            "the input all.aaa would be overwritten; choose another directory with -o",
        ),
    ],
)
def test_wrong_input_is_reported_in_one_sentence(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"nmt: error: {message}\n")
