"""Checkpoints: everything a run needs to resume; written beside, flushed, renamed; never unpickled."""

import logging
import pickle
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import torch

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.training.state import TrainState, state_from_flat, state_to_flat

logger = logging.getLogger(__name__)
# What torch.load raises for files that are cut short, altered, or hold anything but plain data.
UNREADABLE = (
    *(RuntimeError, OSError, EOFError, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError),
    *(RecursionError, MemoryError, AssertionError, struct.error),
    *(pickle.UnpicklingError, zipfile.BadZipFile, zlib.error),
)
NAME = re.compile(r"checkpoint-(\d+)\.pt")


class CheckpointStore:
    """The checkpoints in one directory, the newest ``keep`` of them, and always the newest regular one.

    Regular ones, at multiples of ``every`` steps, are written by every run of the same settings; others are written
    when a run is stopped or much time has passed.
    """

    def __init__(self, directory: Path, *, keep: int, every: int = 1) -> None:
        self.directory = directory
        self.keep = keep
        self.every = every

    def save(self, state: TrainState, tensors: dict[str, Any]) -> None:
        """Write a checkpoint of ``state`` and ``tensors`` (state dicts), then remove the oldest ones."""
        path = self.directory / f"checkpoint-{state.step:08d}.pt"
        try:
            with atomic_writer(path) as file:
                torch.save({"state": state_to_flat(state), **tensors}, file)
        except (NMTError, RuntimeError) as error:
            # torch's own zip writer hides the OSError of a full disk behind an error about positions.
            hidden = error.__cause__ or error.__context__
            reason = hidden.strerror if isinstance(hidden, OSError) else error
            raise NMTError(f"cannot save checkpoint {path} ({reason}); {self._what_is_left()}") from error
        regular = self._regular()[-1:]
        for old in self.paths()[: -self.keep]:
            if old not in regular:
                old.unlink(missing_ok=True)

    def load_newest(self, *, regular: bool = False) -> tuple[TrainState, dict[str, Any]] | None:
        """The newest readable (regular) checkpoint, on the CPU; None if there is none, NMTError if all are damaged."""
        paths = self._regular() if regular else self.paths()
        for path in reversed(paths):
            try:
                return read_checkpoint(path)
            except UNREADABLE as error:
                reason = str(error).partition(". ")[0]  # torch writes a paragraph
                logger.warning("checkpoint %s is damaged (%s); trying the one before", path, reason)
        if paths:
            raise NMTError(f"no checkpoint in {self.directory} can be read; --overwrite starts over")
        return None

    def paths(self) -> list[Path]:
        """The existing checkpoints, the oldest first."""
        return sorted(path for path in self.directory.glob("checkpoint-*.pt") if NAME.fullmatch(path.name))

    def has_updates(self) -> bool:
        """Whether any updates are saved: there is more than the checkpoint of step 0, from before the first update."""
        return any(_step(path) > 0 for path in self.paths())

    def remove_after(self, step: int) -> None:
        """Remove the checkpoints of later steps."""
        for path in self.paths():
            if _step(path) > step:
                path.unlink(missing_ok=True)

    def _regular(self) -> list[Path]:
        return [path for path in self.paths() if _step(path) % self.every == 0]

    def _what_is_left(self) -> str:
        """What the user still has after a failure, and how to resume."""
        if not self.directory.is_dir():
            return "the directory was removed while training, with everything saved in it"
        names = [path.name for path in self.paths()]
        kept = f"{names[-1]}, the last good one, and the published model are intact" if names else "nothing was lost"
        return f"{kept}, so fix the cause and run the same command again"


def read_checkpoint(path: Path) -> tuple[TrainState, dict[str, Any]]:
    """The state and the tensors in ``path``, on the CPU; raises one of UNREADABLE if a single bit has changed.

    The file is a zip archive with a checksum of each part; torch writes the checksums and does not check them.
    """
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.compress_type != zipfile.ZIP_STORED:  # torch compresses nothing, so a small file stays small
                raise ValueError(f"{part.filename} is compressed")
        if damaged := archive.testzip():
            raise ValueError(f"the checksum of {damaged} does not fit")
    tensors: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state_from_flat(tensors.pop("state")), tensors


def _step(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
