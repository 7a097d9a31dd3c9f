"""Lexical constraints as tensors, applied to the candidates of each step of a search.

Letters: B sentences, K beams of each, T subwords so far, V vocabulary, W distinct constraints, F forbidden
sequences of one length N in a constraint.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import LexicalConstraint

NEVER = -math.inf  # the log-probability of a subword that must not follow
_NONE = -1  # stands for a missing id


@dataclass(frozen=True)
class ConstraintTensors:
    """The constraints of B sentences and the settings that apply to all of them."""

    which: Tensor  # (B,) each sentence's constraint, an index into W
    prefixes: Tensor  # (W, P) padded with -1
    # For each N, what precedes the last subword of a forbidden sequence (W, F, N - 1), and that subword (W, F).
    forbidden: tuple[tuple[Tensor, Tensor], ...]
    no_repeat_ngram: int
    repetition_penalty: float

    @property
    def reweigh(self) -> bool:
        """Whether candidates are ranked by other values than their log-probabilities."""
        return self.repetition_penalty != 1

    def select(self, sentences: Tensor) -> "ConstraintTensors":
        """The constraints of ``sentences`` (B',), indices into B."""
        return replace(self, which=self.which[sentences])

    def forced(self, length: int) -> Tensor | None:
        """The subword (B,) that must follow the first ``length``, -1 where any may; None if any may everywhere."""
        if length >= self.prefixes.size(1):
            return None
        return self.prefixes[self.which, length]

    def apply(self, candidates: Tensor, ids: Tensor) -> None:
        """Exclude from ``candidates`` (B, K, V) what must not follow ``ids`` (B, K, T), and penalize repetition.

        Both happen in place; candidates are log-probabilities.
        """
        if self.repetition_penalty != 1 and ids.size(2):
            candidates.scatter_(2, ids, candidates.gather(2, ids) * self.repetition_penalty)
        for contexts, lasts in self.forbidden:
            length = contexts.size(2)
            if length <= ids.size(2):
                newest = ids[:, :, ids.size(2) - length :]
                matches = (newest.unsqueeze(2) == contexts[self.which].unsqueeze(1)).all(3)  # (B, K, F)
                _forbid(candidates, lasts[self.which].unsqueeze(1).expand_as(matches), matches)
        if 0 < self.no_repeat_ngram <= ids.size(2):
            ngrams = ids.unfold(2, self.no_repeat_ngram, 1)  # (B, K, T - N + 1, N)
            newest = ids[:, :, ids.size(2) - self.no_repeat_ngram + 1 :]
            matches = (ngrams[..., :-1] == newest.unsqueeze(2)).all(3)
            _forbid(candidates, ngrams[..., -1], matches)


def make_constraints(
    constraints: Sequence[LexicalConstraint], config: SearchConfig, device: torch.device
) -> ConstraintTensors:
    """The constraints of B sentences as tensors on ``device``."""
    distinct = list(dict.fromkeys(constraints))
    indices = {constraint: index for index, constraint in enumerate(distinct)}
    longest = max((len(constraint.prefix) for constraint in distinct), default=0)
    prefixes = [[*constraint.prefix, *[_NONE] * (longest - len(constraint.prefix))] for constraint in distinct]
    lengths = sorted({len(sequence) for constraint in distinct for sequence in constraint.forbidden} - {0})
    return ConstraintTensors(
        which=torch.tensor([indices[constraint] for constraint in constraints], dtype=torch.long, device=device),
        prefixes=torch.tensor(prefixes, dtype=torch.long, device=device).view(len(distinct), longest),
        forbidden=tuple(_sequences(distinct, length, device) for length in lengths),
        no_repeat_ngram=config.no_repeat_ngram,
        repetition_penalty=config.repetition_penalty,
    )


def _sequences(constraints: Sequence[LexicalConstraint], length: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The forbidden sequences of ``length`` subwords: what precedes the last (W, F, length - 1), and the last (W, F).

    A constraint with fewer is padded with sequences that never match.
    """
    of_length = [
        [sequence for sequence in constraint.forbidden if len(sequence) == length] for constraint in constraints
    ]
    most = max(map(len, of_length))
    padded = [[*sequences, *[(_NONE,) * length] * (most - len(sequences))] for sequences in of_length]
    table = torch.tensor(padded, dtype=torch.long, device=device)  # (W, F, length)
    return table[..., :-1], table[..., -1]


def _forbid(candidates: Tensor, subwords: Tensor, where: Tensor) -> None:
    """Make ``subwords`` (B, K, F) impossible ``where`` (B, K, F) is True; -1 is not a subword."""
    penalty = torch.zeros(where.shape, dtype=candidates.dtype, device=candidates.device)
    penalty.masked_fill_(where & (subwords >= 0), NEVER)
    candidates.scatter_add_(2, subwords.clamp(min=0), penalty)
