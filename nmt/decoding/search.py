"""Beam search over ids; it uses the interface of models/base.py only and knows nothing of text.

Letters: B sentences still searched, K beams of each, S source positions, T target positions, V vocabulary. Rows of the
decoder are sentence-major, B*K. The first step has one beam, the empty prefix; from then on there are K.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER
from nmt.decoding.hypothesis import NOT_FINITE, Hypothesis, SearchInput, SearchResult
from nmt.decoding.search_state import SearchState, Step, margin_between
from nmt.errors import NMTError
from nmt.models.base import EncoderDecoder
from nmt.models.config import Heads
from nmt.special_ids import PAD

_CHUNK = 128  # candidates of which `best_candidates` takes one maximum


@dataclass(frozen=True)
class _Live:
    """The prefixes that are being continued, best first."""

    indices: Tensor  # (B,) each sentence's index in the batch
    ids: Tensor  # (B, K, T) without BOS
    log_probabilities: Tensor  # (B, K) by the model
    ranks: Tensor  # (B, K) what they are ranked by: the same, unless there is a repetition penalty
    coverage: Tensor | None  # (B, K, S) the attention to each source position so far
    margins: Tensor  # (B,) the closest decision so far

    def select(self, sentences: Tensor) -> "_Live":
        return _Live(*_select(self, sentences))


@dataclass(frozen=True)
class _Finished:
    """The best hypotheses that have ended, best first: n_best of each sentence, and the runner-up."""

    scores: Tensor  # (B, n_best + 1), -inf if there is none
    log_probabilities: Tensor  # (B, n_best + 1)
    ids: Tensor  # (B, n_best + 1, T) padded with PAD
    count: Tensor  # (B,) how many have ended so far, kept or not

    def select(self, sentences: Tensor) -> "_Finished":
        return _Finished(*_select(self, sentences))


@dataclass(frozen=True)
class Expansion:
    """One step of a search, for an observer: the prefixes before it, which of them ended, and the continuations."""

    ids: Tensor  # (B, K, T) the prefixes, without BOS
    endings: Tensor  # (B, K) the ranks they would have if they ended here
    ended: Tensor  # (B,) how many of them ended: those with the greatest ranks
    continued: Tensor  # (B, K', T + 1)
    ranks: Tensor  # (B, K') the ranks of those, -inf for what is not allowed


def beam_search(model: EncoderDecoder, inputs: Sequence[SearchInput], config: SearchConfig) -> list[list[Hypothesis]]:
    """The ``n_best`` best hypotheses found for each of ``inputs``, best first; see ``search``."""
    return [result.hypotheses for result in search(model, inputs, config)]


def search(
    model: EncoderDecoder,
    inputs: Sequence[SearchInput],
    config: SearchConfig,
    *,
    heads: Heads | None = None,
    watch: Callable[[Expansion], None] | None = None,
) -> list[SearchResult]:
    """The ``n_best`` best hypotheses found for each of ``inputs``, and how clear the decisions were.

    In each step the K most probable continuations of a sentence's beams survive; an ending among the K most probable
    candidates is a finished hypothesis. A sentence is done when K hypotheses
    have ended, when no beam can still reach a better score than the worst one to be returned, or at its length
    limit, where the beams left are ended by force. All of that depends on the sentence alone, not on its batch.
    The coverage penalty uses the attention of ``heads``. ``watch`` is called with each step. Raises NMTError if the
    model gives no finite probabilities.
    """
    state = SearchState(model, inputs, config, heads=heads)
    live, finished = _begin(state)
    done: list[tuple[_Live, _Finished]] = []
    while live.indices.numel():
        step = state.step(live.ids)
        live = _add_coverage(live, step)
        endings = step.endings + live.ranks
        extended, rows = _continue(live, step, config)
        earlier = finished.count
        finished, ending_margins = _finish(finished, live, endings, extended.ranks, state)
        if watch is not None:
            watch(Expansion(live.ids, endings, finished.count - earlier, extended.ids, extended.ranks))
        stop = _is_done(finished, live, extended.ranks, state)
        margins = torch.where(stop, live.margins, extended.margins)  # a sentence that is done needs no continuations
        live = replace(extended, margins=torch.minimum(margins, ending_margins))
        keep = (~stop).nonzero().squeeze(1)
        if keep.numel() < stop.numel():
            leave = stop.nonzero().squeeze(1)
            done.append((live.select(leave), finished.select(leave)))
            live, finished = live.select(keep), finished.select(keep)
            state.select(keep, rows[keep].flatten())
        elif config.beam_size > 1:  # a single beam always continues itself
            state.reorder(rows.flatten())
    return _collect(done, len(inputs), config)


def best_candidates(candidates: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` greatest of each row of ``candidates`` (B, N) and their indices, greatest first: a faster ``topk``.

    The ``count`` greatest values lie in the ``count`` chunks with the greatest maxima, and finding maxima is many
    times faster than sorting out the greatest of all values.
    """
    count = min(count, candidates.size(1))
    chunks = candidates.size(1) // _CHUNK
    if chunks <= 2 * count:
        values, indices = candidates.topk(count)
        return values, indices
    whole = chunks * _CHUNK
    maxima = candidates[:, :whole].view(-1, chunks, _CHUNK).amax(2)
    starts = maxima.topk(count).indices * _CHUNK
    within = torch.arange(_CHUNK, device=candidates.device)
    remainder = torch.arange(whole, candidates.size(1), device=candidates.device).expand(candidates.size(0), -1)
    indices = torch.cat(((starts.unsqueeze(2) + within).flatten(1), remainder), dim=1)
    values, chosen = candidates.gather(1, indices).topk(count)
    return values, indices.gather(1, chosen)


def _begin(state: SearchState) -> tuple[_Live, _Finished]:
    """The empty prefix of each sentence, and no finished hypotheses."""
    config, device, dtype = state.config, state.device, state.dtype
    sentences = state.memory.mask.size(0)
    certain = torch.zeros(sentences, 1, dtype=dtype, device=device)
    live = _Live(
        indices=torch.arange(sentences, device=device),
        ids=torch.empty(sentences, 1, 0, dtype=torch.long, device=device),
        log_probabilities=certain,
        ranks=certain,
        coverage=None,
        margins=torch.full((sentences,), math.inf, dtype=dtype, device=device),
    )
    nothing = torch.full((sentences, config.n_best + 1), NEVER, dtype=dtype, device=device)
    no_ids = torch.empty(sentences, config.n_best + 1, 0, dtype=torch.long, device=device)
    return live, _Finished(nothing, nothing, no_ids, torch.zeros_like(live.indices))


def _add_coverage(live: _Live, step: Step) -> _Live:
    """Add the attention of this step to the coverage."""
    if step.attention is None:
        return live
    return replace(live, coverage=step.attention if live.coverage is None else live.coverage + step.attention)


def _continue(live: _Live, step: Step, config: SearchConfig) -> tuple[_Live, Tensor]:
    """The K best candidates as the next prefixes, and the decoder rows (B, K) they continue."""
    sentences, beams, vocabulary_size = step.values.shape
    candidates = step.values.add_(live.ranks.unsqueeze(2)).flatten(1)
    best, chosen = best_candidates(candidates, config.beam_size + 1)  # the last one shows the margin
    best, missed, chosen = best[:, : config.beam_size], best[:, config.beam_size :], chosen[:, : config.beam_size]
    margins = margin_between(best[:, -1:], missed).squeeze(1) if missed.numel() else live.margins
    parents = chosen // vocabulary_size
    log_probabilities = best
    if step.values is not step.log_probabilities:
        newest = step.log_probabilities.flatten(1).gather(1, chosen)
        log_probabilities = live.log_probabilities.gather(1, parents) + newest
    extended = replace(
        live,
        ids=torch.cat((_of_parents(live.ids, parents), (chosen % vocabulary_size).unsqueeze(2)), dim=2),
        log_probabilities=log_probabilities,
        ranks=best,
        coverage=None if live.coverage is None else _of_parents(live.coverage, parents),
        margins=torch.minimum(live.margins, margins),
    )
    first_rows = torch.arange(0, sentences * beams, beams, device=parents.device)
    return extended, first_rows.unsqueeze(1) + parents


def _finish(
    finished: _Finished, live: _Live, endings: Tensor, continuations: Tensor, state: SearchState
) -> tuple[_Finished, Tensor]:
    """Add the ``endings`` (B, K) that are among the K best candidates; at the length limit, all of them.

    ``endings`` and ``continuations`` (B, K) are ranks. The second result is how close each sentence's decisions were
    (B,).
    """
    config, length = state.config, live.ids.size(2)
    ranked = torch.cat((endings, continuations), dim=1)
    ranked = F.pad(ranked, (0, max(0, config.beam_size + 1 - ranked.size(1))), value=NEVER)
    best = ranked.topk(config.beam_size + 1).values
    last_in, first_out = best[:, -2:-1], best[:, -1:]
    at_limit = (state.limits == length).unsqueeze(1)
    among_best = endings >= last_in
    margins = torch.where(among_best, margin_between(endings, first_out), margin_between(last_in, endings)).masked_fill(
        at_limit, math.inf
    )
    ended = (among_best | at_limit) & (endings > NEVER)
    endings = endings.masked_fill(~ended, NEVER)
    log_probabilities = endings - live.ranks + live.log_probabilities if state.constraint_tensors.reweigh else endings
    scores = endings / (length + 1) ** config.length_penalty
    if live.coverage is not None:
        scores = scores + state.coverage_scores(live.coverage)

    scores = torch.cat((finished.scores, scores), dim=1)
    scores, order = (part[:, : config.n_best + 1] for part in scores.sort(stable=True, dim=1, descending=True))
    ids = torch.cat((F.pad(finished.ids, (0, length - finished.ids.size(2)), value=PAD), live.ids), dim=1)
    finished = _Finished(
        scores=scores,
        log_probabilities=torch.cat((finished.log_probabilities, log_probabilities), dim=1).gather(1, order),
        ids=ids.gather(1, order.unsqueeze(2).expand(-1, -1, length)),
        count=finished.count + ended.sum(1),
    )
    return finished, margins.amin(1)


def _is_done(finished: _Finished, live: _Live, continuations: Tensor, state: SearchState) -> Tensor:
    """Whether each sentence (B,) is done: K have ended, nothing better can come, or its limit is reached.

    A rank only falls and is never above 0, so the best score that a beam can still reach is its present rank, divided
    by the greatest length allowed, with all of the source covered.
    """
    config = state.config
    best_possible = continuations[:, 0] / (state.limits + 1) ** config.length_penalty
    return (
        (finished.count >= config.beam_size)
        | (best_possible < finished.scores[:, config.n_best - 1])
        | (continuations[:, 0] == NEVER)
        | (state.limits == live.ids.size(2))
    )


def _of_parents(values: Tensor, parents: Tensor) -> Tensor:
    """The ``values`` (B, K, N) of the beams ``parents`` (B, K')."""
    return values.gather(1, parents.unsqueeze(2).expand(-1, -1, values.size(2)))


def _select(state: _Live | _Finished, sentences: Tensor) -> list[Any]:
    """The fields of ``state`` for ``sentences`` (B',) only."""
    values = (getattr(state, field.name) for field in fields(state))
    return [None if value is None else value[sentences] for value in values]


def _collect(done: list[tuple[_Live, _Finished]], sentences: int, config: SearchConfig) -> list[SearchResult]:
    """The hypotheses as plain lists, by the position of each sentence."""
    result: dict[int, SearchResult] = {}
    for live, finished in done:
        ranking = margin_between(finished.scores[:, :-1], finished.scores[:, 1:]).amin(1)
        margins = torch.minimum(live.margins, ranking)
        lengths = (finished.ids != PAD).sum(2)
        parts = (live.indices, margins, finished.scores, finished.log_probabilities, finished.ids, lengths)
        for index, margin, *columns in zip(*(part.tolist() for part in parts), strict=True):
            hypotheses = [
                Hypothesis(ids[:length], log_probability, score)
                for score, log_probability, ids, length in zip(*columns, strict=True)
                if score > NEVER
            ]
            result[index] = SearchResult(hypotheses[: config.n_best], margin)
    if not all(each.hypotheses for each in result.values()):
        raise NMTError(NOT_FINITE)
    return [result[index] for index in range(sentences)]
