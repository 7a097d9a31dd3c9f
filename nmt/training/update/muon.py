"""Muon: matrices move along their orthogonalized momentum (Jordan et al. 2024, kellerjordan.github.io/posts/muon)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
# Of the quintic a x + b x^3 + c x^5 that, applied five times, takes singular values from (0, 1] to about 1.
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
UPDATE_SIZE = 0.2  # root mean square of an update's values at rate 1: that of AdamW's (Liu et al. 2025, equation 4)
CHUNK = 3 << 16  # values that a thread of a CPU processes together, so that they stay in its cache


def orthogonalized(matrices: Tensor) -> Tensor:
    """Approximately U Vᵀ of each U S Vᵀ in ``matrices`` (N, R, C), in float32.

    The singular values of the result are between 0.7 and 1.2, which is close enough to 1 (Jordan et al. 2024). The
    quintic of X is P X with P = a + b G + c G² and the small Gram matrix G = X Xᵀ, and the next Gram matrix is P G P.
    So all iterations use Gram matrices, and X is multiplied only at the end.
    """
    a, b, c = QUINTIC
    tall = matrices.size(1) > matrices.size(2)
    wide = matrices.mT if tall else matrices
    wide = wide / torch.linalg.vector_norm(wide, dim=(1, 2), keepdim=True).clamp_min(1e-7)
    gram = wide @ wide.mT
    factor = None
    for iteration in range(ITERATIONS):
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        polynomial.diagonal(dim1=1, dim2=2).add_(a)
        factor = polynomial if factor is None else polynomial @ factor
        if iteration + 1 < ITERATIONS:
            gram = polynomial @ (gram @ polynomial)
    moved: Tensor = factor @ wide
    return moved.mT if tall else moved


class Muon(torch.optim.Optimizer):
    """Orthogonalized Nesterov momentum for weight matrices (R, C), with decoupled weight decay.

    A matrix can be cut into blocks that are orthogonalized separately. Attention heads are such blocks: they do not
    share a scale, and small blocks cost less. The setting ``block`` of a parameter group is the number of rows of a
    block, or with ``columns`` the number of its columns; without it, a matrix is not cut.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], *, lr: float, weight_decay: float = 0.0) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "block": None, "columns": False})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        if closure is not None:
            raise ValueError("Muon takes no closure")
        for group in self.param_groups:
            for parameters in _group_by_shape([p for p in group["params"] if p.grad is not None]):
                self._move(parameters, group)

    def _move(self, parameters: Sequence[nn.Parameter], group: dict[str, Any]) -> None:
        """Move ``parameters``, all of one shape."""
        matrices = [parameter.t() if group["columns"] else parameter for parameter in parameters]
        directions = [self._direction(parameter) for parameter in parameters]
        rows, columns = matrices[0].shape
        blocks = [
            (direction.t() if group["columns"] else direction).reshape(-1, group["block"] or rows, columns)
            for direction in directions
        ]
        moves = _in_chunks(torch.cat(blocks) if len(blocks) > 1 else blocks[0]).reshape(-1, rows, columns)
        size = group["lr"] * UPDATE_SIZE * max(group["block"] or rows, columns) ** 0.5
        torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(matrices, list(moves), alpha=-size)

    def _direction(self, parameter: nn.Parameter) -> Tensor:
        """The direction of ``parameter``: its gradient, moved towards the momentum; updates the momentum."""
        if parameter.grad is None:
            raise AssertionError("only parameters with a gradient move")
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum: Tensor = state["momentum"]
        momentum.lerp_(parameter.grad, 1 - MOMENTUM)
        return parameter.grad.lerp(momentum, MOMENTUM)


def _group_by_shape(parameters: Sequence[nn.Parameter]) -> list[list[nn.Parameter]]:
    """On a CPU each matrix alone, so that it stays in the cache; else all of a shape together, for few launches."""
    alike: dict[object, list[nn.Parameter]] = {}
    for parameter in parameters:
        alike.setdefault(parameter if parameter.device.type == "cpu" else parameter.shape, []).append(parameter)
    return list(alike.values())


def _in_chunks(blocks: Tensor) -> Tensor:
    """``blocks`` (N, R, C) orthogonalized, on a CPU a few at a time."""
    number = len(blocks)
    if blocks.device.type == "cpu":
        number = max(1, CHUNK * torch.get_num_threads() // blocks[0].numel())
    if number >= len(blocks):
        return orthogonalized(blocks)
    return torch.cat([orthogonalized(chunk) for chunk in torch.split(blocks, number)])
