"""Short sentences first: how long a sentence may be, by the progress of a run."""

import math

import numpy as np

from nmt.data.encoded_corpus import Lengths

BEGINNING = 0.01  # the share of the corpus that the first update may draw from


class Curriculum:
    """The competence of Platanios et al. (2019), equation 7, with the length of a pair for its difficulty.

    After a share p of the curriculum, only the shortest sqrt(p (1 - c) + c) of all pairs are learned from, where c is
    the share of the beginning. Word order and alignment are learned sooner from short sentences.
    """

    def __init__(self, lengths: tuple[Lengths, Lengths], share: float) -> None:
        """``lengths`` (N,) are those of the sides of all pairs; ``share`` of the run is the curriculum, 0: none is."""
        self.share = share
        self._upto = np.cumsum(np.bincount(np.maximum(*lengths))) / max(1, len(lengths[0])) if share else np.ones(1)

    def limit(self, progress: float | None) -> float:
        """The longest side (subwords) that a pair may have at ``progress`` (0..1) of the run; None: no end is known."""
        if not self.share or progress is None or progress >= self.share:
            return math.inf
        competence = math.sqrt(progress / self.share * (1 - BEGINNING) + BEGINNING)
        return float(np.searchsorted(self._upto, competence))
