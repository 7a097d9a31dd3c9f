"""``nmt evaluate``: each option has its effect or explains why it cannot."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt.translation.translator import Translator
from nmt_cli.main import nmt
from tests.conftest import talk, talkative_model


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nmt, ["evaluate", *map(str, arguments)])


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in: a reference, the output of a system and a copy of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    reference = talk()
    system = [line if number % 3 else line.replace("sees", "saw") for number, line in enumerate(reference)]
    for name, lines in {"ref": reference, "hyp": system, "copy": system}.items():
        Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return tmp_path


def test_a_copy_of_the_first_system_has_no_star(texts: Path) -> None:
    result = run("-i", "hyp", "-i", "copy", "-r", "ref", "--paired-ar", "--paired-bs", "--resamples", 100)
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("  p, ")]
    assert [row[-3:] for row in rows] == [["1.0000"] * 3] * 2
    assert "if none differs it is 1" in result.stdout


@pytest.mark.parametrize(("lines", "least"), [(1, 1.0), (2, 0.5), (5, 0.0625)])
def test_a_few_lines_prove_no_difference_and_a_single_line_has_no_interval(
    texts: Path, lines: int, least: float
) -> None:
    for name in ("ref", "hyp"):
        Path(name).write_text("".join(f"{line}\n" for line in talk()[:lines]))
    Path("bad").write_text("".join(f"{line} {line}\n" for line in talk()[:lines]))
    result = run("-i", "hyp", "-i", "bad", "-r", "ref", "--paired-ar", "--paired-bs", "--resamples", 100, "--details")
    assert result.exit_code == 0, result.output
    rows = [line.split()[-3:] for line in result.stdout.splitlines() if line.startswith("  p, ")]
    assert len(rows) == 2
    assert all(float(p) >= least for row in rows for p in row), (
        result.stdout
    )  # 2 ** (1 - lines); a star is not a number
    assert ("±" in result.stdout.splitlines()[1]) == (lines > 1)


# --- options that need a model


def test_a_tagged_model_translates_with_its_tag(texts: Path) -> None:
    talkative_model(texts / "model", tags=("bt",))
    lines = Path("hyp").read_text(encoding="utf-8").splitlines()
    plain, tagged = (Translator("model", tag=tag, device="cpu").translate(lines) for tag in ("", "bt"))
    assert plain != tagged
    common = ("-m", "model", "-s", "hyp", "-r", "ref", "--device", "cpu", "--format", "json")
    for options, expected in (((), plain), (("--tag", "bt"), tagged)):
        result = run(*common, *options)
        assert result.exit_code == 0, result.output
        segments = json.loads(result.stdout)["test_sets"][0]["segments"]
        assert [segment["systems"][0]["hypothesis"] for segment in segments] == expected


def test_a_tag_that_a_model_does_not_have_is_a_clear_error(texts: Path) -> None:
    talkative_model(texts / "tagged", tags=("bt",))
    talkative_model(texts / "plain")
    for tag, reason in {"bd": "tagged: this model has no tag 'bd'", "bt": "plain: this model has no tag 'bt'"}.items():
        result = run("-m", "tagged", "-m", "plain", "-s", "hyp", "-r", "ref", "--tag", tag)
        assert (result.exit_code, result.stdout) == (1, "")
        assert reason in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "name"),
    [
        (["-b", "4"], "-b/--beam-size"),
        (["--beam", "4"], "-b/--beam-size"),
        (["--length-penalty", "1"], "--length-penalty"),
        (["--tag", "bt"], "--tag"),
        (["--engine", "auto"], "--engine"),
        (["--device", "auto"], "--device"),
        (["--threads", "1"], "--threads"),
    ],
)
def test_options_of_models_are_refused_for_files_alone(texts: Path, option: list[str], name: str) -> None:
    for source in ((), ("-s", "hyp")):
        result = run("-i", "hyp", "-r", "ref", *source, *option)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert f"{name} is for models" in result.stderr
        assert "-m" in result.stderr
