"""Where a run stands: everything the loop needs, besides weights and optimizer, to go on as if nothing had happened."""

from dataclasses import dataclass, field


@dataclass
class TrainState:
    """The loop's own state; plain values only."""

    step: int = 0  # updates done
    epoch: int = 0  # epochs finished
    batch: int = 0  # batches of the current epoch already used
    epoch_batches: int = 1  # in an epoch
    target_tokens: int = 0
    seconds: float = 0.0  # of all commands of this run, preparation and validation included
    preparation_seconds: float = 0.0  # of them, before the first update
    validation_seconds: float = 0.0  # the last validation, 0 before the first
    saving_seconds: float = 0.0  # the longest publication or checkpoint
    best_score: float = -1.0  # by which validation ranks: BLEU or another
    best_loss: float = 0.0  # of the same validation: of equal BLEUs, such as 0, the lower loss is better
    best_step: int = 0
    best_weights: str = ""  # whose: the moving average, or another average
    snapshots: list[tuple[int, float]] = field(default_factory=list)  # steps whose weights are kept, and their scores
    stale_validations: int = 0  # since the best one
    last_validated: int = 0  # step
    validation_pending: bool = False  # of this step: it was due, and perhaps begun, but has not ended
    validated_progress: float = 0.0  # share of the run when that was last tried, where its end is known
    decay_began: int = 0  # the step at which the score had stopped rising
    decay_updates: int = 0  # in which the rate then falls to zero; 0 while it rises
    decay_rate: float = 0.0  # where that begins
    skipped_updates: int = 0  # in a row just now, as loss or gradient was not finite
    all_skipped: int = 0  # since the beginning
    rollbacks: int = 0  # to a checkpoint, as too many updates in a row were skipped
    rate_scale: float = 1.0  # of the learning rate since then
    extended_at: int = 0  # the step at which a finished run was told to continue; 0: it was not
    extended_progress: float = 0.0  # share of the longer run that was done there, where its end is known
    finished: str = ""  # why training ended, empty while it has not

    @property
    def epochs(self) -> float:
        """Epochs done, the part of the current one included."""
        return self.epoch + self.batch / self.epoch_batches
