"""The interface of a model: all that search, scoring, training and the model directory may know of one.

Letters: B sentences, K beams of each, S source positions, T target positions, D model dimension, V vocabulary.
"""

from abc import ABC, abstractmethod
from typing import Any, Protocol, Self

import torch
from torch import Tensor, nn

from nmt.models.config import Heads, ModelConfig


class Memory(Protocol):
    """What an encoder computes of B sentences."""

    @property
    def mask(self) -> Tensor:
        """(B, S) bool, True where there is a token."""

    @property
    def dtype(self) -> torch.dtype:
        """The type of its numbers."""

    def select(self, sentences: Tensor) -> Self:
        """The memory of ``sentences`` (B',), indices into B."""


class DecoderState(Protocol):
    """What a decoder remembers between steps; rows are sentence-major, B*K."""

    def reorder(self, rows: Tensor) -> None:
        """Let row i continue what row ``rows[i]`` (B*K,) held."""

    def select(self, sentences: Tensor, rows: Tensor) -> None:
        """Keep only ``sentences`` (B',) and their ``rows`` (B'*K,)."""

    def attention(self) -> Tensor:
        """The weights (heads, B*K, T, S) of the heads given to ``start``, for the positions decoded last."""


class EncoderDecoder(Protocol):
    """What search and scoring need: an encoder and a decoder that continues from a state."""

    @property
    def device(self) -> torch.device:
        """Where the weights are and inputs must be."""

    @property
    def vocabulary_size(self) -> int:
        """V."""

    def default_alignment_heads(self) -> Heads:
        """The heads of the cross-attention that align words best where nobody has measured it."""

    def check_alignment_heads(self, heads: Heads) -> None:
        """Raise an NMTError unless the model has all of ``heads``, at least one."""

    def encode(self, source: Tensor) -> Memory:
        """The memory of ``source`` (B, S), whose rows end with EOS, then PAD."""

    def start(self, memory: Any, heads: Heads = ()) -> DecoderState:
        """The state before the first step for a ``memory`` from ``encode``; it keeps the attention of ``heads``."""

    def decode(self, target: Tensor, memory: Any, state: Any = None) -> Tensor:
        """Logits (B*K, T, V) of what follows each position of ``target`` (B*K, T).

        ``memory`` comes from ``encode`` and ``state`` from ``start``. With a state, ``target`` holds only the positions
        after those decoded before, and the state grows. Without one, ``target`` begins with BOS.
        """


class TrainableModel(nn.Module, ABC):
    """A model of one architecture, which can be trained and saved; it is an EncoderDecoder.

    ``config`` is the configuration it was created from, ``state_dict`` its weights. Another architecture is another
    subclass and a line in ``nmt.models.architectures``.
    """

    config: ModelConfig

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """See EncoderDecoder.device."""

    @property
    def vocabulary_size(self) -> int:
        """See EncoderDecoder.vocabulary_size."""
        return self.config.vocabulary_size

    def default_alignment_heads(self) -> Heads:
        """See EncoderDecoder.default_alignment_heads."""
        return self.config.default_alignment_heads()

    def check_alignment_heads(self, heads: Heads) -> None:
        """See EncoderDecoder.check_alignment_heads."""
        self.config.check_alignment_heads(heads)

    @abstractmethod
    def encode(self, source: Tensor) -> Memory:
        """See EncoderDecoder.encode."""

    @abstractmethod
    def start(self, memory: Any, heads: Heads = ()) -> DecoderState:
        """See EncoderDecoder.start."""

    def decode(self, target: Tensor, memory: Any, state: Any = None) -> Tensor:
        """See EncoderDecoder.decode."""
        return nn.functional.linear(self.decode_states(target, memory, state), self.output_layer)

    @abstractmethod
    def decode_states(self, target: Tensor, memory: Any, state: Any = None) -> Tensor:
        """The states (B*K, T, D) from which ``decode`` computes logits; a fused loss starts from them."""

    @property
    @abstractmethod
    def output_layer(self) -> Tensor:
        """The matrix (V, D) that turns the states of ``decode_states`` into logits."""

    @abstractmethod
    def cross_attention(self, target: Tensor, memory: Any) -> Tensor:
        """The weights (layers, B*K, H, T, S) with which ``target`` (B*K, T) attends to the source, by all heads."""

    @abstractmethod
    def matrix_blocks(self) -> dict[Tensor, tuple[int, bool]]:
        """For each matrix inside the layers the size of the blocks that Muon orthogonalizes, and whether by columns."""

    def forward(self, source: Tensor, target_in: Tensor) -> Tensor:
        """Logits (B, T, V) for ``source`` (B, S) and ``target_in`` (B, T), which begins with BOS."""
        return self.decode(target_in, self.encode(source))


def log_probabilities(logits: Tensor) -> Tensor:
    """The log-softmax of ``logits`` (..., V) in float32, or in float64 if they are."""
    return logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
