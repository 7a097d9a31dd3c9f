"""Subword regularisation: sentences are segmented anew, at random, for each epoch.

A pair that occurs several times in an epoch, because of the weight of its corpus, is the same each time.
"""

from collections.abc import Sequence

import numpy as np

from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedCorpus, EncodedSide
from nmt.tokenization.tokenizer import Tokenizer


class CorpusResampler:
    """Segments sentences anew from their ids alone (Kudo 2018; Provilkov et al. 2020)."""

    def __init__(self, tokenizer: Tokenizer, strength: float, *, tags: Sequence[int] = ()) -> None:
        """``strength`` as for SubwordSampler; ``tags`` are ids that stay unchanged."""
        self.subword_sampler = tokenizer.subword_sampler(strength, fixed=frozenset(tags))

    def __call__(self, corpus: EncodedCorpus, rows: Rows, *, seed: tuple[int, ...]) -> EncodedCorpus:
        """The pairs ``rows`` of ``corpus``, in that order; a pair's segmentation depends on its row and ``seed``."""
        sides = enumerate((corpus.source, corpus.target))
        source, target = (self._resampled(side, rows, (*seed, number)) for number, side in sides)
        return EncodedCorpus(source, target)

    def _resampled(self, side: EncodedSide, rows: Rows, seed: tuple[int, ...]) -> EncodedSide:
        number = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
        ids, lengths = self.subword_sampler.redraw(*side.take(rows), rows, number)
        return EncodedSide(ids, np.cumsum(lengths) - lengths, lengths)
