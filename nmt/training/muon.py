"""Muon: matrices move along their momentum, made orthogonal (Jordan et al. 2024, kellerjordan.github.io/posts/muon)."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
# Of the quintic a x + b x^3 + c x^5 that, applied five times, takes singular values from (0, 1] to about 1.
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
UPDATE_SIZE = 0.2  # root mean square of an update's values at rate 1: that of AdamW's (Liu et al. 2025, equation 4)


def orthogonalized(matrices: Tensor, dtype: torch.dtype) -> Tensor:
    """About U Vᵀ of each U S Vᵀ in ``matrices`` (N, R, C), worked out in ``dtype``.

    The singular values of the result lie between 0.7 and 1.2, which is as good as 1 here (Jordan et al. 2024).
    """
    a, b, c = QUINTIC
    tall = matrices.size(1) > matrices.size(2)
    found = matrices.mT if tall else matrices
    norms = torch.linalg.vector_norm(found, dim=(1, 2), keepdim=True)
    found = (found / norms.clamp_min(1e-7)).to(dtype)
    for _ in range(ITERATIONS):
        square = found @ found.mT
        found = torch.baddbmm(found, torch.baddbmm(square, square, square, beta=b, alpha=c), found, beta=a)
    return found.mT if tall else found


class Muon(torch.optim.Optimizer):
    """Momentum of Nesterov's kind, orthogonalised, for weight matrices (R, C); with decoupled weight decay.

    A parameter may hold several matrices above one another, each of which is treated by itself: the setting ``parts``
    of its group says how many. All matrices of one shape are worked on together.
    """

    def __init__(
        self, groups: Iterable[dict[str, Any]], *, lr: float, weight_decay: float = 0.0, dtype: torch.dtype
    ) -> None:
        """``dtype`` is the type in which matrices are made orthogonal."""
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "parts": 1})
        self.dtype = dtype

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        if closure is not None:
            raise ValueError("Muon takes no closure")
        for group in self.param_groups:
            alike: dict[torch.Size, list[tuple[Tensor, Tensor]]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    both = (whole.chunk(group["parts"]) for whole in (parameter, self._direction(parameter)))
                    for part, direction in zip(*both, strict=True):
                        alike.setdefault(part.shape, []).append((part, direction))
            for shape, pairs in alike.items():
                directions = torch.stack([direction for _, direction in pairs])
                moves = orthogonalized(directions, self.dtype).to(directions.dtype)
                parts = [part for part, _ in pairs]
                torch._foreach_mul_(parts, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(parts, list(moves), alpha=-group["lr"] * UPDATE_SIZE * max(shape) ** 0.5)

    def _direction(self, parameter: nn.Parameter) -> Tensor:
        """Where ``parameter`` is to go: its gradient moved towards the momentum, which takes the gradient in."""
        if parameter.grad is None:
            raise AssertionError("only parameters with a gradient move")
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum: Tensor = state["momentum"]
        momentum.lerp_(parameter.grad, 1 - MOMENTUM)
        return parameter.grad.lerp(momentum, MOMENTUM)
