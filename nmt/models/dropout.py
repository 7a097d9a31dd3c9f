"""Dropout whose masks are cheap to draw on a processor."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEVELS = 256  # a random byte decides for each value


class _ByteDropout(torch.autograd.Function):
    """Multiply by 0 or by 1 / (share kept), as random bytes fall."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, dropped_levels: int) -> Tensor:
        words = torch.empty((values.numel() + 7) // 8, dtype=torch.int64)
        words.random_(-(1 << 63), None)  # the generator gives eight bytes at the price of one value
        # Compared into the type of the values: multiplying by a mask of bool would convert it first, twice as slowly.
        kept = torch.empty_like(values, memory_format=torch.contiguous_format)
        torch.ge(words.view(torch.uint8)[: values.numel()], dropped_levels, out=kept.view(-1))
        ctx.save_for_backward(kept)
        ctx.scale = LEVELS / (LEVELS - dropped_levels)
        return (values * kept).mul_(ctx.scale)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (kept,) = ctx.saved_tensors
        return (gradients[0] * kept).mul_(ctx.scale), None


class Dropout(nn.Module):
    """Dropout (Srivastava et al. 2014), the kept values scaled up so that the mean stays.

    On the CPU torch draws one number for each value on one thread, which is among the costliest operations of a small
    model. There, one random byte for each value is used instead: the share dropped is rounded to 1/256, and the scale
    is that of the rounded share. The masks come from torch's own generator and follow its seed.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    @property
    def dropped_levels(self) -> int:
        """Of the LEVELS of a random byte, those that drop a value."""
        return min(round(self.share * LEVELS), LEVELS - 1)

    def forward(self, values: Tensor) -> Tensor:
        """``values`` of any shape; unchanged when not training."""
        if not self.training or self.share == 0:
            return values
        if values.device.type != "cpu":
            return F.dropout(values, self.share)
        dropped: Tensor = _ByteDropout.apply(values, self.dropped_levels)  # type: ignore[no-untyped-call]
        return dropped
