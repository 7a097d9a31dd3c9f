"""The formats of lines and translations, through the real command with a model that always answers."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from nmt import NMTError, Translator
from nmt.translation.jsonl import encode_lines
from nmt.translation.requests import InputLine, Request
from nmt_cli.main import nmt
from nmt_cli.translate.formats import json_reader, text_reader, write_json, write_text
from tests.conftest import talkative_model

LINES = ["the a cat", "", "the b dog sees"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talkative_model(tmp_path_factory.mktemp("formats") / "model")


def run(*arguments: object, text: str | bytes = "") -> Result:
    return CliRunner().invoke(nmt, ["translate", *map(str, arguments)], input=text)


def as_input(*objects: object) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in objects)


def test_json_lines_become_json_lines_with_all_details(model: Path) -> None:
    given_lines = [{"id": number, "text": text, "nested": {"ü": [1, None]}} for number, text in enumerate(LINES)]
    result = run("-m", model, "--format", "json", "--n-best", 2, text=as_input(*given_lines))
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    expected = Translator(model, n_best=2).translations(LINES)
    for before, after, translation in zip(given_lines, found, expected, strict=True):
        assert before.items() <= after.items()
        assert after["translation"] == translation.text
        assert after["score"] == pytest.approx(translation.score, abs=1e-4)
        assert [after["translation"][token["start"] : token["end"]] for token in after["tokens"]] == [
            translation.text[token.start : token.end] for token in translation.tokens
        ]
        assert [(link["source"], link["target"]) for link in after["alignment"]] == [
            (list(link.source), list(link.target)) for link in translation.links
        ]
        assert (after["split"], after["cleaned"]) == (translation.split, False)
        assert "error" not in after
    assert [each["translation"] for each in found[0]["n_best"]] == [each.text for each in expected[0].candidates]


def test_a_line_of_json_brings_its_own_prefix_and_forbidden_words(model: Path) -> None:
    requests = [{"text": "the a cat", "prefix": "dog sees", "forbid": ["birds"]}, {"text": "the a cat"}]
    result = run("-m", model, "--format", "json", text=as_input(*requests))
    first, second = (json.loads(line)["translation"] for line in result.stdout.splitlines())
    assert first.startswith("dog sees")
    assert "birds" not in first.split()
    assert f"{second}\n" == run("-m", model, text="the a cat\n").stdout


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("the cat", "not JSON"),
        ("", "not JSON"),
        ('{"text": NaN}', "not JSON"),
        ('{"text": "a", "x": 1e999}', "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('["the cat"]', "not a JSON object"),
        ('{"txt": "a"}', 'no "text"'),
        ('{"text": 3}', '"text" is not a string'),
        ('{"text": "a", "prefix": 3}', '"prefix" is not a string'),
        ('{"text": "a", "forbid": "b"}', '"forbid" is not a list'),
        ('{"text": "a", "forbid": [" "]}', "empty"),
        ('{"text": "a", "prefix": "a dog", "forbid": ["dog"]}', "forbidden word"),
    ],
)
def test_a_line_that_is_not_a_request_is_one_object_out_and_an_error(model: Path, line: str, reason: str) -> None:
    result = run("-m", model, "--format", "json", text=f'{{"text": "the cat"}}\n{line}\n{{"text": "the dog"}}\n')
    assert result.exit_code == 1
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert "error" not in first | third
    assert "standard input, line 2: " in second["error"]
    assert reason in second["error"]
    assert result.stderr.splitlines() == [
        f"nmt: error: {second['error']}",
        "nmt: error: 1 line was not translated; see the errors above",
    ]


def test_a_failed_line_of_json_is_an_empty_line_of_text(model: Path, tmp_path: Path) -> None:
    result = run("-m", model, "--input-format", "json", "-o", tmp_path / "out", text='{"text": "the cat"}\n{}\n')
    assert result.exit_code == 1
    assert (tmp_path / "out").read_text() == run("-m", model, text="the cat\n").stdout + "\n"


def test_text_becomes_json_too(model: Path) -> None:
    result = run("-m", model, "--format", "json", "--input-format", "text", text=b"the \xff cat\n")
    [found] = (json.loads(line) for line in result.stdout.splitlines())
    assert found["text"] == "the \ufffd cat"
    assert found["cleaned"]


def test_tables_and_lists_of_translations(model: Path) -> None:
    text = "".join(f"{line}\n" for line in LINES)
    expected = Translator(model, n_best=2).translations(LINES, details=False)
    table = run("-m", model, "--format", "tsv", "--n-best", 2, text=text).stdout.split("\n")
    assert table[1] == "\t0.0000"
    assert table[0].split("\t") == [
        part for each in expected[0].candidates for part in (each.text, f"{each.score:.4f}")
    ]
    listed = run("-m", model, "--n-best", 2, text=text).stdout.splitlines()
    assert [line.split(" ||| ")[0] for line in listed] == ["0", "0", "1", "2", "2"]
    best = run("-m", model, "--scores", text=text).stdout.splitlines()
    assert best == [listed[0], listed[2], listed[3]]
    assert "at most beam_size" in run("-m", model, "--n-best", 9, text=text).stderr


def test_alignments_go_into_a_file_line_by_line(model: Path, tmp_path: Path) -> None:
    text = "".join(f"{line}\n" for line in LINES)
    result = run("-m", model, "--align", tmp_path / "pairs", text=text)
    assert result.stdout == run("-m", model, text=text).stdout
    pairs = (tmp_path / "pairs").read_text().split("\n")
    assert len(pairs) == 4
    assert pairs[1] == pairs[3] == ""
    sources = [int(pair.split("-")[0]) for pair in pairs[2].split()]
    assert set(sources) <= {0, 1, 2, 3}
    out = tmp_path / "out"
    assert "would be overwritten" in run("-m", model, "-o", out, "--align", out, text=text).stderr


def test_paragraphs_are_translated_by_sentences_and_keep_their_spaces(model: Path) -> None:
    [whole] = run("-m", model, "--split-sentences", text="The a cat sees.   The b dog!").stdout.splitlines()
    parts = run("-m", model, text="The a cat sees.\nThe b dog!\n").stdout.splitlines()
    assert whole == "   ".join(parts)
    [indented] = run("-m", model, "--split-sentences", text="    The a cat sees.   The b dog!").stdout.splitlines()
    assert indented == "    " + whole
    found = run("-m", model, "--split-sentences", "--format", "json", text=as_input({"text": "  The b dog!"})).stdout
    result = json.loads(found)
    assert result["translation"] == "  " + parts[1]
    for token in result["tokens"]:
        word = token["piece"].strip("\u2581")
        assert result["translation"][token["start"] : token["end"]] == word or token["piece"].startswith("<0x")


TEXT = st.text(st.characters())  # half surrogates too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(
    st.lists(
        st.binary()
        | TEXT.map(lambda text: json.dumps({"text": text}).encode())
        | JSON.map(lambda value: json.dumps(value).encode())
    )
)
def test_every_line_is_one_line_of_valid_json(lines: list[bytes]) -> None:
    window = [line.replace(b"\n", b"") for line in lines]

    def check(request: object) -> None:
        if "x" in str(request):
            raise NMTError("no x")

    read = json_reader(Request(""), check)(window, None, 1)
    assert len(read) == len(window)
    written = b"".join(encode_lines(write_json(index, line, None) for index, line in enumerate(read))).decode("utf-8")
    assert len(written.splitlines()) == written.count("\n") == len(window)
    for line, text in zip(read, written.splitlines(), strict=True):
        assert (line.request is None) == bool(line.problem)
        found = json.loads(text)
        assert found.pop("error") == line.problem
        assert found == {key: value for key, value in line.fields.items() if key != "error"}


def test_lines_of_text_are_read_as_they_are() -> None:
    [line] = text_reader(Request(""))(["ä\ufeff".encode()], "file", 1)
    assert line.request is not None
    assert line.request.text == "ä\ufeff"
    assert b"".join(encode_lines([write_text(0, InputLine(None), None)])) == b"\n"
