"""How well the lengths of the two sides fit: their correlation in windows of pairs, and a z-score for each pair.

Windows show where the sides have become misaligned: the correlation is low there, or higher if one side is shifted.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW = 256  # pairs
MOST_LINES = 4  # the largest shift that is tried
_ALIGNED = 0.4  # correlations above this are found only between related sentences
_CLEARLY_BETTER = 0.25  # by how much the correlation must be higher with a shift
_UNRELATED = 0.1


class PairRange(NamedTuple):
    """A range of consecutive pairs, and the correlation of their lengths without and with the best shift."""

    first: int  # line number
    last: int
    correlation: float  # of the logarithms of the lengths
    shift: int  # of the target, in lines
    shifted_correlation: float


def correlate_windows(first: int, characters: NDArray[np.int64]) -> list[PairRange]:
    """The correlations in each full window of a block that starts at line ``first``; lengths ``(N, 2)``."""
    source, target = np.log1p(characters.astype(np.float64)).T
    windows = []
    for start in range(0, len(source) - WINDOW + 1, WINDOW):
        source_window = source[start : start + WINDOW]
        by_shift = {
            shift: correlation(source_window, target[start + shift : start + shift + WINDOW])
            for shift in range(-MOST_LINES, MOST_LINES + 1)
            if 0 <= start + shift <= len(target) - WINDOW
        }
        best = max(by_shift, key=lambda shift: (by_shift[shift], -abs(shift)))
        windows.append(PairRange(first + start, first + start + WINDOW - 1, by_shift[0], best, by_shift[best]))
    return windows


def correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Pearson's correlation coefficient; 0 if one side is constant."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0 else 0.0


def shifted_ranges(windows: Sequence[PairRange]) -> list[PairRange]:
    """Where the lengths correlate clearly better with a shift; neighbouring windows with the same shift are joined."""
    return _join([window for window in windows if _is_shifted(window)])


def unrelated_ranges(windows: Sequence[PairRange]) -> list[PairRange]:
    """Where the lengths do not correlate, in a corpus where they do elsewhere."""
    if not windows or float(np.median([window.correlation for window in windows])) < _ALIGNED:
        return []
    return _join([window for window in windows if window.correlation < _UNRELATED and not _is_shifted(window)])


def _is_shifted(window: PairRange) -> bool:
    return window.shift != 0 and window.shifted_correlation >= max(_ALIGNED, window.correlation + _CLEARLY_BETTER)


def _join(windows: Sequence[PairRange]) -> list[PairRange]:
    joined: list[PairRange] = []
    for window in windows:
        # At the edges of a block not every shift can be measured, so a gap of one window does not divide a range.
        is_near = bool(joined) and window.first - joined[-1].last <= WINDOW + 1
        if is_near and joined[-1].shift == window.shift:
            previous = joined[-1]
            joined[-1] = previous._replace(
                last=window.last,
                correlation=min(previous.correlation, window.correlation),
                shifted_correlation=min(previous.shifted_correlation, window.shifted_correlation),
            )
        else:
            joined.append(window)
    return joined


_SLACK = 8.0  # variance in characters that even the shortest sentences have
_FEWEST_PAIRS = 50  # to fit a model
# Lengths vary at least as much as random counts, whose variance is their mean (Poisson distribution).
_LEAST_SPREAD = 1.0
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution: standard deviation over median absolute deviation


class LengthModel(NamedTuple):
    """The model of Gale and Church (1993): the length of a translation is normal with a variance proportional to it."""

    ratio: float  # target characters for each source character
    spread: float  # standard deviation, as a multiple of the square root of the length

    def z_scores(self, characters: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many standard deviations the lengths ``(N, 2)`` are from the model; negative for a short target."""
        difference, scale = _difference(characters, self.ratio)
        return difference / (scale * self.spread)


def fit_lengths(characters: NDArray[np.int64]) -> LengthModel | None:
    """The model of pairs with lengths ``(N, 2)``, or None for too few pairs.

    The estimates are robust: medians, so that a minority of bad pairs does not change them.
    """
    filled = characters[(characters > 0).all(axis=1)]
    if len(filled) < _FEWEST_PAIRS:
        return None
    ratio = float(np.exp(np.median(np.log(filled[:, 1] / filled[:, 0]))))
    difference, scale = _difference(filled, ratio)
    deviations = np.abs(difference / scale)
    nonzero = deviations[deviations > 0]
    if 2 * len(nonzero) < len(deviations) and len(nonzero) >= _FEWEST_PAIRS:
        deviations = nonzero  # most lines are copies, which say nothing about the lengths of translations
    return LengthModel(ratio, max(_MAD_TO_DEVIATION * float(np.median(deviations)), _LEAST_SPREAD))


def _difference(characters: NDArray[np.int64], ratio: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    expected = characters[:, 0] * ratio
    return characters[:, 1] - expected, np.sqrt((characters[:, 1] + expected) / 2 + _SLACK)
