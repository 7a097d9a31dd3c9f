"""Parallel files are read as blocks of lines with any line ends, and errors in them are reported with their lines."""

import gzip
import lzma
import pickle
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nmt.corpus.blocks import ParallelFiles, read_blocks, read_pairs
from nmt.corpus.pairs import Pair
from nmt.errors import NMTError
from nmt.files.atomic import write_lines
from nmt.files.file_types import has_mac_line_ends
from nmt.files.lines import read_lines


def write(folder: Path, name: str, *lines: str) -> Path:
    write_lines(folder / name, lines)
    return folder / name


def pairs_of(*corpora: ParallelFiles, lines: int) -> list[Pair]:
    return [pair for block in read_blocks(corpora, lines=lines) for pair in pickle.loads(pickle.dumps(block)).pairs()]


def test_pairs_of_several_files_are_read_in_order(tmp_path: Path) -> None:
    sources = [write(tmp_path, "a.de", "eins", "zwei"), write(tmp_path, "b.de.gz", "drei")]
    targets = [write(tmp_path, "a.en", "one", "two"), write(tmp_path, "b.en", "three")]
    assert list(read_pairs(sources, targets)) == [("eins", "one"), ("zwei", "two"), ("drei", "three")]


def test_blocks_know_their_corpus_and_their_lines(tmp_path: Path) -> None:
    lines = [str(number) for number in range(5)]
    files = ParallelFiles(str(write(tmp_path, "a", *lines)), str(write(tmp_path, "b", *lines)))
    table = ParallelFiles(str(write(tmp_path, "c.tsv", "x\ty", "z\tz")))
    blocks = list(read_blocks([files, table], lines=2))
    assert [(block.corpus, block.first, block.count) for block in blocks] == [
        (0, 1, 2),
        (0, 3, 2),
        (0, 5, 1),
        (1, 1, 2),
    ]
    assert pairs_of(files, table, lines=2) == [*((line, line) for line in lines), ("x", "y"), ("z", "z")]


@given(st.binary(max_size=60), st.integers(1, 4))
def test_blocks_have_the_same_lines_as_read_lines(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, lines: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "text"
    content = raw.decode("utf-8", "ignore").encode().replace(b"a", b"\n").replace(b"b", b"\r\n")
    assume(not has_mac_line_ends(content))
    path.write_bytes(content)
    found = pairs_of(ParallelFiles(str(path), str(path)), lines=lines)
    assert [pair.source for pair in found] == list(read_lines(path)) == [pair.target for pair in found]


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("\ufeff".encode())
    (tmp_path / "b").write_bytes("\ufeffx\r\n".encode())
    assert list(read_pairs([tmp_path / "a"], [tmp_path / "b"])) == [("", "x")]


@pytest.mark.parametrize("lines", [1, 2, 3, 8192])
@pytest.mark.parametrize(("source", "target"), [(["1"] * 3, ["1"] * 1200), (["1"] * 3, []), ([], ["1"])])
def test_unequal_line_counts_are_both_named(tmp_path: Path, source: list[str], target: list[str], lines: int) -> None:
    files = ParallelFiles(str(write(tmp_path, "x.de", *source)), str(write(tmp_path, "x.en", *target)))
    with pytest.raises(NMTError, match=rf"x\.de has {len(source)} lines but .*x\.en has {len(target):,};"):
        pairs_of(files, lines=lines)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("eins\nzwei\n".encode("utf-16"), "is in UTF-16; convert it to UTF-8"),
        (gzip.compress(b"eins\nzwei\n"), "is compressed by gzip; give it a name in .gz"),
        (lzma.compress(b"eins\nzwei\n" * 9), "is compressed by xz; give it a name in .xz"),
    ],
    ids=["utf-16", "gzip", "xz"],  # the bytes of gzip contain the time
)
def test_a_file_that_is_not_text_is_reported_as_such(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "s").write_bytes(content)
    (tmp_path / "t").write_text("one\ntwo\nthree\nfour\nfive\nsix\n")
    with pytest.raises(NMTError, match=f"s {message}"):
        list(read_pairs([tmp_path / "s"], [tmp_path / "t"]))


def test_unequal_numbers_of_files_and_two_standard_inputs_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "x", "1")
    with pytest.raises(NMTError, match="2 source files but 1 target"):
        list(read_pairs([path, path], [path]))
    with pytest.raises(NMTError, match="cannot both be standard input"):
        list(read_pairs(["-"], ["-"]))


def test_the_first_two_columns_of_a_table_are_a_pair(tmp_path: Path) -> None:
    path = write(tmp_path, "x.tsv", "eins\tone", "zwei\ttwo\tcomment\t", "", "\tthree")
    expected = [("eins", "one"), ("zwei", "two"), ("", ""), ("", "three")]
    assert pairs_of(ParallelFiles(str(path)), lines=3) == expected
    path = write(tmp_path, "y.tsv", *["eins\tone"] * 4, "zwei two")
    with pytest.raises(NMTError, match=r"y\.tsv:5: no tab"):
        pairs_of(ParallelFiles(str(path)), lines=2)


@pytest.mark.parametrize("lines", [2, 100])
def test_invalid_utf8_is_reported_with_file_and_line(tmp_path: Path, lines: int) -> None:
    good = write(tmp_path, "good", *"abcde")
    bad = tmp_path / "bad"
    bad.write_bytes(b"a\nb\nc\n\xff\ne\n")
    with pytest.raises(NMTError, match=r"bad:4: not UTF-8"):
        pairs_of(ParallelFiles(str(good), str(bad)), lines=lines)
