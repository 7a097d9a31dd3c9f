"""Learning rate and dropout as pure functions of the progress of a run."""

import math
from dataclasses import dataclass

SCHEDULES = ("auto", "linear", "inverse-sqrt", "cosine", "trapezoid")
NEED_AN_END = ("linear", "cosine")
WARMUP_SHARE = 0.1  # of a run with a known end, at most


@dataclass(frozen=True, kw_only=True)
class RateSchedule:
    """How the learning rate changes over a run.

    1. Linear warm-up from 0 to ``peak`` over ``warmup`` updates, or over a tenth of the run if that is shorter.
    2. Then, by ``name``:
       ``linear``: falls along a straight line that reaches zero at the end.
       ``cosine``: falls along half a cosine (Loshchilov & Hutter 2017, equation 5, without restarts).
       ``inverse-sqrt``: falls with the square root of the step (Vaswani et al. 2017, equation 3), without an end.
       ``trapezoid``: stays at the peak, then falls along a line to zero in the last share ``decay`` of the run (Zhai et
       al. 2022, section 3.5; Hägele et al. 2024).
       ``auto``: linear if the end is known, else inverse-sqrt.
    """

    peak: float
    warmup: int
    name: str = "auto"
    decay: float = 0.25

    def rate(self, step: int, progress: float | None) -> float:
        """The rate of update ``step`` (1, 2, …), after ``progress`` (0..1) of the run; None: no end is known."""
        ramp = step / max(1, self.warmup)
        if progress is not None:
            ramp = max(ramp, progress / WARMUP_SHARE)
        return self.peak * min(1.0, ramp) * self._share_of_peak(step, progress)

    def _share_of_peak(self, step: int, progress: float | None) -> float:
        """What is left of the peak after warm-up, 0..1."""
        if self.name == "inverse-sqrt" or (self.name == "auto" and progress is None):
            return math.sqrt(min(1.0, max(1, self.warmup) / step))
        left = 1.0 if progress is None else max(0.0, 1.0 - progress)
        if self.name == "cosine":
            return 0.5 - 0.5 * math.cos(math.pi * left)
        if self.name == "trapezoid":
            return min(1.0, left / self.decay)
        return left


def decaying_rate(step: int, *, start: int, updates: int, peak: float) -> float:
    """The rate of ``step`` on a straight line from ``peak`` at step ``start`` down to zero over ``updates`` updates."""
    return peak * max(0.0, 1.0 - (step - start) / (updates + 1))


def growing_dropout(share: float, passes: float, *, planned: float, within: float) -> float:
    """Dropout after ``passes`` of ``planned`` passes over the text: it grows along a line to ``share``.

    A model that has not seen its text often cannot have memorized it, and dropout only slows it down (curriculum
    dropout: Morerio et al. 2017). So dropout grows from 0 over ``within`` passes if the run makes no more than those.
    Longer runs, which memorize the text in the end, start with more of it; runs three times as long start with all.
    """
    if passes >= within:
        return share
    return share * min(1.0, max(passes / within, (planned - within) / (2 * within)))
