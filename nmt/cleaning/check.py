"""Checking a corpus in one pass: findings with examples, statistics, and whether there are errors.

Memory: 16 bytes a pair to recognise duplicates, and the text of a few blocks.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nmt.cleaning.findings import ERROR, FINDING_TYPES, NOTE, WARNING, FindingType, severity
from nmt.cleaning.inspection import EXAMPLES, Inspection, Inspector
from nmt.cleaning.measures.association import TranslationSample
from nmt.cleaning.measures.languages import LanguageSample
from nmt.cleaning.measures.length_fit import PairRange, shifted_ranges, unrelated_ranges
from nmt.cleaning.measures.misalignment import Misalignment, find_misalignments
from nmt.cleaning.measures.statistics import SideStatistics
from nmt.corpus.block_text import SOURCE, TARGET, BlockText, Example
from nmt.corpus.blocks import Block, ParallelFiles
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.hashes import SeenHashes
from nmt.corpus.held_out import HeldOut
from nmt.corpus.pairs import FilterConfig
from nmt.corpus.tolerant_reader import TolerantReader
from nmt.runtime.workers import ordered_map

_SEVERITIES = (ERROR, WARNING, NOTE)
_ORDER = list(FINDING_TYPES)


@dataclass(frozen=True)
class Finding:
    """One finding of a check: its type, its count, and where it is."""

    type: FindingType
    count: int
    share: float  # of the lines of both sides, or of the pairs, whichever are counted; of held-out pairs for overlaps
    examples: tuple[Example, ...] = ()
    locations: tuple[str, ...] = ()  # sentences, for findings that have no single line

    @property
    def severity(self) -> str:
        """ERROR, WARNING or NOTE."""
        return severity(self.type, self.share)


@dataclass(frozen=True)
class CheckReport:
    """The result of a check; ``findings`` are sorted by severity, errors first."""

    corpora: tuple[ParallelFiles, ...]
    pairs: int
    lines: tuple[tuple[int, int], ...]  # of source and target of each corpus
    findings: tuple[Finding, ...]
    statistics: tuple[SideStatistics, SideStatistics]
    length_correlation: float | None  # between the two sides

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that must be fixed before training."""
        return tuple(finding for finding in self.findings if finding.severity == ERROR)


@dataclass
class CorpusCheck:
    """Collects the inspections of blocks, in order, and makes the report."""

    corpora: Sequence[ParallelFiles]
    held_out: tuple[HeldOut, ...] = ()
    languages: LanguageSample | None = None
    translations: TranslationSample | None = None
    pairs: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    windows: dict[int, list[PairRange]] = field(default_factory=dict)  # by corpus

    def __post_init__(self) -> None:
        self.exact, self.near = SeenHashes(), SeenHashes()
        self.sides = (SideStatistics(), SideStatistics())
        # For each held-out text, which of its pairs overlap exactly, nearly, and on one side.
        self.overlaps = [[np.zeros(len(held_out), dtype=bool) for _ in range(3)] for held_out in self.held_out]

    def add(self, inspection: Inspection, block: Block) -> None:
        """Add the inspection of ``block``."""
        self.pairs += block.count
        for name, count in inspection.counts.items():
            self._count(name, count, inspection.examples[name])
        is_copy = self.exact.add(inspection.exact)
        is_near_copy = self.near.add(inspection.near) & ~is_copy
        for name, copies in ((DropReason.DUPLICATE, is_copy), (DropReason.NEAR_DUPLICATE, is_near_copy)):
            rows = np.flatnonzero(copies)
            self._count(name, len(rows), _examples(block, rows.tolist(), self.examples.get(name, [])))
        self.windows.setdefault(block.corpus, []).extend(inspection.windows)
        for statistics, facts in zip(self.sides, inspection.sides, strict=True):
            statistics.add(facts)
        for overlaps, overlap, held_out in zip(self.overlaps, inspection.overlaps, self.held_out, strict=True):
            for is_found, numbers in zip(overlaps, overlap[:3], strict=True):
                is_found[numbers] = True
            half = f"{held_out.name}-half-overlap"
            self._count(half, 0, _examples(block, overlap.rows.tolist(), self.examples.get(half, [])))
        if self.languages is not None:
            self.languages.add(block)
        if self.translations is not None:
            self.translations.add(block)

    def _count(self, name: str, count: int, examples: Iterable[Example]) -> None:
        self.counts[name] = self.counts.get(name, 0) + count
        kept = self.examples.setdefault(name, [])
        kept.extend(list(examples)[: EXAMPLES - len(kept)])

    def report(self, lines: Sequence[tuple[int, int]]) -> CheckReport:
        """The report; ``lines`` are the line counts of source and target of each corpus."""
        findings = [
            *self._unequal_counts(lines),
            *self._misaligned_ranges(),
            *self._overlap_findings(),
            *self._script_findings(),
            *self._whole_file_findings(),
            *self._language_findings(),
            *self._unrelated_pairs(),
            *(self._finding(name, count, of=self._total(name)) for name, count in self.counts.items() if count),
        ]
        findings.sort(key=lambda finding: (_SEVERITIES.index(finding.severity), _ORDER.index(finding.type.name)))
        correlations = [window.correlation for windows in self.windows.values() for window in windows]
        correlation = float(np.mean(correlations)) if correlations else None
        return CheckReport(tuple(self.corpora), self.pairs, tuple(lines), tuple(findings), self.sides, correlation)

    def _finding(self, name: str, count: int, *, of: int | None = None, locations: Iterable[str] = ()) -> Finding:
        share = count / max(1, self.pairs if of is None else of)
        return Finding(FINDING_TYPES[name], count, share, tuple(self.examples.get(name, ())), tuple(locations))

    def _total(self, name: str) -> int:
        """The number of lines or pairs that were checked for the finding ``name``."""
        in_lines = any(example.side is not None for example in self.examples.get(name, ()))
        return self.pairs * (2 if in_lines else 1)

    def _unequal_counts(self, lines: Sequence[tuple[int, int]]) -> Iterator[Finding]:
        for files, (source, target) in zip(self.corpora, lines, strict=False):
            if source != target and files.target is not None:
                count = abs(source - target)
                locations = [f"{files.source} has {source:,} lines, {files.target} has {target:,}"]
                locations += _misalignment_locations(files)
                yield self._finding("unequal-counts", count, of=max(source, target), locations=locations)

    def _misaligned_ranges(self) -> Iterator[Finding]:
        for name, select in (("shifted", shifted_ranges), ("unrelated-stretch", unrelated_ranges)):
            locations, pairs = [], 0
            for corpus, windows in self.windows.items():
                for pair_range in select(windows):
                    pairs += pair_range.last - pair_range.first + 1
                    locations.append(_describe_range(self.corpora[corpus], pair_range))
            if pairs:
                more = _and_more(len(locations) - EXAMPLES)
                yield self._finding(name, pairs, locations=[*locations[:EXAMPLES], *more])

    def _overlap_findings(self) -> Iterator[Finding]:
        for held_out, (exact, near, half) in zip(self.held_out, self.overlaps, strict=True):
            near &= ~exact
            half &= ~exact & ~near
            for degree, is_found in (("overlap", exact), ("near-overlap", near), ("half-overlap", half)):
                if is_found.any():
                    numbers = ", ".join(f"{number + 1:,}" for number in np.flatnonzero(is_found)[:EXAMPLES].tolist())
                    locations = [f"for example pairs {numbers} of the {held_out.name} text"]
                    name = f"{held_out.name}-{degree}"
                    yield self._finding(name, int(is_found.sum()), of=len(held_out), locations=locations)

    def _script_findings(self) -> Iterator[Finding]:
        for side, name in ((SOURCE, "source-script"), (TARGET, "target-script")):
            statistics = self.sides[side]
            others = statistics.other_scripts()
            if others:
                examples = [example for script in others for example in statistics.examples_of(script)]
                self.examples[name] = examples[:EXAMPLES]
                counts = ", ".join(f"{count:,} {script}" for script, count in others.items())
                locations = [f"most lines are {statistics.main_script}; {counts}"]
                yield self._finding(name, sum(others.values()), locations=locations)

    def _whole_file_findings(self) -> Iterator[Finding]:
        for statistics, side in zip(self.sides, ("source", "target"), strict=True):
            if statistics.looks_tokenised():
                yield self._finding(f"tokenised-{side}", statistics.tokenised_lines())
            if statistics.case() == "lower":
                yield self._finding(f"lowercased-{side}", self.pairs)

    def _language_findings(self) -> Iterator[Finding]:
        for name, side in (("source-language", SOURCE), ("target-language", TARGET)):
            result = None if self.languages is None else self.languages.result(side)
            if result is not None and result.others:
                self.examples[name] = list(result.examples[:EXAMPLES])
                count = sum(result.others.values())
                yield self._finding(name, count, of=result.checked, locations=[result.description()])

    def _unrelated_pairs(self) -> Iterator[Finding]:
        if self.translations is not None:
            count, self.examples["unrelated"] = self.translations.unrelated(EXAMPLES)
            if count:
                yield self._finding("unrelated", count, of=self.translations.size)


def check_corpus(
    corpora: Sequence[ParallelFiles],
    *,
    held_out: Sequence[HeldOut] = (),
    languages: LanguageSample | None = None,
    helpers: int = 1,
) -> CheckReport:
    """Check all pairs of ``corpora``; the report is the same for any number of helper processes."""
    reader = TolerantReader(corpora)
    check = CorpusCheck(corpora, tuple(held_out), languages, TranslationSample())
    inspect = Inspector(FilterConfig(), tuple(held_out))
    waiting: deque[Block] = deque()

    def blocks() -> Iterator[Block]:
        for block in reader.blocks():
            waiting.append(block)
            yield block

    for inspection in ordered_map(inspect, blocks(), helpers=helpers):
        check.add(inspection, waiting.popleft())
    return check.report(reader.lines)


def _examples(block: Block, rows: Sequence[int], earlier: Sequence[Example]) -> list[Example]:
    """Rows of a block as examples, up to the limit, after the ``earlier`` ones."""
    rows = rows[: EXAMPLES - len(earlier)]
    if not rows:
        return []
    text = BlockText(block)
    return [text.example(row, None) for row in rows]


def _misalignment_locations(files: ParallelFiles) -> list[str]:
    """Where the two files most likely become misaligned; they are read again for this."""
    if files.target is None or not all(Path(path).is_file() for path in (files.source, files.target)):
        return ["the misaligned line cannot be found in a pipe; give regular files to see it"]
    misalignments = find_misalignments(files.source, files.target)
    more = _and_more(len(misalignments) - EXAMPLES)
    return [_describe_misalignment(files, each) for each in misalignments[:EXAMPLES]] + more


def _describe_misalignment(files: ParallelFiles, misalignment: Misalignment) -> str:
    is_source = misalignment.lines < 0
    longer, shorter = (files.source, files.target) if is_source else (files.target, files.source)
    line = misalignment.source_line if is_source else misalignment.target_line
    count = abs(misalignment.lines)
    lines = "1 line here has" if count == 1 else f"{count:,} lines here have"
    ahead = line - misalignment.source_line
    first, last = misalignment.earliest + ahead, misalignment.latest + ahead
    return f"{longer}:{line:,}: {lines} no counterpart in {shorter} (most likely between lines {first:,} and {last:,})"


def _describe_range(files: ParallelFiles, pair_range: PairRange) -> str:
    location = f"{files.source}:{pair_range.first:,}-{pair_range.last:,}"
    text = f"{location}: the correlation of the lengths is {pair_range.correlation:.2f}"
    if pair_range.shift == 0:
        return text
    lines = "1 line" if abs(pair_range.shift) == 1 else f"{abs(pair_range.shift)} lines"
    direction = "later" if pair_range.shift > 0 else "earlier"
    return f"{text}, and {pair_range.shifted_correlation:.2f} with the target lines {lines} {direction}"


def _and_more(count: int) -> list[str]:
    return [f"and {count:,} more"] if count > 0 else []
