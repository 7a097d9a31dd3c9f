"""What a decoder needs to remember between steps, as plain data owned by the search."""

from collections.abc import Container
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Memory:
    """The encoder's output: ``states`` (B, S, D) and ``mask`` (B, S), True where there is a token."""

    states: Tensor
    mask: Tensor

    def select(self, sentences: Tensor) -> "Memory":
        """The memory of ``sentences`` (B',), indices into B."""
        return Memory(self.states.index_select(0, sentences), self.mask.index_select(0, sentences))


class LayerCache:
    """Keys and values of one decoder layer: its own (B*K, H, T, D/H), the memory's (B, H, S, D/H)."""

    def __init__(self, *, watched: bool = False) -> None:
        """The layer leaves the weights of its cross-attention here if it is ``watched``; they cost time."""
        self.own: tuple[Tensor, Tensor] | None = None
        self.cross: tuple[Tensor, Tensor] | None = None
        self.watched = watched
        self.cross_weights: Tensor | None = None  # (B*K, H, T', S) of the newest positions

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Append the new positions (B*K, H, T', D/H) and return all of them so far."""
        if self.own is not None:
            keys = torch.cat((self.own[0], keys), dim=2)
            values = torch.cat((self.own[1], values), dim=2)
        self.own = (keys, values)
        return self.own


class DecoderCache:
    """Keys and values of every decoder layer for one search; rows are sentence-major, B*K."""

    def __init__(self, layers: int, *, watched: Container[int] = ()) -> None:
        """For so many decoder layers, of which those in ``watched`` show what they look at."""
        self.layers = [LayerCache(watched=index in watched) for index in range(layers)]
        self.length = 0  # target positions already decoded

    def part(self, start: int, stop: int) -> "DecoderCache":
        """The layers from ``start`` to ``stop`` as a cache of the same length that shares what they hold."""
        part = DecoderCache(0)
        part.layers, part.length = self.layers[start:stop], self.length
        return part

    def reorder(self, rows: Tensor) -> None:
        """Let row i continue what row ``rows[i]`` (B*K,) held; beams share their sentence's memory, which stays."""
        for layer in self.layers:
            if layer.own is not None:
                layer.own = _select(layer.own, rows)

    def select(self, sentences: Tensor, rows: Tensor) -> None:
        """Keep only ``sentences`` (B',) of the memory and ``rows`` (B'*K,) of the beams."""
        self.reorder(rows)
        for layer in self.layers:
            if layer.cross is not None:
                layer.cross = _select(layer.cross, sentences)


def _select(pair: tuple[Tensor, Tensor], index: Tensor) -> tuple[Tensor, Tensor]:
    return pair[0].index_select(0, index), pair[1].index_select(0, index)
