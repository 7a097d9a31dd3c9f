"""Lines without a reference: counted as errors with a warning, or left out everywhere."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt.evaluation.metrics import score_translations
from nmt_cli.main import nmt
from tests.conftest import talk, talkative_model

LEFT_OUT = (2, 5)  # of the lines, from 0


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nmt, ["evaluate", *map(str, arguments)])


def write(name: str, lines: list[str]) -> list[str]:
    Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return lines


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A system, a reference with two empty lines (one of spaces), and both without these lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    reference = talk()
    hypotheses = [line if number % 3 else line.replace("sees", "saw") for number, line in enumerate(reference)]
    full = [line if number not in LEFT_OUT else " " * (number == 5) for number, line in enumerate(reference)]
    kept = [number for number in range(len(reference)) if number not in LEFT_OUT]
    return {
        "hyp": write("hyp", hypotheses),
        "ref": write("ref", full),
        "src": write("src", reference),
        "short_hyp": write("short_hyp", [hypotheses[number] for number in kept]),
        "short_ref": write("short_ref", [full[number] for number in kept]),
        "other": write("other", [line.replace("cat", "tiger") for line in reference]),
    }


def test_by_default_they_count_with_a_warning(texts: dict[str, list[str]]) -> None:
    result = run("-i", "hyp", "-r", "ref")
    expected = score_translations(texts["hyp"], [texts["ref"]])
    assert f"BLEU     {expected[0].score:6.2f}" in result.stdout
    assert f"2 of {len(texts['ref'])} lines of ref have an empty reference" in result.stderr
    assert "--allow-empty-references" in result.stderr
    assert "left out" not in result.stdout


def test_allowed_they_are_left_out_and_counted(texts: dict[str, list[str]]) -> None:
    total = len(texts["ref"])
    result = run("-i", "hyp", "-r", "ref", "--allow-empty-references")
    *scores, remark = result.stdout.splitlines()
    assert scores == run("-i", "short_hyp", "-r", "short_ref").stdout.splitlines()
    assert remark == f"ref: 2 of {total} lines have no reference and are left out"
    assert f"2 of {total} lines have no reference" in result.stderr


def test_json_intervals_tests_details_and_pages_leave_out_the_same_lines(texts: dict[str, list[str]]) -> None:
    options = ("--format", "json", "--confidence", "--resamples", 20)
    one = json.loads(run("-i", "hyp", "-i", "src", "-r", "ref", "--allow-empty-references", *options).stdout)
    write("short_src", [line for number, line in enumerate(texts["src"]) if number not in LEFT_OUT])
    other = json.loads(run("-i", "short_hyp", "-i", "short_src", "-r", "short_ref", *options).stdout)
    [found], [expected] = one["test_sets"], other["test_sets"]
    assert (found["sentences"], found["left_out"]) == (len(texts["short_ref"]), 2)
    assert (expected["sentences"], expected["left_out"]) == (len(texts["short_ref"]), 0)
    for actual, wanted in zip(found["systems"], expected["systems"], strict=True):
        for key in ("scores", "faults", "worst", "different"):
            assert actual[key] == wanted[key], key
    for key in ("by_length", "by_kind"):
        assert found[key] == expected[key]
    lines = [segment["line"] for segment in found["segments"]]
    assert lines == [number + 1 for number in range(len(texts["ref"])) if number not in LEFT_OUT]
    result = run("-i", "hyp", "-r", "ref", "--allow-empty-references", "--details", "--report", "page.html")
    worst = result.stdout.partition("worst lines")[2].splitlines()[1]
    assert worst.split(":")[0].strip() == f"line {lines[found['systems'][0]['worst'][0]]}"
    assert "2 more have no reference and are left out" in Path("page.html").read_text(encoding="utf-8")


def test_a_line_needs_one_of_several_references(texts: dict[str, list[str]]) -> None:
    """Line 6 has only the second reference, line 3 has none: an empty reference does not count."""
    second = [line if number != 2 else "" for number, line in enumerate(texts["other"])]
    write("second", second)
    both = ("-i", "hyp", "-r", "ref", "-r", "second", "--allow-empty-references", "--format", "json")
    [found] = json.loads(run(*both).stdout)["test_sets"]
    assert (found["sentences"], found["left_out"]) == (len(second) - 1, 1)
    references = {segment["line"]: segment["references"] for segment in found["segments"]}
    assert 3 not in references
    assert references[6] == [second[5]]
    assert references[1] == [texts["ref"][0], second[0]]
    bleu = found["systems"][0]["scores"][0]
    assert bleu["signature"].startswith("nrefs:var|")
    kept = [number for number in range(len(second)) if number != 2]
    first = [second[number] if number == 5 else texts["ref"][number] for number in kept]
    filled = score_translations([texts["hyp"][n] for n in kept], [first, [second[n] for n in kept]], metrics=("bleu",))
    assert bleu["score"] == pytest.approx(filled[0].score)


def test_a_model_writes_the_translations_of_all_lines(texts: dict[str, list[str]]) -> None:
    talkative_model(Path("model"))
    common = ("-m", "model", "--device", "cpu", "-s", "src", "-r")
    result = run(*common, "ref", "--allow-empty-references", "-o", "out", "--format", "json")
    assert result.exit_code == 0, result.output
    assert len(Path("out").read_text(encoding="utf-8").splitlines()) == len(texts["src"])
    [found] = json.loads(result.stdout)["test_sets"]
    assert len(found["segments"]) == len(texts["src"]) - 2
    assert json.loads(result.stdout)["left_out"] == 2


def test_only_empty_references_are_a_clear_error(texts: dict[str, list[str]]) -> None:
    write("none", ["" for _ in texts["ref"]])
    result = run("-i", "hyp", "-r", "none", "--allow-empty-references")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "none: every line is empty, so there is nothing to score" in result.stderr


def test_lines_are_counted_for_each_test_set(texts: dict[str, list[str]]) -> None:
    sets = ("-s", "src", "-r", "ref", "-s", "hyp", "-r", "other")
    result = run("-i", "hyp", "-i", "hyp", *sets, "--allow-empty-references")
    assert result.exit_code == 0, result.output
    remarks = [line for line in result.stdout.splitlines() if "left out" in line]
    assert remarks == [f"src: 2 of {len(texts['src'])} lines have no reference and are left out"]
