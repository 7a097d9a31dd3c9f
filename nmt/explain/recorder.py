"""What a Transformer computes on its way, recorded from outside: its code and its speed stay as they are.

While a recording goes on, each attention and residual of one model object is wrapped, and the feed-forward networks
have hooks; afterwards nothing of that is left. Nothing changes what the model computes.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from nmt.models.attention import Attention
from nmt.models.transformer import FeedForward, Residual, Transformer


@dataclass(frozen=True)
class AttentionRecord:
    """One attention, all heads of it; T positions that look, S that are looked at."""

    queries: Tensor  # (B, H, T, D/H)
    keys: Tensor  # (B, H, S, D/H)
    values: Tensor  # (B, H, S, D/H)
    mask: Tensor  # bool, broadcastable to (B, H, T, S), True where a query may look
    weights: Tensor  # (B, H, T, S)


@dataclass(frozen=True)
class ResidualRecord:
    """What one sublayer adds to the states that flow through the layers, each (B, T, D)."""

    before: Tensor
    output: Tensor
    after: Tensor  # with post-norm, normed


@dataclass
class Recording:
    """What was recorded, by the names of the modules: ``encoder.0.attention``, ``decoder.2.cross_attention``..."""

    attention: dict[str, AttentionRecord] = field(default_factory=dict)
    residual: dict[str, ResidualRecord] = field(default_factory=dict)
    neurons: dict[str, Tensor] = field(default_factory=dict)  # (B, T, F) of each feed-forward network, after the ReLU


@contextmanager
def recording(model: Transformer) -> Iterator[Recording]:
    """Record what ``model`` computes inside the block; of what it computes twice, the last is kept."""
    found = Recording()
    with ExitStack() as stack:
        for name, module in model.named_modules():
            if isinstance(module, Attention):
                _replace(stack, module, "attend", _recording_attend(module, name, found))
            elif isinstance(module, Residual):
                _replace(stack, module, "leave", _recording_leave(module, name, found))
            elif isinstance(module, FeedForward):
                hook = module.inner.register_forward_hook(_recording_neurons(name, found))
                stack.callback(hook.remove)
        yield found


def _replace(stack: ExitStack, module: nn.Module, name: str, method: Callable[..., Tensor]) -> None:
    """Let the one ``module`` answer calls of the method ``name`` otherwise, until ``stack`` ends."""
    module.__dict__[name] = method
    stack.callback(module.__dict__.pop, name)


def _recording_attend(module: Attention, name: str, found: Recording) -> Callable[..., Tensor]:
    def attend(
        queries: Tensor, keys: Tensor, values: Tensor, *, mask: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        may_look = torch.ones(queries.size(2), keys.size(2), dtype=torch.bool, device=queries.device)
        if causal:
            may_look = may_look.tril()
        if mask is not None:
            may_look = may_look & mask
        weights = module.weights(queries, keys, mask=may_look)
        found.attention[name] = AttentionRecord(queries, keys, values, may_look, weights)
        return Attention.attend(module, queries, keys, values, mask=mask, causal=causal)

    return attend


def _recording_leave(module: Residual, name: str, found: Recording) -> Callable[..., Tensor]:
    def leave(states: Tensor, output: Tensor) -> Tensor:
        after = Residual.leave(module, states, output)
        found.residual[name] = ResidualRecord(states, output, after)
        return after

    return leave


def _recording_neurons(name: str, found: Recording) -> Callable[[nn.Module, Any, Tensor], None]:
    def record(module: nn.Module, arguments: Any, output: Tensor) -> None:  # noqa: ARG001 - a hook's signature
        found.neurons[name] = output.relu()

    return record


@contextmanager
def without_head(attention: Attention, head: int) -> Iterator[None]:
    """Inside the block the output of one ``head`` (from 0) is zero before the heads are merged."""
    size = attention.dimension // attention.heads
    own = slice(head * size, (head + 1) * size)

    def silence(module: nn.Module, arguments: tuple[Tensor]) -> tuple[Tensor]:  # noqa: ARG001 - a hook's signature
        merged = arguments[0].clone()
        merged[..., own] = 0
        return (merged,)

    hook = attention.output.register_forward_pre_hook(silence)
    try:
        yield
    finally:
        hook.remove()
