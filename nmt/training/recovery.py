"""What happens when gradients stop being numbers: skip, and if that does not help, go back and be more careful."""

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
    """NMTError if going back has been tried often enough."""
    if state.rollbacks >= MOST_ROLLBACKS:
        raise NMTError(
            f"loss or gradient was not finite in {MOST_SKIPPED} updates up to step {state.step:,}, also after going "
            f"back {MOST_ROLLBACKS} times with half the rate; train afresh with --overwrite and a lower --learning-rate"
        )


def state_after_going_back(now: TrainState, then: TrainState) -> TrainState:
    """The state of a run that stands at ``now``, cannot go on, and takes up the weights of the checkpoint ``then``.

    Steps are counted from the checkpoint again, so that the run makes as many updates as it was told to. The data go on
    behind the batches that did the damage, which would do it again; what was read between the checkpoint and them has
    its turn in the next epoch. What was published stays the best, and the time stays used.
    """
    return replace(
        then,
        epoch=now.epoch,
        batch=now.batch,
        epoch_batches=now.epoch_batches,
        target_tokens=now.target_tokens,
        seconds=now.seconds,
        validation_seconds=now.validation_seconds,
        saving_seconds=now.saving_seconds,
        validated_progress=now.validated_progress,
        best_score=now.best_score,
        best_loss=now.best_loss,
        best_step=now.best_step,
        best_weights=now.best_weights,
        all_skipped=now.all_skipped,
        rollbacks=now.rollbacks + 1,
        rate_scale=now.rate_scale * SMALLER_RATE,
    )
