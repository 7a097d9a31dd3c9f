"""What a run reports, and the interface of reporters: the command line plugs in its progress bar here."""

from dataclasses import dataclass
from typing import Protocol

from nmt.training.state import TrainState


@dataclass(frozen=True)
class Progress:
    """One report of a running training."""

    step: int
    epoch: float  # finished epochs, with the fraction of the current one
    loss: float  # plain cross-entropy per token, in nats, mean since the last report
    learning_rate: float
    tokens_per_second: float  # target tokens, since this command started
    fraction: float | None  # of the run; None if no end is known
    seconds_left: float | None
    gradient_norm: float | None = None  # of the last update, before clipping


@dataclass(frozen=True)
class Validation:
    """The result of the validation at ``step``."""

    step: int
    loss: float  # plain cross-entropy per token, in nats
    bleu: float
    signature: str  # of BLEU
    score: float  # that ranks the weights, higher is better; of equal scores, the lower loss is better
    beam_size: int
    seconds: float
    improved: bool
    chrf: float | None = None  # chrF2++, if that ranks
    chrf_signature: str = ""

    def summary(self) -> str:
        """The scores, as one line."""
        chrf = "" if self.chrf is None else f", chrF2++ {self.chrf:.2f}"
        return f"validation loss {self.loss:.3f}, BLEU {self.bleu:.2f}{chrf}"


class ValidationStoppedError(Exception):
    """A stop was requested in the middle of a validation."""


class Reporter(Protocol):
    """Receives the reports of a run; every method returns at once."""

    def stage(self, text: str) -> None:
        """A step of preparation or of the end starts, or there is something worth a line."""

    def started(self, state: TrainState, planned: int | None) -> None:
        """Updates start, resume, or go back to ``state``; ``planned`` is the last one, if known."""

    def progressed(self, progress: Progress) -> None:
        """A few more updates are done."""

    def validated(self, validation: Validation) -> None:
        """Validation is done; an improved model has been published."""

    def ended(self) -> None:
        """No more updates follow."""


class Reporters:
    """Several reporters as one: each receives everything, in this order."""

    def __init__(self, *reporters: Reporter) -> None:
        self.reporters = reporters

    def stage(self, text: str) -> None:
        for reporter in self.reporters:
            reporter.stage(text)

    def started(self, state: TrainState, planned: int | None) -> None:
        for reporter in self.reporters:
            reporter.started(state, planned)

    def progressed(self, progress: Progress) -> None:
        for reporter in self.reporters:
            reporter.progressed(progress)

    def validated(self, validation: Validation) -> None:
        for reporter in self.reporters:
            reporter.validated(validation)

    def ended(self) -> None:
        for reporter in self.reporters:
            reporter.ended()
