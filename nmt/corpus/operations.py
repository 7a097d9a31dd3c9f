"""Corpora divided, sampled, rid of copies and joined; pairs stay as they are, and in their order.

All of it gives the same for the same text and seed, and reads the text twice at most, in bounded memory.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.block_text import SOURCE, TARGET, BlockText
from nmt.corpus.blocks import Block, ParallelFiles, read_blocks
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.hashes import Hashes, SeenHashes, combine, hash_lines, hash_normal_lines, hash_pairs
from nmt.corpus.pairs import CorpusReport, FilterConfig, total_of
from nmt.corpus.selection import KEPT, SHARES_SENTENCE, PairSelection, scan_block, spread_sample
from nmt.corpus.writer import CorpusWriter, check_name, make_directory, output_paths, warn_about_extra_columns
from nmt.errors import NMTError
from nmt.files.atomic import is_overwritten
from nmt.files.compression import without_compression
from nmt.files.lines import StrPath, display_name
from nmt.text.languages import language_suffix

PARTS = ("train", "valid", "test")
# Nothing but empty pairs is judged here: that is what nmt clean is for.
_ANY = FilterConfig(max_characters=1 << 40, max_ratio=1e12)
_NEVER = 255  # number of a part that is written nowhere

Rows = NDArray[np.bool_]


def split_corpus(
    corpora: Sequence[ParallelFiles], directory: StrPath, *, valid: int, test: int, seed: int
) -> CorpusReport:
    """Write train, valid and test files into ``directory``; what was left out is counted by reason.

    Which pairs are held out depends on what they hold and on the seed, not on their order, so text that is added
    later moves few of them. No held-out sentence stands in another part, whatever its case and spacing; copies of
    pairs and what shares a sentence with held-out pairs are left out.
    """
    goals = [named_files(corpora, directory, part) for part in PARTS]
    for path in _paths(corpora):
        if not Path(path).is_file():
            raise NMTError(
                f"{display_name(path)} is no file, and to be split the text is read twice; save it to a file first"
            )
    _refuse_to_overwrite(corpora, goals)
    make_directory(directory, goals)
    with PairSelection(Path(directory), corpora=len(corpora)) as selection:
        for block in read_blocks(corpora):
            selection.add(scan_block(block, _ANY, seed))
        selection.drop_duplicates()
        report = total_of(selection.reports())
        parts = np.full(len(selection.states), _NEVER, dtype=np.uint8)
        for number, size in ((2, test), (1, valid)):
            if size:
                held_out = selection.hold_out(size, corpora=range(len(corpora)))
                if len(held_out) < size:
                    left = report.kept - int((parts != _NEVER).sum())
                    raise _too_few(PARTS[number], size, len(held_out), left)
                parts[held_out] = number
        parts[selection.states == KEPT] = 0
        if sharing := int((selection.states == SHARES_SENTENCE).sum()):
            report.drop(DropReason.SHARED_SENTENCE, sharing)
            report.kept -= sharing
    if not (parts == 0).any():
        raise NMTError("nothing would be left to train on; hold out fewer pairs")
    read = 0
    with CorpusWriter(goals) as outputs:
        for block, first in _numbered(corpora):
            here = parts[first : first + block.count]
            if (read := first + block.count) > len(parts):
                break
            text = BlockText(block)
            for number in range(len(PARTS)):
                _write(outputs, number, text, here == number)
        if read != len(parts):
            raise NMTError("the text changed while it was being split; give the command again")
    return report


def _too_few(part: str, wanted: int, found: int, left: int) -> NMTError:
    why = "the others share sentences with those or stand in too many pairs" if found < left else "no more are left"
    return NMTError(
        f"only {found:,} pairs can be held out for {part}, not {wanted:,}: {why}; ask for fewer with --valid and --test"
    )


def sample_corpus(corpora: Sequence[ParallelFiles], directory: StrPath, *, size: int, seed: int) -> CorpusReport:
    """Write ``size`` pairs, spread evenly over all of ``corpora`` and chosen at random, under the files' own names."""
    pairs = sum(block.count for block in read_blocks(corpora))
    if size > pairs:
        raise NMTError(f"there are only {pairs:,} pairs, so {size:,} cannot be drawn from them")
    chosen = np.zeros(pairs, dtype=bool)
    chosen[spread_sample(pairs, size, seed)] = True
    return _select(corpora, directory, lambda block, first: chosen[first : first + block.count], DropReason.NOT_SAMPLED)


def dedupe_corpus(corpora: Sequence[ParallelFiles], directory: StrPath, *, by: str) -> CorpusReport:
    """Write the first of equal pairs only; ``by`` says what must be equal: pair, near, source or target.

    ``near`` is the pair without case, spacing and punctuation. Forms of Unicode normalisation and kinds of spaces make
    no difference. Takes eight bytes of memory a pair.
    """
    seen = SeenHashes()
    return _select(corpora, directory, lambda block, _: ~seen.add(_hashes(BlockText(block), by)), DropReason.DUPLICATE)


def merge_corpora(corpora: Sequence[ParallelFiles], directory: StrPath, *, name: str) -> CorpusReport:
    """Write all of ``corpora``, one after the other, as one corpus called ``name``."""
    goal = named_files(corpora, directory, name)
    _refuse_to_overwrite(corpora, [goal])
    make_directory(directory, [goal])
    report = CorpusReport()
    with CorpusWriter([goal]) as outputs:
        for block, _ in _numbered(corpora):
            _write(outputs, 0, BlockText(block), np.ones(block.count, dtype=bool))
            report.read += block.count
            report.kept += block.count
    return report


def named_files(corpora: Sequence[ParallelFiles], directory: StrPath, name: str) -> ParallelFiles:
    """Where a corpus called ``name`` goes: files that end in the languages, or in source and target, or a table."""
    check_name(name)
    if all(files.target is None for files in corpora):
        return ParallelFiles(str(Path(directory) / f"{name}.tsv"))
    source = _common_suffix([files.source for files in corpora if files.target is not None])
    target = _common_suffix([files.target for files in corpora if files.target is not None])
    if source is None or target is None or source == target:
        source, target = "source", "target"
    return ParallelFiles(*(str(Path(directory) / f"{name}.{suffix}") for suffix in (source, target)))


def _common_suffix(paths: Sequence[str]) -> str | None:
    """What the names of all ``paths`` end in to tell the two sides apart: a language as it stands there, or src."""
    suffixes = {language_suffix(path) or without_compression(Path(path).name).rpartition(".")[2] for path in paths}
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    return suffix if language_suffix(f".{suffix}") or re.fullmatch("(?!txt|tsv|csv|raw)[A-Za-z]{2,3}", suffix) else None


def _refuse_to_overwrite(corpora: Sequence[ParallelFiles], goals: Sequence[ParallelFiles]) -> None:
    read = _paths(corpora)
    for files in goals:
        for path in (files.source, files.target):
            if path is not None and is_overwritten(path, read):
                raise NMTError(f"{path} would be written over while it is read; name another directory with -o")


def _paths(corpora: Sequence[ParallelFiles]) -> list[str]:
    return [path for files in corpora for path in (files.source, files.target) if path is not None]


def _select(
    corpora: Sequence[ParallelFiles], directory: StrPath, choose: Callable[[Block, int], Rows], reason: str
) -> CorpusReport:
    """Write the pairs of each block that ``choose`` picks, given the block and the number of its first pair."""
    report = CorpusReport()
    with CorpusWriter(output_paths(corpora, directory)) as outputs:
        for block, first in _numbered(corpora):
            rows = choose(block, first)
            _write(outputs, block.corpus, BlockText(block), rows)
            report.read += block.count
            report.kept += int(rows.sum())
            if not rows.all():
                report.drop(reason, int((~rows).sum()))
    return report


def _numbered(corpora: Sequence[ParallelFiles]) -> Iterator[tuple[Block, int]]:
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


def _write(outputs: CorpusWriter, number: int, text: BlockText, rows: Rows) -> None:
    chosen = np.flatnonzero(rows).tolist()
    source, target = text.sides
    outputs.write(number, [source.raw[row] for row in chosen], [target.raw[row] for row in chosen])
