"""Translations drawn at random, subword by subword, by the model's probabilities; see SearchConfig.

Letters: B sentences still drawn, K translations of each, S source positions, T subwords so far, V vocabulary. As in
the search, the first step has one row for each sentence, and a decision that rounding could change shows in the margin.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER
from nmt.decoding.gumbel import gumbel, keys_of, sentence_key
from nmt.decoding.hypothesis import NOT_FINITE, Hypothesis, SearchInput, SearchResult
from nmt.decoding.search_state import SearchState, Step, margin_between
from nmt.errors import NMTError
from nmt.models.base import EncoderDecoder
from nmt.models.config import Heads
from nmt.special_ids import EOS, PAD


@dataclass(frozen=True)
class _Drawn:
    """The translations so far."""

    indices: Tensor  # (B,) each sentence's index in the batch
    keys: Tensor  # (B, K) what their random numbers are made from
    ids: Tensor  # (B, K, T) without BOS; PAD after the end
    ended: Tensor  # (B, K)
    log_probabilities: Tensor  # (B, K) by the model
    scores: Tensor  # (B, K) once they have ended, before that what they are ranked by
    coverage: Tensor  # (B, K, S), or (B, K, 0) if it is not needed
    margins: Tensor  # (B,) the closest decision so far

    def select(self, sentences: Tensor) -> "_Drawn":
        return _Drawn(*(getattr(self, field.name)[sentences] for field in fields(self)))


def sample(
    model: EncoderDecoder, inputs: Sequence[SearchInput], config: SearchConfig, *, heads: Heads | None = None
) -> list[SearchResult]:
    """``n_best`` translations drawn for each of ``inputs``, each by itself, sorted by score.

    They depend only on the source and the seed. At the length limit a translation is ended by force.
    """
    state = SearchState(model, inputs, config, heads=heads)
    drawn = _begin(state, inputs)
    done: list[_Drawn] = []
    while drawn.indices.numel():
        step = state.step(drawn.ids if drawn.ids.size(2) else drawn.ids[:, :1])
        drawn = _extend(drawn, step, state)
        stop = drawn.ended.all(1)
        keep = (~stop).nonzero().squeeze(1)
        first = drawn.ids.size(2) == 1
        if first or keep.numel() < stop.numel():
            beams = drawn.ids.size(1)
            rows = keep.unsqueeze(1) * beams + torch.arange(beams, device=keep.device)
            if first:  # the decoder's rows, one for each sentence, become K
                rows = keep.unsqueeze(1).expand(-1, beams)
            done.append(drawn.select(stop.nonzero().squeeze(1)))
            drawn = drawn.select(keep)
            state.select(keep, rows.flatten())
    return _collect(done, len(inputs))


def _begin(state: SearchState, inputs: Sequence[SearchInput]) -> _Drawn:
    sentences, count, device = len(inputs), state.config.n_best, state.device
    numbers = [sentence_key(state.config.seed, [id_ for id_ in sentence.ids if id_ > EOS]) for sentence in inputs]
    certain = torch.zeros(sentences, count, dtype=state.dtype, device=device)
    return _Drawn(
        indices=torch.arange(sentences, device=device),
        keys=keys_of(torch.tensor(numbers, dtype=torch.long, device=device), count),
        ids=torch.empty(sentences, count, 0, dtype=torch.long, device=device),
        ended=torch.zeros(sentences, count, dtype=torch.bool, device=device),
        log_probabilities=certain,
        scores=certain,
        coverage=certain.new_zeros(sentences, count, state.memory.mask.size(1) if state.heads else 0),
        margins=torch.full((sentences,), math.inf, dtype=state.dtype, device=device),
    )


def _extend(drawn: _Drawn, step: Step, state: SearchState) -> _Drawn:
    """One subword, or the end, for each translation that has not ended."""
    config, length = state.config, drawn.ids.size(2)
    by_model, values = (part.expand(-1, drawn.ids.size(1), -1) for part in (step.log_probabilities, step.values))
    endings = step.endings.expand(-1, drawn.ids.size(1))
    noise = gumbel(drawn.keys, length, torch.arange(values.size(2), device=values.device))
    end = torch.tensor([EOS], device=values.device)
    chosen, margins = draw(values.index_copy(2, end, endings.unsqueeze(2)), noise, config)
    at_limit = (state.limits == length).unsqueeze(1)
    chosen = chosen.masked_fill(at_limit, EOS)
    margins = margins.masked_fill(drawn.ended | at_limit, math.inf)

    ending = chosen == EOS
    gained = values.gather(2, chosen.unsqueeze(2)).squeeze(2).where(~ending, endings)
    newest = by_model.gather(2, chosen.unsqueeze(2)).squeeze(2).where(~ending, endings)
    coverage = drawn.coverage if step.attention is None else drawn.coverage + step.attention
    scores = drawn.scores + gained
    finals = scores / (length + 1) ** config.length_penalty
    if step.attention is not None:
        finals = finals + state.coverage_scores(coverage)
    return replace(
        drawn,
        ids=torch.cat((drawn.ids, chosen.masked_fill(ending | drawn.ended, PAD).unsqueeze(2)), dim=2),
        ended=drawn.ended | ending,
        log_probabilities=drawn.log_probabilities + newest.masked_fill(drawn.ended, 0.0),
        scores=torch.where(drawn.ended, drawn.scores, torch.where(ending, finals, scores)),
        coverage=coverage.where(~drawn.ended.unsqueeze(2), drawn.coverage),
        margins=torch.minimum(drawn.margins, margins.amin(1)),
    )


def draw(values: Tensor, noise: Tensor, config: SearchConfig) -> tuple[Tensor, Tensor]:
    """An index into N for each row of ``values`` (..., N), and how close the decision was: (...), (...).

    ``values`` are log-probabilities, which need not sum to 1; ``noise`` (..., N) is Gumbel noise. Truncation
    applies to the distribution after ``temperature``.
    """
    values = (values / config.temperature).log_softmax(-1)
    if not (config.top_k or config.top_p < 1 or config.epsilon):
        best = (values + noise).topk(2)
        return best.indices[..., 0], margin_between(best.values[..., 0], best.values[..., 1])
    count = min(config.top_k + 1, values.size(-1)) if config.top_k else values.size(-1)  # one more, for the margin
    values, order = values.topk(count)
    noise = noise.gather(-1, order)
    kept, closeness = _truncate(values, config)
    ranks = torch.arange(count, device=values.device).expand_as(values)
    inside = ranks < kept.unsqueeze(-1)
    noised = values + noise
    best = noised.masked_fill(~inside, NEVER).topk(min(2, count))
    chosen, highest = best.indices[..., :1], best.values[..., :1]
    margins = margin_between(highest, best.values[..., -1:]) if count > 1 else torch.full_like(highest, math.inf)
    # Neither the winner nor an excluded subword that would have won may be near the bound of the truncation.
    first_out = values.gather(-1, kept.clamp(max=count - 1).unsqueeze(-1)).where(kept.unsqueeze(-1) < count, NEVER)
    last_in = values.gather(-1, kept.unsqueeze(-1) - 1)
    rival = ~inside & (noised > highest)
    at_bound = (chosen == kept.unsqueeze(-1) - 1) | (rival & (ranks == kept.unsqueeze(-1))).any(-1, keepdim=True)
    margins = torch.minimum(margins, margin_between(values.gather(-1, chosen), first_out))
    margins = torch.minimum(margins, margin_between(last_in, values.masked_fill(~rival, NEVER).amax(-1, keepdim=True)))
    margins = torch.minimum(margins, closeness.unsqueeze(-1).masked_fill(~at_bound, math.inf))
    return order.gather(-1, chosen).squeeze(-1), margins.squeeze(-1)


def _truncate(values: Tensor, config: SearchConfig) -> tuple[Tensor, Tensor]:
    """How many of the sorted log-probabilities ``values`` (..., N) are kept, at least 1, and how clear that is.

    Both (...). top_k leaves no doubt; the others are as clear as the distance of sums and values from their bounds.
    """
    kept = torch.full(values.shape[:-1], config.top_k or values.size(-1), device=values.device)
    closeness = torch.full(kept.shape, math.inf, dtype=values.dtype, device=values.device)
    if config.top_p < 1:
        before = values.exp().cumsum(-1) - values.exp()
        kept = torch.minimum(kept, (before < config.top_p).sum(-1))
        closeness = torch.minimum(closeness, (before - config.top_p).abs().amin(-1))
    if config.epsilon:
        kept = torch.minimum(kept, (values >= math.log(config.epsilon)).sum(-1))
        closeness = torch.minimum(closeness, (values - math.log(config.epsilon)).abs().amin(-1))
    return kept.clamp(1, values.size(-1)), closeness


def _collect(done: list[_Drawn], sentences: int) -> list[SearchResult]:
    """The translations as plain lists, by the position of each sentence."""
    result: dict[int, SearchResult] = {}
    for drawn in done:
        lengths = (drawn.ids != PAD).sum(2)
        parts = (drawn.indices, drawn.margins, drawn.ids, lengths, drawn.log_probabilities, drawn.scores)
        for index, margin, *columns in zip(*(part.tolist() for part in parts), strict=True):
            hypotheses = [
                Hypothesis(ids[:length], log_probability, score)
                for ids, length, log_probability, score in zip(*columns, strict=True)
            ]
            if not all(math.isfinite(each.score) for each in hypotheses):
                raise NMTError(NOT_FINITE)
            # Of equal scores the smaller ids come first, so that rounding decides only the order of close ones.
            hypotheses.sort(key=lambda each: (-each.score, each.ids))
            gaps = [_gap(one, other) for one, other in itertools.pairwise(hypotheses)]
            result[index] = SearchResult(hypotheses, min([margin, *gaps]))
    return [result[index] for index in range(sentences)]


def _gap(one: Hypothesis, other: Hypothesis) -> float:
    """How clear the order of two hypotheses is; the order of equal ones does not matter."""
    return math.inf if one.ids == other.ids else one.score - other.score
