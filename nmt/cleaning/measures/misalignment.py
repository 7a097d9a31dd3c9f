"""Where two files with unequal line counts most likely lost or gained lines.

The offset between a source line and its translation is 0 at the start of the files and the difference of the counts at
the end. Dynamic programming over windows of lines finds the path of offsets along which aligned lines agree best in
length (after Gale and Church 1993), end marks, numbers and names. The weight of each feature is a log-likelihood ratio
that is estimated from the files themselves: lines at the right offset against randomly combined lines. Each change of
the offset is then located to the line.
"""

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.measures.length_fit import correlation
from nmt.files.lines import read_line_blocks

WINDOW = 16  # lines with one offset on the path; changes are then located within windows
_BLOCK_LINES = 8192
_MARGIN = 3  # offsets that are tried beyond 0 and the difference of the counts
_MOST_OFFSETS = 256  # with more, only those near 0 and near the difference of the counts are tried
_MOST_WORK = 2_000_000_000  # comparisons
_REACH = 4  # windows around a change on the path in which its line is searched
_PENALTY = 14.0  # cost of a change of the offset, in nats
_SAMPLE = 2000  # lines at each end of the files that the model is estimated from
_END_CLASSES = 8  # of lines, by what they end in
_SHARED_CLASSES = 4  # 0, 1, 2, or more shared words
_CONFIDENCE = 0.95  # probability that the change is between the earliest and the latest line
_SHARED_WORD = re.compile(rb"\d+|[A-Z][A-Za-z0-9]{2,}")  # often the same in both languages: numbers and names
_END_MARKS = {
    mark.encode(): number
    for number, marks in enumerate(("?？؟", "!！", ":：", '"”“»', ")）]"), start=2)
    for mark in marks
}
_PRIOR_PAIRS = 10  # weight of the prior of pairs of end classes
_TINY = 1e-3

Scores = NDArray[np.float32]


class Misalignment(NamedTuple):
    """A position where one of the files has lines without a counterpart in the other."""

    source_line: int  # the first line at which the files are misaligned, from 1
    target_line: int
    lines: int  # without a counterpart: positive in the target, negative in the source
    earliest: int  # the source line is between these two with a probability of 95 %
    latest: int


class LineFeatures(NamedTuple):
    """The features of each line of a file."""

    lengths: NDArray[np.float32]  # logarithm of the characters
    ends: NDArray[np.uint8]  # end classes
    words: NDArray[np.uint64]  # one bit of 64 for each number or name, by its hash

    def select(self, rows: "slice | NDArray[np.int64]") -> "LineFeatures":
        """The features of the lines ``rows``."""
        return LineFeatures(self.lengths[rows], self.ends[rows], self.words[rows])


class AgreementModel(NamedTuple):
    """Log-likelihood ratios of the features of two lines: translations against random pairs, in nats."""

    ratio: float  # of the lengths, as a difference of logarithms
    spread: float
    target_mean: float
    target_spread: float
    ends: NDArray[np.float32]  # (end classes, end classes)
    shared_words: NDArray[np.float32]  # by the number of shared words

    def scores(self, source: LineFeatures, target: LineFeatures, offset: int) -> Scores:
        """For each source line its agreement with the target line ``offset`` lines later; negative outside the file."""
        size = len(source.lengths)
        scores = np.full(size, -_PENALTY / WINDOW, dtype=np.float32)
        first, last = max(0, -offset), min(size, len(target.lengths) - offset)
        if first >= last:
            return scores
        source_rows, target_rows = slice(first, last), slice(first + offset, last + offset)
        lengths = target.lengths[target_rows]
        z_aligned = (lengths - source.lengths[source_rows] - self.ratio) / self.spread
        z_random = (lengths - self.target_mean) / self.target_spread
        gain = np.float32(np.log(self.target_spread / self.spread)) + (z_random * z_random - z_aligned * z_aligned) / 2
        shared = _shared_word_classes(source.select(source_rows), target.select(target_rows))
        ends = self.ends[source.ends[source_rows], target.ends[target_rows]]
        scores[source_rows] = np.clip(gain, -4, 4) + ends + self.shared_words[shared]
        return scores


def find_misalignments(source_path: str, target_path: str) -> list[Misalignment]:
    """The positions where the files most likely become misaligned, in order; empty for files that are too short."""
    source, target = read_features(source_path), read_features(target_path)
    return misalignments_between(source, target)


def misalignments_between(source: LineFeatures, target: LineFeatures) -> list[Misalignment]:
    """As find_misalignments, for the features of two files."""
    difference = len(target.lengths) - len(source.lengths)
    if min(len(source.lengths), len(target.lengths)) < 2 * WINDOW:
        return []
    model = _estimate_model(source, target)
    offsets = _offsets(difference, len(source.lengths))
    scores = _window_scores(model, source, target, offsets)
    path = _best_path(scores, offsets.index(0), offsets.index(difference))
    return _locate_changes(
        model, source, target, [offsets[number] if number < len(offsets) else None for number in path]
    )


def read_features(path: str) -> LineFeatures:
    """The features of all lines of a file, 13 bytes each."""
    parts = [_features(block) for block in read_line_blocks(path, lines=_BLOCK_LINES)]
    return _concatenate(parts)


def _concatenate(parts: Sequence[LineFeatures]) -> LineFeatures:
    return LineFeatures(
        np.concatenate([np.zeros(0, np.float32), *(part.lengths for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.ends for part in parts)]),
        np.concatenate([np.zeros(0, np.uint64), *(part.words for part in parts)]),
    )


def _features(lines: list[bytes]) -> LineFeatures:
    lengths, ends, words = [], [], []
    for line in lines:
        text = line.rstrip()
        lengths.append(len(text.decode("utf-8", "replace")))
        ends.append(_end_class(text))
        bits = 0
        for word in _SHARED_WORD.findall(text):
            bits |= 1 << (zlib.crc32(word[:5]) & 63)  # names end differently: Marias, Berliner
        words.append(bits)
    return LineFeatures(
        np.log1p(np.array(lengths, dtype=np.float32)), np.array(ends, dtype=np.uint8), np.array(words, dtype=np.uint64)
    )


def _end_class(text: bytes) -> int:
    """The class of a line by what it ends in, or else by whether it has a digit: questions translate questions."""
    if not text:
        return 0
    for size in (1, 2, 3):
        if (number := _END_MARKS.get(text[-size:])) is not None:
            return number
    return 7 if any(48 <= byte <= 57 for byte in text) else 1


def _estimate_model(source: LineFeatures, target: LineFeatures) -> AgreementModel:
    """The model, estimated from those parts at either end of the files whose lengths correlate best.

    At least one end is mostly aligned.
    """
    size = min(_SAMPLE, len(source.lengths), len(target.lengths))
    starts = [(0, 0), (len(source.lengths) - size, len(target.lengths) - size)]
    quarter = max(WINDOW, size // 4)
    candidates = []
    for source_start, target_start in starts:
        for step in range(0, size - quarter + 1, quarter):
            pair = tuple(
                features.select(slice(first + step, first + step + quarter))
                for features, first in ((source, source_start), (target, target_start))
            )
            candidates.append((correlation(pair[0].lengths, pair[1].lengths), pair))
    best = max(value for value, _ in candidates)
    chosen = [pair for value, pair in candidates if value >= best - 0.15]
    source, target = (_concatenate([pair[side] for pair in chosen]) for side in (0, 1))
    differences = target.lengths - source.lengths
    ratio = float(np.median(differences))
    spread = 1.4826 * float(np.median(np.abs(differences - ratio)))  # robust: from the median absolute deviation
    shuffled = np.random.default_rng(1).permutation(len(source.lengths))
    random = target.select(shuffled)
    end_ratios = _log_ratios(*(_count_end_pairs(source, other) for other in (target, random)))
    return AgreementModel(
        ratio=ratio,
        spread=max(spread, 0.05),
        target_mean=float(target.lengths.mean()),
        target_spread=max(float(target.lengths.std()), 0.05),
        ends=end_ratios.reshape(_END_CLASSES, _END_CLASSES),
        shared_words=_log_ratios(*(_count_shared_words(source, other) for other in (target, random))),
    )


def _count_end_pairs(source: LineFeatures, target: LineFeatures) -> NDArray[np.float64]:
    pairs = source.ends.astype(np.int64) * _END_CLASSES + target.ends
    source_shares = np.bincount(source.ends, minlength=_END_CLASSES) / len(pairs)
    target_shares = np.bincount(target.ends, minlength=_END_CLASSES) / len(pairs)
    # The prior is that the two ends are independent of each other.
    prior = np.outer(source_shares, target_shares).ravel() * _PRIOR_PAIRS + _TINY
    return np.asarray(np.bincount(pairs, minlength=_END_CLASSES * _END_CLASSES) + prior, dtype=np.float64)


def _count_shared_words(source: LineFeatures, target: LineFeatures) -> NDArray[np.float64]:
    return np.bincount(_shared_word_classes(source, target), minlength=_SHARED_CLASSES).astype(np.float64) + 1.0


def _shared_word_classes(source: LineFeatures, target: LineFeatures) -> NDArray[np.int64]:
    return np.minimum(_count_bits(source.words & target.words), _SHARED_CLASSES - 1)


def _log_ratios(aligned: NDArray[np.float64], random: NDArray[np.float64]) -> NDArray[np.float32]:
    ratios = np.log(aligned / aligned.sum()) - np.log(random / random.sum())
    return np.asarray(np.clip(ratios, -3, 3), dtype=np.float32)


def _count_bits(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many bits of each word are set."""
    bits = np.unpackbits(words.view(np.uint8).reshape(-1, 8), axis=1) if len(words) else np.zeros((0, 1), np.uint8)
    return np.asarray(bits.sum(axis=1), dtype=np.int64)


def _offsets(difference: int, lines: int) -> list[int]:
    """The offsets that the path may have."""
    low, high = min(0, difference) - _MARGIN, max(0, difference) + _MARGIN
    if high - low < _MOST_OFFSETS and (high - low) * lines <= _MOST_WORK:
        return list(range(low, high + 1))
    near = {offset + step for offset in (0, difference) for step in range(-_MARGIN, _MARGIN + 1)}
    return sorted(near)


def _window_scores(model: AgreementModel, source: LineFeatures, target: LineFeatures, offsets: list[int]) -> Scores:
    """The agreement of each window at each offset; the last column is for windows without a counterpart, 0."""
    starts = np.arange(0, len(source.lengths), WINDOW)
    columns = [np.add.reduceat(model.scores(source, target, offset), starts) for offset in offsets]
    return np.stack([*columns, np.zeros(len(starts), dtype=np.float32)], axis=1)


def _best_path(scores: Scores, first: int, last: int) -> list[int]:
    """The index of the offset of each window on the best path from offset ``first`` to ``last`` (Viterbi)."""
    windows, offsets = scores.shape
    came_from = np.zeros((windows, offsets), dtype=np.int16)
    stay = np.arange(offsets, dtype=np.int16)
    value = np.where(stay == first, 0.0, -_PENALTY) + scores[0]
    for window in range(1, windows):
        best = int(value.argmax())
        change = value[best] - _PENALTY
        moved = change > value
        came_from[window] = np.where(moved, best, stay)
        value = np.maximum(value, change) + scores[window]
    value[stay != last] -= _PENALTY
    path = [int(value.argmax())]
    for window in range(windows - 1, 0, -1):
        path.append(int(came_from[window, path[-1]]))
    return path[::-1]


class _OffsetRun(NamedTuple):
    """A run of windows with the same offset."""

    offset: int
    first: int
    end: int


def _locate_changes(
    model: AgreementModel, source: LineFeatures, target: LineFeatures, path: list[int | None]
) -> list[Misalignment]:
    """The line of each change of the offset along ``path``, which has an offset or None for each window."""
    difference = len(target.lengths) - len(source.lengths)
    misalignments = []
    for before, after in pairwise(_runs([0, *path, difference])):
        # The change may be some windows away from its position on the path, but not beyond the next change.
        low = max(before.first, before.end - _REACH) * WINDOW
        high = min(after.end, after.first + _REACH) * WINDOW
        lines = min(low, len(source.lengths) - 1), min(max(high, low + 1), len(source.lengths))
        misalignments.append(_locate_change(model, source, target, (before.offset, after.offset), lines))
    return misalignments


def _runs(path: list[int | None]) -> list[_OffsetRun]:
    """The runs of a path with an extra element at each end; windows without a counterpart are left out."""
    runs: list[_OffsetRun] = []
    for number, offset in enumerate(path):
        window = max(0, number - 1)
        if offset is None:
            continue
        if runs and runs[-1].offset == offset:
            runs[-1] = runs[-1]._replace(end=window + 1)
        else:
            runs.append(_OffsetRun(offset, window, window + 1))
    return runs


def _locate_change(
    model: AgreementModel, source: LineFeatures, target: LineFeatures, offsets: tuple[int, int], lines: tuple[int, int]
) -> Misalignment:
    """The most probable source line, between ``lines``, at which the offset changes from the first to the second."""
    low, high = lines
    part = source.select(slice(low, high))
    before, after = (model.scores(part, target, low + offset) for offset in offsets)
    # A change before line k: all lines before it keep the old offset, the others have the new one.
    totals = np.concatenate([[0.0], np.cumsum((before - after).astype(np.float64))])
    lost = max(0, offsets[0] - offsets[1])  # source lines without a counterpart have neither offset
    if lost:
        skipped = np.concatenate([[0.0], np.cumsum(after.astype(np.float64))])
        ends = np.minimum(np.arange(len(totals)) + lost, len(after))
        totals = totals - (skipped[ends] - skipped[: len(totals)])
    weights = np.exp(totals - totals.max())
    cumulative = np.cumsum(weights / weights.sum())
    best = int(totals.argmax())
    earliest, latest = np.searchsorted(cumulative, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    line = low + best
    return Misalignment(
        source_line=line + 1,
        target_line=line + offsets[0] + 1,
        lines=offsets[1] - offsets[0],
        earliest=low + int(earliest) + 1,
        latest=low + int(latest) + 1,
    )
