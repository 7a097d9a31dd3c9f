"""What a trainer works with besides the model, the data and the settings: storage, validation, reports, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from nmt.data.resampling import CorpusResampler
from nmt.models.transformer import Transformer
from nmt.training.budget import Clock
from nmt.training.distributed.group import ALONE, Group
from nmt.training.reporting.reporter import Reporter, Validation
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.snapshots import Snapshots
from nmt.training.sizing.thread_choice import ThreadChoice
from nmt.training.state import TrainState


class Validator(Protocol):
    """Scores weights on the validation text, and publishes them when they are the best so far."""

    cost: float  # seconds that a validation takes, as far as is known

    def validate(self, model: Transformer, state: TrainState, deadline: float | None) -> Validation | None:
        """Loss and BLEU of ``model``, or None if time.monotonic() passes ``deadline``; ``state`` is not changed.

        Raises ValidationStoppedError if a stop is requested meanwhile.
        """

    def publish(self, model: Transformer, state: TrainState, validation: Validation | None) -> None:
        """Make ``model`` the one that translates; ``validation`` is None if there was no time to validate it."""


@dataclass(frozen=True, kw_only=True)
class TrainerContext:
    """What a trainer works with."""

    checkpoints: CheckpointStore
    snapshots: Snapshots
    validator: Validator
    reporter: Reporter
    stop_requested: Callable[[], bool]
    clock: Clock = field(default_factory=Clock)
    resampler: CorpusResampler | None = None  # draws other subwords for each epoch
    beam_size: int = 1  # of the final scores, for which a budget reserves time
    validate_first_weights: bool = False  # before the first update: they come from a trained model
    group: Group = ALONE  # the processes that compute each update together
    threads: ThreadChoice | None = None  # None: the number of threads never changes
