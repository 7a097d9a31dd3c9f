"""What ``nmt train`` shows on stderr: a live bar on a terminal, otherwise a plain line now and then."""

import logging
import shlex
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from ..console.signals import StopOnSignal

if TYPE_CHECKING:
    from nmt.training.reporting.reporter import Progress as TrainingReport
    from nmt.training.reporting.reporter import Validation
    from nmt.training.run import RunReport
    from nmt.training.state import TrainState

logger = logging.getLogger("nmt.train")
SECONDS_BETWEEN_LINES = 30.0
WIDE = 110  # columns that a longer bar needs


class TrainingProgress:
    """The trainer's reporter on the command line."""

    def __init__(self, stop: StopOnSignal) -> None:
        self.stop = stop
        self.console = Console(stderr=True, highlight=False)
        self.live = self.console.is_terminal and logger.isEnabledFor(logging.INFO)
        self.bar = Progress(
            BarColumn(bar_width=20 if self.console.width >= WIDE else 4),
            TextColumn("{task.description}"),
            console=self.console,
            transient=True,
        )
        self.bleu = ""
        self.last_line = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended()

    def stage(self, text: str) -> None:
        """Show one plain line."""
        logger.info("%s", text)

    def started(self, state: "TrainState", planned: int | None) -> None:  # noqa: ARG002 - a reporter's signature
        """Show the bar; from now on, a signal saves first."""
        self.stop.arm()
        self.last_line = time.monotonic()
        if self.live and not self.bar.tasks:
            self.bar.start()
            self.bar.add_task("starting", total=None)

    def progressed(self, progress: "TrainingReport") -> None:
        """Update the bar, or write a line every half minute."""
        left = "" if progress.seconds_left is None else f"  {duration(progress.seconds_left)} left"
        if self.live:
            text = (  # fits into 80 columns with a short bar
                f"step {progress.step:,}  ep {progress.epoch:.1f}  loss {progress.loss:.2f}{self.bleu}  "
                f"lr {progress.learning_rate:.1e}  {progress.tokens_per_second:,.0f} tok/s{left}"
            )
            total = None if progress.fraction is None else 1.0  # None leaves rich's total unchanged
            self.bar.update(self.bar.task_ids[0], total=total, completed=progress.fraction, description=text)
        elif time.monotonic() - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = time.monotonic()
            self.stage(
                f"step {progress.step:,}  epoch {progress.epoch:.2f}  loss {progress.loss:.3f}{self.bleu}  "
                f"rate {progress.learning_rate:.2e}  {progress.tokens_per_second:,.0f} tokens/s{left}"
            )

    def validated(self, validation: "Validation") -> None:
        """One line for each validation, and its BLEU on the bar."""
        self.bleu = f"  BLEU {validation.bleu:.1f}"
        best = "  (best so far, published)" if validation.improved else ""
        self.stage(f"step {validation.step:,}: {validation.summary()}{best}")

    def ended(self) -> None:
        """Remove the bar; everything is saved, so a signal now ends the command at once."""
        self.stop.disarm()
        if self.live:
            self.bar.stop()

    def summarize(self, report: "RunReport") -> None:
        """Show how the run ended, how good the model is, and what to type next."""
        state = report.state
        if not report.finished:
            self.stage(f"stopped and saved at step {state.step:,}; the same command resumes from there")
            return
        self.stage(
            f"finished: {state.finished}; {state.data.target_tokens:,} target tokens in "
            f"{duration(state.timing.seconds)}; best: the {state.best.weights} at step {state.best.step:,}"
        )
        trouble = state.instability
        if trouble.all_skipped:
            back = f", and the run went back {_times(trouble.rollbacks)}" if trouble.rollbacks else ""
            rate = f"; the rate was {trouble.rate_scale:g} times the one set" if trouble.rollbacks else ""
            self.stage(f"{_updates(trouble.all_skipped)} skipped, as loss or gradient was not finite{back}{rate}")
        for score in report.scores:
            self.stage(f"validation {score.name} {score.score:.2f}  {score.signature}")
        self.stage(
            f"the model is in {report.model_dir}; try: nmt translate -m {shlex.quote(str(report.model_dir))} FILE"
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _updates(count: int) -> str:
    return "1 update was" if count == 1 else f"{count:,} updates were"


def duration(seconds: float) -> str:
    """Such as 45s, 12m05s or 3h07m."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
