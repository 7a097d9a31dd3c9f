"""What the Transformer's decoder remembers between steps: keys and values. Plain data, owned by the search."""

from collections.abc import Container
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.models.config import Heads


@dataclass(frozen=True)
class EncoderStates:
    """The encoder's output: ``states`` (B, S, D) and ``mask`` (B, S), True where there is a token."""

    states: Tensor
    mask: Tensor

    @property
    def dtype(self) -> torch.dtype:
        """See Memory.dtype."""
        return self.states.dtype

    def select(self, sentences: Tensor) -> "EncoderStates":
        """See Memory.select."""
        return EncoderStates(self.states.index_select(0, sentences), self.mask.index_select(0, sentences))


class LayerCache:
    """Keys and values of one decoder layer: of the target (B*K, H, T, D/H) and of the memory (B, H, S, D/H)."""

    def __init__(self, *, keep_weights: bool = False) -> None:
        """With ``keep_weights`` the layer leaves the weights of its cross-attention here, which takes time."""
        self.target: tuple[Tensor, Tensor] | None = None
        self.memory: tuple[Tensor, Tensor] | None = None
        self.keep_weights = keep_weights
        self.cross_weights: Tensor | None = None  # (B*K, H, T', S) of the newest positions

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Append the new positions (B*K, H, T', D/H) and return all of them so far."""
        if self.target is not None:
            keys = torch.cat((self.target[0], keys), dim=2)
            values = torch.cat((self.target[1], values), dim=2)
        self.target = (keys, values)
        return self.target


class DecoderCache:
    """Keys and values of every decoder layer for one search; rows are sentence-major, B*K."""

    def __init__(self, layers: int, heads: Heads = ()) -> None:
        """A cache of ``layers`` decoder layers, of which those of ``heads`` keep the weights of their attention."""
        self.heads = heads
        kept: Container[int] = {layer for layer, _ in heads}
        self.layers = [LayerCache(keep_weights=index in kept) for index in range(layers)]
        self.length = 0  # target positions already decoded

    def reorder(self, rows: Tensor) -> None:
        """See DecoderState.reorder; beams share their sentence's memory, which stays."""
        for layer in self.layers:
            if layer.target is not None:
                layer.target = _select(layer.target, rows)

    def select(self, sentences: Tensor, rows: Tensor) -> None:
        """See DecoderState.select."""
        self.reorder(rows)
        for layer in self.layers:
            if layer.memory is not None:
                layer.memory = _select(layer.memory, sentences)

    def attention(self) -> Tensor:
        """See DecoderState.attention."""
        weights = [(self.layers[layer].cross_weights, head) for layer, head in self.heads]
        return torch.stack([of_layer[:, head] for of_layer, head in weights if of_layer is not None])


def _select(pair: tuple[Tensor, Tensor], index: Tensor) -> tuple[Tensor, Tensor]:
    return pair[0].index_select(0, index), pair[1].index_select(0, index)
