"""The optimizers, and the moving average of the weights that gets published."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from nmt.model.attention import Attention
from nmt.runtime import Precision
from nmt.training.config import TrainingConfig
from nmt.training.muon import Muon

WHOLE_DECAY = 3000  # updates with all of Muon's default decay


class Optimizers:
    """Several optimizers, each of parameters of its own, that step as one."""

    def __init__(self, members: Sequence[torch.optim.Optimizer], *, whole_decay: int | None = None) -> None:
        """After ``whole_decay`` updates weights decay the slower, the more there were; None: always as fast."""
        self.members = members
        self.whole_decay = whole_decay

    @property
    def started(self) -> bool:
        """Whether a step was made, and memory taken for what they remember."""
        return any(member.state for member in self.members)

    def step(self, rate: float) -> None:
        """Move all parameters, with learning rate ``rate``."""
        for member in self.members:
            for group in member.param_groups:
                group["lr"] = rate
                group["updates"] = group.get("updates", 0) + 1
                if self.whole_decay is not None:
                    first = group.setdefault("first_weight_decay", group["weight_decay"])
                    group["weight_decay"] = first * min(1.0, self.whole_decay / group["updates"])
            member.step()

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for member in self.members:
            member.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, Any]:
        """All that ``load_state_dict`` needs to go on exactly, by the kind of optimizer."""
        return {type(member).__name__: member.state_dict() for member in self.members}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what was saved before."""
        for member in self.members:
            member.load_state_dict(state[type(member).__name__])


def make_optimizers(model: nn.Module, config: TrainingConfig, precision: Precision) -> Optimizers:
    """AdamW for all parameters, or Muon for the matrices of all layers and AdamW for the rest.

    Embeddings, norms and biases are no matrices in Muon's sense: what they are multiplied with is one-hot or a constant
    (Jordan et al. 2024). AdamW (Loshchilov & Hutter 2019) has the betas of Vaswani et al. 2017. Decay is on matrices
    and embeddings only; that of Muon's runs, unless it is set, slows down with time, so that weights keep what they
    learned in a share of the run so far: what suits is a time in passes, not in updates (Wang & Aitchison 2024).
    What Muon makes orthogonal it computes in the precision of training, as its author does.
    """
    stacked = {module.projection.weight for module in model.modules() if isinstance(module, Attention)}
    matrices = {module.weight for module in model.modules() if isinstance(module, nn.Linear)}
    if config.optimizer == "adamw":
        stacked, matrices = set(), set()
    parameters = list(model.parameters())
    rest = [parameter for parameter in parameters if parameter not in matrices]
    groups = [
        {"params": [p for p in rest if p.dim() > 1], "weight_decay": config.settled_weight_decay},
        {"params": [p for p in rest if p.dim() <= 1], "weight_decay": 0.0},
    ]
    whole = WHOLE_DECAY if config.weight_decay is None and config.optimizer == "muon" else None
    fused = parameters[0].device.type in ("cpu", "cuda")
    adamw = torch.optim.AdamW(groups, lr=config.peak_rate, betas=(0.9, 0.98), eps=1e-9, fused=fused)
    if not matrices:
        return Optimizers([adamw], whole_decay=whole)
    split = [
        {"params": [p for p in parameters if p in matrices and p not in stacked], "parts": 1},
        {"params": [p for p in parameters if p in stacked], "parts": 3},  # queries, keys, values
    ]
    muon = Muon(split, lr=config.peak_rate, weight_decay=config.settled_weight_decay, dtype=precision.dtype)
    return Optimizers([adamw, muon], whole_decay=whole)


def average_share(step: int) -> float:
    """The weight of update ``step`` in the moving average: it reaches back over about the last tenth of the run so far.

    A horizon that grows with the run needs no tuning for its length (Karras et al. 2024, section 3.1).
    """
    return max(1.0 / (1.0 + step / 10), 1 / 2000)


@torch.no_grad()
def update_average(average: list[Tensor], current: list[Tensor], step: int) -> None:
    """Move ``average`` towards ``current`` by the share of ``step``."""
    torch._foreach_lerp_(average, current, average_share(step))
