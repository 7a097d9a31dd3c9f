"""Time as people write it, and what a budget of it pays for."""

import time
from itertools import pairwise

import pytest

from nmt.errors import NMTError
from nmt.training.budget import Clock, Horizon, parse_duration, seconds_for_the_end, validation_due


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("20m", 1200), ("1h30m", 5400), ("2h", 7200), ("1d", 86_400), ("1.5h", 5400), ("1H 1m 1s", 3661)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["20", "", " ", "m", "-5m", "20 minutes", "1m1h", "0s", "0h0m", "1e3s", "9" * 20 + "d"]
)
def test_what_is_not_a_duration_is_a_sentence(text: str) -> None:
    with pytest.raises(NMTError, match="write it as 90s, 20m, 1h30m or 1d"):
        parse_duration(text)


def test_a_clock_continues_where_an_earlier_command_stopped() -> None:
    clock = Clock(start=time.monotonic() - 5, before=100)
    assert clock.seconds() == pytest.approx(105, abs=0.1)
    assert clock.monotonic(110) == pytest.approx(time.monotonic() + 5, abs=0.1)


def test_progress_is_that_of_the_limit_that_is_nearer() -> None:
    both = Horizon(updates=100, seconds=60.0)
    assert both.progress(50, 10.0, start=10.0, end=10.0) == 0.5
    assert both.progress(50, 40.0, start=10.0, end=10.0) == 0.75
    assert both.progress(1, 60.0, start=10.0, end=10.0) == 1.0
    assert Horizon(seconds=60.0).progress(1, 5.0, start=10.0, end=10.0) == 0.0
    assert Horizon().progress(50, 10.0, start=0.0, end=0.0) is None


@pytest.mark.parametrize(("cost", "most"), [(100.0, 0), (40.0, 1), (4.0, 15), (0.01, 40)])
def test_validations_take_a_twentieth_of_the_time_and_gather_at_the_end(cost: float, most: int) -> None:
    """Of 20 minutes; the first one, which shows the cost, comes for any."""
    span, made = 1200.0, [0.0]
    for second in range(1200):
        progress = second / span
        if validation_due(progress, made[-1], cost=cost if len(made) > 1 else 0.0, span=span):
            made.append(progress)
    assert made[1] == 0.2
    assert most - 3 <= len(made) - 2 <= most
    gaps = [after - before for before, after in pairwise(made[2:])]
    assert gaps == sorted(gaps, reverse=True) or max(gaps) < 0.1


def test_no_validation_follows_another_because_their_cost_has_changed() -> None:
    """One fewer of them is affordable, and one more; either way as much of the run lies between two."""
    for cost in (20.0, 12.0):
        assert not validation_due(0.46, 0.45, cost=cost, span=1200.0)
        assert validation_due(0.85, 0.45, cost=cost, span=1200.0)


def test_the_end_keeps_what_it_needs_but_no_more_than_a_quarter() -> None:
    cheap = seconds_for_the_end(1200, validation=4, saving=0.5, candidates=3, beam_size=4)
    assert cheap == 4 * 4 + 4 * 2 + 2 + 6
    assert seconds_for_the_end(60, validation=6, saving=1, candidates=3, beam_size=5) == 15
    assert seconds_for_the_end(60, validation=100, saving=1, candidates=3, beam_size=5) == pytest.approx(7.6)
    assert seconds_for_the_end(100, validation=0, saving=0, candidates=3, beam_size=5) == 5
