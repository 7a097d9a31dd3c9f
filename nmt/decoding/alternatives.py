"""Alternatives to the best translation: they begin with different subwords, each the best of those that begin so.

N hypotheses of one beam search often differ in a comma. These differ in the first subword, or in the first after the
prefix that a translation must begin with, which is where a reader who rewrites a sentence wants the choice.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER
from nmt.decoding.decoder_state import DecodingState
from nmt.decoding.hypothesis import NO_CONSTRAINT, LexicalConstraint, SearchResult
from nmt.decoding.search import search
from nmt.models.base import EncoderDecoder, Heads


def find_alternatives(
    model: EncoderDecoder,
    source: Tensor,
    config: SearchConfig,
    constraints: Sequence[LexicalConstraint] | None = None,
    *,
    heads: Heads | None = None,
) -> list[SearchResult]:
    """``config.alternatives`` translations for each row of ``source`` (B, S), sorted by score.

    They begin with the most probable subwords after the prefix, one each, and are completed by beam search. There are
    fewer only if fewer subwords are allowed there.
    """
    constraints = constraints or [NO_CONSTRAINT] * source.size(0)
    beginnings = _beginnings(model, source, replace(config, coverage_penalty=0.0), constraints)
    wanted = [
        [replace(constraint, prefix=(*constraint.prefix, subword)) for subword in subwords]
        or [constraint]  # where nothing may follow
        for constraint, (subwords, _) in zip(constraints, beginnings, strict=True)
    ]
    rows = torch.tensor([row for row, several in enumerate(wanted) for _ in several], device=source.device)
    single = replace(config, alternatives=0)
    completed = iter(
        search(model, source[rows], single, [constraint for several in wanted for constraint in several], heads=heads)
    )
    result = []
    for several, (_, margin) in zip(wanted, beginnings, strict=True):
        found = [next(completed) for _ in several]
        hypotheses = sorted((each.hypotheses[0] for each in found), key=lambda each: -each.score)
        gaps = [one.score - other.score for one, other in itertools.pairwise(hypotheses)]
        result.append(SearchResult(hypotheses, min([margin, *gaps, *(each.margin for each in found)])))
    return result


def _beginnings(
    model: EncoderDecoder, source: Tensor, config: SearchConfig, constraints: Sequence[LexicalConstraint]
) -> list[tuple[list[int], float]]:
    """The most probable subwords after each sentence's prefix, and how clear it is which those are."""
    decoding = DecodingState(model, source, config, constraints)
    lengths = [len(constraint.prefix) for constraint in constraints]
    longest = max(lengths, default=0)
    ids = torch.empty(len(constraints), 1, 0, dtype=torch.long, device=source.device)
    result: dict[int, tuple[list[int], float]] = {}
    for length in range(longest + 1):
        values = decoding.step(ids).values[:, 0]
        best = values.topk(min(config.alternatives + 1, values.size(1)))
        for row, (numbers, subwords) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
            if lengths[row] == length:
                allowed = [id_ for id_, number in zip(subwords, numbers, strict=True) if number > NEVER]
                clear = len(allowed) <= config.alternatives
                result[row] = allowed[: config.alternatives], math.inf if clear else numbers[-2] - numbers[-1]
        # A prefix goes on with what it wants, which is the only one allowed; what follows the others is not looked at.
        ids = torch.cat((ids, best.indices[:, :1].unsqueeze(2)), dim=2)
    return [result[row] for row in range(len(constraints))]
