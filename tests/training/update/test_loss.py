"""The fused loss against the plain one, in value and in gradient."""

import pytest
import torch
import torch.nn.functional as F

from nmt.special_ids import PAD
from nmt.training.update import loss as loss_module
from nmt.training.update.loss import agreement_loss, label_smoothed_cross_entropy


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("chunk", [1 << 20, 40])
def test_equals_torchs_own_loss(monkeypatch: pytest.MonkeyPatch, smoothing: float, chunk: int) -> None:
    monkeypatch.setattr(loss_module, "CHUNK_ELEMENTS", chunk)
    states = torch.randn(3, 5, 8, requires_grad=True)
    weight = torch.randn(13, 8, requires_grad=True)
    target = torch.randint(1, 13, (3, 5))
    target[1, 3:] = PAD
    smoothed, plain = label_smoothed_cross_entropy(states, weight, target, smoothing=smoothing)
    (smoothed / 7).backward()
    found = (states.grad, weight.grad)
    states.grad = weight.grad = None

    logits = (states @ weight.t()).flatten(0, 1)
    settings = {"ignore_index": PAD, "reduction": "sum"}
    expected = F.cross_entropy(logits, target.flatten(), label_smoothing=smoothing, **settings)
    (expected / 7).backward()
    torch.testing.assert_close(smoothed, expected)
    torch.testing.assert_close(plain, F.cross_entropy(logits, target.flatten(), **settings))
    torch.testing.assert_close(found[0], states.grad)
    torch.testing.assert_close(found[1], weight.grad)


def test_by_hand() -> None:
    """Two subwords with logits 0 and 0: each has probability 1/2, so every loss is log 2 a token."""
    states = torch.zeros(1, 3, 4)
    smoothed, plain = label_smoothed_cross_entropy(
        states, torch.randn(2, 4), torch.tensor([[1, 1, PAD]]), smoothing=0.3
    )
    assert smoothed.item() == pytest.approx(2 * 0.6931472)
    assert plain.item() == pytest.approx(2 * 0.6931472)


@pytest.mark.parametrize("chunk", [1 << 20, 40])
def test_agreement_equals_torchs_own_divergences(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(loss_module, "CHUNK_ELEMENTS", chunk)
    states = torch.randn(6, 4, 8, requires_grad=True)
    weight = torch.randn(13, 8, requires_grad=True)
    target = torch.randint(1, 13, (3, 4))
    target[2, 1:] = PAD
    (agreement_loss(states, weight, target.repeat(2, 1)) * 3).backward()
    found = (states.grad, weight.grad)
    states.grad = weight.grad = None

    first, second = (states @ weight.t()).log_softmax(-1).chunk(2)
    settings = {"log_target": True, "reduction": "none"}
    both = F.kl_div(first, second, **settings).sum(-1) + F.kl_div(second, first, **settings).sum(-1)
    expected = 0.5 * both[target != PAD].sum()
    (expected * 3).backward()
    torch.testing.assert_close(agreement_loss(states, weight, target.repeat(2, 1)), expected)
    torch.testing.assert_close(found[0], states.grad)
    torch.testing.assert_close(found[1], weight.grad)


def test_equal_passes_agree() -> None:
    states = torch.randn(1, 4, 8).repeat(2, 1, 1)
    assert agreement_loss(states, torch.randn(5, 8), torch.full((2, 4), 3)).item() == pytest.approx(0.0, abs=1e-6)
