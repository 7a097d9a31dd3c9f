"""Reading and writing lines: UTF-8, LF and nothing else ends a line, "-" for the standard streams.

Files named .gz, .xz, .bz2 and .zst are compressed. Knows nothing about sentences, languages or subwords.
"""

import contextlib
import itertools
import os
import select
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from nmt.errors import NMTError
from nmt.files.compression import COMPRESSIONS, ERRORS, compression_of, open_decompressed
from nmt.files.file_types import has_mac_line_ends, mac_line_ends, problem_of_start
from nmt.text.controls import replace_controls
from nmt.text.printable import printable

StrPath = str | os.PathLike[str]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


# A longer line is not text, and might be a small .gz that grows without end: an error before memory is full.
MAX_LINE_BYTES = 1 << 26

_CHUNK = 1 << 16
# The seconds that a window that is not full waits for a writer that is about to send more.
_PATIENCE = 0.005


def check_regular_file(path: StrPath) -> None:
    """Raise an NMTError if ``path`` exists but is neither a file nor a directory: opening a pipe would wait forever."""
    path = Path(path)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise NMTError(f"{path} is a pipe or a device, but must be a regular file")


def check_readable(path: StrPath) -> None:
    """Raise an NMTError unless ``path`` is "-" or can be opened and its first byte can be read."""
    if is_standard(path):
        open_binary(path)
        return
    if Path(path).exists() and not Path(path).is_file() and not Path(path).is_dir():
        return  # opening a pipe would wait for its writer, and closing it would lose that writer
    with _reading(path) as stream:
        stream.read(1)


def describe_non_text(path: StrPath) -> str:
    """A sentence if the file ``path`` does not begin with lines of UTF-8; empty for text, and for pipes."""
    if is_standard(path) or not Path(path).is_file():
        return ""
    with open_binary(path) as stream, reading_errors(display_name(path)):
        start = stream.read(_CHUNK)
    return problem_of_start(start, path)


def open_binary(path: StrPath) -> BinaryIO:
    """``path`` opened for reading bytes: "-" is standard input, a compressed file is decompressed."""
    if is_standard(path):
        if sys.stdin is None:
            raise NMTError("standard input is closed; name a file")
        return sys.stdin.buffer
    try:
        if Path(path).is_dir():
            raise NMTError(f"{path} is a directory; name a file")
        return open_decompressed(path)
    except FileNotFoundError:
        raise NMTError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise NMTError(f"{path} cannot be read: {reason(error)}") from error


def read_lines(path: StrPath) -> Iterator[str]:
    """The lines of a text file without their ends.

    A carriage return before the line feed and a byte order mark at the start are removed; everything else stays.
    Raises NMTError, with the line number, for bytes that are not UTF-8 and for files that cannot be read.
    """
    with _reading(path) as stream:
        for number, raw in enumerate(_bounded_lines(stream, path), start=1):
            line = raw.removesuffix(b"\n").removesuffix(b"\r")
            if number == 1:
                line = line.removeprefix(BYTE_ORDER_MARK)
            yield decode_strictly(line, path, number)


def read_line_blocks(path: StrPath, *, lines: int, keep_mark: bool = False) -> Iterator[list[bytes]]:
    """The raw lines of a file with their ends, ``lines`` at a time; only the last list may be shorter.

    A byte order mark at the start is removed unless ``keep_mark``. Raises NMTError for files that cannot be read.
    """
    with _reading(path) as stream:
        mark = b"" if keep_mark else BYTE_ORDER_MARK
        bounded = _bounded_lines(stream, path)
        while block := list(itertools.islice(bounded, lines)):
            block[0] = block[0].removeprefix(mark)
            mark = b""
            yield block


def _bounded_lines(stream: BinaryIO, path: StrPath) -> Iterator[bytes]:
    """The raw lines of ``stream`` with their ends; one of more than MAX_LINE_BYTES is an NMTError with its number."""
    for number, raw in enumerate(iter(partial(stream.readline, MAX_LINE_BYTES + 1), b""), start=1):
        if number == 1 and has_mac_line_ends(raw):
            raise NMTError(mac_line_ends(path))
        if len(raw) > MAX_LINE_BYTES:
            raise _too_long(path, number)
        yield raw


def _too_long(path: StrPath, number: int) -> NMTError:
    return NMTError(
        f"{display_name(path)}:{number}: this line is longer than {MAX_LINE_BYTES:,} bytes, so it is not text; "
        "is this another type of file, or were its line feeds lost?"
    )


def decode_strictly(line: bytes, path: StrPath, number: int) -> str:
    """``line`` as text; an NMTError naming ``path`` and line ``number`` if it is not UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        wide = number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff"))
        what = "this looks like UTF-16" if wide else f"byte 0x{line[error.start]:02x} at position {error.start + 1}"
        raise NMTError(f"{display_name(path)}:{number}: not UTF-8 ({what}); convert the file to UTF-8") from None


def decode_line(raw: bytes) -> tuple[str, str | None]:
    """The text of a line that must be translated whatever it contains, and its problem or None.

    Invalid UTF-8 becomes U+FFFD; control characters other than the tab, and characters that other programs take
    for a line end, become spaces. One carriage return at the end belongs to the line end and is removed silently.
    """
    problems = []
    raw = raw.removesuffix(b"\r")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", errors="replace")
        problems.append("invalid UTF-8")
    clean = replace_controls(text)
    if clean != text:
        problems.append("control characters")
    return clean, " and ".join(problems) or None


def read_windows(stream: BinaryIO, *, max_lines: int, max_bytes: int) -> Iterator[list[bytes]]:
    """The raw lines of ``stream`` without their line feeds, in windows.

    A window closes when it holds ``max_lines`` lines or ``max_bytes`` bytes, and also when no more input is waiting,
    so that a line on a pipe or terminal is never held back. Memory holds at most a window and a chunk, or a single line
    longer than that. A byte order mark at the start of the stream is removed.

    An empty window says that no more input is waiting: reading on may take any time.
    """
    window: list[bytes] = []
    size = 0
    for raw in _lines_or_pauses(stream):
        if raw is not None:
            window.append(raw)
            size += len(raw) + 1
        if window and (raw is None or len(window) >= max_lines or size >= max_bytes):
            yield window
            window, size = [], 0
        if raw is None:
            yield []
    if window:
        yield window


def _lines_or_pauses(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of ``stream``, with None wherever no more input is waiting."""
    parts: list[bytes] = []  # of the line that has not ended yet
    size = number = 0  # bytes of those parts; lines that have ended
    for chunk in _chunks(stream):
        if chunk is None:
            yield None
            continue
        *ends, beginning = chunk.split(b"\n")
        for end in ends:
            parts.append(end)
            yield b"".join(parts)
            parts.clear()
        if ends:
            size, number = 0, number + len(ends)
        if beginning:
            parts.append(beginning)
            size += len(beginning)
        if size > MAX_LINE_BYTES:
            raise _too_long(str(getattr(stream, "name", "the input")), number + 1)
    if parts:
        yield b"".join(parts)


def _chunks(stream: BinaryIO) -> Iterator[bytes | None]:
    """The bytes of ``stream`` as they arrive, with None wherever no more are waiting."""
    read = getattr(stream, "read1", stream.read)
    name = str(getattr(stream, "name", "the input"))
    start: bytes | None = b""  # the first bytes, until it is known whether they are a byte order mark
    with reading_errors(name):
        while chunk := read(_CHUNK):
            if start is not None:
                start += chunk
                if len(start) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(start):
                    continue
                chunk, start = start.removeprefix(BYTE_ORDER_MARK), None
            yield chunk
            if not _is_waiting(stream):
                yield None
    if start:
        yield start


def _is_waiting(stream: BinaryIO) -> bool:
    """Whether a read would return at once; False if the system cannot tell (Windows pipes)."""
    try:
        descriptor = stream.fileno()
    except (OSError, AttributeError):
        return True  # bytes in memory
    try:
        return bool(select.select([descriptor], [], [], _PATIENCE)[0])
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _reading(path: StrPath) -> Iterator[BinaryIO]:
    stream = open_binary(path)
    try:
        with reading_errors(display_name(path)):
            yield stream
    finally:
        if not is_standard(path):
            stream.close()


@contextlib.contextmanager
def reading_errors(name: str) -> Iterator[None]:
    """Turn errors while reading the file called ``name`` into NMTErrors."""
    try:
        yield
    except ERRORS as error:
        kind = compression_of(name) or COMPRESSIONS[".gz"]
        raise NMTError(f"{name} is not a complete {kind.name} file: {error}") from error
    except OSError as error:
        raise NMTError(f"{name} cannot be read: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The system's message for ``error``, as part of a sentence."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def is_standard(path: StrPath) -> bool:
    """Whether ``path`` is "-", a standard stream."""
    return os.fspath(path) == "-"


def display_name(path: StrPath, *, reading: bool = True) -> str:
    """``path`` as messages and tables call it, on one line."""
    if is_standard(path):
        return "standard input" if reading else "standard output"
    return printable(os.fspath(path))
