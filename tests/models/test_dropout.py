"""Dropout drops the share it should, everywhere alike, and the same values forwards and backwards."""

import pytest
import torch

from nmt.models.dropout import Dropout


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_share_mean_and_independence(share: float) -> None:
    """Within five standard deviations of what a fair mask of the rounded share gives."""
    dropout = Dropout(share)
    count = 400 * 512
    found = dropout(torch.ones(400, 512))
    kept = found != 0
    rounded = round(share * 256) / 256
    deviation = (rounded * (1 - rounded)) ** 0.5
    assert kept.float().mean().item() == pytest.approx(1 - rounded, abs=5 * deviation / count**0.5)
    assert found.mean().item() == pytest.approx(1.0, abs=5 * deviation / (1 - rounded) / count**0.5)
    assert found[kept].unique().tolist() == pytest.approx([1 / (1 - rounded)])
    centred = kept.float() - kept.float().mean()
    for shift, axis in ((1, 1), (7, 1), (8, 1), (64, 1), (1, 0)):
        correlation = (centred * centred.roll(shift, axis)).mean() / centred.var()
        assert abs(correlation.item()) < 5 / count**0.5, (shift, axis)
    for axis in (0, 1):
        rates = kept.float().mean(axis)
        assert (rates - (1 - rounded)).abs().max().item() < 5.5 * deviation / kept.size(axis) ** 0.5


def test_the_gradient_is_that_of_the_values_kept() -> None:
    values = torch.randn(5, 13, requires_grad=True)
    dropped = Dropout(0.4)(values)
    dropped.sum().backward()
    assert values.grad is not None
    torch.testing.assert_close(values.grad * values, dropped)


def test_it_follows_the_seed_and_draws_anew() -> None:
    dropout = Dropout(0.5)
    torch.manual_seed(3)
    first, second = dropout(torch.ones(100)), dropout(torch.ones(100))
    torch.manual_seed(3)
    assert torch.equal(dropout(torch.ones(100)), first)
    assert not torch.equal(first, second)


def test_nothing_is_dropped_when_not_training_or_not_asked() -> None:
    values = torch.randn(4, 4)
    assert Dropout(0.5).eval()(values) is values
    assert Dropout(0.0)(values) is values
