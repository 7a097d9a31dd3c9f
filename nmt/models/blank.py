"""A Transformer whose weights are about to be loaded: drawing random ones first would cost a second or more."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer

# Initialisers of torch.nn.init come here whole, before the tensor's own methods that they call.
_DRAWING = frozenset(
    (nn.init.kaiming_uniform_, nn.init.uniform_, nn.init.normal_, torch.Tensor.uniform_, torch.Tensor.normal_)
)


class _WithoutDrawing(TorchFunctionMode):
    """Leaves memory as it is where random numbers would fill it; the random state stays untouched, too."""

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


def blank_transformer(config: ModelConfig) -> Transformer:
    """A Transformer on the CPU whose parameters hold arbitrary numbers."""
    with _WithoutDrawing():
        return Transformer(config)
