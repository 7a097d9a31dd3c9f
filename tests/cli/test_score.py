import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import Reversal


def run(*arguments: object, text: str = "") -> Result:
    return CliRunner().invoke(nmt, ["score", *map(str, arguments), "--device", "cpu"], input=text)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "s").write_text("a b c\n\nd e f\n")
    (tmp_path / "t").write_text("c b a\n\nd e f\n")
    return tmp_path / "s", tmp_path / "t"


def test_a_number_for_each_pair_and_the_perplexity_on_stderr(reversal: Reversal, files: tuple[Path, Path]) -> None:
    result = run("-m", reversal.model_dir, "-s", files[0], "-t", files[1])
    assert result.exit_code == 0
    good, empty, bad = map(float, result.stdout.splitlines())
    assert 0 > good > bad
    assert empty == 0
    assert "3 lines, 8 subwords with end marks" in result.stderr
    assert "perplexity" in result.stderr


def test_all_formats_have_the_same_numbers(reversal: Reversal, files: tuple[Path, Path]) -> None:
    common = ("-m", reversal.model_dir, "-s", files[0], "-t", files[1], "--tokens")
    objects = [json.loads(line) for line in run(*common, "--format", "json").stdout.splitlines()]
    header, *rows = [line.split("\t") for line in run(*common, "--format", "tsv").stdout.split("\n")[:-1]]
    assert header == ["log_probability", "subwords", "tokens"]
    assert len(objects) == len(rows) == 3
    for each, row in zip(objects, rows, strict=True):
        assert float(row[0]) == pytest.approx(each["log_probability"], abs=1e-4)
        assert int(row[1]) == each["subwords"] == len(each["tokens"])
        total = sum(token["log_probability"] for token in each["tokens"])
        assert total == pytest.approx(each["log_probability"], abs=1e-4)
    means = [json.loads(line) for line in run(*common, "--format", "json", "--normalize").stdout.splitlines()]
    assert means[0]["log_probability"] == pytest.approx(objects[0]["log_probability"] / 4, abs=1e-5)


def test_a_file_and_standard_input(reversal: Reversal, files: tuple[Path, Path], tmp_path: Path) -> None:
    plain = run("-m", reversal.model_dir, "-s", files[0], "-t", files[1])
    result = run(
        "-m", reversal.model_dir, "-s", files[0], "-t", "-", "-o", tmp_path / "out", text=files[1].read_text()
    )  # fmt: skip
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "out").read_text() == plain.stdout


@pytest.mark.parametrize("target", ["file", "-"])
def test_files_of_different_lengths_are_an_error_with_both_counts(
    reversal: Reversal, files: tuple[Path, Path], target: str
) -> None:
    files[1].write_text("c b a\n")
    name = files[1] if target == "file" else "-"
    result = run("-m", reversal.model_dir, "-s", files[0], "-t", name, text=files[1].read_text())
    assert result.exit_code == 1
    assert f"{files[0]} has 3 lines" in result.stderr
    assert f"{files[1] if target == 'file' else 'standard input'} has 1" in result.stderr


def test_wrong_use(reversal: Reversal, files: tuple[Path, Path]) -> None:
    assert run("-m", reversal.model_dir, "-s", "-", "-t", "-").exit_code == 2
    assert "no such file" in run("-m", reversal.model_dir, "-s", "nowhere", "-t", files[1]).stderr
    assert run("-m", reversal.model_dir, "-s", files[0], "-t", files[1], "-o", files[0]).exit_code == 1


def test_of_many_broken_lines_the_first_few_are_named_over_all_windows(reversal: Reversal, tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"a \xff b\n" + b"a\n" * 1100 + b"a \xff b\n" * 5)
    (tmp_path / "t").write_text("a\n" * 1106)
    result = run("-m", reversal.model_dir, "-s", tmp_path / "s", "-t", tmp_path / "t")
    named = [line for line in result.stderr.splitlines() if line.endswith("replaced before scoring")]
    assert len(named) == 5 + 2, result.stderr  # the first five, one that the others are only counted, and the total
    assert "line 1102" in named[1]
    assert "6 in total" in named[-1]
