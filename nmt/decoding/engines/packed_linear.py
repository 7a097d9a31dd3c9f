"""Matrix products of a search by oneDNN, with the weights packed once as it likes them.

On processors PyTorch multiplies float32 matrices by MKL, which uses half of what AMD's newer processors can do (AVX2
for AVX-512): of one core of a Zen 5, 95 GFLOP/s, where oneDNN reaches 220. Both are in every PyTorch.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode


class PackedLinear(TorchFunctionMode):
    """While it is entered, ``F.linear`` of float32 on the processor goes to oneDNN.

    The weights are packed when they are first met and kept, a second copy of them, so they must not change during the
    life of this object.
    """

    def __init__(self) -> None:
        super().__init__()
        # By address and shape; the weight is kept, too, so that nothing else comes to lie at its address.
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
    """The faster products for ``device``; None where there are none."""
    operations = ("_reorder_linear_weight", "_linear_pointwise")
    # They are what torch.compile makes of linear layers, and no public function, so they may be missing.
    there = torch._C._has_mkldnn and all(hasattr(torch.ops.mkldnn, name) for name in operations)
    return PackedLinear() if there and device.type == "cpu" else None
