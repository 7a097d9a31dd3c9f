"""Where a run stands: all that the loop needs, besides weights and optimizer, to resume as if it had not stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any


@dataclass
class DataPosition:
    """How much of the training data was used."""

    epoch: int = 0  # epochs finished
    batch: int = 0  # batches of the current epoch already used
    epoch_batches: int = 1  # in an epoch
    target_tokens: int = 0

    @property
    def epochs(self) -> float:
        """Epochs done, including the fraction of the current one."""
        return self.epoch + self.batch / self.epoch_batches


@dataclass
class Timing:
    """Wall time in seconds, and what a budget plans with."""

    seconds: float = 0.0  # of all commands of this run, preparation and validation included
    preparation_seconds: float = 0.0  # of them, before the first update
    validation_seconds: float = 0.0  # of the last validation; 0 before the first
    saving_seconds: float = 0.0  # of the slowest publication or checkpoint
    validated_progress: float = 0.0  # share of the run at the last attempt to validate, where the end is known


@dataclass
class BestWeights:
    """The published weights, which scored best so far."""

    score: float = -1.0  # that ranks validations: BLEU or another
    loss: float = 0.0  # of the same validation; of two equal scores, such as 0 BLEU, the lower loss is better
    step: int = 0
    weights: str = ""  # which: the moving average, another average, the last weights


@dataclass
class ValidationHistory:
    """What validation has found so far."""

    stale: int = 0  # validations since the best one
    last_step: int = 0  # of the last validation
    pending: bool = False  # a validation of this step is due, perhaps started, and not finished
    snapshots: list[tuple[int, float]] = field(default_factory=list)  # steps whose weights are kept, and their scores


@dataclass
class Decay:
    """The fall of the learning rate to zero once the score has stopped rising."""

    start_step: int = 0
    updates: int = 0  # that the fall takes; 0: it has not started
    start_rate: float = 0.0


@dataclass
class Instability:
    """Gradients that were not finite, and what was done about them, over the whole run."""

    all_skipped: int = 0  # updates
    rollbacks: int = 0  # to a checkpoint, because too many updates in a row were skipped
    rate_scale: float = 1.0  # factor of the learning rate since then


@dataclass
class Extension:
    """A finished run that was given larger limits."""

    step: int = 0  # at which it had ended; 0: the run was not extended
    progress: float = 0.0  # share of the longer run that was done at that step, where the end is known


@dataclass
class TrainState:
    """The state of the training loop; plain values only."""

    step: int = 0  # updates done
    skipped_updates: int = 0  # the last ones in a row, because loss or gradient was not finite
    finished: str = ""  # why training ended; empty while it has not
    data: DataPosition = field(default_factory=DataPosition)
    timing: Timing = field(default_factory=Timing)
    best: BestWeights = field(default_factory=BestWeights)
    validations: ValidationHistory = field(default_factory=ValidationHistory)
    decay: Decay = field(default_factory=Decay)
    instability: Instability = field(default_factory=Instability)
    extension: Extension = field(default_factory=Extension)


# A checkpoint and the log hold the state as one flat mapping; these keys are part of the format. A key that a
# checkpoint lacks, because it is older, has its default.
FLAT_KEYS = {
    "step": "step",
    "epoch": "data.epoch",
    "batch": "data.batch",
    "epoch_batches": "data.epoch_batches",
    "target_tokens": "data.target_tokens",
    "seconds": "timing.seconds",
    "preparation_seconds": "timing.preparation_seconds",
    "validation_seconds": "timing.validation_seconds",
    "saving_seconds": "timing.saving_seconds",
    "best_score": "best.score",
    "best_loss": "best.loss",
    "best_step": "best.step",
    "best_weights": "best.weights",
    "snapshots": "validations.snapshots",
    "stale_validations": "validations.stale",
    "last_validated": "validations.last_step",
    "validation_pending": "validations.pending",
    "validated_progress": "timing.validated_progress",
    "decay_began": "decay.start_step",
    "decay_updates": "decay.updates",
    "decay_rate": "decay.start_rate",
    "skipped_updates": "skipped_updates",
    "all_skipped": "instability.all_skipped",
    "rollbacks": "instability.rollbacks",
    "rate_scale": "instability.rate_scale",
    "extended_at": "extension.step",
    "extended_progress": "extension.progress",
    "finished": "finished",
}


def state_to_flat(state: TrainState) -> dict[str, Any]:
    """``state`` as the flat mapping that checkpoints and the log hold."""
    return {key: attrgetter(path)(state) for key, path in FLAT_KEYS.items()}


def state_from_flat(flat: Mapping[str, Any]) -> TrainState:
    """The state in the flat mapping of a checkpoint; TypeError if that holds anything else."""
    state = TrainState()
    for key, value in flat.items():
        if key not in FLAT_KEYS:
            raise TypeError(f"a training state has no {key!r}")
        group, _, name = FLAT_KEYS[key].rpartition(".")
        setattr(attrgetter(group)(state) if group else state, name, value)
    return state
