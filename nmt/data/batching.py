"""Token batches of similar lengths; which pairs they hold and their order are a function of (seed, epoch)."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nmt.data.encoded_corpus import EncodedCorpus
from nmt.special_ids import BOS, EOS

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Padded ids of B pairs.

    ``source`` (B, S) ends with EOS, ``target_in`` (B, T) begins with BOS, ``target_out`` (B, T) ends with EOS. Behind a
    short sentence ``target_in`` holds EOS once and then PAD, where ``target_out`` has PAD: no token looks there.
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


def plan_batches(corpus: EncodedCorpus, *, batch_tokens: int, seed: int, epoch: int) -> list[Rows]:
    """The pairs of each batch of one epoch, in order.

    Pairs of similar lengths come together, ties in random order, so that a batch holds little padding; then the batches
    are shuffled. No batch is wider than ``batch_tokens`` padded tokens on either side, unless a single pair is.
    """
    generator = np.random.default_rng((seed, epoch))
    batches = _batches(corpus, batch_tokens, generator.random(len(corpus)))
    generator.shuffle(batches)
    return batches


def batches_in_order(corpus: EncodedCorpus, *, batch_tokens: int) -> list[Rows]:
    """All pairs in batches of similar lengths, shortest first: for validation, where order does not matter."""
    return _batches(corpus, batch_tokens, np.arange(len(corpus)))


def _batches(corpus: EncodedCorpus, batch_tokens: int, ties: NDArray[np.generic]) -> list[Rows]:
    """Sort by the longer side and, within it, by the difference of the sides, and cut.

    The difference runs up for even and down for odd lengths, so that a batch across the border of two lengths still
    holds pairs of similar shape.
    """
    source, target = corpus.source.lengths + 1, corpus.target.lengths + 1
    longer = np.maximum(source, target)
    difference = np.where(longer % 2, source - target, target - source)
    order = np.lexsort((ties, difference, longer))
    return _cut(order, longer[order], batch_tokens)


def _cut(order: Rows, widths: Rows, batch_tokens: int) -> list[Rows]:
    """Cut ``order`` where sentences x widest would pass ``batch_tokens``."""
    batches: list[Rows] = []
    start, widest = 0, 0
    for position, width in enumerate(widths.tolist()):
        widest = max(widest, width)
        if position > start and (position - start + 1) * widest > batch_tokens:
            batches.append(order[start:position])
            start, widest = position, width
    if start < len(order):
        batches.append(order[start:])
    return batches


def make_batch(corpus: EncodedCorpus, rows: Rows) -> Batch:
    """The pairs ``rows`` (B,) as padded tensors."""
    source_lengths = corpus.source.offsets[rows + 1] - corpus.source.offsets[rows]
    target_lengths = corpus.target.offsets[rows + 1] - corpus.target.offsets[rows]
    every = np.arange(len(rows))
    source = corpus.source.padded(rows, width=int(source_lengths.max()) + 1, first=0)
    source[every, source_lengths] = EOS
    target = corpus.target.padded(rows, width=int(target_lengths.max()) + 2, first=1)
    target[:, 0] = BOS
    target[every, target_lengths + 1] = EOS
    return Batch(
        torch.from_numpy(source),
        torch.from_numpy(target[:, :-1].copy()),
        torch.from_numpy(target[:, 1:].copy()),
        int(target_lengths.sum()) + len(rows),
    )


def padding_share(corpus: EncodedCorpus, batches: list[Rows]) -> float:
    """The share of padded positions, both sides together, in 0..1."""
    real = padded = 0
    for side in (corpus.source, corpus.target):
        lengths = side.lengths + 1
        real += sum(int(lengths[rows].sum()) for rows in batches)
        padded += sum(int(lengths[rows].max()) * len(rows) for rows in batches)
    return 1 - real / padded if padded else 0.0
