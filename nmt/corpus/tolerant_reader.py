"""Reading parallel text that may have errors: blocks of pairs up to the shorter file's end, and both line counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from pathlib import Path

from nmt.corpus.blocks import BLOCK_LINES, Block, ParallelFiles
from nmt.corpus.tables import table_blocks
from nmt.errors import NMTError
from nmt.files.lines import check_readable, describe_non_text, read_line_blocks
from nmt.runtime.workers import FEWEST_BYTES, worthwhile_helpers

MOST_BYTES = 4_000_000  # of a block; inspecting it takes about twelve times as much memory


def parallel_files(
    sources: Sequence[str],
    targets: Sequence[str],
    tables: Sequence[str] = (),
    languages: tuple[str | None, str | None] = (None, None),
) -> list[ParallelFiles]:
    """The corpora in these files, line-aligned files first; NMTError for files that cannot be read or are not text.

    ``languages`` are the requested ones, which choose the columns of tables.
    """
    if not sources and not tables:
        raise NMTError("no text given: give line-aligned files with -s and -t, or a table with --tsv")
    if len(sources) != len(targets):
        raise NMTError(
            f"{len(sources)} source files but {len(targets)} target files; give one target file for each source file"
        )
    if [*sources, *targets, *tables].count("-") > 1:
        raise NMTError("standard input (-) can be read only once")
    for path in (*sources, *targets, *tables):
        check_readable(path)
        problem = describe_non_text(path)
        if problem and not (path in tables and "UTF-16" in problem):
            raise NMTError(problem)
    return [*map(ParallelFiles, sources, targets), *(ParallelFiles(table, languages=languages) for table in tables)]


def size_of(corpora: Sequence[ParallelFiles]) -> int:
    """The size of the files in bytes; anything but a regular file counts as large."""
    paths = [Path(path) for files in corpora for path in (files.source, files.target) if path is not None]
    return sum(path.stat().st_size if path.is_file() else FEWEST_BYTES for path in paths)


def helpers_for(corpora: Sequence[ParallelFiles], processes: int | None) -> int:
    """The number of helper processes for ``corpora``: as requested, or one for each processor if they are large."""
    return worthwhile_helpers(size_of(corpora)) if processes is None else processes


@dataclass
class TolerantReader:
    """Blocks of pairs with any bytes in them, byte order marks included; unequal line counts are not an error."""

    corpora: Sequence[ParallelFiles]
    lines: list[tuple[int, int]] = field(default_factory=list)  # of source and target of each corpus read so far

    def blocks(self) -> Iterator[Block]:
        """The pairs of all corpora, each up to the end of its shorter file."""
        for number, files in enumerate(self.corpora):
            yield from self._corpus(number, files)

    def _corpus(self, number: int, files: ParallelFiles) -> Iterator[Block]:
        if files.target is None:
            read = 0
            for source in table_blocks(files.source, lines=BLOCK_LINES, languages=files.languages, keep_mark=True):
                yield from _pieces(number, files, read + 1, source, [])
                read += len(source)
            self.lines.append((read, read))
            return
        sources = read_line_blocks(files.source, lines=BLOCK_LINES, keep_mark=True)
        targets = read_line_blocks(files.target, lines=BLOCK_LINES, keep_mark=True)
        before = 0
        for source, target in zip_longest(sources, targets, fillvalue=list[bytes]()):
            count = min(len(source), len(target))
            if count:
                yield from _pieces(number, files, before + 1, source[:count], target[:count])
            if len(source) != len(target):
                remaining = [
                    sum(map(len, chain([block], blocks))) for block, blocks in ((source, sources), (target, targets))
                ]
                self.lines.append((before + remaining[0], before + remaining[1]))
                return
            before += count
        self.lines.append((before, before))


def _pieces(
    number: int, files: ParallelFiles, first: int, source: Sequence[bytes], target: Sequence[bytes]
) -> Iterator[Block]:
    """These lines as one block, or as several if they are very long."""
    if len(source) > 1 and sum(map(len, chain(source, target))) > MOST_BYTES:
        half = len(source) // 2
        yield from _pieces(number, files, first, source[:half], target[:half])
        yield from _pieces(number, files, first + half, source[half:], target[half:])
    else:
        yield Block(number, files, first, len(source), b"".join(source), b"".join(target))
