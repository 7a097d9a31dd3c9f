"""Curriculum: short sentences first, by the progress of a run."""

import math

import numpy as np

from nmt.data.encoded_corpus import Lengths

INITIAL_COMPETENCE = 0.01  # the share of the corpus that the first update may draw from


class Curriculum:
    """The competence of Platanios et al. (2019), equation 7, with the length of a pair as its difficulty.

    After a share p of the curriculum, the model learns only from the shortest sqrt(p (1 - c) + c) of all pairs, where c
    is the initial competence. Word order and alignment are learned sooner from short sentences.
    """

    def __init__(self, lengths: tuple[Lengths, Lengths], share: float) -> None:
        """``lengths`` are the lengths (N,) of both sides; ``share`` is the curriculum's share of the run, 0: none."""
        self.share = share
        self._cumulative = (
            np.cumsum(np.bincount(np.maximum(*lengths))) / max(1, len(lengths[0])) if share else np.ones(1)
        )

    def limit(self, progress: float | None) -> float:
        """The most subwords per side at ``progress`` (0..1) of the run; None if the end of the run is unknown."""
        if not self.share or progress is None or progress >= self.share:
            return math.inf
        competence = math.sqrt(progress / self.share * (1 - INITIAL_COMPETENCE) + INITIAL_COMPETENCE)
        return float(np.searchsorted(self._cumulative, competence))
