"""Subword regularisation: the sentences of a batch in other subwords, drawn anew each time they are seen."""

from collections.abc import Sequence

import numpy as np

from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedCorpus, EncodedSide, encoded_in_memory
from nmt.text.tokenizer import Tokenizer


class Resegmenter:
    """Segments sentences anew from their ids alone (Kudo 2018; Provilkov et al. 2020)."""

    def __init__(self, tokenizer: Tokenizer, strength: float, *, tags: Sequence[int] = ()) -> None:
        """``strength`` is that of a Segmenter; ``tags`` are ids that stay."""
        self.segmenter = tokenizer.segmenter(strength, fixed=frozenset(tags))

    def __call__(self, corpus: EncodedCorpus, rows: Rows, *, seed: tuple[int, ...]) -> EncodedCorpus:
        """The pairs ``rows`` of ``corpus``, in that order, segmented as ``seed`` says."""
        sides = (corpus.source, corpus.target)
        anew = [
            self.segmenter.redraw(_ids(side, rows), int(np.random.SeedSequence((*seed, number)).generate_state(1)[0]))
            for number, side in enumerate(sides)
        ]
        return encoded_in_memory(list(zip(*anew, strict=True)))


def _ids(side: EncodedSide, rows: Rows) -> list[list[int]]:
    lengths: Sequence[int] = side.lengths[rows].tolist()
    padded = side.padded(rows, width=max(lengths), first=0)
    return [ids[:length].tolist() for ids, length in zip(padded, lengths, strict=True)]
