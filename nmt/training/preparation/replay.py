"""Replay: the text that a parent learned from, as one more corpus of the run, without the run's validation pairs."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.pairs import Pair
from nmt.data.encoded_corpus import EncodedBlock, EncodedCorpus, EncodedSide, Sentences
from nmt.tokenization.tags import tag_ids
from nmt.tokenization.tokenizer import Tokenizer

ROWS_AT_ONCE = 50_000
_LENGTH_UNIT = np.int64(1 << 40)  # above any sum of the ids of a sentence


class ReplayCorpus:
    """An encoded corpus block by block; pairs are compared by their ids, whatever tag their source begins with."""

    def __init__(
        self, corpus: EncodedCorpus, tokenizer: Tokenizer, validation: Sequence[Pair], tags: Sequence[str]
    ) -> None:
        """A source may begin with one of ``tags``."""
        self.corpus = corpus
        sides = (tokenizer.encode([pair[side] for pair in validation]) for side in (0, 1))
        self._validation = [(tuple(source), tuple(target)) for source, target in zip(*sides, strict=True)]
        self._wanted = set(self._validation)
        self._keys = np.unique(
            np.array([len(ids) * int(_LENGTH_UNIT) + sum(ids) for _, ids in self._wanted], dtype=np.int64)
        )
        self._tags = {number for tag in tags for number in tag_ids(tokenizer, tag)}
        self._found: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()

    def blocks(self, number: int) -> Iterator[EncodedBlock]:
        """All pairs except those of the validation text, as corpus ``number`` of the run."""
        for first in range(0, len(self.corpus), ROWS_AT_ONCE):
            rows = slice(first, min(len(self.corpus), first + ROWS_AT_ONCE))
            source, target = (_sentences(side, rows) for side in (self.corpus.source, self.corpus.target))
            kept = np.ones(len(target.lengths), dtype=bool)
            kept[self._validation_rows(source, target)] = False
            yield EncodedBlock(number, _chosen(source, kept), _chosen(target, kept), {})

    def removed(self) -> int:
        """How many of the validation pairs were in the blocks so far, and were left out."""
        return sum(pair in self._found for pair in self._validation)

    def describe_validation_pairs(self) -> str:
        """How many validation pairs were left out, as a sentence; empty if none was."""
        pairs = f"{self.removed():,} of {len(self._validation):,} pairs are"
        return f"validation: {pairs} also in the old text, and left out of it" if self._found else ""

    def _validation_rows(self, source: Sentences, target: Sentences) -> list[int]:
        """The rows of validation pairs; few others have a target of the same length and sum of ids as one of those."""
        edges = [np.cumsum([0, *side.lengths], dtype=np.int64) for side in (source, target)]
        sums = np.diff(np.cumsum(np.append(0, target.ids), dtype=np.int64)[edges[1]])
        rows = []
        for row in np.flatnonzero(np.isin(target.lengths * _LENGTH_UNIT + sums, self._keys)).tolist():
            ids, target_ids = (
                tuple(side.ids[edge[row] : edge[row + 1]].tolist())
                for side, edge in zip((source, target), edges, strict=True)
            )
            pair = (ids[1:] if ids and ids[0] in self._tags else ids, target_ids)
            if pair in self._wanted:
                self._found.add(pair)
                rows.append(row)
        return rows


def _sentences(side: EncodedSide, rows: slice) -> Sentences:
    lengths = side.lengths[rows]
    start = int(side.starts[rows.start])
    return Sentences(np.asarray(side.ids[start : start + int(lengths.sum(dtype=np.int64))]), lengths)


def _chosen(sentences: Sentences, kept: NDArray[np.bool_]) -> Sentences:
    if kept.all():
        return sentences
    return Sentences(sentences.ids[np.repeat(kept, sentences.lengths)], sentences.lengths[kept])
