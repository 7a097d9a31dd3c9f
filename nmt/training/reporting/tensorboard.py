"""The curves of a run as TensorBoard scalars, written only on request; needs the extra ``tensorboard``.

The writer of the package works in a thread that dies with a traceback when a disk is full. So this module appends
records one by one: each point is visible at once, and nothing has to be closed.
"""

import logging
import os
import platform
import time
from pathlib import Path
from typing import Any

from nmt.errors import NMTError
from nmt.training.reporting.reporter import Progress, Validation
from nmt.training.state import TrainState

logger = logging.getLogger(__name__)
FILE_VERSION = "brain.Event:2"


class TensorBoard:
    """A reporter that writes an event file into ``directory``.

    Raises NMTError if the package is missing, or if the directory cannot be created when updates start. If the file
    cannot be written later, there is a warning and training continues without it.
    """

    def __init__(self, directory: Path) -> None:
        try:
            import tensorboard.compat.proto.event_pb2  # noqa: F401 - to fail before anything slow
        except ImportError as error:
            raise NMTError("TensorBoard is not installed; get it with: pip install 'nmt[tensorboard]'") from error
        self.directory = directory
        self._path: Path | None = None
        self._early: list[tuple[int, dict[str, float]]] | None = []  # points from before updates started

    def stage(self, text: str) -> None:
        """Nothing to draw."""

    def started(self, state: TrainState, planned: int | None) -> None:  # noqa: ARG002 - the signature is Reporter's
        """Start an event file; points after ``state`` in older files, which this run repeats, are hidden."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NMTError(f"{self.directory} cannot be created: {error.strerror}") from error
        name = f"events.out.tfevents.{time.time():.6f}.{platform.node()}.{os.getpid()}"  # read in the order of names
        self._path = self.directory / name
        self._write(step=0, file_version=FILE_VERSION)
        self._write(step=state.step + 1, session_log={"status": "START"})
        early, self._early = self._early or [], None
        for step, scalars in early:
            self._write_scalars(step, scalars)

    def progressed(self, progress: Progress) -> None:
        """The curves of learning."""
        scalars = {
            "train/loss": progress.loss,
            "train/learning_rate": progress.learning_rate,
            "train/target_tokens_per_second": progress.tokens_per_second,
        }
        if progress.gradient_norm is not None:
            scalars["train/gradient_norm"] = progress.gradient_norm
        self._write_scalars(progress.step, scalars)

    def validated(self, validation: Validation) -> None:
        """The curves of validation."""
        scalars = {"valid/loss": validation.loss, "valid/bleu": validation.bleu}
        if validation.chrf is not None:
            scalars["valid/chrf"] = validation.chrf
        self._write_scalars(validation.step, scalars)

    def ended(self) -> None:
        """Everything is written already."""

    def _write_scalars(self, step: int, scalars: dict[str, float]) -> None:
        if self._early is not None:
            self._early.append((step, scalars))
            return
        self._write(step=step, summary={"value": [{"tag": tag, "simple_value": scalars[tag]} for tag in scalars]})

    def _write(self, **event: Any) -> None:
        """Append a record; ``event`` are the fields of TensorBoard's message of that name."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        if self._path is None:
            return
        try:
            with self._path.open("ab") as file:
                RecordWriter(file).write(Event(wall_time=time.time(), **event).SerializeToString())
        except OSError as error:
            logger.warning("%s cannot be written (%s); training continues without it", self._path, error.strerror)
            self._path = None  # a record cut short would hide all that follow
