"""Loss and speed of a running training, between two reports."""

import math
import time

from torch import Tensor

from nmt.training.update.learner import Update


class Meter:
    """Adds up updates; the loss stays on its device until it is needed."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.loss: Tensor | float = 0.0
        self.loss_tokens = 0
        self.tokens = 0
        self.updates = 0
        self.gradient_norm: float | None = None  # of the last update, before clipping

    def add(self, update: Update) -> None:
        """Add an update; the loss of a skipped one is not a number, so it is left out."""
        if update.applied:
            self.loss = self.loss + update.loss
            self.loss_tokens += update.target_tokens
        self.tokens += update.target_tokens
        self.updates += 1
        self.gradient_norm = update.gradient_norm

    def seconds_per_update(self) -> float:
        """The mean since this command started, validation included."""
        return (time.monotonic() - self.start) / max(1, self.updates)

    def speed(self) -> float:
        """Target tokens per second since this command started."""
        return self.tokens / max(1e-9, time.monotonic() - self.start)

    def take_loss(self) -> float:
        """The mean loss per token since the last call; NaN if there is none."""
        mean = float(self.loss) / self.loss_tokens if self.loss_tokens else math.nan
        self.loss, self.loss_tokens = 0.0, 0
        return mean if math.isfinite(mean) else math.nan
