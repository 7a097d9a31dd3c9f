"""Rows of different lengths, stored end to end in one array."""

import numpy as np
from numpy.typing import NDArray


def element_indices(starts: NDArray[np.integer], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """The indices of all elements of N rows, row by row, from their ``starts`` (N,) and ``lengths`` (N,)."""
    sizes = lengths.astype(np.int64)
    shifts = starts.astype(np.int64) - (np.cumsum(sizes) - sizes)
    indices: NDArray[np.int64] = np.repeat(shifts, sizes) + np.arange(int(sizes.sum()))
    return indices
