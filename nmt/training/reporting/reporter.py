"""What a trainer tells whoever watches: the command line plugs its progress bar in here."""

from dataclasses import dataclass
from typing import Protocol

from nmt.training.state import TrainState


@dataclass(frozen=True)
class Progress:
    """One report of a running training."""

    step: int
    epoch: float  # finished epochs and the part of the current one
    loss: float  # plain cross-entropy a token, in nats, mean since the last report
    learning_rate: float
    tokens_per_second: float  # target tokens, since this command began
    fraction: float | None  # of the planned updates, None with an open end
    seconds_left: float | None
    gradient_norm: float | None = None  # of the last update, before clipping


@dataclass(frozen=True)
class Validation:
    """What validation found at ``step``."""

    step: int
    loss: float  # plain cross-entropy a token, in nats
    bleu: float
    signature: str  # of BLEU
    score: float  # that ranks the weights, the higher the better; of equal ones the lower loss is better
    beam_size: int
    seconds: float
    improved: bool
    chrf: float | None = None  # chrF2++, where that ranks
    chrf_signature: str = ""

    def summary(self) -> str:
        """What was found, in a line."""
        chrf = "" if self.chrf is None else f", chrF2++ {self.chrf:.2f}"
        return f"validation loss {self.loss:.3f}, BLEU {self.bleu:.2f}{chrf}"


class ValidationStoppedError(Exception):
    """A stop was asked for in the middle of a validation."""


class Reporter(Protocol):
    """Hears of a run as it goes; every method returns at once."""

    def stage(self, text: str) -> None:
        """A step of preparation or of the end begins, or something worth a line was found."""

    def started(self, state: TrainState, planned: int | None) -> None:
        """Updates begin, go on, or go back to ``state``; ``planned`` is the last one, where known."""

    def progressed(self, progress: Progress) -> None:
        """A few more updates are done."""

    def validated(self, validation: Validation) -> None:
        """Validation is done; an improved model has been published."""

    def ended(self) -> None:
        """No more updates follow."""


class Reporters:
    """Several reporters as one: each hears everything, in the order given."""

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
