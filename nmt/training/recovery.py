"""What happens when gradients are not finite: skip the update; if that does not help, go back and halve the rate."""

from dataclasses import replace

import torch
from torch import Tensor

from nmt.errors import NMTError
from nmt.training.state import TrainState

MOST_SKIPPED = 25  # updates in a row without a finite loss and gradient
MOST_ROLLBACKS = 3
SMALLER_RATE = 0.5  # after going back, times the rate before


def all_finite(tensors: dict[str, Tensor]) -> bool:
    """Whether no tensor holds an infinity or a NaN."""
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values())


def check_another_try(state: TrainState) -> None:
    """NMTError if the run has gone back often enough."""
    if state.instability.rollbacks >= MOST_ROLLBACKS:
        raise NMTError(
            f"loss or gradient was not finite in {MOST_SKIPPED} updates up to step {state.step:,}, also after going "
            f"back {MOST_ROLLBACKS} times with half the rate; start over with --overwrite and a lower --learning-rate"
        )


def state_after_rollback(now: TrainState, checkpoint: TrainState) -> TrainState:
    """The state of a run at ``now`` that goes back to the weights of ``checkpoint``.

    Steps are counted from the checkpoint, so that the run makes as many updates as it was asked to. The data continue
    after the batches that did the damage, which would do it again; the batches between the checkpoint and them have
    their turn in the next epoch. The best weights stay published, and the time stays used.
    """
    instability = replace(
        now.instability,
        rollbacks=now.instability.rollbacks + 1,
        rate_scale=now.instability.rate_scale * SMALLER_RATE,
    )
    return replace(checkpoint, data=now.data, timing=now.timing, best=now.best, instability=instability)
