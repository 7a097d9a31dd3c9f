"""Beam search over ids; knows models only by ``encode`` and ``decode``, and no text.

Letters: B sentences still searched, K beams of each, S source positions, T target positions, V vocabulary. Rows of the
decoder are sentence-major, B*K. The first step has one beam, the empty prefix; from then on there are K.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.model.cache import DecoderCache, Memory
from nmt.model.config import ModelConfig
from nmt.special_ids import BOS, EOS, PAD, UNK

_NEVER = float("-inf")
_CHUNK = 128  # candidates looked at together by `best_candidates`


class EncoderDecoder(Protocol):
    """What search and scoring need of a model."""

    config: ModelConfig

    def encode(self, source: Tensor) -> Memory:
        """The memory of ``source`` (B, S)."""

    def decode(self, target: Tensor, memory: Memory, cache: DecoderCache | None = None) -> Tensor:
        """Logits (B*K, T, V) of what follows each position of ``target`` (B*K, T)."""


@dataclass(frozen=True)
class Hypothesis:
    """A finished translation: its subwords without BOS and EOS, and how probable it is."""

    ids: list[int]
    log_probability: float  # natural logarithm, the end mark included
    score: float  # log_probability / |y|^length_penalty; higher is better


@dataclass(frozen=True)
class _Live:
    """The prefixes that are being continued, best first."""

    places: Tensor  # (B,) the sentence's index in the batch given
    limits: Tensor  # (B,) the most subwords its translation may have
    ids: Tensor  # (B, K, T) without BOS
    log_probabilities: Tensor  # (B, K)

    def select(self, sentences: Tensor) -> "_Live":
        return _Live(*(part[sentences] for part in (self.places, self.limits, self.ids, self.log_probabilities)))


@dataclass(frozen=True)
class _Finished:
    """The best hypotheses that have ended, best first, n_best places for each sentence."""

    scores: Tensor  # (B, n_best), -inf in an empty place
    log_probabilities: Tensor  # (B, n_best)
    ids: Tensor  # (B, n_best, T) filled up with PAD
    count: Tensor  # (B,) how many have ended so far, kept or not

    def select(self, sentences: Tensor) -> "_Finished":
        return _Finished(*(part[sentences] for part in (self.scores, self.log_probabilities, self.ids, self.count)))


def beam_search(model: EncoderDecoder, source: Tensor, config: SearchConfig) -> list[list[Hypothesis]]:
    """The ``n_best`` best hypotheses found for each row of ``source`` (B, S), best first.

    Rows of ``source`` end with EOS. In each step the K most probable continuations of a sentence's beams go on; an
    ending among the K most probable of all candidates is a finished hypothesis. A sentence is done when K hypotheses
    have ended, when no beam can still reach a better score than the worst one to be returned, or at its length
    limit, where the beams left are ended by force. All of that depends on the sentence alone, not on its batch.
    A model that gives no finite probabilities is an NMTError.
    """
    memory = model.encode(source)
    cache = DecoderCache(model.config.decoder_layers)
    live, finished = _begin(memory, config)
    done: list[tuple[Tensor, _Finished]] = []
    while live.places.numel():
        candidates, endings = _candidates(model, live, memory, cache, config)
        continuations, chosen = best_candidates(candidates.flatten(1), config.beam_size)
        finished = _finish(finished, live, endings, continuations, config)
        stop = _is_done(finished, live, continuations, config)
        live, rows = _extend(live, continuations, chosen, candidates.size(2))
        keep = (~stop).nonzero().squeeze(1)
        if keep.numel() < stop.numel():
            leave = stop.nonzero().squeeze(1)
            done.append((live.places[leave], finished.select(leave)))
            live, finished, memory = live.select(keep), finished.select(keep), memory.select(keep)
            cache.select(keep, rows[keep].flatten())
        elif config.beam_size > 1:  # a single beam always continues itself
            cache.reorder(rows.flatten())
    return _hypotheses(done, source.size(0))


def log_probabilities(logits: Tensor) -> Tensor:
    """The log-softmax of ``logits`` (..., V) in float32, or in float64 if they are."""
    return logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))


def best_candidates(candidates: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` greatest of each row of ``candidates`` (B, N) and their indices, greatest first: ``topk``, faster.

    The ``count`` greatest values lie in the ``count`` chunks with the greatest maxima, and finding maxima is many
    times faster than finding the greatest few of all.
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
    rest = torch.arange(whole, candidates.size(1), device=candidates.device).expand(candidates.size(0), -1)
    indices = torch.cat(((starts.unsqueeze(2) + within).flatten(1), rest), dim=1)
    values, places = candidates.gather(1, indices).topk(count)
    return values, indices.gather(1, places)


def _begin(memory: Memory, config: SearchConfig) -> tuple[_Live, _Finished]:
    """The empty prefix of each sentence, and no finished hypotheses."""
    sentences, device, dtype = memory.states.size(0), memory.states.device, memory.states.dtype
    dtype = torch.promote_types(dtype, torch.float32)
    lengths = memory.mask.sum(1) - 1  # without EOS
    live = _Live(
        places=torch.arange(sentences, device=device),
        limits=torch.tensor([config.length_limit(length) for length in lengths.tolist()], device=device),
        ids=torch.empty(sentences, 1, 0, dtype=torch.long, device=device),
        log_probabilities=torch.zeros(sentences, 1, dtype=dtype, device=device),
    )
    nothing = torch.full((sentences, config.n_best), _NEVER, dtype=dtype, device=device)
    no_ids = torch.empty(sentences, config.n_best, 0, dtype=torch.long, device=device)
    return live, _Finished(nothing, nothing, no_ids, torch.zeros_like(live.places))


def _candidates(
    model: EncoderDecoder, live: _Live, memory: Memory, cache: DecoderCache, config: SearchConfig
) -> tuple[Tensor, Tensor]:
    """Log-probabilities of each prefix with each next subword (B, K, V), and with the end (B, K).

    PAD, UNK and BOS are forbidden after the log-softmax, so that what is left is as probable as in forced decoding.
    """
    sentences, beams, length = live.ids.shape
    newest = live.ids[:, :, -1:] if length else live.ids.new_full((sentences, beams, 1), BOS)
    logits = model.decode(newest.reshape(sentences * beams, 1), memory, cache)[:, -1]
    candidates = log_probabilities(logits).view(sentences, beams, -1)
    candidates += live.log_probabilities.unsqueeze(2)
    endings = candidates[:, :, EOS].clone()
    if length < config.min_length:
        endings.fill_(_NEVER)
    candidates.index_fill_(2, torch.tensor((PAD, UNK, BOS, EOS), device=candidates.device), _NEVER)
    return candidates, endings


def _finish(
    finished: _Finished, live: _Live, endings: Tensor, continuations: Tensor, config: SearchConfig
) -> _Finished:
    """Take in the ``endings`` (B, K) that are among the K best candidates; at the length limit, all of them."""
    length = live.ids.size(2)
    everything = torch.cat((endings, continuations), dim=1)
    least = everything.topk(min(config.beam_size, everything.size(1))).values[:, -1:]
    ended = ((endings >= least) | (live.limits == length).unsqueeze(1)) & (endings > _NEVER)
    endings = endings.masked_fill(~ended, _NEVER)

    scores = torch.cat((finished.scores, endings / (length + 1) ** config.length_penalty), dim=1)
    scores, places = (part[:, : config.n_best] for part in scores.sort(stable=True, dim=1, descending=True))
    ids = torch.cat((F.pad(finished.ids, (0, length - finished.ids.size(2)), value=PAD), live.ids), dim=1)
    return _Finished(
        scores=scores,
        log_probabilities=torch.cat((finished.log_probabilities, endings), dim=1).gather(1, places),
        ids=ids.gather(1, places.unsqueeze(2).expand(-1, -1, length)),
        count=finished.count + ended.sum(1),
    )


def _is_done(finished: _Finished, live: _Live, continuations: Tensor, config: SearchConfig) -> Tensor:
    """Whether each sentence (B,) is done: K have ended, nothing better can come, or its limit is reached.

    A log-probability only falls and is never above 0, so the best that a beam can still reach is its own of now,
    divided by the greatest length allowed.
    """
    best_possible = continuations[:, 0] / (live.limits + 1) ** config.length_penalty
    return (
        (finished.count >= config.beam_size)
        | (best_possible <= finished.scores[:, -1])
        | (live.limits == live.ids.size(2))
    )


def _extend(live: _Live, continuations: Tensor, chosen: Tensor, vocabulary_size: int) -> tuple[_Live, Tensor]:
    """The prefixes that go on, and the rows (B, K) of the decoder that they continue."""
    sentences, beams, length = live.ids.shape
    parents = chosen // vocabulary_size
    newest = (chosen % vocabulary_size).unsqueeze(2)
    prefixes = live.ids.gather(1, parents.unsqueeze(2).expand(-1, -1, length))
    extended = _Live(live.places, live.limits, torch.cat((prefixes, newest), dim=2), continuations)
    rows = torch.arange(0, sentences * beams, beams, device=parents.device).unsqueeze(1) + parents
    return extended, rows


def _hypotheses(done: list[tuple[Tensor, _Finished]], sentences: int) -> list[list[Hypothesis]]:
    """The finished hypotheses as plain lists, each sentence in its place."""
    result: list[list[Hypothesis]] = [[] for _ in range(sentences)]
    for places, finished in done:
        lengths = (finished.ids != PAD).sum(2)
        parts = (places, finished.scores, finished.log_probabilities, finished.ids, lengths)
        for place, *columns in zip(*(part.tolist() for part in parts), strict=True):
            result[place] = [
                Hypothesis(ids[:length], log_probability, score)
                for score, log_probability, ids, length in zip(*columns, strict=True)
                if score > _NEVER
            ]
    if not all(result):
        raise NMTError("the model gives no finite probabilities: its weights are damaged; train it again or restore it")
    return result
