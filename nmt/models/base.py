"""What search, scoring and training may know of a model."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from nmt.models.cache import DecoderCache, Memory
from nmt.models.config import ModelConfig


class EncoderDecoder(Protocol):
    """What search and scoring need of a model."""

    config: ModelConfig

    @property
    def device(self) -> torch.device:
        """Where its weights are and its inputs must be."""

    def encode(self, source: Tensor) -> Memory:
        """The memory of ``source`` (B, S)."""

    def decode(self, target: Tensor, memory: Memory, cache: DecoderCache | None = None) -> Tensor:
        """Logits (B*K, T, V) of what follows each position of ``target`` (B*K, T)."""


def log_probabilities(logits: Tensor) -> Tensor:
    """The log-softmax of ``logits`` (..., V) in float32, or in float64 if they are."""
    return logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))


Heads = Sequence[tuple[int, int]]  # (decoder layer, head), both counted from 0


class Attentive(Protocol):
    """A model that shows what it looks at."""

    config: ModelConfig

    def encode(self, source: Tensor) -> Memory:
        """The memory of ``source`` (B, S)."""

    def cross_attention(self, target: Tensor, memory: Memory) -> Tensor:
        """The weights (layers, B, H, T, S) with which the positions of ``target`` (B, T) look at the source."""
