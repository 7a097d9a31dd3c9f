"""Short sentences first."""

import math

import numpy as np
import pytest

from nmt.data.curriculum import Curriculum
from nmt.data.encoded_corpus import Lengths


def lengths() -> tuple[Lengths, Lengths]:
    """A hundred pairs whose longer sides have 1, 2, … 100 subwords."""
    longer = np.arange(1, 101)
    return longer, longer // 2 + 1


@pytest.mark.parametrize(("progress", "longest"), [(0.0, 10), (0.125, 51), (0.25, 72), (0.4, 90)])
def test_the_share_of_pairs_grows_with_the_root_of_progress(progress: float, longest: int) -> None:
    """sqrt(0.25 x 0.99 + 0.01) = 0.507 after a quarter of the curriculum, so 51 of a hundred pairs."""
    assert Curriculum(lengths(), 0.5).limit(progress) == longest


@pytest.mark.parametrize(("share", "progress"), [(0.0, 0.1), (0.5, 0.5), (0.5, 1.0), (0.5, None)])
def test_there_is_no_limit_without_a_curriculum_or_after_it_or_if_the_end_is_unknown(
    share: float, progress: float | None
) -> None:
    assert Curriculum(lengths(), share).limit(progress) == math.inf
