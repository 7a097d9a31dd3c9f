"""The progress of ``nmt explain --heads``: a live bar if stderr is a terminal, otherwise a line now and then."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator

from ..console.progress import now_and_then

logger = logging.getLogger("nmt.progress")

SECONDS_BETWEEN_LINES = 20.0


@contextlib.contextmanager
def counting(text: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with the number of finished items and their total."""
    if not logger.isEnabledFor(logging.INFO):
        yield lambda *_: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(text, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
    else:
        yield now_and_then(lambda done, total: logger.info("%s: %d of %d", text, done, total), SECONDS_BETWEEN_LINES)
