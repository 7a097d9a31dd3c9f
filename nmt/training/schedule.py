"""The learning rate as a pure function of progress."""

import math


def learning_rate(step: int, *, peak: float, warmup: int, planned: int | None) -> float:
    """The rate of update ``step`` (1, 2, …).

    1. Linear warm-up to ``peak`` over ``warmup`` updates.
    2. Open end (``planned`` is None): inverse square root of the step (Vaswani et al. 2017, equation 3).
    3. Known end: from the peak down to zero at ``planned`` along a straight line.
    """
    warmup = max(1, warmup if planned is None else min(warmup, planned // 5))
    if step < warmup:
        return peak * step / warmup
    if planned is None:
        return peak * math.sqrt(warmup / step)
    return peak * max(0.0, (planned + 1 - step) / (planned + 1 - warmup))
