"""How long translations usually are: the length of one side as expected from the other (after Gale and Church 1993)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
