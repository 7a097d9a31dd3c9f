"""The optimizers, and the moving average of the weights that gets published."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nmt.errors import NMTError
from nmt.models.base import TrainableModel
from nmt.training.config import TrainingConfig
from nmt.training.update.muon import Muon

FULL_DECAY = 3000  # updates with the full default decay of Muon


class Optimizers:
    """Several optimizers with different parameters that step as one."""

    def __init__(self, members: Sequence[torch.optim.Optimizer], *, full_decay: int | None = None) -> None:
        """After ``full_decay`` updates, the decay falls with their number; None: it stays the same."""
        self.members = members
        self.full_decay = full_decay

    @property
    def started(self) -> bool:
        """Whether there was a step, so that the memory for their state is allocated."""
        return any(member.state for member in self.members)

    def step(self, rate: float) -> None:
        """Move all parameters, with learning rate ``rate``."""
        for member in self.members:
            for group in member.param_groups:
                group["lr"] = rate
                group["updates"] = group.get("updates", 0) + 1
                if self.full_decay is not None:
                    first = group.setdefault("first_weight_decay", group["weight_decay"])
                    group["weight_decay"] = first * min(1.0, self.full_decay / group["updates"])
            member.step()

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for member in self.members:
            member.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, Any]:
        """All that ``load_state_dict`` needs to resume exactly, by type of optimizer."""
        return {type(member).__name__: member.state_dict() for member in self.members}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what was saved before; NMTError if that had other groups of parameters."""
        try:
            for member in self.members:
                member.load_state_dict(state[type(member).__name__])
        except (KeyError, ValueError) as error:
            raise NMTError(
                "the checkpoint is of another release of nmt, whose optimizer had other groups of parameters; "
                "--overwrite starts over, --from starts from the published model"
            ) from error


def make_optimizers(model: TrainableModel, config: TrainingConfig) -> Optimizers:
    """AdamW for all parameters, or Muon for the matrices of all layers and AdamW for the rest.

    Embeddings, norms and biases are not matrices in Muon's sense: they are multiplied with one-hot vectors or constants
    (Jordan et al. 2024). AdamW (Loshchilov & Hutter 2019) has the betas of Vaswani et al. 2017. Only matrices and
    embeddings decay. In runs with Muon, unless it is set, the decay falls with time, so that weights keep what they
    learned in a share of the run so far: the right time scale is in passes, not in updates (Wang & Aitchison 2024).
    """
    blocks = model.matrix_blocks() if config.optimizer == "muon" else {}
    parameters = list(model.parameters())
    rest = [parameter for parameter in parameters if parameter not in blocks]
    groups = [
        {"params": [p for p in rest if p.dim() > 1], "weight_decay": config.settled_weight_decay},
        {"params": [p for p in rest if p.dim() <= 1], "weight_decay": 0.0},
    ]
    full = FULL_DECAY if config.weight_decay is None and config.optimizer == "muon" else None
    fused = parameters[0].device.type in ("cpu", "cuda")
    adamw = torch.optim.AdamW(groups, lr=config.peak_rate, betas=(0.9, 0.98), eps=1e-9, fused=fused)
    if not blocks:
        return Optimizers([adamw], full_decay=full)
    split = [
        {"params": [p for p in parameters if blocks.get(p) == block], "block": block[0], "columns": block[1]}
        for block in dict.fromkeys(blocks.values())
    ]
    muon = Muon(split, lr=config.peak_rate, weight_decay=config.settled_weight_decay)
    return Optimizers([adamw, muon], full_decay=full)


def average_share(step: int) -> float:
    """The weight of update ``step`` in the moving average, which covers about the last tenth of the run so far.

    A horizon that grows with the run needs no tuning for its length (Karras et al. 2024, section 3.1).
    """
    return max(1.0 / (1.0 + step / 10), 1 / 2000)


@torch.no_grad()
def update_average(average: list[Tensor], current: list[Tensor], step: int) -> None:
    """Move ``average`` towards ``current`` by ``average_share(step)``."""
    torch._foreach_lerp_(average, current, average_share(step))
