"""Subword regularisation: sentences in other subwords, drawn anew for each epoch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedCorpus, EncodedSide
from nmt.text.tokenizer import Tokenizer

_ROWS_AT_ONCE = 1 << 13


class Resegmenter:
    """Segments sentences anew from their ids alone (Kudo 2018; Provilkov et al. 2020)."""

    def __init__(self, tokenizer: Tokenizer, strength: float, *, tags: Sequence[int] = ()) -> None:
        """``strength`` is that of a Segmenter; ``tags`` are ids that stay."""
        self.segmenter = tokenizer.segmenter(strength, fixed=frozenset(tags))

    def __call__(self, corpus: EncodedCorpus, rows: Rows, *, seed: tuple[int, ...]) -> EncodedCorpus:
        """The pairs ``rows`` of ``corpus``, in that order; what a pair becomes depends on its row and ``seed``."""
        source, target = (self._redrawn(side, rows, (*seed, number)) for number, side in enumerate(_sides(corpus)))
        return EncodedCorpus(source, target)

    def lengths(self, corpus: EncodedCorpus, *, seed: tuple[int, ...]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """How long the two sides of all pairs become by ``seed``, (N,) each."""
        source, target = found = tuple(np.empty(len(corpus), dtype=np.uint32) for _ in _sides(corpus))
        for first in range(0, len(corpus), _ROWS_AT_ONCE):
            rows = np.arange(first, min(first + _ROWS_AT_ONCE, len(corpus)))
            for lengths, side in zip(found, _sides(self(corpus, rows, seed=seed)), strict=True):
                lengths[rows] = side.lengths
        return source, target

    def _redrawn(self, side: EncodedSide, rows: Rows, seed: tuple[int, ...]) -> EncodedSide:
        number = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
        ids, lengths = self.segmenter.redraw(*side.take(rows), rows, number)
        return EncodedSide(ids, np.cumsum(lengths) - lengths, lengths)


def _sides(corpus: EncodedCorpus) -> tuple[EncodedSide, EncodedSide]:
    return corpus.source, corpus.target
