"""Forced decoding: how probable a model finds given targets, and its attention to the source."""

from collections.abc import Sequence

import torch
from torch import Tensor

from nmt.decoding.attention import shifted
from nmt.models.base import EncoderDecoder, log_probabilities
from nmt.models.config import Heads
from nmt.special_ids import EOS, PAD


def pad_rows(rows: Sequence[Sequence[int]]) -> Tensor:
    """The rows of ids with EOS after each, padded with PAD: (B, T)."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, EOS, *[PAD] * (longest - len(row))] for row in rows])


def score_targets(model: EncoderDecoder, source: Tensor, target: Tensor) -> Tensor:
    """log P(y_t | y_<t, x) of each position of ``target`` (B, T), whose rows end with EOS, for ``source`` (B, S).

    The result is (B, T), 0 at PAD; a row's sum is the log-probability that beam search gives the same hypothesis.
    """
    return _log_probabilities(model.decode(shifted(target), model.encode(source)), target)


def score_and_attend(model: EncoderDecoder, source: Tensor, target: Tensor, heads: Heads) -> tuple[Tensor, Tensor]:
    """What ``score_targets`` gives, and the mean of ``heads`` of the cross-attention (B, T, S) for each position."""
    memory = model.encode(source)
    state = model.start(memory, heads)
    scores = _log_probabilities(model.decode(shifted(target), memory, state), target)
    return scores, state.attention().mean(0)


def _log_probabilities(logits: Tensor, target: Tensor) -> Tensor:
    chosen = log_probabilities(logits).gather(2, target.unsqueeze(2)).squeeze(2)
    return chosen.masked_fill(target == PAD, 0.0)
