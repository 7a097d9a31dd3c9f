"""Where a run stands: everything the loop needs, besides weights and optimizer, to go on as if nothing had happened."""

from dataclasses import dataclass


@dataclass
class TrainState:
    """The loop's own state; plain numbers only."""

    step: int = 0  # updates done
    epoch: int = 0  # epochs finished
    batch: int = 0  # batches of the current epoch already used
    epoch_batches: int = 1  # in an epoch
    target_tokens: int = 0
    seconds: float = 0.0  # of training and validation, from first to last command
    best_score: float = -1.0  # validation BLEU
    best_loss: float = 0.0  # of the same validation: of equal BLEUs, such as 0, the lower loss is better
    best_step: int = 0
    stale_validations: int = 0  # since the best one
    last_validated: int = 0  # step
    skipped_updates: int = 0  # gradient not finite
    finished: str = ""  # why training ended, empty while it has not

    @property
    def epochs(self) -> float:
        """Epochs done, the part of the current one included."""
        return self.epoch + self.batch / self.epoch_batches
