"""One update at a time: batches in, better weights out; when to stop and what to keep is for the trainer to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nmt.data.batching import Batch
from nmt.model.transformer import Transformer
from nmt.runtime import choose_precision
from nmt.training.config import TrainingConfig
from nmt.training.loss import label_smoothed_cross_entropy
from nmt.training.optimizer import make_optimizer


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
        self._parameters = list(model.parameters())

    def update(self, batches: Sequence[Batch], *, rate: float) -> Update:
        """One update with learning rate ``rate`` from the mean gradient over all target tokens of ``batches``."""
        self.model.train()
        tokens = sum(batch.target_tokens for batch in batches)
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.device)
        for batch in batches:
            total += self._add_gradient(batch.to(self.device), tokens)
        norm = float(torch.nn.utils.clip_grad_norm_(self._parameters, self.config.clip_norm))
        applied = norm - norm == 0.0  # neither infinite nor NaN
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

    def _add_gradient(self, batch: Batch, tokens: int) -> Tensor:
        """Add the gradient of one batch, as a share of ``tokens``; its summed plain loss."""
        with self.precision.autocast(self.device):
            states = self.model.decode_states(batch.target_in, self.model.encode(batch.source))
            smoothed, plain = label_smoothed_cross_entropy(
                states, self.model.embedding.weight, batch.target_out, smoothing=self.config.label_smoothing
            )
        (smoothed / tokens).backward()  # type: ignore[no-untyped-call]
        return plain.detach()
