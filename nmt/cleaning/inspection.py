"""What one block of pairs tells: findings that need no other block, and what the others are needed for.

Everything is done for all lines of a block at once where that is possible, and line by line only where a first look
found something; so a clean corpus costs some microseconds a pair.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.config import CleaningConfig
from nmt.cleaning.measures import pair_checks, patterns
from nmt.cleaning.measures.length_fit import Stretch, fit_lengths, measure_windows
from nmt.corpus.block_text import SOURCE, TARGET, BlockText, Example, Rows, SideText
from nmt.corpus.blocks import Block
from nmt.corpus.hashes import Hashes, combine, hash_normal_lines, hash_pairs, smallest_word_hashes
from nmt.corpus.held_out import HeldOut, Overlap
from nmt.corpus.line_classes import NO_SCRIPT, SCRIPT_NAMES
from nmt.corpus.pairs import FilterConfig
from nmt.text.composition import is_composed

EXAMPLES = 5
LONGEST = 4096  # characters up to which lengths are told apart


@dataclass
class SideFacts:
    """What is counted of one side."""

    scripts: NDArray[np.int64]
    script_examples: dict[int, list[Example]]
    codes: NDArray[np.int64]  # code points, and how often they stand there
    code_counts: NDArray[np.int64]
    words: int
    word_hashes: Hashes
    lengths: NDArray[np.int64]  # how many lines have so many characters
    ended: int  # lines that end in punctuation
    ended_apart: int  # with a blank before it
    subword_marks: int


@dataclass
class Inspection:
    """What one block tells."""

    block: Block
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    windows: list[Stretch] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    sides: tuple[SideFacts, ...] = ()
    exact: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))  # of the pairs
    near: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))  # without case, spacing and punctuation


@dataclass(frozen=True)
class Inspector:
    """Looks through blocks; it can be pickled."""

    filters: FilterConfig
    held_out: tuple[HeldOut, ...] = ()

    def __call__(self, block: Block) -> Inspection:
        """All that can be told of ``block`` alone."""
        text = BlockText(block)
        compared = text.comparable
        found = Inspection(block)
        recorder = _Recorder(text, found)
        for side in (SOURCE, TARGET):
            _look_for_marks(text.sides[side], side, recorder)
        recorder.add("more-columns", text.rows_of_more_columns())
        recorder.add("one-column", text.rows_of_one_column())
        _look_at_lengths(compared, self.filters, recorder)
        _compare_sides(compared, recorder)
        found.windows = measure_windows(block.first, compared.characters)
        found.sides = tuple(_facts(text.sides[side], side, recorder) for side in (SOURCE, TARGET))
        self._hash(compared, recorder)
        return found

    def _hash(self, text: BlockText, recorder: "_Recorder") -> None:
        found = recorder.found
        found.exact = hash_pairs(*(side.raw for side in text.sides))
        near = [hash_normal_lines(side.text) for side in text.sides]
        found.near = combine(*near)
        recorder.add("identical", pair_checks.identical(text, near[0] == near[1]))
        found.overlaps = [held_out.overlap(found.exact, *near) for held_out in self.held_out]


class _Recorder:
    """Counts what is found and keeps the first examples."""

    def __init__(self, text: BlockText, found: Inspection) -> None:
        self.text = text
        self.found = found

    def add(self, kind: str, rows: Iterable[int], side: int | None = None) -> None:
        """Lines of a side, or pairs, in which ``kind`` was found."""
        numbers = list(rows)
        if not numbers:
            return
        self.found.counts[kind] = self.found.counts.get(kind, 0) + len(numbers)
        examples = self.found.examples.setdefault(kind, [])
        examples += [self.text.example(row, side) for row in numbers[: EXAMPLES - len(examples)]]


def _look_for_marks(side: SideText, number: int, recorder: _Recorder) -> None:
    """What stands in a line and should not."""
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
        found = (match.start() for match in patterns.ENTITY.finditer(side.data) if patterns.is_entity(match.group()))
        recorder.add("entity", side.rows_of(list(found)), number)
    if b"<" in side.data:
        recorder.add("tag", side.holding(patterns.TAG), number)
    if side.data.isascii():
        return
    if not is_composed(side.text):
        rows = [row for row, line in enumerate(side.lines) if not is_composed(line)]
        recorder.add("not-nfc", rows, number)
    if suspects := patterns.maybe_mojibake(side.text):
        doubtful = (
            sorted({side.text.count("\n", 0, place) for place in suspects})
            if len(suspects) < 20
            else range(len(side.lines))
        )
        recorder.add(
            "mojibake",
            [row for row in doubtful if patterns.without_mojibake(side.lines[row]) != side.lines[row]],
            number,
        )


def _look_at_lengths(text: BlockText, filters: FilterConfig, recorder: _Recorder) -> None:
    empty, wordless = pair_checks.without_words(text)
    recorder.add("empty", sorted({*empty} - {*recorder.text.rows_of_one_column().tolist()}))
    recorder.add("wordless", wordless)
    full = np.ones(text.block.count, dtype=bool)
    full[empty] = False
    long = full & pair_checks.too_long(text, filters.max_characters)
    odd = full & pair_checks.far_apart(text, filters.max_ratio)
    recorder.add("too-long", np.flatnonzero(long))
    recorder.add("length-ratio", np.flatnonzero(odd))
    model = fit_lengths(text.characters)
    if model is not None:
        unusual = full & pair_checks.unusual(text, model, CleaningConfig.max_deviation)
        recorder.add("unusual-ratio", np.flatnonzero(unusual & ~odd & ~long))
        if pair_checks.ends_agree(text):
            known = unusual | odd | long | ~full
            rows = pair_checks.incomplete(text, model, CleaningConfig.incomplete_deviation)
            recorder.add("incomplete", [row for row in rows if not known[row]])


def _compare_sides(text: BlockText, recorder: _Recorder) -> None:
    """What should stand on both sides and does not."""
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
