"""Short sentences first: how long a sentence may be, by how far the run has come."""

import math
from collections.abc import Sequence

import numpy as np

from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedCorpus, EncodedSide

BEGINNING = 0.01  # the share of the corpus that the first update may draw from


class Curriculum:
    """The competence of Platanios et al. (2019), equation 7, with the length of a pair for its difficulty.

    After a share p of the curriculum, only the shortest sqrt(p (1 - c) + c) of all pairs are learned from, where c is
    the share of the beginning. Word order and alignment are learned sooner from short sentences.
    """

    def __init__(self, corpus: EncodedCorpus, share: float) -> None:
        """``share`` of the run is the curriculum; 0: there is none."""
        self.corpus = corpus
        self.share = share
        self._upto = np.cumsum(self._histogram()) / max(1, len(corpus)) if share else np.ones(1)

    def limit(self, progress: float | None) -> float:
        """The longest side (subwords) that a pair may have at ``progress`` (0..1) of the run; None: no end is known."""
        if not self.share or progress is None or progress >= self.share:
            return math.inf
        competence = math.sqrt(progress / self.share * (1 - BEGINNING) + BEGINNING)
        return float(np.searchsorted(self._upto, competence))

    def allows(self, rows: Rows, limit: float) -> bool:
        """Whether no pair of a batch is longer than ``limit``."""
        return math.isinf(limit) or self._longest(rows) <= limit

    def easiest(self, plan: Sequence[Rows]) -> int:
        """The place of the batch whose longest pair is shortest."""
        return min(range(len(plan)), key=lambda place: self._longest(plan[place]))

    def _longest(self, rows: Rows) -> int:
        return max(int(side.lengths[rows].max()) for side in self._sides())

    def _histogram(self) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        source, target = self._sides()
        return np.bincount(np.maximum(source.lengths, target.lengths)).astype(np.int64)

    def _sides(self) -> tuple[EncodedSide, EncodedSide]:
        return self.corpus.source, self.corpus.target
