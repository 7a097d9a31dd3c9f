"""Splitting, sampling, deduplicating and merging corpora; pairs keep their text and their order.

The result depends only on the text and the seed. The text is read at most twice.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.block_text import SOURCE, TARGET, BlockText
from nmt.corpus.blocks import Block, ParallelFiles, read_blocks
from nmt.corpus.deduplication import KEPT, SHARES_SENTENCE, PairSelection, scan_block, spread_sample
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.hashes import Hashes, SeenHashes, combine, hash_lines, hash_normal_lines, hash_pairs
from nmt.corpus.pairs import CorpusReport, FilterConfig, total_of
from nmt.corpus.writer import CorpusWriter, check_name, make_directory, output_paths, warn_about_extra_columns
from nmt.errors import NMTError
from nmt.files.atomic import is_overwritten
from nmt.files.compression import without_compression
from nmt.files.lines import StrPath, display_name
from nmt.text.languages import language_suffix

PARTS = ("train", "valid", "test")
# Only empty pairs are dropped here; nmt clean has the other filters.
_KEEP_FILLED = FilterConfig(max_characters=1 << 40, max_ratio=1e12)
_NOT_WRITTEN = 255  # instead of the index of a part

Rows = NDArray[np.bool_]


def split_corpus(
    corpora: Sequence[ParallelFiles], directory: StrPath, *, valid: int, test: int, seed: int
) -> CorpusReport:
    """Write train, valid and test files into ``directory``; the report counts dropped pairs by reason.

    Which pairs are held out depends on their text and on the seed, not on their order, so adding text changes few of
    them. No held-out sentence is in another part, ignoring case and spacing: copies of pairs, and pairs that share a
    sentence with a held-out pair, are dropped.
    """
    outputs = [named_files(corpora, directory, part) for part in PARTS]
    for path in _paths(corpora):
        if not Path(path).is_file():
            raise NMTError(
                f"{display_name(path)} is not a regular file; to split text, which is read twice, save it to a file"
            )
    _refuse_to_overwrite(corpora, outputs)
    make_directory(directory, outputs)
    with PairSelection(Path(directory), corpora=len(corpora)) as selection:
        for block in read_blocks(corpora):
            selection.add(scan_block(block, _KEEP_FILLED, seed))
        selection.drop_duplicates()
        report = total_of(selection.reports())
        parts = np.full(len(selection.states), _NOT_WRITTEN, dtype=np.uint8)
        for number, size in ((2, test), (1, valid)):
            if size:
                held_out = selection.hold_out(size, corpora=range(len(corpora)))
                if len(held_out) < size:
                    left = report.kept - int((parts != _NOT_WRITTEN).sum())
                    raise _too_few(PARTS[number], size, len(held_out), left)
                parts[held_out] = number
        parts[selection.states == KEPT] = 0
        if sharing := int((selection.states == SHARES_SENTENCE).sum()):
            report.drop(DropReason.SHARED_SENTENCE, sharing)
            report.kept -= sharing
    if not (parts == 0).any():
        raise NMTError("no pairs would be left for training; hold out fewer pairs")
    read = 0
    with CorpusWriter(outputs) as writer:
        for block, first in _numbered(corpora):
            parts_of_block = parts[first : first + block.count]
            if (read := first + block.count) > len(parts):
                break
            text = BlockText(block)
            for number in range(len(PARTS)):
                _write(writer, number, text, parts_of_block == number)
        if read != len(parts):
            raise NMTError("the text changed while it was being split; run the command again")
    return report


def _too_few(part: str, requested: int, held_out: int, left: int) -> NMTError:
    why = "the others share sentences with those, or repeat too often" if held_out < left else "there are no more"
    return NMTError(
        f"only {held_out:,} pairs can be held out for {part}, not {requested:,}: {why}; reduce --valid or --test"
    )


def sample_corpus(corpora: Sequence[ParallelFiles], directory: StrPath, *, size: int, seed: int) -> CorpusReport:
    """Write a random sample of ``size`` pairs, spread evenly over all ``corpora``, to files of the same names."""
    pairs = sum(block.count for block in read_blocks(corpora))
    if size > pairs:
        raise NMTError(f"there are only {pairs:,} pairs, fewer than the {size:,} to draw")
    chosen = np.zeros(pairs, dtype=bool)
    chosen[spread_sample(pairs, size, seed)] = True
    return _select(corpora, directory, lambda block, first: chosen[first : first + block.count], DropReason.NOT_SAMPLED)


def dedupe_corpus(corpora: Sequence[ParallelFiles], directory: StrPath, *, by: str) -> CorpusReport:
    """Write only the first of each set of equal pairs; ``by`` says what must be equal: pair, near, source or target.

    ``near`` ignores case, spacing and punctuation. Unicode normalisation and the kind of space never matter. Takes
    eight bytes of memory a pair.
    """
    seen = SeenHashes()
    return _select(corpora, directory, lambda block, _: ~seen.add(_hashes(BlockText(block), by)), DropReason.DUPLICATE)


def merge_corpora(corpora: Sequence[ParallelFiles], directory: StrPath, *, name: str) -> CorpusReport:
    """Write all ``corpora``, one after the other, as one corpus called ``name``."""
    output = named_files(corpora, directory, name)
    _refuse_to_overwrite(corpora, [output])
    make_directory(directory, [output])
    report = CorpusReport()
    with CorpusWriter([output]) as writer:
        for block, _ in _numbered(corpora):
            _write(writer, 0, BlockText(block), np.ones(block.count, dtype=bool))
            report.read += block.count
            report.kept += block.count
    return report


def named_files(corpora: Sequence[ParallelFiles], directory: StrPath, name: str) -> ParallelFiles:
    """The files of a corpus called ``name``: they end in the languages or in source and target, or are one table."""
    check_name(name)
    if all(files.target is None for files in corpora):
        return ParallelFiles(str(Path(directory) / f"{name}.tsv"))
    source = _common_suffix([files.source for files in corpora if files.target is not None])
    target = _common_suffix([files.target for files in corpora if files.target is not None])
    if source is None or target is None or source == target:
        source, target = "source", "target"
    return ParallelFiles(*(str(Path(directory) / f"{name}.{suffix}") for suffix in (source, target)))


def _common_suffix(paths: Sequence[str]) -> str | None:
    """The suffix that the names of all ``paths`` share, if it names their side: a language code, or for example src."""
    suffixes = {language_suffix(path) or without_compression(Path(path).name).rpartition(".")[2] for path in paths}
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    return suffix if language_suffix(f".{suffix}") or re.fullmatch("(?!txt|tsv|csv|raw)[A-Za-z]{2,3}", suffix) else None


def _refuse_to_overwrite(corpora: Sequence[ParallelFiles], outputs: Sequence[ParallelFiles]) -> None:
    inputs = _paths(corpora)
    for files in outputs:
        for path in (files.source, files.target):
            if path is not None and is_overwritten(path, inputs):
                raise NMTError(f"the input {path} would be overwritten; choose another directory with -o")


def _paths(corpora: Sequence[ParallelFiles]) -> list[str]:
    return [path for files in corpora for path in (files.source, files.target) if path is not None]


def _select(
    corpora: Sequence[ParallelFiles], directory: StrPath, choose: Callable[[Block, int], Rows], reason: str
) -> CorpusReport:
    """Write the pairs that ``choose`` selects, given a block and the index of its first pair; count the others."""
    report = CorpusReport()
    with CorpusWriter(output_paths(corpora, directory)) as writer:
        for block, first in _numbered(corpora):
            rows = choose(block, first)
            _write(writer, block.corpus, BlockText(block), rows)
            report.read += block.count
            report.kept += int(rows.sum())
            if not rows.all():
                report.drop(reason, int((~rows).sum()))
    return report


def _numbered(corpora: Sequence[ParallelFiles]) -> Iterator[tuple[Block, int]]:
    """All blocks, each with the index of its first pair among all pairs."""
    first = 0
    for block in read_blocks(corpora):
        _refuse_one_column(block)
        warn_about_extra_columns(block)
        yield block, first
        first += block.count


def _refuse_one_column(block: Block) -> None:
    rows = BlockText(block).rows_of_one_column()
    if len(rows):
        raise NMTError(
            f"{display_name(block.files.source)}:{block.first + int(rows[0])}: no tab; each line must be a source "
            "sentence, a tab and its translation"
        )


def _hashes(text: BlockText, by: str) -> Hashes:
    if by == "near":
        return combine(*(hash_normal_lines(side.text) for side in text.sides))
    if by == "pair":
        return hash_pairs(*(side.raw for side in text.comparable.sides))
    return hash_lines(text.comparable.sides[SOURCE if by == "source" else TARGET].raw)


def _write(writer: CorpusWriter, corpus: int, text: BlockText, rows: Rows) -> None:
    chosen = np.flatnonzero(rows).tolist()
    source, target = text.sides
    writer.write(corpus, [source.raw[row] for row in chosen], [target.raw[row] for row in chosen])
