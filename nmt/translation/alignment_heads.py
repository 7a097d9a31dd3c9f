"""Finds the heads of the cross-attention that align words, without any aligned text.

In a corpus some subwords occur together so regularly that they must translate each other, such as names, numbers and
most nouns. Where both occur once in a pair, a head that aligns attends from one to the other: the pair is an anchor.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.data.encoded_corpus import EncodedCorpus, EncodedPair
from nmt.decoding.attention import cross_attention
from nmt.decoding.scoring import pad_rows
from nmt.models.base import TrainableModel

_MOST_PRODUCTS = 3_000_000  # pairs of subwords that are counted, which takes some seconds
_LEAST_TOGETHER, _LEAST_CORRELATION = 4, 0.6
_MOST_ANCHORS, _FEWEST_ANCHORS = 2000, 50
_SENTENCES = 16  # in a batch
_LEAST_GAIN = 0.002  # by which a further head must raise the share

Heads = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class AlignmentHeads:
    """The heads that align best together, as (decoder layer, head), and how well."""

    heads: Heads
    share: float  # of the anchors that their mean attends to most
    anchors: int


def choose_alignment_heads(
    model: TrainableModel, corpus: EncodedCorpus, pairs: Sequence[EncodedPair], *, device: torch.device
) -> AlignmentHeads | None:
    """The heads whose mean attends most often to the anchors in ``pairs``; None if there are too few anchors.

    Heads are added one by one, each time the one that helps most. A row of the attention is that of the step that
    writes a subword. The step after, which reads it (Chen et al. 2020, "Accurate Word Alignment Induction from Neural
    Machine Translation"), was tried; in models of this size it attends to other positions.
    """
    partners = find_partners(_sample(corpus))
    anchors = _find_anchors(pairs, partners)
    if len(anchors) < _FEWEST_ANCHORS:
        return None
    weights, positions = _attention_at(model, pairs, anchors, device)
    layers, heads = weights.shape[1:3]
    remaining = [(layer, head) for layer in range(layers) for head in range(heads)]
    chosen: list[tuple[int, int]] = []
    total, share = torch.zeros_like(weights[:, 0, 0]), 0.0
    while remaining:
        shares = [_share(total + weights[:, layer, head], positions) for layer, head in remaining]
        best = max(range(len(remaining)), key=shares.__getitem__)
        if shares[best] < share + _LEAST_GAIN:
            break
        share = shares[best]
        layer, head = remaining.pop(best)
        chosen.append((layer, head))
        total = total + weights[:, layer, head]
    return AlignmentHeads(tuple(chosen), share, len(anchors))


def find_partners(pairs: Iterator[EncodedPair]) -> dict[int, int]:
    """Source subwords and the target subwords that translate them, where each is the other's clearly best partner.

    Partners are ranked by the correlation (phi) of occurring in the same pairs, each counted once per sentence.
    """
    sources: Counter[int] = Counter()
    targets: Counter[int] = Counter()
    together: Counter[tuple[int, int]] = Counter()
    number = products = 0
    for source, target in pairs:
        left, right = set(source), set(target)
        sources.update(left)
        targets.update(right)
        together.update((first, second) for first in left for second in right)
        number += 1
        products += len(left) * len(right)
        if products >= _MOST_PRODUCTS:
            break
    correlations = {
        (first, second): _correlation(count, sources[first], targets[second], number)
        for (first, second), count in together.items()
        if count >= _LEAST_TOGETHER
    }
    best_left, best_right = _best(correlations, 0), _best(correlations, 1)
    return {
        first: second
        for (first, second), correlation in correlations.items()
        if correlation >= _LEAST_CORRELATION and best_left[first] == best_right[second] == (first, second)
    }


def _correlation(both: int, first: int, second: int, number: int) -> float:
    spread = first * (number - first) * second * (number - second)
    return (both * number - first * second) / math.sqrt(spread) if spread else 0.0


def _best(correlations: dict[tuple[int, int], float], side: int) -> dict[int, tuple[int, int]]:
    """For each subword of one side the pair in which its correlation is highest."""
    best: dict[int, tuple[int, int]] = {}
    for pair, correlation in correlations.items():
        known = best.get(pair[side])
        if known is None or correlation > correlations[known]:
            best[pair[side]] = pair
    return best


def _sample(corpus: EncodedCorpus) -> Iterator[EncodedPair]:
    """All pairs of ``corpus``, in an order in which the first pairs are spread over the whole corpus."""
    step = max(1, len(corpus) // 20_000)
    for first in range(step):
        for row in range(first, len(corpus), step):
            source, target = (
                side.ids[side.starts[row] : side.starts[row] + side.lengths[row]].tolist()
                for side in (corpus.source, corpus.target)
            )
            yield source, target


def _find_anchors(pairs: Sequence[EncodedPair], partners: dict[int, int]) -> list[tuple[int, int, int]]:
    """(pair, source position, target position) of partners that each occur once."""
    anchors = []
    for number, (source, target) in enumerate(pairs):
        counts, target_counts = Counter(source), Counter(target)
        for position, subword in enumerate(source):
            partner = partners.get(subword)
            if partner is not None and counts[subword] == 1 and target_counts[partner] == 1:
                anchors.append((number, position, target.index(partner)))
        if len(anchors) >= _MOST_ANCHORS:
            break
    return anchors


def _attention_at(
    model: TrainableModel, pairs: Sequence[EncodedPair], anchors: Sequence[tuple[int, int, int]], device: torch.device
) -> tuple[Tensor, Tensor]:
    """The attention from each anchor's target position (anchors, layers, H, S), and its source position (anchors,)."""
    parts = []
    numbers = sorted({number for number, _, _ in anchors}, key=lambda number: len(pairs[number][0]))
    order: list[int] = []
    for start in range(0, len(numbers), _SENTENCES):
        batch = {number: row for row, number in enumerate(numbers[start : start + _SENTENCES])}
        with torch.inference_mode():
            source, target = (pad_rows([pairs[number][side] for number in batch]).to(device) for side in (0, 1))
            weights = cross_attention(model, source, target)  # (layers, B, H, T, S)
        in_batch = [(index, anchor) for index, anchor in enumerate(anchors) if anchor[0] in batch]
        order += [index for index, _ in in_batch]
        rows = torch.tensor([[batch[number], position] for _, (number, _, position) in in_batch], device=device)
        parts.append(weights.permute(1, 3, 0, 2, 4)[rows[:, 0], rows[:, 1]].float().cpu())
    widest = max(part.size(3) for part in parts)
    joined = torch.cat([torch.nn.functional.pad(part, (0, widest - part.size(3))) for part in parts])
    return joined, torch.tensor([anchors[index][1] for index in order])


def _share(weights: Tensor, positions: Tensor) -> float:
    return float((weights.argmax(1) == positions).float().mean())
