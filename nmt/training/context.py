"""What a run and its trainer work with besides the model: options, data, storage, validation, reports, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import torch

from nmt.data.resampling import CorpusResampler
from nmt.model_dir.layout import TRAINING
from nmt.models.base import TrainableModel
from nmt.training.budget import Clock
from nmt.training.distributed.group import ALONE, Group
from nmt.training.preparation.prepared import PreparedCorpus
from nmt.training.preparation.run_input import RunInput
from nmt.training.reporting.reporter import Reporter, Validation
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.snapshots import Snapshots
from nmt.training.sizing.thread_trials import ThreadChoice
from nmt.training.state import TrainState


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a command runs a training; none of it is a setting of the run itself."""

    device: str = "auto"
    devices: int | None = None  # that train together; None: one, or as torchrun says
    threads: int | None = None  # of this machine; None: as many as suit it
    overwrite: bool = False  # remove the model that is there
    parent: Path | None = None  # directory of a model to start from; None: random weights
    start: float | None = None  # reading of time.monotonic() from which the run's time counts; None: now
    stop_requested: Callable[[], bool] = _never


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """What one run works with, once its text is prepared."""

    input: RunInput
    output: Path  # model directory
    prepared: PreparedCorpus
    device: torch.device  # of this process
    group: Group  # the processes that train together
    clock: Clock
    reporter: Reporter
    stop_requested: Callable[[], bool] = _never

    @property
    def directory(self) -> Path:
        """Where the run keeps what it needs for resuming."""
        return self.output / TRAINING


class Validator(Protocol):
    """Scores weights on the validation text, and publishes them when they are the best so far."""

    cost: float  # seconds that a validation takes, as far as is known

    def validate(self, model: TrainableModel, state: TrainState, deadline: float | None) -> Validation | None:
        """Loss and BLEU of ``model``, or None if time.monotonic() passes ``deadline``; ``state`` is not changed.

        Raises ValidationStoppedError if a stop is requested meanwhile.
        """

    def publish(self, model: TrainableModel, state: TrainState, validation: Validation | None) -> None:
        """Make ``model`` the one that translates; ``validation`` is None if there was no time to validate it."""


@dataclass(frozen=True, kw_only=True)
class TrainerContext:
    """What a trainer works with."""

    checkpoints: CheckpointStore
    snapshots: Snapshots
    validator: Validator
    reporter: Reporter
    stop_requested: Callable[[], bool] = _never
    clock: Clock = field(default_factory=Clock)
    resampler: CorpusResampler | None = None  # draws other subwords for each epoch
    beam_size: int = 1  # of the final scores, for which a budget reserves time
    validate_first_weights: bool = False  # before the first update: they come from a trained model
    group: Group = ALONE  # the processes that compute each update together
    threads: ThreadChoice | None = None  # None: the number of threads never changes
