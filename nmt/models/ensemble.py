"""Several models that translate as one: the mean of their probabilities, subword by subword."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from nmt.errors import NMTError
from nmt.models.base import EncoderDecoder, log_probabilities
from nmt.models.cache import DecoderCache, Memory


class Ensemble:
    """A model with the verbs of a Transformer whose probabilities are the mean of those of its members.

    Its memory is the members' side by side, (B, S, D1 + D2 + ...), and its decoder layers are the members' one after
    the other, so that a search treats it as any model.
    """

    def __init__(self, members: Sequence[EncoderDecoder]) -> None:
        """NMTErrors if there is no member, or they do not share one vocabulary."""
        if not members:
            raise NMTError("an ensemble needs at least one model")
        configs = [member.config for member in members]
        if len({config.vocabulary_size for config in configs}) > 1:
            raise NMTError("the models of an ensemble must share one vocabulary")
        self.members = list(members)
        self.widths = [config.dimension for config in configs]
        layers = [0, *accumulate(config.decoder_layers for config in configs)]
        self.layers = list(pairwise(layers))
        self.config = replace(configs[-1], decoder_layers=layers[-1], heads=min(config.heads for config in configs))

    @property
    def device(self) -> torch.device:
        """That of all members."""
        return self.members[0].device

    def encode(self, source: Tensor) -> Memory:
        """The memory of ``source`` (B, S)."""
        memories = [member.encode(source) for member in self.members]
        return Memory(torch.cat([memory.states for memory in memories], dim=2), memories[0].mask)

    def decode(self, target: Tensor, memory: Memory, cache: DecoderCache | None = None) -> Tensor:
        """Logarithms (B*K, T, V) of the mean probability of what follows each position of ``target`` (B*K, T)."""
        found = []
        states = torch.split(memory.states, self.widths, dim=2)
        for member, own_states, (start, stop) in zip(self.members, states, self.layers, strict=True):
            own_cache = None if cache is None else cache.part(start, stop)
            found.append(log_probabilities(member.decode(target, Memory(own_states, memory.mask), own_cache)))
        if cache is not None:
            cache.length += target.size(1)
        return torch.stack(found).logsumexp(0) - math.log(len(found))
