"""Files in .gz, .xz, .bz2 and .zst: read and written wherever text is, and rejected with one sentence if damaged."""

import bz2
import gzip
import lzma
import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nmt.corpus.blocks import read_pairs
from nmt.corpus.tolerant_reader import parallel_files
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer, write_lines
from nmt.files.compression import without_compression
from nmt.files.lines import check_readable, open_binary, read_lines, read_windows
from nmt.formats.reader import import_file
from nmt.text.languages import language_of

LINES = [f"Zeile {number} — 猫" for number in range(3000)]


def zstd_compress(data: bytes) -> bytes:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    compressed = pytest.importorskip(name, reason="the extra zstd is not installed").compress(data)
    assert isinstance(compressed, bytes)
    return compressed


KINDS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    ".gz": ("gzip", gzip.compress),
    ".xz": ("xz", lzma.compress),
    ".bz2": ("bzip2", bz2.compress),
    ".zst": ("Zstandard", zstd_compress),
}
every_kind = pytest.mark.parametrize("suffix", KINDS)


@every_kind
def test_what_is_written_is_read_again_by_all_readers(tmp_path: Path, suffix: str) -> None:
    _, compress = KINDS[suffix]
    compress(b"")  # skips where the package is not installed
    path = tmp_path / f"text.de{suffix}"
    write_lines(path, LINES)
    first = path.read_bytes()
    assert first.startswith(compress(b"")[:3])
    assert len(first) < 30_000  # of 65,000
    assert list(read_lines(path)) == LINES
    with open_binary(path) as stream:
        windows = read_windows(stream, max_lines=100, max_bytes=1 << 20)
        assert [line.decode() for window in windows for line in window] == LINES
    with atomic_writer(path) as stream:
        for line in LINES:  # with flushes, as a translation writes its windows
            stream.write(f"{line}\n".encode())
            stream.flush()
    pairs = list(read_pairs([path], [path]))
    assert [pair.source for pair in pairs] == LINES


@every_kind
def test_several_streams_in_one_file_are_one_text(tmp_path: Path, suffix: str) -> None:
    _, compress = KINDS[suffix]
    path = tmp_path / f"x{suffix}"
    path.write_bytes(compress(b"eins\nzw") + compress(b"") + compress(b"ei\n"))
    assert list(read_lines(path)) == ["eins", "zwei"]
    if suffix != ".zst":  # zeros between streams: xz calls them padding
        path.write_bytes(compress(b"eins\n") + bytes(8) + compress(b"zwei\n") + bytes(4))
        assert list(read_lines(path)) == ["eins", "zwei"]
    path.write_bytes(b"")
    assert list(read_lines(path)) == []


@every_kind
def test_damaged_and_truncated_files_give_one_sentence(tmp_path: Path, suffix: str) -> None:
    name, compress = KINDS[suffix]
    compress(b"")  # skips where the package is not installed
    path = tmp_path / f"x{suffix}"
    with atomic_writer(path) as stream:
        stream.write(os.urandom(300_000))
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], b"no such file at all", whole[:1000] + b"garbage" + whole[1007:]):
        path.write_bytes(data)
        with pytest.raises(NMTError, match=rf"x{suffix} is not a complete {name} file"):
            list(read_windows(open_binary(path), max_lines=10, max_bytes=1000))
    path.write_bytes(b"no such file at all")
    with pytest.raises(NMTError, match=rf"x{suffix} is not a complete {name} file"):
        check_readable(path)


@every_kind
def test_a_line_that_grows_without_end_is_an_error_in_little_memory(tmp_path: Path, suffix: str) -> None:
    _, compress = KINDS[suffix]
    path = tmp_path / f"x{suffix}"
    path.write_bytes(compress(bytes(1 << 27)))
    with pytest.raises(NMTError, match=r"longer than 67,108,864 bytes"):
        list(read_lines(path))


def test_an_xz_file_that_needs_gigabytes_is_an_error(tmp_path: Path) -> None:
    filters: list[dict[str, Any]] = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    # a header that asks for 512 MiB, created without needing that much memory
    small = lzma.compress(b"x", filters=[{**filters[0], "dict_size": 1 << 16}])
    asked = bytearray(small)
    header = asked[12:24]  # of the block: size, flags, filter, length of its properties, dictionary, padding, checksum
    header[4] = 34  # 2 ** (34 / 2 + 12) = 512 MiB
    asked[12:20], asked[20:24] = header[:8], zlib.crc32(header[:8]).to_bytes(4, "little")
    path = tmp_path / "x.xz"
    path.write_bytes(asked)
    with pytest.raises(NMTError, match=r"x\.xz is not a complete xz file: Memory usage limit exceeded"):
        list(read_lines(path))


@every_kind
def test_compressed_text_without_its_suffix_is_reported(tmp_path: Path, suffix: str) -> None:
    name, compress = KINDS[suffix]
    path = tmp_path / "x.de"
    path.write_bytes(compress(b"eins\n"))
    with pytest.raises(NMTError, match=rf"x\.de is compressed by {name}; give it a name in {suffix}"):
        parallel_files([str(path)], [str(path)])


@every_kind
def test_the_suffix_of_a_compression_hides_neither_language_nor_format(tmp_path: Path, suffix: str) -> None:
    _, compress = KINDS[suffix]
    assert without_compression(f"a/train.ja{suffix}") == "a/train.ja"
    assert language_of([f"train.ja{suffix}"]) == "ja"
    path = tmp_path / f"pairs.tsv{suffix}"
    path.write_bytes(compress(b"ein Hund\ta dog\n"))
    files, report = import_file(path, tmp_path / "out")
    assert (report.kept, Path(files.source).read_text()) == (1, "ein Hund\n")


def test_without_its_package_zstandard_is_an_error_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "x.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    for action in (check_readable, lambda path: write_lines(path, [])):
        with pytest.raises(NMTError, match=r"x\.zst: Zstandard needs one more package: pip install 'nmt\[zstd\]'"):
            action(tmp_path / "x.zst")


@pytest.mark.parametrize("suffix", ["", ".xz"])
def test_a_file_with_only_carriage_returns_is_reported_with_a_remedy(tmp_path: Path, suffix: str) -> None:
    path, text = tmp_path / f"old mac.de{suffix}", b"eins\rzwei\r"
    path.write_bytes(lzma.compress(text) if suffix else text)
    said = r"has the line ends of old Macs \(carriage returns without line feeds\); convert it: tr .* < '.*old mac.de"
    for read in (
        lambda: list(read_lines(path)),
        lambda: list(read_pairs([path], [path])),
        lambda: parallel_files([str(path)], [str(path)]),
    ):
        with pytest.raises(NMTError, match=said):
            read()


@pytest.mark.parametrize("text", [b"eins\r", b"eins\r\r", b"e\rins\n", b"eins\r\nzwei"])
def test_other_carriage_returns_are_not_line_ends_of_old_macs(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "x").write_bytes(text)
    assert len(list(read_lines(tmp_path / "x"))) == text.count(b"\n") + (not text.endswith(b"\n"))
