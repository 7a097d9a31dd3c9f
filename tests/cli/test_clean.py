"""``nmt clean`` on the command line: clean files, and a table of dropped pairs."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import translations

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
        "lines fixed: 1 entities, 1 mojibake\n"
        "the clean text is in clean\n"
    )
    assert (folder / "clean" / "train.bbb").read_text("utf-8").split("\n")[400:] == ["schön so.", "Since then.", ""]
    assert (folder / "rejected.tsv").read_text("utf-8").split("\n")[1:] == [
        "empty\ttrain.aaa:402\ttrain.bbb:402\tAlone here.\t",
        "",
    ]


def test_filters_and_repairs_can_be_chosen(folder: Path) -> None:
    result = run(*TEXT, "-o", "clean", "--filter", "numbers", "--without", "duplicate", "--without", "mojibake")
    assert result.stderr.startswith("404 pairs read, 402 kept; dropped: 1 empty, 1 numbers\nlines fixed: 1 entities\n")


def test_repairs_may_be_called_mends_as_before(folder: Path) -> None:
    (folder / "clean.toml").write_text('mends = ["spaces"]\n')
    result = run(*TEXT, "-o", "clean", "-c", "clean.toml", "--mend", "entities", "--filter", "empty")
    assert "lines fixed: 1 entities\n" in result.stderr
    shown = run("--show-config", "-c", "clean.toml", "--fix", "tags").stdout
    assert tomllib.loads(shown)["repairs"] == ["tags", "spaces"]


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
        (["-o", "clean"], "no text given: give line-aligned files with -s and -t, or a table with --tsv"),
        ([*TEXT, "-o", "."], "the output train.aaa would overwrite an input; choose another directory with -o"),
        ([*TEXT, "-o", "train.aaa"], "the directory train.aaa cannot be created: file exists"),
        ([*TEXT, "-o", "clean", "--without", "numbres"], "unknown filter or repair 'numbres'; did you mean numbers?"),
        ([*TEXT, "-o", "clean", "-c", "none.toml"], "none.toml cannot be read: No such file or directory"),
        (
            ["--tsv", "train.aaa", "-o", "clean", "--filter", "language"],
            "the filter language needs the languages: give --source-language and --target-language",
        ),
    ],
)
def test_wrong_input_is_reported_in_one_sentence(folder: Path, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"nmt: error: {message}\n")


def test_dropped_pairs_may_be_written_next_to_the_clean_files(folder: Path) -> None:
    assert run(*TEXT, "-o", "new", "--rejected", "new/dropped.tsv").exit_code == 0
    assert sorted(path.name for path in (folder / "new").iterdir()) == ["dropped.tsv", "train.aaa", "train.bbb"]


def test_a_warning_says_if_no_pairs_are_left(folder: Path) -> None:
    (folder / "none.tsv").write_text("no tab\nnone\n")
    result = run("--tsv", "none.tsv", "-o", "clean")
    assert (result.exit_code, result.stderr) == (
        0,
        "2 pairs read, 0 kept; dropped: 2 empty\n"
        "nmt: warning: no pairs are left: the files in clean are empty; use --rejected FILE to see why\n",
    )


def test_a_wrong_setting_is_reported_with_its_file(folder: Path) -> None:
    for content, message in (
        ('mends = ["entitie"]', "unknown repair 'entitie'; did you mean entities?; known: "),
        ("max_ratio = nan", "max_ratio must be at least 1, not nan"),
        ("chance_margin = nan", "chance_margin must be a number, not nan"),
    ):
        (folder / "clean.toml").write_text(content)
        result = run(*TEXT, "-o", "clean", "-c", "clean.toml")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"nmt: error: clean.toml: {message}")


def test_held_out_files_are_not_overwritten(folder: Path) -> None:
    kept = (folder / "train.aaa").read_bytes()
    (folder / "raw").mkdir()
    for suffix in ("aaa", "bbb"):
        (folder / "raw" / f"train.{suffix}").write_bytes((folder / f"train.{suffix}").read_bytes())
    raw, test = (
        ("-s", "raw/train.aaa", "-t", "raw/train.bbb"),
        ("--test-source", "train.aaa", "--test-target", "train.bbb"),
    )
    for arguments in ((*raw, *test, "-o", "."), (*raw, *test, "-o", "clean", "--rejected", "train.aaa")):
        assert run(*arguments).exit_code == 1
        assert (folder / "train.aaa").read_bytes() == kept


def test_the_output_directory_is_required(folder: Path) -> None:
    result = run(*TEXT)
    assert result.exit_code == 2
    assert "give a directory for the clean files with -o" in result.stderr
