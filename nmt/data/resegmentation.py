"""Subword regularisation: the sentences of a batch in other subwords, drawn anew each time they are seen."""

from collections.abc import Sequence

import numpy as np

from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedCorpus, EncodedSide, encoded_in_memory
from nmt.special_ids import UNK
from nmt.text.tokenizer import Tokenizer


class Resegmenter:
    """Segments sentences anew from their ids alone: ids to text to other ids (Kudo 2018; Provilkov et al. 2020)."""

    def __init__(self, tokenizer: Tokenizer, strength: float, *, tags: Sequence[int] = ()) -> None:
        """``strength`` is that of ``Tokenizer.sample``; ``tags`` are ids that stay where a sentence begins with one."""
        self.tokenizer = tokenizer
        self.strength = strength
        self.tags = frozenset(tags)

    def __call__(self, corpus: EncodedCorpus, rows: Rows, *, seed: tuple[int, ...]) -> EncodedCorpus:
        """The pairs ``rows`` of ``corpus``, in that order, segmented as ``seed`` says."""
        sides = (corpus.source, corpus.target)
        anew = [self._anew(_ids(side, rows), (*seed, number)) for number, side in enumerate(sides)]
        return encoded_in_memory(list(zip(*anew, strict=True)))

    def _anew(self, sentences: list[list[int]], seed: tuple[int, ...]) -> list[list[int]]:
        """Other ids for the same text; tags in front stay, and so do sentences with a character that has no subword."""
        starts = [int(ids[0] in self.tags) for ids in sentences]
        texts = self.tokenizer.decode([ids[start:] for ids, start in zip(sentences, starts, strict=True)])
        number = int(np.random.SeedSequence(seed).generate_state(1)[0])
        drawn = self.tokenizer.sample(texts, strength=self.strength, seed=number)
        return [
            ids if UNK in ids or not new else ids[:start] + new
            for ids, start, new in zip(sentences, starts, drawn, strict=True)
        ]


def _ids(side: EncodedSide, rows: Rows) -> list[list[int]]:
    lengths: Sequence[int] = side.lengths[rows].tolist()
    padded = side.padded(rows, width=max(lengths), first=0)
    return [ids[:length].tolist() for ids, length in zip(padded, lengths, strict=True)]
