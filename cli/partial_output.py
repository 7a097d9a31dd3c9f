"""Results that take long to compute: they appear all at once when complete, and are kept when something stops them."""

import contextlib
import gzip
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from nmt import NMTError
from nmt.text.lines import atomic_writer

logger = logging.getLogger("nmt.output")

SUFFIX = ".partial"


@contextlib.contextmanager
def partial_output(path: str) -> Iterator[BinaryIO]:
    """A stream into ``path``.partial, which gets the name ``path`` when the block ends well and else stays.

    Standard output ("-") and what is not a regular file are written straight into; a name in .gz is compressed.
    """
    goal = Path(path).resolve()
    if path == "-" or (goal.exists() and not goal.is_file() and not goal.is_dir()):
        with atomic_writer(path) as stream:
            yield stream
        return
    check_output(path)
    partial = goal.with_name(goal.name + SUFFIX)
    try:
        with partial.open("wb") as file:
            try:
                with _compressing(file, path) as stream:
                    yield stream
            finally:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(goal)
    except OSError as error:
        raise NMTError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
    finally:
        _tell_what_is_left(partial)


def check_output(path: str, inputs: Iterable[str] = ()) -> None:
    """Raise an NMTError if ``path`` cannot become a file, or is one of ``inputs``; writes nothing."""
    goal = Path(path).resolve()
    if path != "-" and goal in {Path(source).resolve() for source in inputs if source != "-"}:
        raise NMTError(f"{path} is an input and would be overwritten; choose another output")
    if path == "-" or (goal.exists() and not goal.is_file() and not goal.is_dir()):
        return  # standard output, a named pipe, /dev/null
    if goal.is_dir():
        raise NMTError(f"{path} is a directory; name a file to write")
    if not goal.parent.is_dir():
        raise NMTError(f"{path} cannot be written: there is no directory {goal.parent}")
    if not os.access(goal if goal.exists() else goal.parent, os.W_OK):
        raise NMTError(f"{path} cannot be written: it is read-only")


@contextlib.contextmanager
def _compressing(file: BinaryIO, path: str) -> Iterator[BinaryIO]:
    if not path.endswith(".gz"):
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream:
        yield cast(BinaryIO, stream)


def _tell_what_is_left(partial: Path) -> None:
    if not partial.exists():
        return
    if partial.stat().st_size:
        logger.warning("what was finished before the end is kept in %s", partial)
    else:
        partial.unlink()
