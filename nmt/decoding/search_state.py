"""The state of a search, advanced step by step: what may follow the chosen prefixes, and how probable it is.

Letters: B sentences still searched, K beams of each, S source positions, T subwords so far, V vocabulary.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.constraints import NEVER, make_constraints
from nmt.decoding.hypothesis import SearchInput
from nmt.decoding.scoring import pad_rows
from nmt.models.base import EncoderDecoder, log_probabilities
from nmt.models.config import Heads
from nmt.special_ids import BOS, EOS, PAD, UNK

_LEAST_COVERAGE = 1e-10  # keeps the logarithm finite at positions without attention


@dataclass(frozen=True)
class Step:
    """What may follow each prefix."""

    log_probabilities: Tensor  # (B, K, V) by the model, of everything
    # (B, K, V) what candidates are ranked by, -inf where one is not allowed; the end is never among them. The same
    # tensor as log_probabilities, overwritten, unless the constraints reweigh.
    values: Tensor
    endings: Tensor  # (B, K) the log-probability of the end, -inf where it is not allowed
    attention: Tensor | None  # (B, K, S) the attention to the source, if it is needed


def margin_between(higher: Tensor, lower: Tensor) -> Tensor:
    """The difference between two log-probabilities; infinite where there is nothing to decide."""
    return (higher - lower).nan_to_num(nan=math.inf, posinf=math.inf)


class SearchState:
    """The sentences that are being translated: their memory, the decoder's state and their constraints."""

    def __init__(
        self,
        model: EncoderDecoder,
        inputs: Sequence[SearchInput],
        config: SearchConfig,
        *,
        heads: Heads | None = None,
    ) -> None:
        """The coverage penalty uses the attention of ``heads``; None takes the model's default."""
        self.model = model
        self.config = config
        self.device = model.device
        self.memory = model.encode(pad_rows([sentence.ids for sentence in inputs]).to(self.device))
        self.constraint_tensors = make_constraints([sentence.constraint for sentence in inputs], config, self.device)
        self.heads = (heads or model.default_alignment_heads()) if config.coverage_penalty else []
        self.decoder = model.start(self.memory, self.heads)
        limits = [config.length_limit(len(sentence.ids), len(sentence.constraint.prefix)) for sentence in inputs]
        self.limits = torch.tensor(limits, device=self.device)  # (B,) the most subwords of each translation

    @property
    def dtype(self) -> torch.dtype:
        """The type of log-probabilities."""
        return torch.promote_types(self.memory.dtype, torch.float32)

    def step(self, ids: Tensor) -> Step:
        """What may follow ``ids`` (B, K, T); all but the newest subwords were passed in earlier steps.

        PAD, UNK, BOS and forbidden subwords are excluded after the log-softmax: the others are as probable as in
        forced decoding.
        """
        sentences, beams, length = ids.shape
        newest = ids[:, :, -1:] if length else ids.new_full((sentences, beams, 1), BOS)
        logits = self.model.decode(newest.reshape(sentences * beams, 1), self.memory, self.decoder)[:, -1]
        by_model = log_probabilities(logits).view(sentences, beams, -1)
        endings = by_model[:, :, EOS].clone()
        forced = self._forced(by_model, length)
        values = by_model.clone() if self.constraint_tensors.reweigh else by_model
        self.constraint_tensors.apply(values, ids)
        values.index_fill_(2, torch.tensor((PAD, UNK, BOS, EOS), device=values.device), NEVER)
        if length < self.config.min_length:
            # Where no subword is allowed, only the end remains.
            endings.masked_fill_(values.amax(2) > NEVER, NEVER)
        if forced is not None:
            rows, required, required_values = forced
            values[rows] = torch.full_like(values[rows], NEVER).scatter_(2, required, required_values)
            endings[rows] = NEVER
        return Step(by_model, values, endings, self._attention(sentences, beams))

    def _forced(self, by_model: Tensor, length: int) -> tuple[Tensor, Tensor, Tensor] | None:
        """The sentences (B',) still inside their prefix, its next subword, and its log-probabilities (B', K, 1)."""
        forced = self.constraint_tensors.forced(length)
        if forced is None:
            return None
        rows = (forced >= 0).nonzero().squeeze(1)
        required = forced[rows].view(-1, 1, 1).expand(-1, by_model.size(1), -1)
        return rows, required, by_model[rows].gather(2, required)

    def _attention(self, sentences: int, beams: int) -> Tensor | None:
        """The attention of the newest positions, the mean over the heads: (B, K, S)."""
        return self.decoder.attention()[:, :, -1].mean(0).view(sentences, beams, -1) if self.heads else None

    def reorder(self, rows: Tensor) -> None:
        """Let row i of the decoder continue what row ``rows[i]`` (B*K,) held."""
        self.decoder.reorder(rows)

    def select(self, sentences: Tensor, rows: Tensor) -> None:
        """Keep only ``sentences`` (B',) and, of the decoder, ``rows`` (B'*K,)."""
        self.memory = self.memory.select(sentences)
        self.decoder.select(sentences, rows)
        self.constraint_tensors = self.constraint_tensors.select(sentences)
        self.limits = self.limits[sentences]

    def coverage_scores(self, coverage: Tensor) -> Tensor:
        """The second term of the score (see SearchConfig) for the attention ``coverage`` (B, K, S) summed so far."""
        logarithms = coverage.clamp(_LEAST_COVERAGE, 1.0).log()
        return self.config.coverage_penalty * logarithms.masked_fill(~self.memory.mask.unsqueeze(1), 0.0).sum(2)
