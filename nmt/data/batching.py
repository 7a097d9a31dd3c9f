"""Token batches of similar lengths; which pairs they hold and their order are a function of (seed, epoch)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nmt.data.encoded_corpus import EncodedCorpus, Lengths
from nmt.special_ids import BOS, EOS, PAD

Rows = NDArray[np.integer]

# The most pairs that are sorted by length at once; more are divided into equal shards first, which bounds the memory.
_SORTED_AT_ONCE = 1 << 22
_SHAPE_BITS = 20  # of each of the two lengths that pairs are sorted by


@dataclass(frozen=True)
class Batch:
    """Padded ids of B pairs.

    ``source`` (B, S) ends with EOS, ``target_in`` (B, T) begins with BOS, ``target_out`` (B, T) ends with EOS. After a
    short sentence ``target_in`` holds EOS once and then PAD, where ``target_out`` has PAD: no token attends to these.
    """

    source: Tensor
    target_in: Tensor
    target_out: Tensor
    target_tokens: int  # EOS included, PAD not

    def to(self, device: torch.device) -> "Batch":
        """The same batch on ``device``."""
        source, target_in, target_out = (
            part.to(device, non_blocking=True) for part in (self.source, self.target_in, self.target_out)
        )
        return Batch(source, target_in, target_out, self.target_tokens)

    def split(self, parts: int) -> "list[Batch]":
        """The same pairs divided into smaller batches."""
        if parts == 1:
            return [self]
        chunks = (ids.chunk(parts) for ids in (self.source, self.target_in, self.target_out))
        return [
            Batch(source, target_in, target_out, int((target_out != PAD).sum()))
            for source, target_in, target_out in zip(*chunks, strict=True)
        ]


class BatchPlan(Sequence[Rows]):
    """The rows of each batch, as one array of all rows and the positions where each batch begins and ends."""

    def __init__(
        self, order: Rows, starts: NDArray[np.int64], ends: NDArray[np.int64], lengths: tuple[Lengths, Lengths]
    ) -> None:
        """``lengths`` are the lengths (N,) of all rows on each side, without BOS and EOS."""
        self.lengths = lengths
        self._order = order
        self._starts = starts
        self._ends = ends

    def __len__(self) -> int:
        return len(self._starts)

    def target_tokens(self) -> int:
        """The target tokens of all batches, EOS included."""
        return int(self.lengths[1][self._order].sum(dtype=np.int64)) + len(self._order)

    def longest(self, index: int) -> int:
        """The length of the longest side of any pair of a batch."""
        return max(int(side[self[index]].max()) for side in self.lengths)

    def padded_tokens(self, index: int) -> int:
        """The padded tokens of a batch, both sides together, EOS included."""
        rows = self[index]
        return sum(len(rows) * (int(side[rows].max()) + 1) for side in self.lengths)

    @overload
    def __getitem__(self, index: int) -> Rows: ...
    @overload
    def __getitem__(self, index: slice) -> list[Rows]: ...
    def __getitem__(self, index: int | slice) -> Rows | list[Rows]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._order[self._starts[index] : self._ends[index]]


def plan_batches(
    corpus: EncodedCorpus, *, batch_tokens: int, seed: int, epoch: int, lengths: tuple[Lengths, Lengths] | None = None
) -> BatchPlan:
    """The pairs of each batch of one epoch, in order.

    Pairs of similar lengths come together, ties in random order, so that a batch holds little padding; then the batches
    are shuffled. No batch is wider than ``batch_tokens`` padded tokens on either side, unless a single pair is.
    ``lengths`` are the lengths (N,) of both sides if they will differ from those in ``corpus``.

    A pair of a corpus of weight w occurs w times. Where w is not a whole number it occurs floor(w) times, and once
    more if it is among the round((w - floor(w)) * N) of the N pairs of its corpus that this epoch draws; at least one
    pair of every corpus is drawn. Only then can the number of batches vary slightly from epoch to epoch.
    """
    generator = np.random.default_rng((seed, epoch))
    rows = _rows_of_epoch(corpus, generator)
    plan = _plan(lengths or _lengths(corpus), rows, batch_tokens, generator)
    order = generator.permutation(len(plan))
    return BatchPlan(plan._order, plan._starts[order], plan._ends[order], plan.lengths)


def batches_in_order(corpus: EncodedCorpus, *, batch_tokens: int) -> BatchPlan:
    """All pairs in batches of similar lengths, shortest first: for validation, where order does not matter."""
    return _plan(_lengths(corpus), np.arange(len(corpus)), batch_tokens, None)


def _lengths(corpus: EncodedCorpus) -> tuple[Lengths, Lengths]:
    return corpus.source.lengths, corpus.target.lengths


def _rows_of_epoch(corpus: EncodedCorpus, generator: np.random.Generator) -> Rows:
    """Each row as many times as the weight of its corpus says."""
    dtype = np.int32 if len(corpus) <= np.iinfo(np.int32).max else np.int64
    all_rows: Rows = np.arange(len(corpus), dtype=dtype)
    if all(weight == 1 for weight in corpus.weights):
        return all_rows
    parts: list[Rows] = []
    first = 0
    for size, weight in zip(corpus.sizes, corpus.weights, strict=True):
        fraction, whole = math.modf(weight)
        rows = all_rows[first : first + size]
        parts += [rows] * int(whole)
        drawn = min(size, max(round(fraction * size), 0 if whole else 1))  # a corpus is never left out
        parts.append(generator.choice(rows, drawn, replace=False) if drawn else rows[:0])
        first += size
    return np.concatenate(parts)


def _plan(
    lengths: tuple[Lengths, Lengths], rows: Rows, batch_tokens: int, generator: np.random.Generator | None
) -> BatchPlan:
    """Sort ``rows`` by shape, ties shuffled by ``generator`` if given, and cut; in shards if there are many."""
    shards = max(1, math.ceil(len(rows) / _SORTED_AT_ONCE))
    order = np.empty_like(rows)
    starts, ends = [], []
    done = 0
    for shard in range(shards):
        part = rows[shard::shards]
        if generator is not None:
            part = generator.permutation(part)
        shapes = np.sort(
            _shapes(lengths, part) << np.uint64(64 - 2 * _SHAPE_BITS) | np.arange(len(part), dtype=np.uint64)
        )
        order[done : done + len(part)] = part[shapes & np.uint64((1 << 64 - 2 * _SHAPE_BITS) - 1)]
        cuts = done + np.array([*_cut(shapes >> np.uint64(64 - _SHAPE_BITS), batch_tokens), len(part)], dtype=np.int64)
        starts.append(cuts[:-1])
        ends.append(cuts[1:])
        done += len(part)
    return BatchPlan(order, np.concatenate(starts), np.concatenate(ends), lengths)


def _shapes(lengths: tuple[Lengths, Lengths], rows: Rows) -> NDArray[np.uint64]:
    """A number for each row that sorts by the longer side and, within it, by the difference of the sides.

    The difference increases for even and decreases for odd lengths, so that a batch across the border of two lengths
    still holds pairs of similar shape.
    """
    most = (1 << _SHAPE_BITS) - 1
    source, target = (np.minimum(side[rows].astype(np.int32) + 1, most // 2) for side in lengths)
    longer = np.maximum(source, target)
    difference = np.where(longer % 2, source - target, target - source) + most // 2
    return longer.astype(np.uint64) << np.uint64(_SHAPE_BITS) | difference.astype(np.uint64)


def _cut(widths: NDArray[np.integer], batch_tokens: int) -> Iterator[int]:
    """Where batches begin in ascending ``widths``, so that sentences x widest is at most ``batch_tokens``.

    It takes one step per width rather than per pair.
    """
    if not len(widths):
        return
    start = 0
    yield start
    firsts = [0, *(np.flatnonzero(np.diff(widths)) + 1).tolist()]
    for first, end in pairwise([*firsts, len(widths)]):
        width = int(widths[first])
        if first > start and (first - start + 1) * width > batch_tokens:
            start = first
            yield start
        most = max(1, batch_tokens // width)
        further = range(start + most, end, most)
        yield from further
        start = further[-1] if further else start


def make_batch(corpus: EncodedCorpus, rows: Rows) -> Batch:
    """The pairs ``rows`` (B,) as padded tensors."""
    source_lengths = corpus.source.lengths[rows].astype(np.int64)
    target_lengths = corpus.target.lengths[rows].astype(np.int64)
    indices = np.arange(len(rows))
    source = corpus.source.padded(rows, width=int(source_lengths.max()) + 1, first=0)
    source[indices, source_lengths] = EOS
    target = corpus.target.padded(rows, width=int(target_lengths.max()) + 2, first=1)
    target[:, 0] = BOS
    target[indices, target_lengths + 1] = EOS
    return Batch(
        torch.from_numpy(source),
        torch.from_numpy(target[:, :-1].copy()),
        torch.from_numpy(target[:, 1:].copy()),
        int(target_lengths.sum()) + len(rows),
    )


def padding_share(corpus: EncodedCorpus, batches: Sequence[Rows]) -> float:
    """The share of padded positions, both sides together, in 0..1."""
    real = padded = 0
    for side in (corpus.source, corpus.target):
        for rows in batches:
            lengths = side.lengths[rows].astype(np.int64) + 1
            real += int(lengths.sum())
            padded += int(lengths.max()) * len(rows)
    return 1 - real / padded if padded else 0.0
