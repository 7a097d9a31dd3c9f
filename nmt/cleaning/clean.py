"""Cleaning a corpus: blocks are read in order, repaired and filtered by worker processes, and written in order.

Memory: eight bytes a pair for each duplicate filter, and the text of a few blocks.
"""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nmt.cleaning.config import CleaningConfig
from nmt.cleaning.filters import DUPLICATE_FILTERS, CleanBlock, Cleaner, CorpusProfile, RejectedPair
from nmt.cleaning.measures.association import TranslationModel, words_of
from nmt.cleaning.measures.length_fit import fit_lengths
from nmt.cleaning.measures.misalignment import find_misalignments
from nmt.cleaning.measures.pair_checks import ends_agree
from nmt.corpus.block_text import BlockText, SideText
from nmt.corpus.blocks import Block, ParallelFiles
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.hashes import SeenHashes
from nmt.corpus.held_out import HeldOut
from nmt.corpus.line_classes import NO_SCRIPT
from nmt.corpus.pairs import CorpusReport
from nmt.corpus.tolerant_reader import TolerantReader
from nmt.corpus.writer import CorpusWriter, output_paths, warn_about_extra_columns
from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath
from nmt.runtime.workers import ordered_map
from nmt.text.controls import replace_controls

logger = logging.getLogger(__name__)

TRAINING_BLOCKS = 32  # blocks to train the TranslationModel on; up to twice as many, spread over all corpora
PROFILE_BLOCKS = 4  # blocks at the start of each corpus that show what is usual
# The TranslationModel is trained on text that passes the other filters.
_NOT_FOR_TRAINING_TEXT = ("unrelated", "language", "overlap")
_CLEAR_MAJORITY = 0.8  # share of the lines in a script that makes it the script of the corpus


@dataclass(frozen=True, kw_only=True)
class CleaningOptions:
    """What cleaning a corpus needs to know besides the repairs and filters."""

    languages: tuple[str | None, str | None] = (None, None)  # codes of the language identifier, for its filter
    held_out: Sequence[HeldOut] = ()  # for the filter overlap
    rejected: StrPath | None = None  # a table of the dropped pairs is written there
    protected: Sequence[StrPath] = ()  # files that must not be overwritten
    helpers: int = 1  # worker processes; the result is the same for any number


@dataclass
class CleaningReport(CorpusReport):
    """Counts of kept and dropped pairs, and of the lines that each repair changed."""

    fixed: dict[str, int] = field(default_factory=dict)


def clean_corpus(
    corpora: Sequence[ParallelFiles],
    directory: StrPath,
    config: CleaningConfig,
    options: CleaningOptions | None = None,
) -> CleaningReport:
    """Write the clean pairs of ``corpora`` into ``directory``, in files of the same names.

    Raises NMTError if a file cannot be written or would overwrite an input, and for unequal line counts.
    """
    options = options or CleaningOptions()
    rejected = [] if options.rejected is None else [options.rejected]
    paths = output_paths(corpora, directory, protected=[*options.protected, *rejected])
    cleaner = Cleaner(config, profile_corpora(corpora, options.languages, config), tuple(options.held_out))
    duplicates = DuplicateFilter(config)
    report = CleaningReport()
    reader = TolerantReader(corpora)
    waiting: deque[Block] = deque()

    def blocks() -> Iterator[Block]:
        for block in reader.blocks():
            waiting.append(block)
            yield block
        _check_counts(reader)

    with ExitStack() as stack:
        outputs = stack.enter_context(CorpusWriter(paths))
        table = stack.enter_context(atomic_writer(options.rejected)) if options.rejected is not None else None
        for clean in ordered_map(cleaner, blocks(), helpers=options.helpers):
            block = waiting.popleft()
            warn_about_extra_columns(block)
            dropped = [*clean.rejected, *duplicates.drop(clean)]
            _count(report, block, dropped, clean)
            outputs.write(block.corpus, clean.sources, clean.targets)
            if table is not None:
                _write_rejected(table, block, sorted(dropped, key=lambda pair: pair.row))
    return report


def profile_corpora(
    corpora: Sequence[ParallelFiles], languages: tuple[str | None, str | None], config: CleaningConfig
) -> CorpusProfile:
    """What is usual in ``corpora``, from the first blocks of each."""
    characters, agree, scripts = [], [], np.zeros((2, NO_SCRIPT), dtype=np.int64)
    for files in corpora:
        for block in islice(TolerantReader([files]).blocks(), PROFILE_BLOCKS):
            text = BlockText(block).comparable
            characters.append(text.characters)
            agree.append(ends_agree(text))
            for side, counts in zip(text.sides, scripts, strict=True):
                counts += np.bincount(side.classes.scripts, minlength=NO_SCRIPT + 1)[:NO_SCRIPT]
    lengths = fit_lengths(np.concatenate(characters)) if characters else None
    source, target = (
        int(counts.argmax()) if counts.max() and counts.max() >= _CLEAR_MAJORITY * counts.sum() else None
        for counts in scripts
    )
    profile = CorpusProfile(lengths, (source, target), languages, all(agree))
    return _with_translation_model(profile, corpora, config) if "unrelated" in config.filters else profile


def _with_translation_model(
    profile: CorpusProfile, corpora: Sequence[ParallelFiles], config: CleaningConfig
) -> CorpusProfile:
    """``profile`` with a TranslationModel of blocks that are spread over all ``corpora`` and cleaned first."""
    blocks = sum(1 for _ in TolerantReader(corpora).blocks())
    step = max(1, blocks // TRAINING_BLOCKS)
    cleaner = Cleaner(config.changed(filters=[], repairs=[], without=_NOT_FOR_TRAINING_TEXT), profile)
    duplicates = DuplicateFilter(config)
    bags, training_blocks = [], []
    for block in islice(TolerantReader(corpora).blocks(), 0, None, step):
        clean = cleaner(block)
        duplicates.drop(clean)
        if clean.rows:
            sides = (SideText(b"".join(line + b"\n" for line in lines)) for lines in (clean.sources, clean.targets))
            source, target = map(words_of, sides)
            bags.append((source, target))
            training_blocks.append((block.corpus, block.first))
    if not bags:
        return profile
    return replace(profile, translations=TranslationModel(bags), training_blocks=frozenset(training_blocks))


class DuplicateFilter:
    """Drops pairs that are copies of earlier ones, exact or near, as the config asks."""

    def __init__(self, config: CleaningConfig) -> None:
        self._seen = {name: SeenHashes() for name in DUPLICATE_FILTERS if name in config.filters}

    def drop(self, clean: CleanBlock) -> list[RejectedPair]:
        """Remove copies from ``clean`` and return them."""
        rejected = []
        for name, seen in self._seen.items():
            is_copy = seen.add(clean.exact if name == DropReason.DUPLICATE else clean.near)
            for index in np.flatnonzero(is_copy).tolist():
                source, target = (lines[index].decode("utf-8", "replace") for lines in (clean.sources, clean.targets))
                rejected.append(RejectedPair(clean.rows[index], name, source, target))
            if is_copy.any():
                kept = np.flatnonzero(~is_copy).tolist()
                clean.rows = [clean.rows[index] for index in kept]
                clean.sources = [clean.sources[index] for index in kept]
                clean.targets = [clean.targets[index] for index in kept]
                clean.exact, clean.near = clean.exact[kept], clean.near[kept]
        return rejected


def _check_counts(reader: TolerantReader) -> None:
    for files, (source, target) in zip(reader.corpora, reader.lines, strict=True):
        if files.target is not None and source != target:
            where = ""
            are_files = all(Path(path).is_file() for path in (files.source, files.target))
            if are_files and (misalignments := find_misalignments(files.source, files.target)):
                line = misalignments[0].source_line
                where = f"; they most likely become misaligned near line {line:,} of {files.source}"
            raise NMTError(
                f"{files.source} has {source:,} lines but {files.target} has {target:,}{where}; "
                "run nmt check for details and fix the files by hand"
            )


def _count(report: CleaningReport, block: Block, dropped: Sequence[RejectedPair], clean: CleanBlock) -> None:
    report.read += block.count
    report.kept += len(clean.rows)
    for pair in dropped:
        report.drop(pair.reason)
    for name, count in clean.fixed.items():
        report.fixed[name] = report.fixed.get(name, 0) + count


def _write_rejected(table: BinaryIO, block: Block, dropped: Sequence[RejectedPair]) -> None:
    """Write a row for each pair: the reason, file:line of source and target, both texts."""
    source, target = block.files.source, block.files.target or block.files.source
    for pair in dropped:
        number = block.first + pair.row
        texts = (replace_controls(text).replace("\t", " ") for text in (pair.source, pair.target))
        row = "\t".join((pair.reason, f"{source}:{number}", f"{target}:{number}", *texts))
        table.write(f"{row}\n".encode("utf-8", "replace"))
