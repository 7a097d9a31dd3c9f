"""How fast a model trains on this machine, measured by a few updates that change almost nothing."""

import time

import torch

from nmt.data.batching import BatchPlan
from nmt.data.prefetch import BatchPrefetcher
from nmt.training.update.learner import Learner

WARM_UP = 3  # updates before the measured ones
LEAST, MOST = 3, 200  # updates to measure
HARMLESS_RATE = 1e-9


def measured_speed(
    learner: Learner, prefetcher: BatchPrefetcher, plan: BatchPlan, *, seconds: float, warm_up: int = WARM_UP
) -> tuple[float, float]:
    """Target tokens per second, and seconds per update, over updates like those of a training, the largest one first.

    No update starts after ``seconds``, but there are at least LEAST.
    """
    size = learner.config.accumulate
    updates = [plan[first : first + size] for first in range(0, min(len(plan), (warm_up + MOST) * size), size)]
    largest = plan[max(range(len(plan)), key=plan.padded_tokens)]
    for batches in [[largest] * size, *updates[: warm_up - 1]]:
        learner.update_from(prefetcher, batches, rate=HARMLESS_RATE, epoch=0)
    tokens = done = 0
    _finish_work(learner.device)
    start = time.monotonic()
    for batches in updates[warm_up:] or updates:
        tokens += learner.update_from(prefetcher, batches, rate=HARMLESS_RATE, epoch=0).target_tokens
        done += 1
        if done >= LEAST and time.monotonic() - start > seconds:
            break
    _finish_work(learner.device)
    elapsed = time.monotonic() - start
    return tokens / elapsed, elapsed / done


def _finish_work(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
