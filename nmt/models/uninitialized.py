"""Models whose weights are about to be loaded: drawing random ones first would cost a second or more.

The meta device of PyTorch would do the same, but drawing on it imports 800 modules, which takes longer still.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

# Initializers of torch.nn.init come here whole, before the tensor's own methods that they call.
_DRAWING = frozenset(
    (nn.init.kaiming_uniform_, nn.init.uniform_, nn.init.normal_, torch.Tensor.uniform_, torch.Tensor.normal_)
)


class WithoutRandomWeights(TorchFunctionMode):
    """Inside the block, functions that fill a tensor with random numbers leave it, and the random generator, alone."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in _DRAWING:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)
