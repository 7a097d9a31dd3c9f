"""The learning rate at the points where its rule changes."""

import pytest

from nmt.training.schedule import learning_rate


def test_open_end_rises_and_then_falls_with_the_square_root() -> None:
    rates = [learning_rate(step, peak=1.0, warmup=100, planned=None) for step in (1, 50, 100, 400)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 0.5])


def test_known_end_falls_to_zero_along_a_line() -> None:
    rates = [learning_rate(step, peak=1.0, warmup=100, planned=1100) for step in (50, 100, 600, 1100)]
    assert rates == pytest.approx([0.5, 1.0, 501 / 1001, 1 / 1001])
    assert rates[-1] > 0


def test_warm_up_takes_at_most_a_fifth_of_a_short_run() -> None:
    rates = [learning_rate(step, peak=1.0, warmup=400, planned=10) for step in range(1, 11)]
    assert max(rates) == 1.0
    assert min(rates) > 0


def test_no_warm_up() -> None:
    assert learning_rate(1, peak=2.0, warmup=0, planned=None) == 2.0
