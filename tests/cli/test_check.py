"""``nmt check`` on the command line: text, JSON, the page, and the exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import translations

PAIRS = translations(400)


pytestmark = pytest.mark.usefixtures("plain_logger")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a clean corpus in it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "train", PAIRS)
    return tmp_path


def write(folder: Path, name: str, pairs: list[tuple[str, str]]) -> None:
    for side, suffix in enumerate(("aaa", "bbb")):
        (folder / f"{name}.{suffix}").write_text("".join(f"{pair[side]}\n" for pair in pairs), encoding="utf-8")


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(nmt, ["check", *arguments], input=stdin, prog_name="nmt")


TEXT = ("-s", "train.aaa", "-t", "train.bbb")


def test_clean_text_gives_status_0_and_statistics(folder: Path) -> None:
    result = run(*TEXT)
    assert result.exit_code == 0
    assert result.stdout.startswith("400 pairs, train.aaa and train.bbb\n")
    assert result.stdout.endswith("\nThere are no errors: you can train on this text.\n")
    assert "words a line" in result.stdout


def test_errors_give_status_1(folder: Path) -> None:
    with (folder / "train.aaa").open("ab") as file:
        file.write(b"sch\xf6n\n")
    with (folder / "train.bbb").open("ab") as file:
        file.write(b"pretty\n")
    result = run(*TEXT)
    assert result.exit_code == 1
    assert "✗ Lines that are not UTF-8: 1 (0.12 %)  [invalid-utf8]\n      train.aaa:401: sch�n\n" in result.stdout
    assert result.stdout.endswith("\nDo not train on this text until you have fixed: invalid-utf8.\n")


def test_json_and_the_page_contain_the_same(folder: Path) -> None:
    write(folder, "test", PAIRS[:20])
    result = run(
        *TEXT, "--test-source", "test.aaa", "--test-target", "test.bbb", "--format", "json", "--report", "c.html"
    )
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert result.stderr.endswith("the report is in c.html\n")
    assert [(finding["name"], finding["count"], finding["severity"]) for finding in found["findings"]] == [
        ("test-overlap", 20, "stop")
    ]
    assert not found["fit_for_training"]
    page = (folder / "c.html").read_text("utf-8")
    assert found["verdict"] in page
    assert "Pairs of the test text that are also in the training text: 20 (100 %)" in page


def test_a_test_text_without_pairs_gives_a_warning(folder: Path) -> None:
    write(folder, "test", [("", "")])
    result = run(*TEXT, "--test-source", "test.aaa", "--test-target", "test.bbb")
    assert result.exit_code == 0
    assert "nmt: warning: the test text (test.aaa) has no pairs, so overlaps with it are not checked\n" in result.stderr


def test_a_table_can_be_read_from_a_pipe(folder: Path) -> None:
    table = "".join(f"{source}\t{target}\n" for source, target in PAIRS)
    result = run("--tsv", "-", stdin=table)
    assert result.exit_code == 0
    assert result.stdout.startswith("400 pairs, -\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no text given: give line-aligned files with -s and -t, or a table with --tsv"),
        (["-s", "train.aaa"], "1 source files but 0 target files; give one target file for each source file"),
        (["-s", "none", "-t", "train.bbb"], "none: there is no such file"),
        (["-s", "-", "-t", "-"], "standard input (-) can be read only once"),
        ([*TEXT, "--source-language", "xx"], "'xx' is not a language code; give one such as de, zh or pt-BR"),
        ([*TEXT, "--report", "train.aaa"], "train.aaa is an input and would be overwritten; choose another output"),
        (
            [*TEXT, "--report", "test.aaa", "--test-source", "test.aaa", "--test-target", "train.bbb"],
            "test.aaa is an input and would be overwritten; choose another output",
        ),
        (
            [*TEXT, "--test-source", "train.aaa"],
            "1 source files but 0 target files; give one target file for each source file",
        ),
    ],
)
def test_wrong_input_is_reported_in_one_sentence(folder: Path, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"nmt: error: {message}\n")
