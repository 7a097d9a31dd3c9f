"""Which heads of the cross-attention show what translates what, found without anybody having aligned any text.

In a corpus some subwords come together so regularly that they must translate each other, such as names, numbers and
most nouns. Where both stand once in a pair, a head that aligns looks from one at the other.
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
from nmt.models.base import Attentive

_MOST_PRODUCTS = 3_000_000  # pairs of subwords that are counted; some seconds
_LEAST_TOGETHER, _LEAST_CORRELATION = 4, 0.6
_MOST_ANCHORS, _FEWEST_ANCHORS = 2000, 50
_SENTENCES = 16  # looked at together
_LEAST_GAIN = 0.002  # of the share that a further head must bring

Heads = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class AlignmentHeads:
    """The heads that align best together, as (decoder layer, head), and how well."""

    heads: Heads
    share: float  # of the anchors, at which their mean looks most
    anchors: int


def choose_alignment_heads(
    model: Attentive, corpus: EncodedCorpus, pairs: Sequence[EncodedPair], *, device: torch.device
) -> AlignmentHeads | None:
    """The heads whose mean looks most often at the anchors in ``pairs``; None where there are too few of them.

    Heads are added one by one, each time the one that helps most. A row of the attention is that of the step that
    writes a subword; the step after, which reads it (Chen et al. 2020, "Accurate Word Alignment Induction from Neural
    Machine Translation"), was tried, and looks elsewhere in models of this size.
    """
    partners = find_partners(_sample(corpus))
    anchors = _find_anchors(pairs, partners)
    if len(anchors) < _FEWEST_ANCHORS:
        return None
    looks, places = _looks(model, pairs, anchors, device)
    layers, heads = looks.shape[1:3]
    left = [(layer, head) for layer in range(layers) for head in range(heads)]
    chosen: list[tuple[int, int]] = []
    total, share = torch.zeros_like(looks[:, 0, 0]), 0.0
    while left:
        shares = [_share(total + looks[:, layer, head], places) for layer, head in left]
        best = max(range(len(left)), key=shares.__getitem__)
        if shares[best] < share + _LEAST_GAIN:
            break
        share = shares[best]
        layer, head = left.pop(best)
        chosen.append((layer, head))
        total = total + looks[:, layer, head]
    return AlignmentHeads(tuple(chosen), share, len(anchors))


def find_partners(pairs: Iterator[EncodedPair]) -> dict[int, int]:
    """Source subwords and the target subwords that translate them, where each is the other's by far best partner.

    How good a partner is is told by the correlation (phi) of occurring in the same pairs, each counted once a sentence.
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
    """For each subword of one side the pair in which it correlates most."""
    best: dict[int, tuple[int, int]] = {}
    for pair, correlation in correlations.items():
        known = best.get(pair[side])
        if known is None or correlation > correlations[known]:
            best[pair[side]] = pair
    return best


def _sample(corpus: EncodedCorpus) -> Iterator[EncodedPair]:
    """All pairs of ``corpus``, in an order that spreads the first of them over all of it."""
    step = max(1, len(corpus) // 20_000)
    for first in range(step):
        for row in range(first, len(corpus), step):
            source, target = (
                side.ids[side.starts[row] : side.starts[row] + side.lengths[row]].tolist()
                for side in (corpus.source, corpus.target)
            )
            yield source, target


def _find_anchors(pairs: Sequence[EncodedPair], partners: dict[int, int]) -> list[tuple[int, int, int]]:
    """(pair, place in its source, place in its target) of partners that stand once in each."""
    anchors = []
    for number, (source, target) in enumerate(pairs):
        counts, target_counts = Counter(source), Counter(target)
        for place, subword in enumerate(source):
            partner = partners.get(subword)
            if partner is not None and counts[subword] == 1 and target_counts[partner] == 1:
                anchors.append((number, place, target.index(partner)))
        if len(anchors) >= _MOST_ANCHORS:
            break
    return anchors


def _looks(
    model: Attentive, pairs: Sequence[EncodedPair], anchors: Sequence[tuple[int, int, int]], device: torch.device
) -> tuple[Tensor, Tensor]:
    """What each head looks at when it writes each anchor, (anchors, layers, H, S), and where that stands (anchors,)."""
    found = []
    numbers = sorted({number for number, _, _ in anchors}, key=lambda number: len(pairs[number][0]))
    order: list[int] = []
    for start in range(0, len(numbers), _SENTENCES):
        batch = {number: row for row, number in enumerate(numbers[start : start + _SENTENCES])}
        with torch.inference_mode():
            source, target = (pad_rows([pairs[number][side] for number in batch]).to(device) for side in (0, 1))
            weights = cross_attention(model, source, target)  # (layers, B, H, T, S)
        here = [(index, anchor) for index, anchor in enumerate(anchors) if anchor[0] in batch]
        order += [index for index, _ in here]
        rows = torch.tensor([[batch[number], at] for _, (number, _, at) in here], device=device)
        found.append(weights.permute(1, 3, 0, 2, 4)[rows[:, 0], rows[:, 1]].float().cpu())
    widest = max(part.size(3) for part in found)
    looks = torch.cat([torch.nn.functional.pad(part, (0, widest - part.size(3))) for part in found])
    return looks, torch.tensor([anchors[index][1] for index in order])


def _share(looks: Tensor, places: Tensor) -> float:
    return float((looks.argmax(1) == places).float().mean())
