"""Short sentences first."""

import math

import numpy as np
import pytest

from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.training.curriculum import Curriculum


def corpus() -> EncodedCorpus:
    """A hundred pairs whose longer sides have 1, 2, … 100 subwords."""
    return encoded_in_memory([([5] * n, [6] * (n // 2 + 1)) for n in range(1, 101)])


@pytest.mark.parametrize(("progress", "longest"), [(0.0, 10), (0.125, 51), (0.25, 72), (0.4, 90)])
def test_the_share_of_pairs_grows_with_the_root_of_progress(progress: float, longest: int) -> None:
    """sqrt(0.25 x 0.99 + 0.01) = 0.507 after a quarter of the curriculum, so 51 of a hundred pairs."""
    assert Curriculum(corpus(), 0.5).limit(progress) == longest


@pytest.mark.parametrize(("share", "progress"), [(0.0, 0.1), (0.5, 0.5), (0.5, 1.0), (0.5, None)])
def test_there_is_no_limit_without_or_after_it_nor_where_no_end_is_known(share: float, progress: float | None) -> None:
    curriculum = Curriculum(corpus(), share)
    assert curriculum.limit(progress) == math.inf
    assert curriculum.allows(np.arange(100), math.inf)


def test_a_batch_is_as_hard_as_its_longest_side() -> None:
    curriculum = Curriculum(encoded_in_memory([([5] * 3, [6] * 7), ([5] * 4, [6] * 2)]), 0.5)
    assert curriculum.allows(np.array([0, 1]), 7)
    assert not curriculum.allows(np.array([0, 1]), 6)
    assert curriculum.allows(np.array([1]), 6)
