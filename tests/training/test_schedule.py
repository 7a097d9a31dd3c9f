"""The learning rate at the points where its rule changes."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from nmt.training.schedule import SCHEDULES, RateSchedule, decaying_rate, growing_dropout


def of_run(updates: int, **settings: object) -> list[float]:
    """The rates of all updates of a run of known length."""
    given: dict[str, Any] = {"peak": 1.0, "warmup": 10, **settings}
    return [RateSchedule(**given).rate(step, (step - 1) / updates) for step in range(1, updates + 1)]


def test_an_open_end_rises_and_then_falls_with_the_square_root() -> None:
    rates = [RateSchedule(peak=1.0, warmup=100).rate(step, None) for step in (1, 50, 100, 400)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 0.5])


def test_an_open_trapezoid_stays_at_the_peak() -> None:
    rates = [RateSchedule(peak=2.0, warmup=100, name="trapezoid").rate(step, None) for step in (50, 100, 10_000)]
    assert rates == pytest.approx([1.0, 2.0, 2.0])


def test_a_known_end_falls_to_zero_along_a_line() -> None:
    rates = of_run(1000)
    assert rates[:3] == pytest.approx([0.1, 0.2 * 0.999, 0.3 * 0.998])
    assert rates[9:] == pytest.approx([1 - n / 1000 for n in range(9, 1000)])
    assert rates == of_run(1000, name="linear")


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("cosine", lambda progress: (1 + math.cos(math.pi * progress)) / 2),
        ("trapezoid", lambda progress: min(1.0, (1 - progress) / 0.25)),
    ],
)
def test_other_shapes_of_a_known_end(schedule: str, expected: Callable[[float], float]) -> None:
    rates = of_run(1000, name=schedule)
    assert rates[9:] == pytest.approx([expected(n / 1000) for n in range(9, 1000)])


def test_the_inverse_square_root_has_no_end() -> None:
    assert of_run(40, name="inverse-sqrt", warmup=1)[-1] == pytest.approx(math.sqrt(1 / 40))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_warm_up_takes_at_most_a_tenth_of_a_run(schedule: str) -> None:
    rates = of_run(100, warmup=4000, name=schedule)
    assert 0 < rates[0] < 0.01
    assert rates.index(max(rates)) == 10
    assert max(rates) >= 0.9
    assert all(rate > 0 for rate in rates)
    jumps = [abs(after - before) for before, after in pairwise(rates)]
    assert max(jumps) < 0.11


def test_no_warm_up() -> None:
    assert RateSchedule(peak=2.0, warmup=0).rate(1, None) == 2.0


def test_the_decaying_rate_ends_just_above_zero() -> None:
    rates = [decaying_rate(step, start=100, updates=4, peak=1.0) for step in range(100, 107)]
    assert rates == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0, 0])


def test_dropout_grows_along_a_line_and_stays() -> None:
    shares = [growing_dropout(0.3, passes, planned=5, within=10) for passes in (0, 5, 10, 40)]
    assert shares == pytest.approx([0, 0.15, 0.3, 0.3])
    assert growing_dropout(0.3, 0, planned=0, within=0) == 0.3


def test_dropout_starts_higher_in_longer_runs() -> None:
    first = [growing_dropout(0.3, 0, planned=planned, within=10) for planned in (0, 10, 20, 30, 300)]
    assert first == pytest.approx([0, 0, 0.15, 0.3, 0.3])
    shares = [growing_dropout(0.3, passes, planned=20, within=10) for passes in (0, 4, 6, 10, 20)]
    assert shares == pytest.approx([0.15, 0.15, 0.18, 0.3, 0.3])
