"""A corpus cleaned: read once, block by block, mended and filtered by helper processes, written in order.

Memory: eight bytes a pair for each kind of duplicates that is dropped, and no more than some blocks of text.
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
from nmt.cleaning.filters import CleanBlock, Cleaner, CorpusProfile, Rejected
from nmt.cleaning.measures.association import Translations, words_of
from nmt.cleaning.measures.length_fit import fit_lengths
from nmt.cleaning.measures.misalignment import find_misalignments
from nmt.cleaning.measures.pair_checks import ends_agree
from nmt.corpus.block_text import BlockText, SideText
from nmt.corpus.blocks import Block, ParallelFiles
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

LEARNED_FROM = 32  # blocks, or up to twice as many, that show which words translate each other
SURVEYED = 4  # blocks of each corpus that show what is usual
_NOT_BEFORE = ("unrelated", "language", "overlap")  # filters without which text is good enough to learn words from
_CLEAR = 0.8  # share of lines of the script that the others must be in


@dataclass
class CleaningReport(CorpusReport):
    """What was kept and dropped, and how many lines each mend changed."""

    mended: dict[str, int] = field(default_factory=dict)


def clean_corpus(
    corpora: Sequence[ParallelFiles],
    directory: StrPath,
    config: CleaningConfig,
    *,
    languages: tuple[str | None, str | None] = (None, None),
    held_out: Sequence[HeldOut] = (),
    rejected: StrPath | None = None,
    others: Sequence[StrPath] = (),
    helpers: int = 1,
) -> CleaningReport:
    """Write what is good of ``corpora`` into ``directory`` under the files' own names, and the rest into ``rejected``.

    The result is the same for any number of helper processes. Raises NMTError where nothing can be written, where one
    of ``others`` would be written over, and for unequal counts of lines.
    """
    paths = output_paths(corpora, directory, others=others if rejected is None else [*others, rejected])
    cleaner = Cleaner(config, survey(corpora, languages, config), tuple(held_out))
    following = _Following(config)
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
        table = stack.enter_context(atomic_writer(rejected)) if rejected is not None else None
        for clean in ordered_map(cleaner, blocks(), helpers=helpers):
            block = waiting.popleft()
            warn_about_extra_columns(block)
            dropped = [*clean.rejected, *following.drop(clean)]
            _count(report, block, dropped, clean)
            outputs.write(block.corpus, clean.sources, clean.targets)
            if table is not None:
                _tell(table, block, sorted(dropped, key=lambda each: each.row))
    return report


def survey(
    corpora: Sequence[ParallelFiles], languages: tuple[str | None, str | None], config: CleaningConfig
) -> CorpusProfile:
    """What is usual in ``corpora``, by the first blocks of each."""
    characters, agree, scripts = [], [], np.zeros((2, NO_SCRIPT), dtype=np.int64)
    for files in corpora:
        for _, block in zip(range(SURVEYED), TolerantReader([files]).blocks(), strict=False):
            text = BlockText(block).comparable
            characters.append(text.characters)
            agree.append(ends_agree(text))
            for side, counts in zip(text.sides, scripts, strict=True):
                counts += np.bincount(side.classes.scripts, minlength=NO_SCRIPT + 1)[:NO_SCRIPT]
    lengths = fit_lengths(np.concatenate(characters)) if characters else None
    source, target = (
        int(counts.argmax()) if counts.max() and counts.max() >= _CLEAR * counts.sum() else None for counts in scripts
    )
    usual = CorpusProfile(lengths, (source, target), languages, all(agree))
    return _with_translations(usual, corpora, config) if "unrelated" in config.filters else usual


def _with_translations(usual: CorpusProfile, corpora: Sequence[ParallelFiles], config: CleaningConfig) -> CorpusProfile:
    """With what words translate each other, learnt from blocks spread over all of ``corpora`` and cleaned before."""
    blocks = sum(1 for _ in TolerantReader(corpora).blocks())
    step = max(1, blocks // LEARNED_FROM)
    cleaner = Cleaner(config.changed(filters=[], mends=[], without=_NOT_BEFORE), usual)
    following = _Following(config)
    bags, learned = [], []
    for block in islice(TolerantReader(corpora).blocks(), 0, None, step):
        clean = cleaner(block)
        following.drop(clean)
        if clean.rows:
            sides = (SideText(b"".join(line + b"\n" for line in lines)) for lines in (clean.sources, clean.targets))
            source, target = map(words_of, sides)
            bags.append((source, target))
            learned.append((block.corpus, block.first))
    return replace(usual, translations=Translations(bags), learned=frozenset(learned)) if bags else usual


class _Following:
    """The filters that look at what came before."""

    def __init__(self, config: CleaningConfig) -> None:
        self._seen = {name: SeenHashes() for name in ("duplicate", "near-duplicate") if name in config.filters}

    def drop(self, clean: CleanBlock) -> list[Rejected]:
        """Take copies out of ``clean``; what they were."""
        rejected = []
        for name, seen in self._seen.items():
            again = seen.add(clean.exact if name == "duplicate" else clean.near)
            for place in np.flatnonzero(again).tolist():
                source, target = (lines[place].decode("utf-8", "replace") for lines in (clean.sources, clean.targets))
                rejected.append(Rejected(clean.rows[place], name, source, target))
            if again.any():
                stay = np.flatnonzero(~again).tolist()
                clean.rows = [clean.rows[place] for place in stay]
                clean.sources = [clean.sources[place] for place in stay]
                clean.targets = [clean.targets[place] for place in stay]
                clean.exact, clean.near = clean.exact[stay], clean.near[stay]
        return rejected


def _check_counts(reader: TolerantReader) -> None:
    for files, (source, target) in zip(reader.corpora, reader.lines, strict=True):
        if files.target is not None and source != target:
            where = ""
            if all(Path(path).is_file() for path in (files.source, files.target)):
                slips = find_misalignments(files.source, files.target)
                where = f"; they most likely part near line {slips[0].source_line:,} of {files.source}" if slips else ""
            raise NMTError(
                f"{files.source} has {source:,} lines but {files.target} has {target:,}{where}; "
                "nmt check shows more, and the files must be mended by hand"
            )


def _count(report: CleaningReport, block: Block, dropped: Sequence[Rejected], clean: CleanBlock) -> None:
    report.read += block.count
    report.kept += len(clean.rows)
    for each in dropped:
        report.drop(each.reason)
    for name, count in clean.mended.items():
        report.mended[name] = report.mended.get(name, 0) + count


def _tell(table: BinaryIO, block: Block, dropped: Sequence[Rejected]) -> None:
    """One line for each pair: reason, places, texts."""
    source, target = block.files.source, block.files.target or block.files.source
    for each in dropped:
        number = block.first + each.row
        texts = (replace_controls(text).replace("\t", " ") for text in (each.source, each.target))
        row = "\t".join((each.reason, f"{source}:{number}", f"{target}:{number}", *texts))
        table.write(f"{row}\n".encode("utf-8", "replace"))
