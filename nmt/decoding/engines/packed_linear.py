"""Matrix products of a search by oneDNN, with the weights packed once in its own layout.

On processors PyTorch multiplies float32 matrices by MKL, which reaches half the speed of AMD's newer processors (AVX2
instead of AVX-512): on one core of a Zen 5, 95 GFLOP/s, where oneDNN reaches 220. Every PyTorch contains both.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode


class PackedLinear(TorchFunctionMode):
    """While it is entered, ``F.linear`` of float32 on the processor goes to oneDNN.

    The weights are packed at their first use and kept as a second copy, so they must not change during the lifetime of
    this object.
    """

    def __init__(self) -> None:
        super().__init__()
        # By address and shape; the weight is kept as well, so that its address is not reused.
        self._packed: dict[tuple[int, torch.Size], tuple[Tensor, Tensor]] = {}

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func is F.linear:
            return self._linear(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))

    def _linear(self, states: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        if states.dtype != torch.float32 or weight.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
            return F.linear(states, weight, bias)
        key = (weight.data_ptr(), weight.shape)
        if key not in self._packed:
            rows = states.numel() // states.size(-1)
            self._packed[key] = weight, torch.ops.mkldnn._reorder_linear_weight(weight, rows)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(states, self._packed[key][1], bias, "none", [], "")
        return product


def packed_products(device: torch.device) -> PackedLinear | None:
    """The faster products for ``device``; None if there are none."""
    operations = ("_reorder_linear_weight", "_linear_pointwise")
    # torch.compile uses them for linear layers, but they are not public, so they may be missing.
    available = torch._C._has_mkldnn and all(hasattr(torch.ops.mkldnn, name) for name in operations)
    return PackedLinear() if available and device.type == "cpu" else None
