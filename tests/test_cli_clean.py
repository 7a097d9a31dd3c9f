"""``nmt clean`` as a user meets it: files in, clean files out, and what was dropped."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.cleaning.conftest import translations

PAIRS = translations(400)
TEXT = ("-s", "train.aaa", "-t", "train.bbb")


pytestmark = pytest.mark.usefixtures("plain_logger")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a corpus in it that has a copy, an empty line, mojibake and a number."""
    monkeypatch.chdir(tmp_path)
    pairs = [
        *PAIRS,
        PAIRS[0],
        ("Alone here.", ""),
        ("Gut so &amp; fein.", "schÃ¶n so."),
        ("Seit 1999 so.", "Since then."),
    ]
    for side, suffix in enumerate(("aaa", "bbb")):
        (tmp_path / f"train.{suffix}").write_text("".join(f"{pair[side]}\n" for pair in pairs), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(nmt, ["clean", *arguments], prog_name="nmt")


def test_a_messy_corpus_becomes_clean(folder: Path) -> None:
    result = run(*TEXT, "-o", "clean", "--rejected", "rejected.tsv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "404 pairs read, 402 kept; dropped: 1 duplicate, 1 empty\n"
        "lines mended: 1 entities, 1 mojibake\n"
        "the clean text is in clean\n"
    )
    assert (folder / "clean" / "train.bbb").read_text("utf-8").split("\n")[400:] == ["schön so.", "Since then.", ""]
    assert (folder / "rejected.tsv").read_text("utf-8").split("\n")[1:] == [
        "empty\ttrain.aaa:402\ttrain.bbb:402\tAlone here.\t",
        "",
    ]


def test_filters_and_mends_can_be_chosen(folder: Path) -> None:
    result = run(*TEXT, "-o", "clean", "--filter", "numbers", "--without", "duplicate", "--without", "mojibake")
    assert result.stderr.startswith("404 pairs read, 402 kept; dropped: 1 empty, 1 numbers\nlines mended: 1 entities\n")


def test_settings_are_kept_in_a_file(folder: Path) -> None:
    shown = run("--show-config", "--filter", "numbers")
    assert shown.exit_code == 0
    assert "numbers" in tomllib.loads(shown.stdout)["filters"]
    (folder / "clean.toml").write_text(shown.stdout)
    result = run(*TEXT, "-o", "clean", "-c", "clean.toml", "--without", "duplicate")
    assert "dropped: 1 empty, 1 numbers\n" in result.stderr


def test_the_settings_shown_are_the_defaults(folder: Path) -> None:
    (folder / "clean.toml").write_text(run("--show-config").stdout)
    by_default, from_file = run(*TEXT, "-o", "one"), run(*TEXT, "-o", "two", "-c", "clean.toml")
    assert by_default.stderr.replace("one", "two") == from_file.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "clean"], "no text given: name line-aligned files with -s and -t, or a table with --tsv"),
        ([*TEXT, "-o", "."], "train.aaa would be written over while it is read; name another directory with -o"),
        ([*TEXT, "-o", "train.aaa"], "the directory train.aaa cannot be made: file exists"),
        ([*TEXT, "-o", "clean", "--without", "numbres"], "there is no filter or mend 'numbres'; did you mean numbers?"),
        ([*TEXT, "-o", "clean", "-c", "none.toml"], "none.toml cannot be read: No such file or directory"),
        (
            ["--tsv", "train.aaa", "-o", "clean", "--filter", "language"],
            "the filter language needs to know the languages: --source-language and --target-language",
        ),
    ],
)
def test_wrong_input_is_one_sentence(folder: Path, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"nmt: error: {message}\n")


def test_where_the_text_goes_must_be_said(folder: Path) -> None:
    result = run(*TEXT)
    assert result.exit_code == 2
    assert "name a directory for the clean files with -o" in result.stderr
