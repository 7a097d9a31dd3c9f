"""The text of a block, valid or not: bytes, characters, lines, and counts of character classes in each line."""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.blocks import Block
from nmt.corpus.line_classes import LineClasses, classify_lines
from nmt.tokenization.normalization import comparable_lines

Rows = NDArray[np.int64]
SOURCE, TARGET = 0, 1
MOST_SHOWN = 160  # characters of a line in an example


@dataclass(frozen=True)
class Example:
    """A line or pair that shows a finding, with its position."""

    corpus: int  # index
    line: int  # from 1
    side: int | None  # SOURCE or TARGET; None for the pair
    source: str
    target: str


class SideText:
    """One side of a block."""

    def __init__(self, data: bytes) -> None:
        """``data`` are lines that each end in a line feed; a carriage return before it is part of the line end."""
        self.windows_ends = np.zeros(0, np.int64)  # the lines that end in CR LF
        if b"\r\n" in data:
            self.windows_ends = _windows_ends(data)
            data = data.replace(b"\r\n", b"\n")
        self.data = data
        self.ends: Rows = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 0x0A)
        self.starts: Rows = np.concatenate([np.zeros(1, np.int64), self.ends + 1])[: len(self.ends)]
        self.lengths: Rows = self.ends - self.starts  # bytes

    @cached_property
    def classes(self) -> LineClasses:
        """Counts of character classes in each line."""
        return classify_lines(self.text)

    @cached_property
    def raw(self) -> list[bytes]:
        """The lines as bytes."""
        return self.data.removesuffix(b"\n").split(b"\n") if self.data else []

    @cached_property
    def text(self) -> str:
        """All lines as text, with U+FFFD for bytes that are not UTF-8."""
        return self.data.decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines as text."""
        return self.text.removesuffix("\n").split("\n") if self.data else []

    @cached_property
    def comparable(self) -> "SideText":
        """The lines in the form that is measured and compared (nmt.tokenization.normalization).

        Bytes that are not UTF-8 are kept.
        """
        lines = comparable_lines(self.data.decode("utf-8", "surrogateescape"))
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        return self if data == self.data else SideText(data)

    def undecodable(self) -> Rows:
        """The lines that are not UTF-8."""
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError:
            return np.array([row for row, line in enumerate(self.raw) if not _is_utf8(line)], dtype=np.int64)
        return np.zeros(0, np.int64)

    def holding(self, pattern: re.Pattern[bytes]) -> Rows:
        """The lines that match ``pattern``."""
        return self.rows_of([match.start() for match in pattern.finditer(self.data)])

    def holding_bytes(self, *parts: bytes) -> Rows:
        """The lines that contain one of ``parts``; fast if none does."""
        present = [re.escape(part) for part in parts if part in self.data]
        return self.holding(re.compile(b"|".join(present))) if present else np.zeros(0, np.int64)

    def rows_with(self, byte: bytes) -> Rows:
        """The line of each occurrence of ``byte``; a line with several occurs several times."""
        offsets = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == ord(byte))
        return np.searchsorted(self.ends, offsets, side="left")

    def rows_of(self, offsets: list[int]) -> Rows:
        """The lines that contain the bytes at ``offsets``."""
        return np.unique(np.searchsorted(self.ends, np.array(offsets, dtype=np.int64), side="left"))


class BlockText:
    """Both sides of a block."""

    def __init__(self, block: Block, sides: tuple[bytes, bytes] | None = None) -> None:
        """The text of ``block``, or ``sides``: its text after repairs, line for line."""
        self.block = block
        if sides is None:
            is_table = block.files.target is None
            source, target = _with_final_line_end(block.source), _with_final_line_end(block.target)
            sides = _columns(source) if is_table else (source, target)
        self.sides = (SideText(sides[SOURCE]), SideText(sides[TARGET]))

    @cached_property
    def characters(self) -> NDArray[np.int64]:
        """Lengths in characters (N, 2)."""
        return np.stack([side.classes.characters for side in self.sides], axis=1)

    @cached_property
    def bytes(self) -> NDArray[np.int64]:
        """Lengths in bytes (N, 2)."""
        return np.stack([side.lengths for side in self.sides], axis=1)

    @cached_property
    def comparable(self) -> "BlockText":
        """Both sides in the form that is measured and compared."""
        source, target = (side.comparable.data for side in self.sides)
        return BlockText(self.block, (source, target))

    def rows_of_more_columns(self) -> Rows:
        """The rows of a table with more than two columns."""
        if self.block.files.target is not None:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self._tabs > 1)

    def rows_of_one_column(self) -> Rows:
        """The rows of a table with text but no tab."""
        if self.block.files.target is not None:
            return np.zeros(0, np.int64)
        rows = np.flatnonzero(self._tabs == 0).tolist()
        return np.array([row for row in rows if self.sides[SOURCE].lines[row].strip()], dtype=np.int64)

    @cached_property
    def _tabs(self) -> NDArray[np.int64]:
        """The number of tabs in each row of a table."""
        table = SideText(_with_final_line_end(self.block.source))
        return np.bincount(table.rows_with(b"\t"), minlength=len(table.ends))

    def example(self, row: int, side: int | None) -> Example:
        """Row ``row`` as an example, of one side or of the pair."""
        source, target = (side_text.lines[row][:MOST_SHOWN] for side_text in self.sides)
        return Example(self.block.corpus, self.block.first + int(row), side, source, target)


def _windows_ends(data: bytes) -> Rows:
    codes = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(codes == 0x0A)
    return np.flatnonzero((ends > 0) & (codes[ends - 1] == 0x0D))


def _with_final_line_end(data: bytes) -> bytes:
    return data if data.endswith(b"\n") or not data else data + b"\n"


def _columns(data: bytes) -> tuple[bytes, bytes]:
    """The first two columns of a table; the second is empty in rows without a tab."""
    rows = [line.split(b"\t", maxsplit=2) for line in data.removesuffix(b"\n").split(b"\n")] if data else []
    sources = b"".join(row[0] + b"\n" for row in rows)
    return sources, b"".join((row[1] if len(row) > 1 else b"") + b"\n" for row in rows)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
