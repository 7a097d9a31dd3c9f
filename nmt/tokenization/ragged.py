"""Rows of different lengths, held end to end in one array."""

import numpy as np
from numpy.typing import NDArray


def places(starts: NDArray[np.integer], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Where the elements of rows (N,) lie that begin at ``starts`` and are ``lengths`` long, one row after another."""
    sizes = lengths.astype(np.int64)
    shifts = starts.astype(np.int64) - (np.cumsum(sizes) - sizes)
    found: NDArray[np.int64] = np.repeat(shifts, sizes) + np.arange(int(sizes.sum()))
    return found
