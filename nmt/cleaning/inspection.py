"""Inspecting one block of pairs: findings that need no other block, and statistics that are added up over all blocks.

Checks work on all lines of a block at once where possible, and line by line only where a fast test matched, so clean
text costs a few microseconds a pair.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.config import CleaningConfig
from nmt.cleaning.measures import pair_checks, patterns
from nmt.cleaning.measures.length_fit import PairRange, correlate_windows, fit_lengths
from nmt.corpus.block_text import SOURCE, TARGET, BlockText, Example, Rows, SideText
from nmt.corpus.blocks import Block
from nmt.corpus.hashes import Hashes, combine, hash_normal_lines, hash_pairs, smallest_word_hashes
from nmt.corpus.held_out import HeldOut, Overlap
from nmt.corpus.line_classes import NO_SCRIPT, SCRIPT_NAMES
from nmt.corpus.pairs import FilterConfig
from nmt.text.nfc import is_composed

EXAMPLES = 5  # of each finding
LONGEST = 4096  # characters; longer lines count as of this length
_FEW_SUSPECTS = 20  # characters that may be mojibake; with more, every line is tested


@dataclass
class SideFacts:
    """The counts of one side of a block."""

    scripts: NDArray[np.int64]
    script_examples: dict[int, list[Example]]
    codes: NDArray[np.int64]  # code points that occur
    code_counts: NDArray[np.int64]
    words: int
    word_hashes: Hashes
    lengths: NDArray[np.int64]  # number of lines of each length
    ended: int  # lines that end in punctuation
    ended_apart: int  # those with a space before it
    subword_marks: int


@dataclass
class Inspection:
    """The result for one block."""

    block: Block
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    windows: list[PairRange] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    sides: tuple[SideFacts, ...] = ()
    exact: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))  # of the pairs
    near: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))  # without case, spacing and punctuation


@dataclass(frozen=True)
class Inspector:
    """Inspects blocks; it can be pickled."""

    filters: FilterConfig
    held_out: tuple[HeldOut, ...] = ()

    def __call__(self, block: Block) -> Inspection:
        """The findings and counts of ``block``."""
        text = BlockText(block)
        compared = text.comparable
        inspection = Inspection(block)
        recorder = _Recorder(text, inspection)
        for side in (SOURCE, TARGET):
            _check_characters(text.sides[side], side, recorder)
        recorder.add("more-columns", text.rows_of_more_columns())
        recorder.add("one-column", text.rows_of_one_column())
        _check_lengths(compared, self.filters, recorder)
        _compare_sides(compared, recorder)
        inspection.windows = correlate_windows(block.first, compared.characters)
        inspection.sides = tuple(_facts(text.sides[side], side, recorder) for side in (SOURCE, TARGET))
        self._hash(compared, recorder)
        return inspection

    def _hash(self, text: BlockText, recorder: "_Recorder") -> None:
        inspection = recorder.inspection
        inspection.exact = hash_pairs(*(side.raw for side in text.sides))
        near = [hash_normal_lines(side.text) for side in text.sides]
        inspection.near = combine(*near)
        recorder.add("identical", pair_checks.identical(text, near[0] == near[1]))
        inspection.overlaps = [held_out.overlap(inspection.exact, *near) for held_out in self.held_out]


class _Recorder:
    """Counts findings and keeps the first examples."""

    def __init__(self, text: BlockText, inspection: Inspection) -> None:
        self.text = text
        self.inspection = inspection

    def add(self, finding: str, rows: Iterable[int], side: int | None = None) -> None:
        """Record the finding of this name in ``rows``, of one side or of the pairs."""
        numbers = list(rows)
        if not numbers:
            return
        counts = self.inspection.counts
        counts[finding] = counts.get(finding, 0) + len(numbers)
        examples = self.inspection.examples.setdefault(finding, [])
        examples += [self.text.example(row, side) for row in numbers[: EXAMPLES - len(examples)]]


def _check_characters(side: SideText, number: int, recorder: _Recorder) -> None:
    """Record what should not be in a line."""
    recorder.add("invalid-utf8", side.undecodable(), number)
    recorder.add("byte-order-mark", side.holding_bytes(patterns.BYTE_ORDER_MARK), number)
    recorder.add("replacement", side.holding_bytes(patterns.REPLACEMENT), number)
    recorder.add("line-separator", side.holding_bytes(*patterns.LINE_SEPARATORS), number)
    returns = side.holding_bytes(b"\r") if side.classes.controls.any() else np.zeros(0, np.int64)
    recorder.add("carriage-return", np.union1d(side.windows_ends, returns).tolist(), number)
    if side.classes.controls.any():
        recorder.add("nul", side.holding_bytes(b"\0"), number)
    if side.classes.controls.any() or patterns.LATER_CONTROL.search(side.data):
        recorder.add("control", side.holding(patterns.CONTROL), number)
    if b"&" in side.data:
        matches = patterns.ENTITY.finditer(side.data)
        offsets = [match.start() for match in matches if patterns.is_entity(match.group())]
        recorder.add("entity", side.rows_of(offsets), number)
    if b"<" in side.data:
        recorder.add("tag", side.holding(patterns.TAG), number)
    if side.data.isascii():
        return
    if not is_composed(side.text):
        rows = [row for row, line in enumerate(side.lines) if not is_composed(line)]
        recorder.add("not-nfc", rows, number)
    recorder.add("mojibake", _rows_with_mojibake(side), number)


def _rows_with_mojibake(side: SideText) -> list[int]:
    offsets = patterns.maybe_mojibake(side.text)
    if not offsets:
        return []
    suspects = (
        sorted({side.text.count("\n", 0, offset) for offset in offsets})
        if len(offsets) < _FEW_SUSPECTS
        else range(len(side.lines))
    )
    return [row for row in suspects if patterns.without_mojibake(side.lines[row]) != side.lines[row]]


def _check_lengths(text: BlockText, filters: FilterConfig, recorder: _Recorder) -> None:
    empty, wordless = pair_checks.without_text(text)
    recorder.add("empty", sorted({*empty} - {*recorder.text.rows_of_one_column().tolist()}))
    recorder.add("wordless", wordless)
    filled = np.ones(text.block.count, dtype=bool)
    filled[empty] = False
    too_long = filled & pair_checks.too_long(text, filters.max_characters)
    above_ratio = filled & pair_checks.length_ratio_above(text, filters.max_ratio)
    recorder.add("too-long", np.flatnonzero(too_long))
    recorder.add("length-ratio", np.flatnonzero(above_ratio))
    model = fit_lengths(text.characters)
    if model is not None:
        unusual = filled & pair_checks.unusual_lengths(text, model, CleaningConfig.max_deviation)
        recorder.add("unusual-ratio", np.flatnonzero(unusual & ~above_ratio & ~too_long))
        if pair_checks.ends_agree(text):
            recorded = unusual | above_ratio | too_long | ~filled
            rows = pair_checks.incomplete(text, model, CleaningConfig.incomplete_deviation)
            recorder.add("incomplete", [row for row in rows if not recorded[row]])


def _compare_sides(text: BlockText, recorder: _Recorder) -> None:
    """Record what should be the same on both sides and is not."""
    recorder.add("numbers", pair_checks.different_numbers(text))
    recorder.add("urls", pair_checks.different_urls(text))
    recorder.add("placeholders", pair_checks.different_placeholders(text))


def _facts(side: SideText, number: int, recorder: _Recorder) -> SideFacts:
    scripts = np.bincount(side.classes.scripts, minlength=NO_SCRIPT + 1)
    examples: dict[int, list[Example]] = {}
    for script in np.flatnonzero(scripts[: len(SCRIPT_NAMES)]).tolist():
        rows: Rows = np.flatnonzero(side.classes.scripts == script)[:EXAMPLES]
        examples[script] = [recorder.text.example(row, number) for row in rows]
    histogram = np.bincount(np.frombuffer(side.text.encode("utf-32-le", "replace"), dtype=np.uint32))
    histogram[0x0A : 0x0A + 1] = 0
    codes = np.flatnonzero(histogram)
    words = side.comparable.text.split()
    return SideFacts(
        scripts=scripts,
        script_examples=examples,
        codes=codes,
        code_counts=histogram[codes],
        words=len(words),
        word_hashes=smallest_word_hashes(list(set(words))),
        lengths=np.bincount(np.minimum(side.classes.characters, LONGEST)),
        ended=sum(map(side.data.count, patterns.ENDS)),
        ended_apart=sum(side.data.count(b" " + end) for end in patterns.ENDS),
        subword_marks=len(side.holding_bytes(*patterns.SUBWORD_MARKS)),
    )
