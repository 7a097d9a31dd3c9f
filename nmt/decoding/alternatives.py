"""Alternatives to the best translation: each begins with another subword and is the best translation that does.

N hypotheses of one beam search often differ in a comma. These differ in the first subword, or in the first after the
prefix that a translation must begin with, which is where a reader who rewrites a sentence wants the choice.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER
from nmt.decoding.hypothesis import SearchInput, SearchResult
from nmt.decoding.search import search
from nmt.decoding.search_state import SearchState
from nmt.models.base import EncoderDecoder
from nmt.models.config import Heads


def find_alternatives(
    model: EncoderDecoder, inputs: Sequence[SearchInput], config: SearchConfig, *, heads: Heads | None = None
) -> list[SearchResult]:
    """``config.alternatives`` translations for each of ``inputs``, sorted by score.

    They begin with the most probable subwords after the prefix, one each, and are completed by beam search. The number
    is smaller only if fewer subwords are allowed there.
    """
    next_subwords = _next_subwords(model, inputs, replace(config, coverage_penalty=0.0))
    extended = [
        [_with_longer_prefix(sentence, subword) for subword in subwords] or [sentence]  # where nothing may follow
        for sentence, (subwords, _) in zip(inputs, next_subwords, strict=True)
    ]
    single = replace(config, alternatives=0)
    completed = iter(search(model, list(itertools.chain.from_iterable(extended)), single, heads=heads))
    result = []
    for sentences, (_, margin) in zip(extended, next_subwords, strict=True):
        results = [next(completed) for _ in sentences]
        hypotheses = sorted((each.hypotheses[0] for each in results), key=lambda each: -each.score)
        gaps = [one.score - other.score for one, other in itertools.pairwise(hypotheses)]
        result.append(SearchResult(hypotheses, min([margin, *gaps, *(each.margin for each in results)])))
    return result


def _with_longer_prefix(sentence: SearchInput, subword: int) -> SearchInput:
    constraint = sentence.constraint
    return replace(sentence, constraint=replace(constraint, prefix=(*constraint.prefix, subword)))


def _next_subwords(
    model: EncoderDecoder, inputs: Sequence[SearchInput], config: SearchConfig
) -> list[tuple[list[int], float]]:
    """The most probable subwords after each sentence's prefix, and how clear that choice is."""
    state = SearchState(model, inputs, config)
    lengths = [len(sentence.constraint.prefix) for sentence in inputs]
    longest = max(lengths, default=0)
    ids = torch.empty(len(inputs), 1, 0, dtype=torch.long, device=state.device)
    result: dict[int, tuple[list[int], float]] = {}
    for length in range(longest + 1):
        values = state.step(ids).values[:, 0]
        best = values.topk(min(config.alternatives + 1, values.size(1)))
        for row, (numbers, subwords) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
            if lengths[row] == length:
                allowed = [id_ for id_, number in zip(subwords, numbers, strict=True) if number > NEVER]
                clear = len(allowed) <= config.alternatives
                result[row] = allowed[: config.alternatives], math.inf if clear else numbers[-2] - numbers[-1]
        # Inside a prefix only its next subword is allowed. Steps past a sentence's prefix are ignored.
        ids = torch.cat((ids, best.indices[:, :1].unsqueeze(2)), dim=2)
    return [result[row] for row in range(len(inputs))]
