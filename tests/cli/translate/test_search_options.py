"""The options of the search, through the real command, with a model that spells backwards."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import Reversal


def run(reversal: Reversal, *arguments: object, lines: list[str]) -> Result:
    text = "".join(f"{line}\n" for line in lines)
    common = ["translate", "-m", str(reversal.model_dir), "--device", "cpu"]
    return CliRunner().invoke(nmt, [*common, *map(str, arguments)], input=text)


def test_forbidden_words_of_options_and_of_a_file_are_in_no_line(reversal: Reversal, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("b\n\n c \n")
    lines = reversal.unseen[:30]
    result = run(reversal, "--forbid", "a", "--forbid-file", tmp_path / "words", lines=lines)
    assert result.exit_code == 0
    translations = result.stdout.splitlines()
    assert len(translations) == 30
    assert any({"a", "b", "c"} & set(line.split()) for line in lines)
    assert not any({"a", "b", "c"} & set(translation.split()) for translation in translations)  # "ccc" is another word


def test_every_line_begins_with_the_prefix(reversal: Reversal) -> None:
    result = run(reversal, "--prefix", "h g", lines=["a b c", "d e f"])
    assert [line[:3] for line in result.stdout.splitlines()] == ["h g", "h g"]


def test_a_constraint_that_cannot_be_met_fails_before_anything_is_translated(reversal: Reversal) -> None:
    result = run(reversal, "--prefix", "h g", "--forbid", "g", lines=["a b c"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "forbidden word" in result.stderr


def test_a_line_of_json_adds_its_own_constraints(reversal: Reversal) -> None:
    lines = [json.dumps(fields) for fields in ({"text": "a b c", "prefix": "g"}, {"text": "a b c", "prefix": "h"})]
    result = run(reversal, "--format", "json", "--forbid", "g", lines=lines)
    refused, done = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert "forbidden word" in refused["error"]
    assert done["translation"].startswith("h")


def test_the_seed_and_the_line_decide_what_is_drawn(reversal: Reversal) -> None:
    lines = reversal.unseen[:20]
    options = ("--sample", "--temperature", "3")
    first = run(reversal, *options, "--seed", "5", lines=lines).stdout.splitlines()
    again = run(reversal, *options, "--seed", "5", "--batch-size", "3", lines=lines[::-1]).stdout.splitlines()[::-1]
    other = run(reversal, *options, "--seed", "6", lines=lines).stdout.splitlines()
    assert first == again
    assert sum(one != two for one, two in zip(first, other, strict=True)) > 10


def test_alternatives_begin_differently(reversal: Reversal) -> None:
    result = run(reversal, "--alternatives", "3", lines=["a b c d"])
    texts = [line.split(" ||| ")[1] for line in result.stdout.splitlines()]
    assert len(texts) == 3
    assert len({text[0] for text in texts}) == 3
    assert texts[0] == run(reversal, lines=["a b c d"]).stdout.strip()


def test_a_model_with_itself_is_the_model(reversal: Reversal) -> None:
    lines = reversal.unseen[:20]
    alone = run(reversal, lines=lines).stdout
    together = run(reversal, "-m", reversal.model_dir, lines=lines)
    assert together.stdout == alone
    assert run(reversal, "-m", reversal.model_dir, "--engine", "ctranslate2", lines=lines).exit_code == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--coverage-penalty", "-1"], "coverage_penalty"),
        (["--repetition-penalty", "0"], "repetition_penalty"),
        (["--sample", "--alternatives", "2"], "alternatives"),
    ],
)
def test_impossible_settings_are_named(reversal: Reversal, options: list[str], named: str) -> None:
    result = run(reversal, *options, lines=["a"])
    assert result.exit_code == 1
    assert named in result.stderr
