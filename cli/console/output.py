"""Results that take long to compute: a file appears when it is complete, and its finished part is kept on failure."""

import contextlib
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from nmt import NMTError
from nmt.files.atomic import atomic_writer, check_writable, is_overwritten, is_written_directly, real_path

logger = logging.getLogger("nmt.output")

SUFFIX = ".partial"


@contextlib.contextmanager
def partial_output(path: str) -> Iterator[BinaryIO]:
    """A stream into ``path``.partial, which gets the name ``path`` if the block succeeds and otherwise stays.

    Standard output ("-") and whatever is not a regular file are written directly; names such as x.gz are compressed.
    """
    if is_written_directly(path):
        with atomic_writer(path) as stream:
            yield stream
        return
    goal = real_path(path)
    partial = goal.with_name(goal.name + SUFFIX)
    try:
        with atomic_writer(path, partial=partial) as stream:
            yield stream
    finally:
        _report_partial(partial)


def check_output(path: str, inputs: Iterable[str] = ()) -> None:
    """Raise an NMTError if ``path`` cannot become a file, or is one of ``inputs``; writes nothing."""
    if is_overwritten(path, inputs):
        raise NMTError(f"{path} is an input and would be overwritten; choose another output")
    check_writable(path)


def _report_partial(partial: Path) -> None:
    if not partial.exists():
        return
    if partial.stat().st_size:
        logger.warning("the part that was finished is in %s", partial)
    else:
        partial.unlink()
