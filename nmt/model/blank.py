"""A Transformer whose weights are about to be loaded: drawing random ones first would cost a second or more."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer


class _WithoutDrawing(TorchFunctionMode):
    """Leaves memory as it is where random numbers would fill it; the random state stays untouched, too."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in (torch.Tensor.normal_, torch.Tensor.uniform_):
            return args[0]
        return func(*args, **(kwargs or {}))


def blank_transformer(config: ModelConfig) -> Transformer:
    """A Transformer on the CPU whose parameters hold arbitrary numbers."""
    with _WithoutDrawing():
        return Transformer(config)
