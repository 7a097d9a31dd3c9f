"""A corpus looked through in one pass: findings, examples, statistics, and whether it may be trained on.

Memory: 16 bytes a pair for duplicates, and no more than some blocks of text for all else.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nmt.cleaning.findings import FINDING_TYPES, STOP, FindingType, severity
from nmt.cleaning.inspection import EXAMPLES, Inspection, Inspector
from nmt.cleaning.measures.association import TranslationSample
from nmt.cleaning.measures.languages import LanguageSample
from nmt.cleaning.measures.length_fit import Stretch, shifted, unrelated
from nmt.cleaning.measures.misalignment import Misalignment, find_misalignments
from nmt.cleaning.measures.statistics import SideStatistics
from nmt.corpus.block_text import SOURCE, TARGET, BlockText, Example
from nmt.corpus.blocks import Block, ParallelFiles
from nmt.corpus.hashes import SeenHashes
from nmt.corpus.held_out import HeldOut
from nmt.corpus.pairs import FilterConfig
from nmt.corpus.tolerant_reader import TolerantReader
from nmt.runtime.workers import ordered_map


@dataclass(frozen=True)
class Finding:
    """One sort of thing found, how often, where, and how grave it is."""

    kind: FindingType
    count: int
    share: float  # of the lines of both sides or of the pairs, whichever are counted; of held-out pairs for overlaps
    examples: tuple[Example, ...] = ()
    places: tuple[str, ...] = ()  # sentences on where, for what has no single line

    @property
    def severity(self) -> str:
        """stop, warning or note."""
        return severity(self.kind, self.share)


@dataclass(frozen=True)
class CheckReport:
    """What a check found; ``findings`` the gravest first."""

    corpora: tuple[ParallelFiles, ...]
    pairs: int
    lines: tuple[tuple[int, int], ...]  # of both sides of each corpus
    findings: tuple[Finding, ...]
    statistics: tuple[SideStatistics, SideStatistics]
    fit: float | None  # correlation of the lengths of both sides

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What must not be trained on."""
        return tuple(finding for finding in self.findings if finding.severity == STOP)


@dataclass
class CorpusCheck:
    """Takes in inspections in their order and makes the report."""

    corpora: Sequence[ParallelFiles]
    held_out: tuple[HeldOut, ...] = ()
    languages: LanguageSample | None = None
    translations: TranslationSample | None = None
    pairs: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    windows: dict[int, list[Stretch]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exact, self.near = SeenHashes(), SeenHashes()
        self.sides = (SideStatistics(), SideStatistics())
        self.overlaps = [[np.zeros(len(held_out), dtype=bool) for _ in range(3)] for held_out in self.held_out]

    def add(self, found: Inspection, block: Block) -> None:
        """Take in what was found in ``block``."""
        self.pairs += block.count
        for kind, count in found.counts.items():
            self._count(kind, count, found.examples[kind])
        again = self.exact.add(found.exact)
        nearly = self.near.add(found.near) & ~again
        for kind, rows in (("duplicate", np.flatnonzero(again)), ("near-duplicate", np.flatnonzero(nearly))):
            self._count(kind, len(rows), _examples(block, rows.tolist(), self.examples.get(kind, [])))
        self.windows.setdefault(block.corpus, []).extend(found.windows)
        for statistics, facts in zip(self.sides, found.sides, strict=True):
            statistics.add(facts)
        for known, overlap, held_out in zip(self.overlaps, found.overlaps, self.held_out, strict=True):
            for seen, numbers in zip(known, overlap[:3], strict=True):
                seen[numbers] = True
            kind = f"{held_out.name}-half-overlap"
            self._count(kind, 0, _examples(block, overlap.rows.tolist(), self.examples.get(kind, [])))
        if self.languages is not None:
            self.languages.add(block)
        if self.translations is not None:
            self.translations.add(block)

    def _count(self, kind: str, count: int, examples: Iterable[Example]) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + count
        kept = self.examples.setdefault(kind, [])
        kept.extend(list(examples)[: EXAMPLES - len(kept)])

    def report(self, lines: Sequence[tuple[int, int]]) -> CheckReport:
        """The report on files of so many lines each."""
        findings = [
            *self._counts_findings(lines),
            *self._stretches(),
            *self._overlap_findings(),
            *self._scripts(),
            *(self._whole_file_findings()),
            *self._languages(),
            *self._unrelated(),
            *(self._finding(kind, count, of=self._counted(kind)) for kind, count in self.counts.items() if count),
        ]
        order = ("stop", "warning", "note")
        findings.sort(key=lambda finding: (order.index(finding.severity), list(FINDING_TYPES).index(finding.kind.name)))
        fits = [window.fit for windows in self.windows.values() for window in windows]
        fit = float(np.mean(fits)) if fits else None
        return CheckReport(tuple(self.corpora), self.pairs, tuple(lines), tuple(findings), self.sides, fit)

    def _finding(self, kind: str, count: int, *, of: int | None = None, places: Iterable[str] = ()) -> Finding:
        share = count / max(1, self.pairs if of is None else of)
        return Finding(FINDING_TYPES[kind], count, share, tuple(self.examples.get(kind, ())), tuple(places))

    def _counted(self, kind: str) -> int:
        """How many lines, or pairs, ``kind`` was looked for in."""
        in_lines = any(example.side is not None for example in self.examples.get(kind, ()))
        return self.pairs * (2 if in_lines else 1)

    def _counts_findings(self, lines: Sequence[tuple[int, int]]) -> Iterator[Finding]:
        for files, (source, target) in zip(self.corpora, lines, strict=False):
            if source != target and files.target is not None:
                count = abs(source - target)
                places = [f"{files.source} has {source:,} lines, {files.target} has {target:,}"]
                places += _slip_places(files)
                yield self._finding("unequal-counts", count, of=max(source, target), places=places)

    def _stretches(self) -> Iterator[Finding]:
        for kind, select in (("shifted", shifted), ("unrelated-stretch", unrelated)):
            places, pairs = [], 0
            for number, windows in self.windows.items():
                for stretch in select(windows):
                    pairs += stretch.last - stretch.first + 1
                    places.append(_place(self.corpora[number], stretch))
            if pairs:
                yield self._finding(kind, pairs, places=[*places[:EXAMPLES], *_more(len(places) - EXAMPLES)])

    def _overlap_findings(self) -> Iterator[Finding]:
        for held_out, (exact, near, half) in zip(self.held_out, self.overlaps, strict=True):
            near &= ~exact
            half &= ~exact & ~near
            for part, seen in (("overlap", exact), ("near-overlap", near), ("half-overlap", half)):
                kind = f"{held_out.name}-{part}"
                if seen.any():
                    numbers = ", ".join(f"{number + 1:,}" for number in np.flatnonzero(seen)[:EXAMPLES].tolist())
                    places = [f"such as pair {numbers} of the {held_out.name} text"]
                    yield self._finding(kind, int(seen.sum()), of=len(held_out), places=places)

    def _scripts(self) -> Iterator[Finding]:
        for side, name in ((SOURCE, "source-script"), (TARGET, "target-script")):
            odd = self.sides[side].odd_scripts()
            if odd:
                self.examples[name] = [example for script in odd for example in self.sides[side].examples_of(script)][
                    :EXAMPLES
                ]
                main = self.sides[side].main_script
                others = ", ".join(f"{count:,} {script}" for script, count in odd.items())
                yield self._finding(name, sum(odd.values()), places=[f"most are {main}; {others}"])

    def _whole_file_findings(self) -> Iterator[Finding]:
        for statistics, name in zip(self.sides, ("source", "target"), strict=True):
            if statistics.looks_tokenised():
                yield self._finding(f"tokenised-{name}", statistics.tokenised_lines())
            if statistics.case() == "lower":
                yield self._finding(f"lowercased-{name}", self.pairs)

    def _languages(self) -> Iterator[Finding]:
        for kind, side in (("source-language", SOURCE), ("target-language", TARGET)):
            found = None if self.languages is None else self.languages.findings(side)
            if found is not None and found.wrong:
                self.examples[kind] = list(found.examples[:EXAMPLES])
                wrong = sum(found.wrong.values())
                yield self._finding(kind, wrong, of=found.looked_at, places=[found.described()])

    def _unrelated(self) -> Iterator[Finding]:
        if self.translations is not None:
            count, self.examples["unrelated"] = self.translations.unrelated(EXAMPLES)
            if count:
                yield self._finding("unrelated", count, of=self.translations.looked_at)


def check_corpus(
    corpora: Sequence[ParallelFiles],
    *,
    held_out: Sequence[HeldOut] = (),
    languages: LanguageSample | None = None,
    helpers: int = 1,
) -> CheckReport:
    """Look through all of ``corpora``, with so many helper processes; the report is the same for any number."""
    reader = TolerantReader(corpora)
    check = CorpusCheck(corpora, tuple(held_out), languages, TranslationSample())
    inspect = Inspector(FilterConfig(), tuple(held_out))
    waiting: deque[Block] = deque()

    def blocks() -> Iterator[Block]:
        for block in reader.blocks():
            waiting.append(block)
            yield block

    for found in ordered_map(inspect, blocks(), helpers=helpers):
        check.add(found, waiting.popleft())
    return check.report(reader.lines)


def _examples(block: Block, rows: Sequence[int], known: Sequence[Example]) -> list[Example]:
    """Rows of a block as examples, as many as are wanted beside those ``known``."""
    wanted = rows[: EXAMPLES - len(known)]
    if not wanted:
        return []
    text = BlockText(block)
    return [text.example(row, None) for row in wanted]


def _slip_places(files: ParallelFiles) -> list[str]:
    """Where the two files most likely slipped apart, read once more for it."""
    if files.target is None or not all(Path(path).is_file() for path in (files.source, files.target)):
        return ["where they slip is looked for in files only, not in what comes through a pipe"]
    slips = find_misalignments(files.source, files.target)
    return [_slip_place(files, slip) for slip in slips[:EXAMPLES]] + _more(len(slips) - EXAMPLES)


def _slip_place(files: ParallelFiles, slip: Misalignment) -> str:
    longer, other = (files.source, files.target) if slip.lines < 0 else (files.target, files.source)
    line = slip.source_line if slip.lines < 0 else slip.target_line
    count = abs(slip.lines)
    ahead = line - slip.source_line
    return (
        f"{longer}:{line:,}: {'a line' if count == 1 else f'{count:,} lines'} here {'has' if count == 1 else 'have'} "
        f"no partner in {other} (most likely between lines {slip.earliest + ahead:,} and {slip.latest + ahead:,})"
    )


def _place(files: ParallelFiles, stretch: Stretch) -> str:
    where = f"{files.source}:{stretch.first:,}-{stretch.last:,}: lengths agree by {stretch.fit:.2f}"
    if stretch.shift == 0:
        return where
    later = "later" if stretch.shift > 0 else "earlier"
    lines = "line" if abs(stretch.shift) == 1 else "lines"
    return f"{where}, and by {stretch.shifted_fit:.2f} with target lines {abs(stretch.shift)} {lines} {later}"


def _more(count: int) -> list[str]:
    return [f"and {count:,} more"] if count > 0 else []
