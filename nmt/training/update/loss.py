"""Label-smoothed cross-entropy directly from decoder states, without ever holding all logits."""

from typing import Any

import torch
from torch import Tensor, nn

from nmt.models.base import TrainableModel
from nmt.runtime.device import Precision
from nmt.special_ids import EOS, PAD, UNK
from nmt.training.config import TrainingConfig

CHUNK_ELEMENTS = 1 << 22  # logits of one chunk: large enough for the products, small enough for a shared cache


class _LinearAgreement(torch.autograd.Function):
    """How far two predictions of the same tokens are apart, from decoder states, a chunk of positions at a time.

    With log-ratio r = log p - log q and KL = Σ p r, the gradient of (KL(p‖q) + KL(q‖p)) / 2 for the logits of p is
    (p (r - KL(p‖q)) + p - q) / 2.
    """

    @staticmethod
    def forward(ctx: Any, first: Tensor, second: Tensor, weight: Tensor) -> Tensor:
        """``first`` and ``second`` (N, D), ``weight`` (V, D): (KL(p‖q) + KL(q‖p)) / 2, summed over positions."""
        matrix = weight.detach().to(first.dtype)
        size = max(1, CHUNK_ELEMENTS // weight.size(0)) if first.device.type == "cpu" else 4096
        gradients = (torch.empty_like(first), torch.empty_like(second))
        weight_gradient = torch.zeros_like(weight)
        apart = torch.zeros((), device=first.device)
        for start in range(0, len(first), size):
            part = slice(start, start + size)
            logs = [(states[part] @ matrix.t()).log_softmax(dim=1, dtype=torch.float32) for states in (first, second)]
            shares = [log.exp() for log in logs]
            ratio = logs[0].sub_(logs[1])
            for this, other, sign in ((0, 1, 1.0), (1, 0, -1.0)):
                surprise = shares[this] * ratio * sign
                divergence = surprise.sum(dim=1, keepdim=True)
                apart += 0.5 * divergence.sum()
                surprise.addcmul_(shares[this], divergence, value=-1.0).add_(shares[this]).sub_(shares[other])
                gradient = surprise.mul_(0.5).to(first.dtype)
                torch.matmul(gradient, matrix, out=gradients[this][part])
                weight_gradient += gradient.t() @ (first, second)[this][part]
        ctx.save_for_backward(*gradients, weight_gradient)
        return apart

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scale the stored gradients by the gradient of the loss."""
        first, second, weight = ctx.saved_tensors
        scale = gradients[0]
        return first.mul_(scale), second.mul_(scale), weight.mul_(scale)


class _LinearCrossEntropy(torch.autograd.Function):
    """Output layer and loss in one, a chunk of positions at a time; the forward pass computes the gradients.

    With the softmax p, the target's one-hot vector y and ε spread over V subwords, the gradient of a position's logits
    is p - (1 - ε) y - ε/V. The last term is the same for every subword, so its products are computed once, as are
    the sums of logits that the smoothed loss needs: the sum of W x over all subwords is (the sum of W's rows) x.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, target: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
        """``states`` (N, D), ``weight`` (V, D), ``target`` (N,): summed smoothed loss and summed plain loss.

        The products are in the type of ``states``; softmax, losses and the gradient of ``weight`` are float32.
        """
        vocabulary = weight.size(0)
        matrix = weight.detach().to(states.dtype)
        everything = weight.detach().sum(dim=0)
        size = max(1, CHUNK_ELEMENTS // vocabulary) if states.device.type == "cpu" else 4096
        want_gradients = any(ctx.needs_input_grad)
        state_gradient = torch.empty_like(states) if want_gradients else None
        weight_gradient = torch.zeros_like(weight) if want_gradients else None
        plain = torch.zeros((), device=states.device)
        normalisers = torch.zeros((), device=states.device)
        for start in range(0, len(target), size):
            part = slice(start, start + size)
            logits = states[part] @ matrix.t()
            wanted = target[part, None]
            largest, best = logits.max(dim=1, keepdim=True)
            gold = logits.gather(1, wanted).float()
            shares = logits.softmax(dim=1, dtype=torch.float32)
            normaliser = largest.float() - shares.gather(1, best).log()
            plain += (normaliser - gold).sum()
            normalisers += normaliser.sum()
            if state_gradient is not None and weight_gradient is not None:
                gold_share = (gold - normaliser).exp_()
                shares.scatter_(1, wanted, gold_share - (1 - smoothing))
                gradient = logits.copy_(shares)
                torch.matmul(gradient, matrix, out=state_gradient[part])
                if gradient.dtype == weight_gradient.dtype:
                    weight_gradient.addmm_(gradient.t(), states[part])
                else:
                    weight_gradient += gradient.t() @ states[part]
        spread = smoothing / vocabulary
        all_states = states.sum(dim=0, dtype=torch.float32)
        if smoothing and state_gradient is not None and weight_gradient is not None:
            state_gradient -= (spread * everything).to(states.dtype)
            weight_gradient -= spread * all_states
        uniform = normalisers - (all_states @ everything) / vocabulary
        ctx.save_for_backward(state_gradient, weight_gradient)
        ctx.mark_non_differentiable(plain)
        return (1 - smoothing) * plain + smoothing * uniform, plain

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """Scale the stored gradients by the gradient of the loss."""
        state_gradient, weight_gradient = ctx.saved_tensors
        scale = gradients[0]
        return state_gradient.mul_(scale), weight_gradient.mul_(scale), None, None


def label_smoothed_cross_entropy(
    states: Tensor, weight: Tensor, target: Tensor, *, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Summed loss over the real tokens, (smoothed, plain); only the smoothed one has a gradient.

    ``states`` (B, T, D) of the decoder, ``weight`` (V, D) of the output layer, ``target`` (B, T) with PAD where there
    is no token. The smoothed distribution gives 1 - ε to the token and spreads ε over the whole vocabulary (Szegedy et
    al. 2016, section 7; Vaswani et al. 2017, section 5.4). Under autocast the products are in its type, like those of
    a linear layer.
    """
    kept, wanted = _real(states, target)
    losses: tuple[Tensor, Tensor] = _LinearCrossEntropy.apply(  # type: ignore[no-untyped-call]
        kept, weight, wanted, smoothing
    )
    return losses


def agreement_loss(states: Tensor, weight: Tensor, target: Tensor) -> Tensor:
    """How far the predictions from the two halves of ``states`` (2 B, T, D) are apart, summed over the real tokens.

    The halves come from the same sentences, ``target`` (2 B, T), under different dropout: the mean of both
    Kullback-Leibler divergences (R-Drop: Wu et al. 2021, equation 2).
    """
    first, second = (_real(*halves)[0] for halves in zip(states.chunk(2), target.chunk(2), strict=True))
    apart: Tensor = _LinearAgreement.apply(first, second, weight)  # type: ignore[no-untyped-call]
    return apart


def _real(states: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The states (N, D) and targets (N,) of the real tokens; under autocast, the states in its type."""
    real = (target != PAD).flatten().nonzero().squeeze(1)
    kept = states.flatten(0, 1).index_select(0, real)
    device_type = states.device.type
    if torch.is_autocast_enabled(device_type):
        kept = kept.to(torch.get_autocast_dtype(device_type))
    return kept, target.flatten().index_select(0, real)


class Loss(nn.Module):
    """The training loss of a batch, as a module, which is what torch can replicate."""

    def __init__(self, model: TrainableModel, config: TrainingConfig, precision: Precision) -> None:
        super().__init__()
        self.model = model
        self.config = config
        self.precision = precision
        self.passes = 2 if config.r_drop else 1

    def forward(
        self, source: Tensor | None, target_in: Tensor | None = None, target_out: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss to minimize, with a gradient, and the plain loss; both summed over tokens and passes.

        ``source`` (B, S), ``target_in`` and ``target_out`` (B, T). Without them, losses and all gradients are 0.
        """
        if source is None or target_in is None or target_out is None:
            nothing = torch.stack([0.0 * parameter.sum() for parameter in self.model.parameters()]).sum()
            return nothing, nothing.detach()
        source, target_in = self.drop_words(source), self.drop_words(target_in)
        source, target_in, target_out = (ids.repeat(self.passes, 1) for ids in (source, target_in, target_out))
        weight = self.model.output_layer
        with self.precision.autocast(weight.device):
            states = self.model.decode_states(target_in, self.model.encode(source))
            loss, plain = label_smoothed_cross_entropy(
                states, weight, target_out, smoothing=self.config.label_smoothing
            )
            if self.config.r_drop:
                loss = loss + self.config.r_drop * agreement_loss(states, weight, target_out)
        return loss, plain

    def drop_words(self, ids: Tensor) -> Tensor:
        """``ids`` with a share of the real tokens replaced by UNK (word dropout: Sennrich et al. 2016, section 2.3)."""
        share = self.config.word_dropout
        if not (share and self.training):
            return ids
        dropped = (torch.rand(ids.shape, device=ids.device) < share) & (ids > EOS)
        return ids.masked_fill(dropped, UNK)
