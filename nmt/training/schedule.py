"""Learning rate and dropout as pure functions of how far a run has come."""

import math

SCHEDULES = ("auto", "linear", "inverse-sqrt", "cosine", "trapezoid")
NEED_AN_END = ("linear", "cosine")
WARMUP_SHARE = 0.1  # of a run with a known end, at most


def learning_rate(
    step: int, progress: float | None, *, peak: float, warmup: int, schedule: str = "auto", decay: float = 0.25
) -> float:
    """The rate of update ``step`` (1, 2, …), before which ``progress`` (0..1) of the run was done; None: no known end.

    1. Linear warm-up from 0 to ``peak`` over ``warmup`` updates, or over a tenth of the run where that is shorter.
    2. Then, by ``schedule``:
       ``linear``: falls along a straight line that reaches zero at the end.
       ``cosine``: falls along half a cosine (Loshchilov & Hutter 2017, equation 5, without restarts).
       ``inverse-sqrt``: falls with the square root of the step (Vaswani et al. 2017, equation 3), to no end.
       ``trapezoid``: stays at the peak, then falls along a line to zero in the last share ``decay`` of the run (Zhai et
       al. 2022, section 3.5; Hägele et al. 2024).
       ``auto``: linear where the end is known, else inverse-sqrt.
    """
    ramp = step / max(1, warmup)
    if progress is not None:
        ramp = max(ramp, progress / WARMUP_SHARE)
    return peak * min(1.0, ramp) * _share_of_peak(step, progress, warmup, schedule, decay)


def _share_of_peak(step: int, progress: float | None, warmup: int, schedule: str, decay: float) -> float:
    """What is left of the peak after warm-up, 0..1."""
    if schedule == "inverse-sqrt" or (schedule == "auto" and progress is None):
        return math.sqrt(min(1.0, max(1, warmup) / step))
    left = 1.0 if progress is None else max(0.0, 1.0 - progress)
    if schedule == "cosine":
        return 0.5 - 0.5 * math.cos(math.pi * left)
    if schedule == "trapezoid":
        return min(1.0, left / decay)
    return left


def closing_rate(step: int, *, begin: int, updates: int, peak: float) -> float:
    """The rate of ``step`` on the line from ``peak``, at step ``begin``, down to zero over so many ``updates``."""
    return peak * max(0.0, 1.0 - (step - begin) / (updates + 1))


def growing_dropout(share: float, passes: float, *, planned: float, within: float) -> float:
    """Dropout after so many ``passes`` over the text of those ``planned``: it grows along a line to ``share``.

    While a model has not seen its text often it cannot have learned it by heart, and dropout only slows it (curriculum
    dropout: Morerio et al. 2017). So it grows from 0 ``within`` so many passes where the run makes no more than those;
    longer runs, which learn by heart in the end, begin with more of it, and those three times as long with all.
    """
    if passes >= within:
        return share
    return share * min(1.0, max(passes / within, (planned - within) / (2 * within)))
