"""Promise: a model directory or a text of a stranger is read as data: a sentence, in bounded time and memory."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import nmt.files.lines
from nmt.ctranslate2.fast_copy import read_copy
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.files.lines import open_binary, read_line_blocks, read_lines, read_windows
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import CARD, CONFIG, FAST_COPY, MANIFEST, TOKENIZER, WEIGHTS
from nmt.model_dir.load import load_model, load_tokenizer
from nmt.model_dir.save import save_model
from nmt.model_dir.weights import read_header
from nmt.training.recipe import Recipe, merge_recipe
from nmt_cli.options import read_toml

MEGABYTE = 1 << 20


def test_a_line_without_end_in_a_gz_is_named_by_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmt.files.lines, "MAX_LINE_BYTES", MEGABYTE)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n" + bytes(3 * MEGABYTE)))
    for read in (
        lambda: list(read_lines(path)),
        lambda: list(read_line_blocks(path, lines=2)),
        lambda: list(read_windows(open_binary(path), max_lines=2, max_bytes=100)),
    ):
        with pytest.raises(NMTError, match=r"bomb\.gz:3: this line is longer than 1,048,576 bytes"):
            read()


def test_a_line_as_long_as_the_limit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmt.files.lines, "MAX_LINE_BYTES", MEGABYTE)
    path = tmp_path / "long"
    expected = ["a", "x" * (MEGABYTE - 1), "b"]
    path.write_text("".join(f"{line}\n" for line in expected))
    with path.open("rb") as stream:
        windows = list(read_windows(stream, max_lines=9, max_bytes=9))
    assert list(read_lines(path)) == expected
    assert [line.decode() for window in windows for line in window] == expected


GZIP_BOMB = """
import resource, sys
from nmt.errors import NMTError
from nmt.files.lines import read_lines
try:
    for _ in read_lines(sys.argv[1]):
        pass
except NMTError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured as POSIX does")
def test_a_gigabyte_of_nothing_in_a_small_gz_takes_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(1024):
            stream.write(bytes(MEGABYTE))
    command = [sys.executable, "-c", GZIP_BOMB, str(path)]
    said, kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "bomb.gz:1: this line is longer than" in said
    assert int(kilobytes) < 400_000


def describe(model: Path) -> None:
    """Read all that a fast translation reads."""
    load_info(model)
    read_copy(model)


def with_header(model: Path, header: bytes, size: int = 4) -> None:
    """Weights that begin with ``header``, and go on for ``size`` bytes, of which the disk holds none."""
    with (model / WEIGHTS).open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)


@pytest.mark.parametrize("shape", [[2**62], [2**31, 2**31], [0, 2**62], [-1], [1.5], [True], [10**30], [1] * 10_000])
def test_absurd_shapes_are_a_sentence(model: Path, shape: list[int]) -> None:
    header = {"a": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}
    with_header(model, json.dumps(header).encode())
    with pytest.raises(NMTError, match=WEIGHTS):
        load_model(model)


def test_a_header_of_gigabytes_is_not_read(model: Path) -> None:
    with (model / WEIGHTS).open("wb") as file:
        file.write((3 << 30).to_bytes(8, "little"))
        file.truncate(4 << 30)
    with pytest.raises(NMTError, match=f"{WEIGHTS} is not a safetensors file"):
        read_header(model / WEIGHTS)


def test_a_tokenizer_of_gigabytes_is_not_read_whole(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.model_dir.load.MAX_TOKENIZER_BYTES", MEGABYTE)
    with (model / TOKENIZER).open("ab") as file:
        file.truncate(4 << 30)
    with pytest.raises(NMTError, match=TOKENIZER):
        load_tokenizer(model, load_info(model))


@pytest.mark.parametrize("name", [CONFIG, f"{FAST_COPY}/{MANIFEST}"])
def test_json_of_any_depth_is_a_sentence(model: Path, name: str) -> None:
    for text in ("[" * 90_000, '{"a":' * 15_000, '{"format_version": 1, "training": ' + '{"a":' * 9000):
        (model / name).write_text(text)
        with pytest.raises(NMTError, match=name):
            describe(model)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "{b = " * 5000, "[" + "a." * 5000 + "a]"])
def test_settings_of_any_depth_are_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(NMTError, match=r"settings\.toml"):
        merge_recipe(Recipe(), read_toml(str(path)), where=str(path))


@pytest.mark.parametrize(
    "setting",
    [
        {"beam_size": 10**9},
        {"max_length_ratio": 1e308},
        {"max_length_offset": 10**30},
        {"min_length": 10**9},
        {"no_repeat_ngram": 10**20},
    ],
)
def test_settings_of_a_search_that_fill_the_memory_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(NMTError, match=rf"search setting {next(iter(setting))} must be at most 100,000"):
        SearchConfig(**setting)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
@pytest.mark.parametrize("name", [CONFIG, WEIGHTS, TOKENIZER, f"{FAST_COPY}/{MANIFEST}", f"{FAST_COPY}/model.bin"])
def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(model: Path, name: str) -> None:
    (model / name).unlink()
    os.mkfifo(model / name)
    with pytest.raises(NMTError, match="must be a regular file"):
        describe(model)


def test_what_links_of_a_model_directory_point_to_is_never_written(model: Path, tmp_path: Path) -> None:
    transformer, tokenizer, info = load_model(model)
    for name in (CONFIG, WEIGHTS, TOKENIZER, CARD):
        (tmp_path / name).write_text("precious")
        (model / name).unlink()
        (model / name).symlink_to(tmp_path / name)
    save_model(model, info=info, tokenizer=tokenizer, weights=transformer.state_dict())
    assert [(tmp_path / name).read_text() for name in (CONFIG, WEIGHTS, TOKENIZER, CARD)] == ["precious"] * 4
    assert load_info(model) == info


def test_a_copy_whose_vocabulary_is_not_a_list_of_strings_is_refused(model: Path) -> None:
    copy = read_copy(model)
    assert copy is not None
    for content in (b"{}", b"[1]", b"\xff", b"[" * 90_000):
        copy.files["shared_vocabulary.json"] = content
        with pytest.raises(NMTError, match="shared_vocabulary"):
            copy.tokens()
