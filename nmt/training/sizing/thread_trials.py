"""How many threads a training uses on a machine that it shares with other programs: whichever number is faster."""

from collections.abc import Callable

import torch

WARM_UP = 3  # updates before the first trial, which include one-time costs
TRIAL = 4  # updates that are measured with each number of threads, at least
TRIAL_SECONDS = 0.5  # that a trial takes, at least
PAUSE = 30.0  # seconds between two trials, at least
FASTER = 1.1  # times as fast one thread has to be to replace all
SLOWER = 0.7  # of the speed in the last trial: below that, another trial is worth its cost


class ThreadChoice:
    """Chooses between all threads and one, by the speed of updates made with each.

    The threads of one matrix product wait for each other. If another program takes a processor away from one of them,
    all stand still, and one thread alone can be faster. So both are tried at the start, and again after a while if
    training has become slow or runs on one thread. The number of threads changes how sums are rounded, so this is only
    for runs whose length depends on the clock, which no two machines repeat bit for bit anyway.
    """

    def __init__(self, most: int, *, set_threads: Callable[[int], None] = torch.set_num_threads) -> None:
        self.most = most
        self.threads = most
        self._set_threads = set_threads
        self._waiting = WARM_UP
        self._trials: list[int] = [most, 1]  # still to be measured, the current number first
        self._speeds: dict[int, float] = {}  # tokens a second in the last trial
        self._updates = self._tokens = 0
        self._seconds = 0.0
        self._since_trial = 0.0

    def after_update(self, tokens: int, seconds: float) -> int | None:
        """Record an update of ``tokens`` that took ``seconds``; the new number of threads if it changes here."""
        if self._waiting:
            self._waiting -= 1
            return None
        self._since_trial += seconds
        self._updates, self._tokens, self._seconds = self._updates + 1, self._tokens + tokens, self._seconds + seconds
        if self._updates < TRIAL or self._seconds < TRIAL_SECONDS:
            return None
        speed = self._tokens / max(self._seconds, 1e-9)
        self._updates = self._tokens = 0
        self._seconds = 0.0
        if self._trials:
            return self._measured(speed)
        self._watch(speed)
        return None

    def _measured(self, speed: float) -> int | None:
        """After the trial of one number of threads: continue with the next, or choose the fastest."""
        self._speeds[self._trials.pop(0)] = speed
        if self._trials:
            self._set_threads(self._trials[0])
            return None
        best = 1 if self._speeds[1] > FASTER * self._speeds[self.most] else self.most
        self._set_threads(best)
        self._since_trial = 0.0
        changed = best != self.threads
        self.threads = best
        return best if changed else None

    def _watch(self, speed: float) -> None:
        """Between trials: start one if it may be worth it."""
        slow = speed < SLOWER * self._speeds[self.threads]
        if self._since_trial >= PAUSE and (slow or self.threads < self.most):
            self._trials = [self.threads, 1 if self.threads == self.most else self.most]
