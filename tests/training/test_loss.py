"""The fused loss against the plain one, in value and in gradient."""

import pytest
import torch
import torch.nn.functional as F

from nmt.special_ids import PAD
from nmt.training import loss as loss_module
from nmt.training.loss import label_smoothed_cross_entropy


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
