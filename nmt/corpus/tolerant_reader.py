"""Reading parallel text that may be broken: blocks of pairs as far as both sides go, and how far each side goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from pathlib import Path

from nmt.corpus.blocks import BLOCK_LINES, Block, ParallelFiles
from nmt.corpus.tables import table_blocks
from nmt.errors import NMTError
from nmt.files.lines import check_readable, describe_non_text, read_line_blocks
from nmt.runtime.workers import FEWEST_BYTES, worthwhile_helpers

MOST_BYTES = 4_000_000  # of a block; what is told of it takes a dozen times as much memory


def parallel_files(
    sources: Sequence[str],
    targets: Sequence[str],
    tables: Sequence[str] = (),
    languages: tuple[str | None, str | None] = (None, None),
) -> list[ParallelFiles]:
    """The corpora that these files are, pairs of files first; NMTError for what can be seen to be wrong with them.

    ``languages`` are those asked for, by which the columns of tables are chosen.
    """
    if not sources and not tables:
        raise NMTError("no text given: name line-aligned files with -s and -t, or a table with --tsv")
    if len(sources) != len(targets):
        raise NMTError(f"{len(sources)} source and {len(targets)} target files given; every file needs its other side")
    if [*sources, *targets, *tables].count("-") > 1:
        raise NMTError("standard input (-) can be read only once")
    for path in (*sources, *targets, *tables):
        check_readable(path)
        said = describe_non_text(path)
        if said and not (path in tables and "UTF-16" in said):
            raise NMTError(said)
    return [*map(ParallelFiles, sources, targets), *(ParallelFiles(table, languages=languages) for table in tables)]


def size_of(corpora: Sequence[ParallelFiles]) -> int:
    """Bytes of the files; what is no file counts as large."""
    paths = [Path(path) for files in corpora for path in (files.source, files.target) if path is not None]
    return sum(path.stat().st_size if path.is_file() else FEWEST_BYTES for path in paths)


def helpers_for(corpora: Sequence[ParallelFiles], processes: int | None) -> int:
    """How many helper processes look through ``corpora``: as many as asked for, or as there are processors."""
    return worthwhile_helpers(size_of(corpora)) if processes is None else processes


@dataclass
class TolerantReader:
    """Blocks of pairs, byte order marks included, whatever they hold; unequal counts are no error here."""

    corpora: Sequence[ParallelFiles]
    lines: list[tuple[int, int]] = field(default_factory=list)  # of each corpus read so far

    def blocks(self) -> Iterator[Block]:
        """The pairs of all corpora, as far as both sides of each go."""
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
                rest = [
                    sum(map(len, chain([block], blocks))) for block, blocks in ((source, sources), (target, targets))
                ]
                self.lines.append((before + rest[0], before + rest[1]))
                return
            before += count
        self.lines.append((before, before))


def _pieces(
    number: int, files: ParallelFiles, first: int, source: Sequence[bytes], target: Sequence[bytes]
) -> Iterator[Block]:
    """These lines as one block, or as several where they are very long."""
    if len(source) > 1 and sum(map(len, chain(source, target))) > MOST_BYTES:
        half = len(source) // 2
        yield from _pieces(number, files, first, source[:half], target[:half])
        yield from _pieces(number, files, first + half, source[half:], target[half:])
    else:
        yield Block(number, files, first, len(source), b"".join(source), b"".join(target))
