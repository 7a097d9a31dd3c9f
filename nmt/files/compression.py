"""Compressed files, known by the end of their names: .gz, .xz, .bz2 and .zst, read and written as streams of bytes."""

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, NamedTuple, cast

from nmt.errors import NMTError

_CHUNK = 1 << 16
# The memory that an .xz file may need to be decompressed; xz -9 needs 65 MiB. Zstandard has its own limit of 128 MiB.
_MOST_MEMORY = 1 << 28


class Compression(NamedTuple):
    """A compression format: its name, and the first bytes of its files."""

    name: str
    magic: bytes


COMPRESSIONS = {
    ".gz": Compression("gzip", b"\x1f\x8b"),
    ".xz": Compression("xz", b"\xfd7zXZ\0"),
    ".bz2": Compression("bzip2", b"BZh91AY&SY"),
    ".zst": Compression("Zstandard", b"\x28\xb5\x2f\xfd"),
}


class DecompressionError(Exception):
    """The compressed data are damaged or cut off."""


ERRORS = (DecompressionError, gzip.BadGzipFile, EOFError, zlib.error)  # that reading a damaged file raises


def compression_of(path: str | os.PathLike[str]) -> Compression | None:
    """The compression that the name of a file stands for, or None.

    >>> compression_of("train.de.xz").name
    'xz'
    """
    return COMPRESSIONS.get(Path(path).suffix)


def without_compression(name: str) -> str:
    """``name`` without the suffix of a compression.

    >>> [without_compression(name) for name in ("train.de.zst", "train.de")]
    ['train.de', 'train.de']
    """
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix in COMPRESSIONS else name


def check_compression(path: str | os.PathLike[str]) -> None:
    """Raise an NMTError if this installation cannot read or write the compression of ``path``."""
    if Path(path).suffix == ".zst":
        _zstd(path)


def open_decompressed(path: str | os.PathLike[str]) -> BinaryIO:
    """The bytes of the file ``path``, decompressed if it has the suffix of a compression; raises OSError."""
    suffix = Path(path).suffix
    if suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if suffix == ".xz":
        return _reader(path, lambda: lzma.LZMADecompressor(memlimit=_MOST_MEMORY), lzma.LZMAError)
    if suffix == ".bz2":
        return _reader(path, bz2.BZ2Decompressor, OSError)
    if suffix == ".zst":
        zstd = _zstd(path)
        return _reader(path, zstd.ZstdDecompressor, zstd.ZstdError)
    return Path(path).open("rb")


@contextmanager
def compressing(stream: BinaryIO, path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """``stream``, or one that compresses into it by the suffix of ``path``; the same text gives the same bytes."""
    if compression_of(path) is None:
        yield stream
    else:
        with _compressor(stream, path) as compressed:
            yield compressed


def _compressor(stream: BinaryIO, path: str | os.PathLike[str]) -> BinaryIO:
    suffix = Path(path).suffix
    if suffix == ".gz":
        return cast(BinaryIO, gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0))
    if suffix == ".xz":
        return cast(BinaryIO, lzma.LZMAFile(stream, "wb"))
    if suffix == ".bz2":
        return cast(BinaryIO, bz2.BZ2File(stream, "wb"))
    zstd = _zstd(path)
    return cast(BinaryIO, zstd.ZstdFile(stream, "wb", options={zstd.CompressionParameter.checksum_flag: 1}))


def _zstd(path: str | os.PathLike[str]) -> ModuleType:
    """The module for Zstandard, which is part of Python since 3.14."""
    import importlib

    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise NMTError(
        f"{os.fspath(path)}: Zstandard needs one more package: pip install 'nmt[zstd]'; or use .gz or .xz instead"
    )


def _reader(path: str | os.PathLike[str], decompressor: Callable[[], Any], error: type[Exception]) -> BinaryIO:
    return io.BufferedReader(_Decompressed(Path(path).open("rb"), decompressor, error), _CHUNK)


class _Decompressed(io.RawIOBase):
    """The bytes of one or more compressed streams in a file, with or without zeros between them."""

    def __init__(self, file: BinaryIO, create: Callable[[], Any], error: type[Exception]) -> None:
        self.name = file.name
        self._file = file
        self._create = create
        self._error = error
        self._decompressor = create()
        self._started = False  # whether a stream has started and not ended

    def readable(self) -> bool:
        """True."""
        return True

    def fileno(self) -> int:
        """The descriptor of the compressed file."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` in part and return the number of bytes, 0 at the end. Raises DecompressionError."""
        while True:
            data = b""
            if self._decompressor.eof:
                data = self._decompressor.unused_data
                self._decompressor, self._started = self._create(), False
            if not data and self._decompressor.needs_input:
                data = self._file.read(_CHUNK)
                if not data:
                    if self._started:
                        raise DecompressionError("it ends before its end mark")
                    return 0
            if not self._started:
                data = data.lstrip(b"\0")
                self._started = bool(data)
                if not data:
                    continue
            try:
                piece = self._decompressor.decompress(data, len(buffer))
            except self._error as error:
                raise DecompressionError(str(error) or "it is damaged") from error
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)
