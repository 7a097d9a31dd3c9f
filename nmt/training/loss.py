"""Label-smoothed cross-entropy straight from decoder states, without ever holding all logits."""

from typing import Any

import torch
from torch import Tensor

from nmt.special_ids import PAD

CHUNK_ELEMENTS = 1 << 20  # logits of one chunk: about what stays in a processor's cache


class _LinearCrossEntropy(torch.autograd.Function):
    """Output layer and loss in one, a chunk of positions at a time; gradients are made on the way forward."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, target: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
        """``states`` (N, D), ``weight`` (V, D), ``target`` (N,): summed smoothed loss and summed plain loss."""
        vocabulary = weight.size(0)
        size = max(1, CHUNK_ELEMENTS // vocabulary) if states.device.type == "cpu" else 4096
        want_gradients = any(ctx.needs_input_grad)
        state_gradient = torch.empty_like(states) if want_gradients else None
        weight_gradient = torch.zeros_like(weight, dtype=torch.float32) if want_gradients else None
        smoothed = torch.zeros((), dtype=torch.float32, device=states.device)
        plain = torch.zeros((), dtype=torch.float32, device=states.device)
        for start in range(0, len(target), size):
            part = slice(start, start + size)
            logits = (states[part] @ weight.t()).float()
            wanted = target[part, None]
            normaliser = logits.logsumexp(dim=1, keepdim=True)
            negative_log = normaliser - logits.gather(1, wanted)
            plain += negative_log.sum()
            if smoothing:
                uniform = normaliser.sum() * vocabulary - logits.sum()
                smoothed += (1 - smoothing) * negative_log.sum() + smoothing / vocabulary * uniform
            if state_gradient is not None and weight_gradient is not None:
                gradient = logits.sub_(normaliser).exp_().sub_(smoothing / vocabulary)
                gradient.scatter_add_(1, wanted, torch.full_like(wanted, smoothing - 1, dtype=gradient.dtype))
                gradient = gradient.to(states.dtype)
                torch.matmul(gradient, weight, out=state_gradient[part])
                if weight.dtype == torch.float32:
                    weight_gradient.addmm_(gradient.t(), states[part])
                else:
                    weight_gradient += gradient.t() @ states[part]
        ctx.save_for_backward(state_gradient, weight_gradient)
        ctx.weight_dtype = weight.dtype
        ctx.mark_non_differentiable(plain)
        return smoothed if smoothing else plain.clone(), plain

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """Scale the stored gradients by the loss's own."""
        state_gradient, weight_gradient = ctx.saved_tensors
        scale = gradients[0]
        return state_gradient.mul_(scale), weight_gradient.mul_(scale).to(ctx.weight_dtype), None, None


def label_smoothed_cross_entropy(
    states: Tensor, weight: Tensor, target: Tensor, *, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Summed loss over the real tokens, (smoothed, plain); only the smoothed one has a gradient.

    ``states`` (B, T, D) of the decoder, ``weight`` (V, D) of the output layer, ``target`` (B, T) with PAD where there
    is no token. The smoothed distribution gives 1 - ε to the token and spreads ε over the whole vocabulary (Szegedy et
    al. 2016, section 7; Vaswani et al. 2017, section 5.4).
    """
    real = (target != PAD).flatten().nonzero().squeeze(1)
    kept = states.flatten(0, 1).index_select(0, real)
    losses: tuple[Tensor, Tensor] = _LinearCrossEntropy.apply(  # type: ignore[no-untyped-call]
        kept, weight, target.flatten().index_select(0, real), smoothing
    )
    return losses
