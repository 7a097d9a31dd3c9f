"""Reading parallel text as blocks of raw lines: one process reads, and other processes decode the blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from nmt.corpus.pairs import Pair
from nmt.corpus.tables import table_blocks
from nmt.errors import NMTError
from nmt.files.lines import StrPath, decode_strictly, describe_non_text, display_name, read_line_blocks

BLOCK_LINES = 8192


@dataclass(frozen=True)
class ParallelFiles:
    """A corpus: two line-aligned files, or one tab-separated table whose first two columns are source and target."""

    source: str
    target: str | None = None  # None: ``source`` is a table
    # Requested languages, which choose the columns of a table whose header names languages.
    languages: tuple[str | None, str | None] = field(default=(None, None), kw_only=True)


@dataclass(frozen=True)
class Block:
    """Consecutive pairs of one corpus, as raw lines; it can be pickled."""

    corpus: int  # index in the list of corpora
    files: ParallelFiles
    first: int  # number of the first line, from 1
    count: int
    source: bytes
    target: bytes  # empty for a table

    def pairs(self) -> list[Pair]:
        """The pairs as text; an empty line of a table is an empty pair.

        Raises NMTError with file and line for text that is not UTF-8, and for a table row without a tab.
        """
        sources = _decode(self.source, self.files.source, self.first, self.count)
        if self.files.target is None:
            return [self._columns(line, number) for number, line in enumerate(sources, start=self.first)]
        targets = _decode(self.target, self.files.target, self.first, self.count)
        return list(map(Pair, sources, targets))

    def _columns(self, line: str, number: int) -> Pair:
        columns = line.split("\t", maxsplit=2)
        if len(columns) < 2 and line.strip():
            raise NMTError(
                f"{self.files.source}:{number}: no tab; each line must be a source sentence, a tab and its translation"
            )
        return Pair(columns[0], columns[1] if len(columns) > 1 else "")


def read_pairs(sources: Sequence[StrPath], targets: Sequence[StrPath]) -> Iterator[Pair]:
    """The pairs of line-aligned files, one pair of files after the other.

    Raises NMTError if the numbers of files differ, or the numbers of lines (once the shorter file ends).
    """
    if len(sources) != len(targets):
        raise NMTError(
            f"{len(sources)} source files but {len(targets)} target files; give one target file for each source file"
        )
    for source, target in zip(sources, targets, strict=True):
        if str(source) == str(target) == "-":
            raise NMTError("source and target cannot both be standard input")
        for block in read_blocks([ParallelFiles(str(source), str(target))]):
            yield from block.pairs()


def read_blocks(corpora: Sequence[ParallelFiles], *, lines: int = BLOCK_LINES) -> Iterator[Block]:
    """All corpora, one after the other, in blocks of ``lines`` pairs; the last block of a corpus may be smaller.

    Raises NMTError for files that cannot be read, and for unequal line counts once the shorter file ends.
    """
    for number, files in enumerate(corpora):
        first = 1
        for source, target in raw_blocks(files, lines):
            yield Block(number, files, first, len(source), b"".join(source), b"".join(target))
            first += len(source)


def raw_blocks(files: ParallelFiles, lines: int) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """The raw lines of source and target, ``lines`` at a time; for a table, the target lists are empty.

    Raises NMTError for files that cannot be read, and for unequal line counts once the shorter file ends.
    """
    if files.target is None:
        yield from ((table, []) for table in table_blocks(files.source, lines=lines, languages=files.languages))
        return
    sources = read_line_blocks(files.source, lines=lines)
    targets = read_line_blocks(files.target, lines=lines)
    before = 0
    for source, target in zip_longest(sources, targets, fillvalue=list[bytes]()):
        if len(source) != len(target):
            for path in (files.source, files.target):
                if problem := describe_non_text(path):
                    raise NMTError(problem)
            source_lines, target_lines = (
                before + sum(map(len, chain([block], blocks)))
                for block, blocks in ((source, sources), (target, targets))
            )
            raise NMTError(
                f"{display_name(files.source)} has {source_lines:,} lines but "
                f"{display_name(files.target)} has {target_lines:,}; "
                "line N of one must be the translation of line N of the other"
            )
        yield source, target
        before += len(source)


def _decode(raw: bytes, path: str, first: int, count: int) -> list[str]:
    """The ``count`` lines of ``raw`` without line ends, as read_lines yields them."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        for number, line in enumerate(raw.split(b"\n"), start=first):
            decode_strictly(line, path, number)
        raise
    lines = text.split("\n")[:count]
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines
