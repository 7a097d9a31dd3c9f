"""The choice of threads, on machines whose speeds are made up."""

from collections.abc import Callable

import pytest

from nmt.training.sizing.thread_trials import FASTER, PAUSE, SLOWER, TRIAL, TRIAL_SECONDS, WARM_UP, ThreadChoice

TOKENS = 1000
WHOLE_TRIAL = WARM_UP + 2 * TRIAL


class Machine:
    """Makes updates at the speed that ``seconds`` gives for a number of threads, and remembers what was said."""

    def __init__(self, seconds: Callable[[int], float], most: int = 4) -> None:
        self.seconds = seconds
        self.threads = most
        self.choice = ThreadChoice(most, set_threads=self.set)
        self.said: list[int] = []

    def set(self, threads: int) -> None:
        self.threads = threads

    def updates(self, number: int) -> list[int]:
        """The threads of each of so many updates."""
        used = []
        for _ in range(number):
            used.append(self.threads)
            new = self.choice.after_update(TOKENS, self.seconds(self.threads))
            if new is not None:
                self.said.append(new)
        return used


def test_both_are_tried_and_the_faster_one_stays() -> None:
    quiet = Machine(lambda threads: 1 / threads)
    assert quiet.updates(WHOLE_TRIAL + 3) == [4] * (WARM_UP + TRIAL) + [1] * TRIAL + [4] * 3
    assert quiet.said == []
    busy = Machine(lambda threads: 1.0 if threads == 1 else 2.0)
    assert busy.updates(WHOLE_TRIAL + 3) == [4] * (WARM_UP + TRIAL) + [1] * (TRIAL + 3)
    assert busy.said == [1]


def test_as_long_as_the_speed_lasts_nothing_is_tried_again() -> None:
    machine = Machine(lambda threads: 1 / threads)
    machine.updates(WHOLE_TRIAL)
    assert machine.updates(int(5 * PAUSE * 4)) == [4] * int(5 * PAUSE * 4)


def test_a_machine_that_becomes_busy_is_noticed() -> None:
    seconds = {4: 1.0, 1: 3.0}
    machine = Machine(seconds.__getitem__)
    machine.updates(WHOLE_TRIAL)
    seconds[4] = 1.0 / SLOWER * 1.1
    machine.updates(int(2 * PAUSE))
    assert machine.said == []  # slower, but one thread is slower still
    seconds[4] = 5.0
    machine.updates(int(2 * PAUSE))
    assert machine.said == [1]
    assert machine.choice.threads == 1


def test_from_one_thread_all_are_tried_again_after_a_while() -> None:
    seconds = {4: 5.0, 1: 2.0}
    machine = Machine(seconds.__getitem__)
    machine.updates(WHOLE_TRIAL)
    assert machine.said == [1]
    again = machine.updates(int(2 * PAUSE))
    assert TRIAL <= again.count(4) <= 4 * TRIAL  # few updates are spent on trials
    seconds[4] = 1.0
    machine.updates(int(2 * PAUSE))
    assert machine.said == [1, 4]


def test_one_thread_has_to_be_clearly_faster() -> None:
    machine = Machine(lambda threads: 1.0 if threads == 1 else FASTER * 0.99)
    machine.updates(WHOLE_TRIAL)
    assert machine.said == []
    assert machine.threads == 4


def test_quick_updates_are_measured_for_long_enough() -> None:
    update = TRIAL_SECONDS / 20
    machine = Machine(lambda threads: update)
    used = machine.updates(WARM_UP + 45)
    assert used[WARM_UP : WARM_UP + 42].count(1) in range(19, 23)  # half of the time, but for rounding


@pytest.mark.parametrize("seconds", [0.0, 1e-12])
def test_a_clock_that_stands_still_does_no_harm(seconds: float) -> None:
    Machine(lambda threads: seconds).updates(50)
