"""Stretches of a corpus in which the two sides have slipped apart, told by the lengths of their lines."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW = 256  # pairs that are looked at together
MOST_LINES = 4  # by which the sides may be shifted
_FITTING = 0.4  # correlation of lengths that only sentences with something in common have
_CLEARLY = 0.25  # by how much the shifted sides must fit better
_UNRELATED = 0.1


class Stretch(NamedTuple):
    """Some consecutive pairs, how well the lengths of their sides agree, and by which shift they agree best."""

    first: int  # line number
    last: int
    fit: float  # correlation of the logarithms of the lengths, as the lines stand
    shift: int  # of the target, in lines
    shifted_fit: float


def measure_windows(first: int, characters: NDArray[np.int64]) -> list[Stretch]:
    """One stretch for each whole window of a block whose lengths are ``characters`` (N, 2)."""
    source, target = np.log1p(characters.astype(np.float64)).T
    found = []
    for start in range(0, len(source) - WINDOW + 1, WINDOW):
        here = source[start : start + WINDOW]
        fits = {
            shift: _correlation(here, target, start + shift)
            for shift in range(-MOST_LINES, MOST_LINES + 1)
            if 0 <= start + shift <= len(target) - WINDOW
        }
        best = max(fits, key=lambda shift: (fits[shift], -abs(shift)))
        found.append(Stretch(first + start, first + start + WINDOW - 1, fits[0], best, fits[best]))
    return found


def _correlation(source: NDArray[np.float64], target: NDArray[np.float64], start: int) -> float:
    other = target[start : start + len(source)]
    one, two = source - source.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / size if size > 0 else 0.0


def shifted(windows: Sequence[Stretch]) -> list[Stretch]:
    """Where the sides fit clearly better when one of them is shifted, neighbours with the same shift taken together."""
    return _joined([window for window in windows if _is_shifted(window)])


def unrelated(windows: Sequence[Stretch]) -> list[Stretch]:
    """Where lengths have nothing to do with each other, in a corpus where elsewhere they have."""
    if not windows or float(np.median([window.fit for window in windows])) < _FITTING:
        return []
    return _joined([window for window in windows if window.fit < _UNRELATED and not _is_shifted(window)])


def _is_shifted(window: Stretch) -> bool:
    return window.shift != 0 and window.shifted_fit >= max(_FITTING, window.fit + _CLEARLY)


def _joined(windows: Sequence[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for window in windows:
        near = bool(joined) and window.first - joined[-1].last <= WINDOW + 1  # blocks begin and end with blind windows
        if near and joined[-1].shift == window.shift:
            before = joined[-1]
            joined[-1] = before._replace(
                last=window.last,
                fit=min(before.fit, window.fit),
                shifted_fit=min(before.shifted_fit, window.shifted_fit),
            )
        else:
            joined.append(window)
    return joined


_SLACK = 8.0  # characters that the shortest sentences may differ by, as a standard deviation squared
_FEWEST = 50  # pairs to tell anything from
# Lengths vary by at least as much as counts do that come about by chance (Poisson): the variance is the mean.
_LEAST_SPREAD = 1.0


class LengthModel(NamedTuple):
    """Characters of the target for each of the source, and how much the difference varies, as a multiple of chance."""

    ratio: float
    spread: float

    def deviations(self, characters: NDArray[np.int64]) -> NDArray[np.float64]:
        """By how many standard deviations the lengths of pairs (N, 2) are off; negative where the target is short."""
        difference, scale = _difference(characters, self.ratio)
        return difference / (scale * self.spread)


def fit_lengths(characters: NDArray[np.int64]) -> LengthModel | None:
    """The model of pairs with lengths (N, 2), which a minority of odd ones does not move; None for too few pairs."""
    whole = characters[(characters > 0).all(axis=1)]
    if len(whole) < _FEWEST:
        return None
    ratio = float(np.exp(np.median(np.log(whole[:, 1] / whole[:, 0]))))
    difference, scale = _difference(whole, ratio)
    apart = np.abs(difference / scale)
    moved = apart[apart > 0]
    if 2 * len(moved) < len(apart) and len(moved) >= _FEWEST:
        apart = moved  # where most lines are copies, what they are like says nothing of translations
    return LengthModel(ratio, max(1.4826 * float(np.median(apart)), _LEAST_SPREAD))


def _difference(characters: NDArray[np.int64], ratio: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    expected = characters[:, 0] * ratio
    return characters[:, 1] - expected, np.sqrt((characters[:, 1] + expected) / 2 + _SLACK)
