"""What a Transformer computes for a sentence, recorded from outside; the model's code and speed do not change.

During a recording, modules with the same parameters replace the attention and residual modules, and the feed-forward
networks have hooks. Afterwards the model has its original modules again. A recording does not change its results.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from nmt.models.attention import Attention
from nmt.models.transformer import FeedForward, Residual, Transformer


@dataclass(frozen=True)
class AttentionRecord:
    """One attention with all its heads; T positions attend to S positions."""

    queries: Tensor  # (B, H, T, D/H)
    keys: Tensor  # (B, H, S, D/H)
    values: Tensor  # (B, H, S, D/H)
    mask: Tensor  # bool, broadcastable to (B, H, T, S), True where a query may attend
    weights: Tensor  # (B, H, T, S)


@dataclass(frozen=True)
class ResidualRecord:
    """What one sublayer adds to the residual stream, each (B, T, D)."""

    before: Tensor
    output: Tensor
    after: Tensor  # with post-norm, normalised


@dataclass
class Recording:
    """The records, by the names of the modules: ``encoder.0.attention``, ``decoder.2.cross_attention``..."""

    attention: dict[str, AttentionRecord] = field(default_factory=dict)
    residual: dict[str, ResidualRecord] = field(default_factory=dict)
    neurons: dict[str, Tensor] = field(default_factory=dict)  # (B, T, F) of each feed-forward network, after the ReLU


@contextmanager
def recording(model: Transformer) -> Iterator[Recording]:
    """Record what ``model`` computes inside the block; if it computes something twice, the last is kept."""
    records = Recording()
    with ExitStack() as stack:
        for name, module in list(model.named_modules()):
            if isinstance(module, Attention):
                record = partial(records.attention.__setitem__, name)
                _substitute(stack, model, name, _RecordingAttention(module, record))
            elif isinstance(module, Residual):
                _substitute(stack, model, name, _RecordingResidual(module, partial(records.residual.__setitem__, name)))
            elif isinstance(module, FeedForward):
                hook = module.inner.register_forward_hook(_recording_neurons(name, records))
                stack.callback(hook.remove)
        yield records


def _substitute(stack: ExitStack, model: nn.Module, name: str, substitute: nn.Module) -> None:
    """Replace the submodule ``name`` of ``model`` with ``substitute`` until ``stack`` ends."""
    owner_name, _, attribute = name.rpartition(".")
    owner = model.get_submodule(owner_name)
    original = getattr(owner, attribute)
    setattr(owner, attribute, substitute)
    stack.callback(setattr, owner, attribute, original)


class _RecordingAttention(Attention):
    """Shares the parameters of ``attention`` and computes the same, but records it."""

    def __init__(self, attention: Attention, record: Callable[[AttentionRecord], None]) -> None:
        nn.Module.__init__(self)
        self.heads, self.dimension = attention.heads, attention.dimension
        self.projection, self.output = attention.projection, attention.output
        self.record = record

    def attend(
        self, queries: Tensor, keys: Tensor, values: Tensor, *, mask: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        may_attend = torch.ones(queries.size(2), keys.size(2), dtype=torch.bool, device=queries.device)
        if causal:
            may_attend = may_attend.tril()
        if mask is not None:
            may_attend = may_attend & mask
        weights = self.weights(queries, keys, mask=may_attend)
        self.record(AttentionRecord(queries, keys, values, may_attend, weights))
        return super().attend(queries, keys, values, mask=mask, causal=causal)


class _RecordingResidual(Residual):
    """Shares the parameters of ``residual`` and computes the same, but records it."""

    def __init__(self, residual: Residual, record: Callable[[ResidualRecord], None]) -> None:
        nn.Module.__init__(self)
        self.norm, self.dropout, self.pre = residual.norm, residual.dropout, residual.pre
        self.record = record

    def leave(self, states: Tensor, output: Tensor) -> Tensor:
        after = super().leave(states, output)
        self.record(ResidualRecord(states, output, after))
        return after


def _recording_neurons(name: str, records: Recording) -> Callable[[nn.Module, Any, Tensor], None]:
    def record(module: nn.Module, arguments: Any, output: Tensor) -> None:  # noqa: ARG001 - a hook's signature
        records.neurons[name] = output.relu()

    return record


@contextmanager
def without_head(attention: Attention, head: int) -> Iterator[None]:
    """Inside the block the output of one ``head`` (from 0) is zero before the heads are merged."""
    size = attention.dimension // attention.heads
    columns = slice(head * size, (head + 1) * size)

    def ablate(module: nn.Module, arguments: tuple[Tensor]) -> tuple[Tensor]:  # noqa: ARG001 - a hook's signature
        merged = arguments[0].clone()
        merged[..., columns] = 0
        return (merged,)

    hook = attention.output.register_forward_pre_hook(ablate)
    try:
        yield
    finally:
        hook.remove()
