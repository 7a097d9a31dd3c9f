"""One update at a time: batches in, better weights out; when to stop and what to keep is for the trainer to say."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nmt.data.batching import Batch
from nmt.errors import NMTError
from nmt.model.transformer import Transformer
from nmt.runtime import choose_precision
from nmt.special_ids import EOS, UNK
from nmt.training.config import TrainingConfig
from nmt.training.loss import agreement_loss, label_smoothed_cross_entropy
from nmt.training.optimizer import make_optimizer

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Update:
    """What one update saw."""

    loss: Tensor  # plain cross-entropy in nats, summed over the target tokens; left on its device
    target_tokens: int
    gradient_norm: float  # before clipping
    applied: bool  # False: loss or gradient was not finite, and nothing was changed


class Learner:
    """The model, its optimizer, and how a gradient is computed on this device."""

    def __init__(self, model: Transformer, config: TrainingConfig) -> None:
        self.model = model
        self.config = config
        self.device = model.embedding.weight.device
        self.precision = choose_precision(config.precision, self.device)
        self.optimizer = make_optimizer(model, config)
        self.parts = 1  # into which a batch is cut so that it fits into memory
        self._parameters = list(model.parameters())

    def update(self, batches: Sequence[Batch], *, rate: float) -> Update:
        """One update with learning rate ``rate`` from the mean gradient over all target tokens of ``batches``.

        Where memory does not suffice, each batch is cut in halves, as often as needed, from now on: the update is the
        same mean over the same tokens. A single sentence pair that does not fit is an NMTError.
        """
        self.model.train()
        total, tokens = self._gradient(batches)
        norm = float(torch.nn.utils.clip_grad_norm_(self._parameters, self.config.clip_norm))
        applied = math.isfinite(norm)
        if applied:
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.step()
        return Update(total, tokens, norm, applied)

    def state_dict(self) -> dict[str, Any]:
        """All that ``load_state_dict`` needs to go on exactly: weights, optimizer, random generators."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["cuda_random"] = torch.cuda.get_rng_state(self.device)
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up a state saved before."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state["cuda_random"], self.device)

    def _gradient(self, batches: Sequence[Batch]) -> tuple[Tensor, int]:
        """Leave the mean gradient in the parameters; the summed plain loss and its number of tokens."""
        tokens = sum(batch.target_tokens for batch in batches)
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            total = torch.zeros((), device=self.device)
            try:
                for batch in batches:
                    for part in batch.split(self.parts):
                        total += self._add_gradient(part.to(self.device), tokens)
                return total, tokens
            except RuntimeError as error:
                if not out_of_memory(error):
                    raise
            self._cut_smaller(batches)

    def _cut_smaller(self, batches: Sequence[Batch]) -> None:
        """After memory did not suffice: halves from now on."""
        if all(len(batch.source) <= self.parts for batch in batches):
            raise NMTError(
                "not even one sentence pair at a time fits into memory; train a smaller model (--preset, --dimension) "
                "or leave out long sentences (--max-length)"
            )
        self.parts *= 2
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        logger.warning("out of memory: each batch is now computed in %d parts, with the same result", self.parts)

    def _add_gradient(self, batch: Batch, tokens: int) -> Tensor:
        """Add the gradient of one batch, as a share of ``tokens``; its summed plain loss."""
        passes = 2 if self.config.r_drop else 1
        source, target_in = self._drop_words(batch.source), self._drop_words(batch.target_in)
        source, target_in, target_out = (ids.repeat(passes, 1) for ids in (source, target_in, batch.target_out))
        weight = self.model.embedding.weight
        with self.precision.autocast(self.device):
            states = self.model.decode_states(target_in, self.model.encode(source))
            loss, plain = label_smoothed_cross_entropy(
                states, weight, target_out, smoothing=self.config.label_smoothing
            )
            if self.config.r_drop:
                loss = loss + self.config.r_drop * agreement_loss(states, weight, target_out)
        (loss / (passes * tokens)).backward()  # type: ignore[no-untyped-call]
        return plain.detach() / passes

    def _drop_words(self, ids: Tensor) -> Tensor:
        """``ids`` with a share of the real tokens replaced by UNK (word dropout: Sennrich et al. 2016, section 2.3)."""
        share = self.config.word_dropout
        if not share:
            return ids
        dropped = (torch.rand(ids.shape, device=ids.device) < share) & (ids > EOS)
        return ids.masked_fill(dropped, UNK)


def out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of the memory of any device."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
