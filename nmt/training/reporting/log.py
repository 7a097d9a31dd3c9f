"""The log of a run in the model directory, one JSON object per line; everything is passed on to another reporter."""

import json
import logging
import math
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nmt.files.atomic import atomic_writer
from nmt.training.reporting.reporter import Progress, Reporter, Validation
from nmt.training.state import TrainState

logger = logging.getLogger(__name__)
LOG = "log.jsonl"  # in the directory training/


class JsonLog:
    """A reporter that writes each report to a log and passes it on to another reporter.

    If a line cannot be written (the disk is full, the directory was removed), there is one warning and training
    continues: hours of training are worth more than a line, and if the disk is full, the next checkpoint ends the
    run in a state that can be resumed. ``forget_after``, which comes before anything slow, raises NMTError instead.
    """

    def __init__(self, path: Path, reporter: Reporter) -> None:
        self.path = path
        self.reporter = reporter
        self._warned = False

    def stage(self, text: str) -> None:
        """A step of preparation or of the end starts."""
        self.write({"event": "stage", "text": text})
        self.reporter.stage(text)

    def started(self, state: TrainState, planned: int | None) -> None:
        """Updates start, resume or go back."""
        self.write({"event": "started", "step": state.step, "planned": planned})
        self.reporter.started(state, planned)

    def progressed(self, progress: Progress) -> None:
        """A few more updates are done."""
        self.write({"event": "progress", **asdict(progress)})
        self.reporter.progressed(progress)

    def validated(self, validation: Validation) -> None:
        """Validation is done."""
        self.write({"event": "validation", **asdict(validation)})
        self.reporter.validated(validation)

    def ended(self) -> None:
        """No more updates follow."""
        self.reporter.ended()

    def write(self, entry: dict[str, Any]) -> None:
        """Append ``entry`` with the time of day, on a new line even if the last one was cut short."""
        finite = {key: None if _is_not_finite(value) else value for key, value in entry.items()}  # JSON has no NaN
        line = json.dumps({"time": round(time.time(), 1), **finite}, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            with self.path.open("ab+") as file:
                if file.seek(0, os.SEEK_END):
                    file.seek(-1, os.SEEK_END)
                    line = line if file.read(1) == b"\n" else "\n" + line
                file.write(line.encode("utf-8", errors="backslashreplace"))  # which JSON understands
        except OSError as error:
            if not self._warned:
                logger.warning("%s cannot be written (%s); training continues without it", self.path, error.strerror)
            self._warned = True

    def forget_after(self, step: int) -> None:
        """Drop what was written after ``step``, which a resumed run will write again."""
        lines = self.path.read_bytes().splitlines(keepends=True) if self.path.exists() else []
        kept = [line for line in lines if _step_of(line) <= step]
        with atomic_writer(self.path) as file:
            file.writelines(kept)


def _is_not_finite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _step_of(line: bytes) -> int:
    """The step of a log line; 0 if it has none, and beyond every step if a kill cut it short."""
    try:
        return int(json.loads(line).get("step", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return 1 << 62
