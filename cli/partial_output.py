"""Results that take long to compute: they appear all at once when complete, and are kept when something stops them."""

import contextlib
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from nmt import NMTError
from nmt.text.lines import atomic_writer, check_writable

logger = logging.getLogger("nmt.output")

SUFFIX = ".partial"


@contextlib.contextmanager
def partial_output(path: str) -> Iterator[BinaryIO]:
    """A stream into ``path``.partial, which gets the name ``path`` when the block ends well and else stays.

    Standard output ("-") and what is not a regular file are written straight into; names such as x.gz are compressed.
    """
    goal = Path(path).resolve()
    partial = goal.with_name(goal.name + SUFFIX)
    try:
        with atomic_writer(path, partial=partial) as stream:
            yield stream
    finally:
        if path != "-":
            _tell_what_is_left(partial)


def check_output(path: str, inputs: Iterable[str] = ()) -> None:
    """Raise an NMTError if ``path`` cannot become a file, or is one of ``inputs``; writes nothing."""
    if path != "-" and Path(path).resolve() in {Path(source).resolve() for source in inputs if source != "-"}:
        raise NMTError(f"{path} is an input and would be overwritten; choose another output")
    check_writable(path)


def _tell_what_is_left(partial: Path) -> None:
    if not partial.exists():
        return
    if partial.stat().st_size:
        logger.warning("what was finished before the end is kept in %s", partial)
    else:
        partial.unlink()
