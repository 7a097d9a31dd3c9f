"""AdamW, and the moving average of the weights that gets published."""

import torch
from torch import Tensor, nn

from nmt.training.config import TrainingConfig


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019) with the betas of Vaswani et al. 2017; decay on matrices only."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0},
    ]
    fused = parameters[0].device.type in ("cpu", "cuda")
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), eps=1e-9, fused=fused)


def average_share(step: int) -> float:
    """The weight of update ``step`` in the moving average: it reaches back over about the last tenth of the run so far.

    A horizon that grows with the run needs no tuning for its length (Karras et al. 2024, section 3.1).
    """
    return max(1.0 / (1.0 + step / 10), 1 / 2000)


@torch.no_grad()
def update_average(average: list[Tensor], current: list[Tensor], step: int) -> None:
    """Move ``average`` towards ``current`` by the share of ``step``."""
    torch._foreach_lerp_(average, current, average_share(step))
