import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from nmt_cli.explain.attention_text import attention_text
from nmt_cli.main import nmt
from tests.conftest import Reversal


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nmt, ["explain", *map(str, arguments)])


@pytest.fixture
def model(reversal: Reversal) -> tuple[str, Path]:
    return "-m", reversal.model_dir


def test_without_arguments_it_shows_its_three_uses() -> None:
    result = run()
    assert result.exit_code == 2
    for use in ('"Ein Hund läuft."', "--neighbours", "--heads"):
        assert use in result.stderr


def test_a_sentence_becomes_a_small_map(model: tuple[str, Path]) -> None:
    result = run(*model, "a c b")
    assert result.exit_code == 0
    source, target, empty, heading, *rows = result.stdout.splitlines()
    assert (source, target, empty) == ("a c b", "b c a", "")
    assert heading.split() == ["a", "c", "b", "</s>"]
    assert [row.split()[0] for row in rows] == ["b", "c", "a", "</s>"]
    darkest = [max(range(len(row)), key=lambda column, row=row: " ░▒▓█".find(row[column])) for row in rows[:3]]  # type: ignore[misc]
    assert darkest == sorted(darkest, reverse=True)
    assert "\x1b" not in result.stdout
    assert "heads" in result.stderr


def test_a_map_is_aligned_with_wide_characters_and_split_where_it_is_too_wide() -> None:
    weights = [[0.9, 0.05, 0.05], [0.0, 0.5, 0.5]]
    text = attention_text(weights, ["狗", "runs"], ["The", "小狗", "很长的词语"], width=100, colour=False)
    assert text.splitlines() == ["     The 小狗 很长的词语", "狗   ███", "runs     ▓▓▓▓ ▓▓▓▓▓▓▓▓▓▓"]
    split = attention_text(weights, ["狗", "runs"], ["The", "小狗", "很长的词语"], width=15, colour=False)
    assert split.splitlines() == [
        *("     The 小狗", "狗   ███", "runs     ▓▓▓▓", ""),
        *("     很长的词语", "狗", "runs ▓▓▓▓▓▓▓▓▓▓"),
    ]


def test_a_page_and_json_by_the_ending_of_the_output(model: tuple[str, Path], tmp_path: Path) -> None:
    assert run(*model, "a c b", "-o", tmp_path / "page.html", "--lang", "zh").exit_code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in page
    assert "自注意力" in page
    assert len(page) < 1_000_000
    assert run(*model, "a c b", "-o", tmp_path / "all.json").exit_code == 0
    found = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert found["source"]["text"] == "a c b"
    assert len(found["encoder"]) == len(found["decoder"]) == 2
    assert len(found["decoder"][0]["cross_attention"]["weights"]) == 4
    assert json.loads(run(*model, "a c b", "--format", "json").stdout) == found


def test_an_attention_map_as_a_picture(model: tuple[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    options = ("--which", "decoder", "--layer", 2, "--head", 1)
    assert run(*model, "a $", *options, "-o", tmp_path / "map.svg").exit_code == 0
    texts = {element.text for element in ElementTree.parse(tmp_path / "map.svg").iter() if element.text}
    assert any("decoder self-attention, layer 2, head 1" in text for text in texts)
    assert run(*model, "a c b", "-o", tmp_path / "map.png").exit_code == 0
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", "--heads"), "a SENTENCE and --heads exclude each other"),
        (("--neighbours", "a", "--heads", "-s", "x"), "--neighbours and --heads exclude each other"),
        (("--heads",), "--heads needs a text to analyse; name it with -s"),
        (("a", "-s", "x"), "--source is for --heads, not for a SENTENCE"),
        (("--neighbours", "a", "--layer", "1"), "--layer is for a SENTENCE, not for --neighbours"),
        (("a", "--head", "1"), "--head is for pictures; add --format png or svg"),
        (("a", "--head", "1", "--format", "svg"), "--head needs --layer"),
        (("a", "-o", "page.pdf"), "the ending of page.pdf is not a known format"),
        (("--neighbours", "a", "-o", "page.html"), "--neighbours cannot be shown as html"),
        (("--heads", "-s", "x", "--format", "svg"), "--heads cannot be shown as svg, only as text, html, json"),
        (("a", "--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_wrong_use_is_a_clear_usage_error(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "the sentence is empty"),
        ((" ".join("a" * 99),), "give one of at most"),
        (("a", "--layer", "3", "--format", "svg"), "there is no layer 3: the decoder of this model has layers 1 to 2"),
        (("a", "--layer", "1", "--head", "0", "--format", "svg"), "have heads 1 to 4"),
        (("a", "--lang", "fr", "--format", "html"), "there are no pages in 'fr', only en, zh"),
        (("a", "--tag", "law"), "has no tag 'law'"),
        (("a", "--target", ""), "the target is empty"),
        (("--heads", "-s", "nowhere"), "no such file"),
        (("a", "-o", "/nowhere/page.html"), "there is no directory /nowhere"),
    ],
)
def test_bad_input_is_a_clear_error(model: tuple[str, Path], arguments: tuple[str, ...], message: str) -> None:
    result = run(*model, *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_neighbours_as_text_json_and_picture(model: tuple[str, Path], tmp_path: Path) -> None:
    text = run(*model, "--neighbours", "a", "--neighbours", "b", "--count", 3).stdout
    assert [line.strip("▁") for line in text.splitlines() if line[:1].strip()] == ["a", "b"]
    assert len([line for line in text.splitlines() if line.startswith("  ")]) == 6
    found = json.loads(run(*model, "--neighbours", "a", "--neighbours", "b", "--format", "json").stdout)
    assert [each["word"] for each in found["words"]] == ["a", "b"]
    assert sum(point["asked"] for point in found["map"]["points"]) == 2
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    assert run(*model, "--neighbours", "a", "-o", tmp_path / "words.svg").exit_code == 0
    assert "principal component" in (tmp_path / "words.svg").read_text(encoding="utf-8")


def test_heads_as_text_json_and_page(model: tuple[str, Path], reversal: Reversal, tmp_path: Path) -> None:
    (tmp_path / "s").write_text("".join(f"{line}\n" for line in reversal.unseen[:12]))
    (tmp_path / "r").write_text("".join(f"{line[::-1]}\n" for line in reversal.unseen[:12]))
    text = run(*model, "--heads", "-s", tmp_path / "s")
    assert text.exit_code == 0
    assert text.stdout.count("layer.head") == 3
    assert "BLEU" not in text.stdout
    assert "analysing 12 lines" in text.stderr
    valued = run(*model, "--heads", "-s", tmp_path / "s", "-r", tmp_path / "r", "--lines", 10)
    assert "BLEU lost" in valued.stdout
    costs = [float(line.split()[-1]) for line in valued.stdout.partition("BLEU lost\n")[2].splitlines()]
    assert len(costs) == 24
    assert costs == sorted(costs, reverse=True)
    found = json.loads(run(*model, "--heads", "-s", tmp_path / "s", "-t", tmp_path / "r", "--format", "json").stdout)
    assert len(found["heads"]) == 24
    assert run(*model, "--heads", "-s", tmp_path / "s", "-o", tmp_path / "heads.html").exit_code == 0
    assert "The heads of a model" in (tmp_path / "heads.html").read_text(encoding="utf-8")
