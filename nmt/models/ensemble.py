"""Several models that translate as one: the mean of their probabilities, subword by subword."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.errors import NMTError
from nmt.models.base import DecoderState, EncoderDecoder, Memory, log_probabilities
from nmt.models.config import Heads


@dataclass(frozen=True)
class EnsembleMemory:
    """The memory of each member for the same sentences."""

    members: list[Memory]

    @property
    def mask(self) -> Tensor:
        """See Memory.mask."""
        return self.members[0].mask

    @property
    def dtype(self) -> torch.dtype:
        """See Memory.dtype."""
        return self.members[0].dtype

    def select(self, sentences: Tensor) -> "EnsembleMemory":
        """See Memory.select."""
        return EnsembleMemory([member.select(sentences) for member in self.members])


@dataclass(frozen=True)
class EnsembleState:
    """The decoder state of each member; attention is that of the last member, by which an ensemble aligns words."""

    members: list[DecoderState]

    def reorder(self, rows: Tensor) -> None:
        """See DecoderState.reorder."""
        for member in self.members:
            member.reorder(rows)

    def select(self, sentences: Tensor, rows: Tensor) -> None:
        """See DecoderState.select."""
        for member in self.members:
            member.select(sentences, rows)

    def attention(self) -> Tensor:
        """See DecoderState.attention."""
        return self.members[-1].attention()


class Ensemble:
    """An EncoderDecoder whose probabilities are the mean of those of its members, which may differ in architecture.

    It aligns words by heads of its last member.
    """

    def __init__(self, members: Sequence[EncoderDecoder]) -> None:
        """NMTErrors if there is no member, or they do not share one vocabulary."""
        if not members:
            raise NMTError("an ensemble needs at least one model")
        if len({member.vocabulary_size for member in members}) > 1:
            raise NMTError("the models of an ensemble must share one vocabulary")
        self.members = list(members)

    @property
    def device(self) -> torch.device:
        """See EncoderDecoder.device."""
        return self.members[0].device

    @property
    def vocabulary_size(self) -> int:
        """See EncoderDecoder.vocabulary_size."""
        return self.members[0].vocabulary_size

    def default_alignment_heads(self) -> Heads:
        """See EncoderDecoder.default_alignment_heads."""
        return self.members[-1].default_alignment_heads()

    def check_alignment_heads(self, heads: Heads) -> None:
        """See EncoderDecoder.check_alignment_heads."""
        self.members[-1].check_alignment_heads(heads)

    def encode(self, source: Tensor) -> EnsembleMemory:
        """See EncoderDecoder.encode."""
        return EnsembleMemory([member.encode(source) for member in self.members])

    def start(self, memory: EnsembleMemory, heads: Heads = ()) -> EnsembleState:
        """See EncoderDecoder.start."""
        *others, last = zip(self.members, memory.members, strict=True)
        states = [member.start(of_member) for member, of_member in others]
        return EnsembleState([*states, last[0].start(last[1], heads)])

    def decode(self, target: Tensor, memory: EnsembleMemory, state: EnsembleState | None = None) -> Tensor:
        """Logarithms (B*K, T, V) of the mean probability of what follows each position of ``target`` (B*K, T)."""
        states = [None] * len(self.members) if state is None else state.members
        logs = [
            log_probabilities(member.decode(target, of_member, of_state))
            for member, of_member, of_state in zip(self.members, memory.members, states, strict=True)
        ]
        return torch.stack(logs).logsumexp(0) - math.log(len(logs))
