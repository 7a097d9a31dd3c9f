import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt.files.atomic import write_lines
from nmt.files.lines import read_lines
from nmt_cli.main import nmt
from tests.conftest import talkative_model

TEXT = ["The dog  sleeps.", "", "Ein Hund schläft!", "猫 <s> ▁x", "1 + 2 = 3"] * 10
NORMALISED = [" ".join(line.split()) for line in TEXT]


pytestmark = pytest.mark.usefixtures("plain_logger")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text, the same text compressed, and tokenizers trained by the command."""
    folder = tmp_path_factory.mktemp("tokenizer")
    write_lines(folder / "text", TEXT)
    write_lines(folder / "text.gz", TEXT)
    result = run("train", folder / "text", folder / "text.gz", "-o", folder / "t.model", "--symbol", "<2de>")
    assert (result.exit_code, result.stdout) == (0, "")
    assert run("train", folder / "text", "-o", folder / "exact.model", "--normalization", "none").exit_code == 0
    return folder


def run(*arguments: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(nmt, ["tokenizer", *map(str, arguments)], input=stdin, prog_name="nmt")


@pytest.mark.parametrize("ids", [[], ["--ids"]])
@pytest.mark.parametrize("name", ["text", "text.gz"])
def test_encode_and_decode_are_inverse(folder: Path, tmp_path: Path, name: str, ids: list[str]) -> None:
    model = folder / "t.model"
    assert run("encode", "-m", model, folder / name, "-o", tmp_path / "e.gz", *ids).exit_code == 0
    assert run("decode", "-m", model, tmp_path / "e.gz", "-o", tmp_path / "d", *ids).exit_code == 0
    assert list(read_lines(tmp_path / "d")) == NORMALISED
    assert all(word.isdigit() for line in read_lines(tmp_path / "e.gz") for word in line.split()) == bool(ids)


def test_pipes_give_the_text_back(folder: Path) -> None:
    text = "".join(f"{line}\n" for line in TEXT).encode()
    encoded = run("encode", "-m", folder / "exact.model", stdin=text).stdout_bytes
    assert encoded.count(b"\n") == len(TEXT)
    assert run("decode", "-m", folder / "exact.model", stdin=encoded).stdout_bytes == text
    assert run("encode", "-m", folder / "t.model", stdin=b"a <2de> b").stdout.split().count("<2de>") == 1


def test_text_that_looks_like_a_tag_of_a_model_is_text(tmp_path: Path) -> None:
    model = talkative_model(tmp_path / "model", tags=("b",))
    ids = run("encode", "-m", model, "--ids", stdin=b"<b>the cat</b>").stdout.split()
    assert "4" not in ids
    pieces = run("encode", "-m", model, stdin=b"<b>the cat</b>").stdout_bytes
    assert run("decode", "-m", model, stdin=b"<b> " + pieces).stdout == "<b>the cat</b>\n"
    assert run("decode", "-m", model, "--ids", stdin=" ".join(["4", *ids]).encode()).stdout == "<b>the cat</b>\n"


def test_a_line_on_a_pipe_is_answered_at_once(folder: Path) -> None:
    command = [sys.executable, "-m", "nmt_cli", "tokenizer", "encode", "-m", str(folder / "t.model"), "--ids"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(2):
            process.stdin.write(b"a\n")
            process.stdin.flush()
            assert process.stdout.readline().split()  # while its standard input is still open
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "status", "message"),
    [
        (["train", "missing"], b"", 1, "missing: there is no such file"),
        (["train", "."], b"", 1, "is a directory"),
        (["train", "-"], b"", 1, "there is no text"),
        (["train", "-", "-"], b"", 2, "only once"),
        (["train", "-"], b"good\n\xff\n", 1, "standard input:2: not UTF-8"),
        (["train", "-", "--vocabulary-size", "10"], b"a", 1, "10 is too small"),
        (["train"], b"", 2, "Missing argument"),
        (["train", "text", "-o", "./text"], b"", 1, "text is an input"),
        (
            ["train", "-", "-o", "no/t.model"],
            b"",
            1,
            "there is no directory",
        ),  # before the input is known to have no text
        (["encode", "-m", "t.model", "text", "-o", "text"], b"", 1, "text is an input"),
        (["decode", "-m", "t.model", "text", "-o", "text"], b"", 1, "text is an input"),
        (["encode", "-m", "missing"], b"", 1, "missing: there is no such file"),
        (["encode", "-m", "t.model", "missing"], b"", 1, "missing: there is no such file"),
        (["encode", "-m", "text"], b"", 1, "text: the tokenizer is damaged"),
        (["encode", "-m", "t.model"], b"good\n\xff", 1, "standard input:2: not UTF-8"),
        (["decode", "-m", "t.model"], b"\xe2\x96\x81\nqq", 1, "standard input:2: 'qq' is not a subword"),
        (["decode", "-m", "t.model", "--ids"], b"5\n5 -1", 1, "standard input:2: '-1' is not an id"),
        (["decode", "-m", "t.model", "--ids"], b"99999", 1, "'99999' is not an id"),
    ],
)
def test_errors_give_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], stdin: bytes, status: int, message: str
) -> None:
    monkeypatch.chdir(folder)
    before = Path("text").read_bytes()
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == status
    assert Path("text").read_bytes() == before
    assert message in result.output
    assert not isinstance(result.exception, Exception)


def test_training_reads_compressed_files_and_standard_input(tmp_path: Path) -> None:
    (tmp_path / "text.gz").write_bytes(gzip.compress(b"Zeile eins\n" * 20))
    result = run("train", tmp_path / "text.gz", "-", "-o", tmp_path / "t.model", stdin=b"line two\n" * 20)
    assert result.exit_code == 0
    assert (tmp_path / "t.model").is_file()
