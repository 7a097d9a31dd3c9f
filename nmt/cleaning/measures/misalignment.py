"""Where two files of unequal length most likely lost or gained lines.

A path is looked for through the offsets by which target lines stand beside source lines, such that lengths, end marks,
numbers and names of the lines side by side agree best (the lengths after Gale and Church 1993). How much each of them
says is learnt from the files themselves: agreement at the right offset against agreement of lines chosen at random. The
path is found by dynamic programming over windows of lines, and each of its steps then placed to the line.
"""

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.files.lines import read_line_blocks

WINDOW = 16  # lines that change their offset together, until steps are placed
_LINES_AT_ONCE = 8192
_MARGIN = 3  # offsets beyond those between none and the difference of the counts
_MOST_OFFSETS = 256  # more are not looked at one by one: the path may then only leave one end for the other
_MOST_WORK = 2_000_000_000  # comparisons
_REACH = 4  # windows by which a step may be off its place on the path
_PENALTY = 14.0  # nats that a change of the offset must gain
_SAMPLE = 2000  # lines at each end that the model is learnt from
_KINDS = 8  # of lines, by their end
_SHARES = 4  # none, one, two, or more words in common
_BETWEEN = 0.95  # probability that a step lies between the lines named
_CARRIED = re.compile(rb"\d+|[A-Z][A-Za-z0-9]{2,}")  # what often stands in both languages: numbers and names
_MARKS = {
    mark.encode(): kind for kind, marks in enumerate(("?？؟", "!！", ":：", '"”“»', ")）]"), start=2) for mark in marks
}
_UNSURE = 1e-3

Scores = NDArray[np.float32]


class Misalignment(NamedTuple):
    """One place at which lines have no partner."""

    source_line: int  # the first line behind which, or at which, the sides no longer fit
    target_line: int
    lines: int  # without partner: above 0 in the target, below in the source
    earliest: int  # source lines between which the place is with a probability of 95 %
    latest: int


class Features(NamedTuple):
    """What is known of each line of a file."""

    lengths: NDArray[np.float32]  # logarithm of the characters
    kinds: NDArray[np.uint8]
    words: NDArray[np.uint64]  # a bit for each carried word, by its hash

    def chosen(self, rows: "slice | NDArray[np.int64]") -> "Features":
        """Those of some lines."""
        return Features(self.lengths[rows], self.kinds[rows], self.words[rows])


class AgreementModel(NamedTuple):
    """How much more probable what two lines show is in translations than in lines met by chance, in nats."""

    ratio: float
    spread: float
    target_mean: float
    target_spread: float
    kinds: NDArray[np.float32]  # (kinds, kinds)
    shares: NDArray[np.float32]  # by the number of words in common

    def scores(self, source: Features, target: Features, offset: int) -> Scores:
        """For each source line its agreement with the target line ``offset`` further on; below zero outside."""
        size = len(source.lengths)
        scores = np.full(size, -_PENALTY / WINDOW, dtype=np.float32)
        first, last = max(0, -offset), min(size, len(target.lengths) - offset)
        if first >= last:
            return scores
        here, there = slice(first, last), slice(first + offset, last + offset)
        lengths = target.lengths[there]
        apart = (lengths - source.lengths[here] - self.ratio) / self.spread
        chance = (lengths - self.target_mean) / self.target_spread
        gain = np.float32(np.log(self.target_spread / self.spread)) + (chance * chance - apart * apart) / 2
        shared = np.minimum(_ones(source.words[here] & target.words[there]), _SHARES - 1)
        gain = np.clip(gain, -4, 4) + self.kinds[source.kinds[here], target.kinds[there]] + self.shares[shared]
        scores[here] = gain
        return scores


def find_misalignments(source_path: str, target_path: str) -> list[Misalignment]:
    """The places where the files most likely slipped apart, in their order; none where nothing can be told."""
    source, target = read_features(source_path), read_features(target_path)
    return misalignments_between(source, target)


def misalignments_between(source: Features, target: Features) -> list[Misalignment]:
    """The slips between files of which these are the features."""
    difference = len(target.lengths) - len(source.lengths)
    if min(len(source.lengths), len(target.lengths)) < 2 * WINDOW:
        return []
    model = _learn(source, target)
    offsets = _offsets(difference, len(source.lengths))
    scores = _window_scores(model, source, target, offsets)
    path = _best_path(scores, offsets.index(0), offsets.index(difference))
    return _place_steps(model, source, target, [offsets[number] if number < len(offsets) else None for number in path])


def read_features(path: str) -> Features:
    """The features of all lines of a file, 13 bytes each."""
    parts = [_features(block) for block in read_line_blocks(path, lines=_LINES_AT_ONCE)]
    return _joined(parts)


def _joined(parts: Sequence[Features]) -> Features:
    return Features(
        np.concatenate([np.zeros(0, np.float32), *(part.lengths for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.kinds for part in parts)]),
        np.concatenate([np.zeros(0, np.uint64), *(part.words for part in parts)]),
    )


def _features(lines: list[bytes]) -> Features:
    lengths, kinds, words = [], [], []
    for line in lines:
        text = line.rstrip()
        lengths.append(len(text.decode("utf-8", "replace")))
        kinds.append(_kind(text))
        bits = 0
        for word in _CARRIED.findall(text):
            bits |= 1 << (zlib.crc32(word[:5]) & 63)  # names end differently: Marias, Berliner
        words.append(bits)
    return Features(
        np.log1p(np.array(lengths, dtype=np.float32)), np.array(kinds, dtype=np.uint8), np.array(words, dtype=np.uint64)
    )


def _kind(text: bytes) -> int:
    """What a line ends in, and whether it holds a digit: questions are translated by questions."""
    if not text:
        return 0
    for size in (1, 2, 3):
        if (kind := _MARKS.get(text[-size:])) is not None:
            return kind
    return 7 if any(48 <= byte <= 57 for byte in text) else 1


def _learn(source: Features, target: Features) -> AgreementModel:
    """The model by the end of the files at which they agree better; one of both is mostly aligned."""
    size = min(_SAMPLE, len(source.lengths), len(target.lengths))
    ends = [(0, 0), (len(source.lengths) - size, len(target.lengths) - size)]
    quarter = max(WINDOW, size // 4)
    candidates = []
    for from_source, from_target in ends:
        for step in range(0, size - quarter + 1, quarter):
            pair = tuple(
                features.chosen(slice(first + step, first + step + quarter))
                for features, first in ((source, from_source), (target, from_target))
            )
            candidates.append((_fit(*pair), pair))
    best = max(fit for fit, _ in candidates)
    chosen = [pair for fit, pair in candidates if fit >= best - 0.15]
    ours, theirs = (_joined([pair[side] for pair in chosen]) for side in (0, 1))
    differences = theirs.lengths - ours.lengths
    ratio = float(np.median(differences))
    spread = 1.4826 * float(np.median(np.abs(differences - ratio)))
    shuffled = np.random.default_rng(1).permutation(len(ours.lengths))
    by_chance = theirs.chosen(shuffled)
    return AgreementModel(
        ratio=ratio,
        spread=max(spread, 0.05),
        target_mean=float(theirs.lengths.mean()),
        target_spread=max(float(theirs.lengths.std()), 0.05),
        kinds=_gains(*(_kind_pairs(ours, other) for other in (theirs, by_chance))).reshape(_KINDS, _KINDS),
        shares=_gains(*(_share_counts(ours, other) for other in (theirs, by_chance))),
    )


def _fit(source: Features, target: Features) -> float:
    """How well the lengths of lines side by side agree: their correlation."""
    one, two = source.lengths - source.lengths.mean(), target.lengths - target.lengths.mean()
    size = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / size if size > 0 else 0.0


def _kind_pairs(source: Features, target: Features) -> NDArray[np.float64]:
    pairs = source.kinds.astype(np.int64) * _KINDS + target.kinds
    own = np.bincount(source.kinds, minlength=_KINDS) / len(pairs)
    other = np.bincount(target.kinds, minlength=_KINDS) / len(pairs)
    # A pair never seen is as probable as by chance, with the weight of ten.
    smooth = np.outer(own, other).ravel() * 10 + _UNSURE
    return np.asarray(np.bincount(pairs, minlength=_KINDS * _KINDS) + smooth, dtype=np.float64)


def _share_counts(source: Features, target: Features) -> NDArray[np.float64]:
    shared = np.minimum(_ones(source.words & target.words), _SHARES - 1)
    return np.bincount(shared, minlength=_SHARES).astype(np.float64) + 1.0


def _gains(aligned: NDArray[np.float64], by_chance: NDArray[np.float64]) -> NDArray[np.float32]:
    gains = np.log(aligned / aligned.sum()) - np.log(by_chance / by_chance.sum())
    return np.asarray(np.clip(gains, -3, 3), dtype=np.float32)


def _ones(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many bits are set."""
    bits = np.unpackbits(words.view(np.uint8).reshape(-1, 8), axis=1) if len(words) else np.zeros((0, 1), np.uint8)
    return np.asarray(bits.sum(axis=1), dtype=np.int64)


def _offsets(difference: int, lines: int) -> list[int]:
    """The offsets that a path may take."""
    low, high = min(0, difference) - _MARGIN, max(0, difference) + _MARGIN
    if high - low < _MOST_OFFSETS and (high - low) * lines <= _MOST_WORK:
        return list(range(low, high + 1))
    near = {place + step for place in (0, difference) for step in range(-_MARGIN, _MARGIN + 1)}
    return sorted(near)


def _window_scores(model: AgreementModel, source: Features, target: Features, offsets: list[int]) -> Scores:
    """The agreement of each window at each offset, and last that of lines with no partner at all, which is none."""
    starts = np.arange(0, len(source.lengths), WINDOW)
    columns = [np.add.reduceat(model.scores(source, target, offset), starts) for offset in offsets]
    return np.stack([*columns, np.zeros(len(starts), dtype=np.float32)], axis=1)


def _best_path(scores: Scores, first: int, last: int) -> list[int]:
    """The number of the offset of each window on the best path from offset ``first`` to offset ``last``."""
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


class _Segment(NamedTuple):
    """Windows in which one offset holds."""

    offset: int
    first: int
    end: int


def _place_steps(
    model: AgreementModel, source: Features, target: Features, path: list[int | None]
) -> list[Misalignment]:
    """Each change of the offset along ``path``, which has one for each window or None, placed to the line."""
    difference = len(target.lengths) - len(source.lengths)
    segments = _segments([0, *path, difference])
    slips = []
    for before, after in pairwise(segments):
        # A step may lie some windows beyond its place on the path, but not beyond the next step.
        low = max(before.first, before.end - _REACH) * WINDOW
        high = min(after.end, after.first + _REACH) * WINDOW
        lines = min(low, len(source.lengths) - 1), min(max(high, low + 1), len(source.lengths))
        slips.append(_place(model, source, target, (before.offset, after.offset), lines))
    return slips


def _segments(path: list[int | None]) -> list[_Segment]:
    """What a path with one more step at each end is made of, windows without partner left out."""
    segments: list[_Segment] = []
    for number, offset in enumerate(path):
        window = max(0, number - 1)
        if offset is None:
            continue
        if segments and segments[-1].offset == offset:
            segments[-1] = segments[-1]._replace(end=window + 1)
        else:
            segments.append(_Segment(offset, window, window + 1))
    return segments


def _place(
    model: AgreementModel, source: Features, target: Features, offsets: tuple[int, int], lines: tuple[int, int]
) -> Misalignment:
    """The most probable source line between ``lines`` from which on the second offset holds."""
    low, high = lines
    here = source.chosen(slice(low, high))
    before, after = (model.scores(here, target, low + offset) for offset in offsets)
    # The step before line k: all lines below it keep the old offset, the others take the new one.
    totals = np.concatenate([[0.0], np.cumsum((before - after).astype(np.float64))])
    lost = max(0, offsets[0] - offsets[1])  # source lines without partner are in neither offset
    if lost:
        skipped = np.concatenate([[0.0], np.cumsum(after.astype(np.float64))])
        ends = np.minimum(np.arange(len(totals)) + lost, len(after))
        totals = totals - (skipped[ends] - skipped[: len(totals)])
    weights = np.exp(totals - totals.max())
    chances = np.cumsum(weights / weights.sum())
    best = int(totals.argmax())
    earliest, latest = np.searchsorted(chances, [(1 - _BETWEEN) / 2, 1 - (1 - _BETWEEN) / 2])
    line = low + best
    return Misalignment(
        source_line=line + 1,
        target_line=line + offsets[0] + 1,
        lines=offsets[1] - offsets[0],
        earliest=low + int(earliest) + 1,
        latest=low + int(latest) + 1,
    )
