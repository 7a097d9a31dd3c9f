"""Progress of a translation: a live bar if stderr is a terminal, otherwise a plain line now and then."""

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ParamSpec

logger = logging.getLogger("nmt.progress")

SECONDS_BETWEEN_LINES = 60.0

Values = ParamSpec("Values")


class TranslationProgress:
    """Counts the translated lines of a file and shows lines per second."""

    def __init__(self, show: Callable[[int, int, float], None]) -> None:
        """``show`` is called with the bytes and lines done, and the lines per second."""
        self._show = show
        self._started = time.monotonic()
        self._bytes = 0
        self._lines = 0

    def advance(self, window: Sequence[bytes]) -> None:
        """Count these lines as translated."""
        self._bytes += sum(len(line) + 1 for line in window)
        self._lines += len(window)
        self._show(self._bytes, self._lines, self._lines / max(time.monotonic() - self._started, 1e-3))


@contextlib.contextmanager
def translation_progress(path: str) -> Iterator[TranslationProgress]:
    """Progress through the file ``path``; none for "-", standard input, whose length is unknown."""
    if path == "-" or not logger.isEnabledFor(logging.INFO):
        yield TranslationProgress(lambda *_: None)
    elif sys.stderr.isatty():
        with _bar(path) as show:
            yield TranslationProgress(show)
    else:
        text = "%s: %s lines, %.0f lines/s"
        show_line = now_and_then(
            lambda _, lines, rate: logger.info(text, path, f"{lines:,}", rate), SECONDS_BETWEEN_LINES
        )
        yield TranslationProgress(show_line)


@contextlib.contextmanager
def _bar(path: str) -> Iterator[Callable[[int, int, float], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from nmt.files.compression import compression_of

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        # The size of a compressed file says nothing about the bytes in it.
        file = Path(path)
        total = file.stat().st_size if file.is_file() and compression_of(path) is None else None
        task = progress.add_task(file.name, total=total)

        def show(size: int, lines: int, rate: float) -> None:
            text = f"{file.name}  {lines:,} lines  {rate:,.0f} lines/s"
            progress.update(task, completed=size, description=text)

        yield show


def now_and_then(show: Callable[Values, None], seconds: float) -> Callable[Values, None]:
    """``show``, but only if at least ``seconds`` have passed since the last call."""
    last = time.monotonic()

    def show_if_due(*values: Values.args, **named: Values.kwargs) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            show(*values, **named)

    return show_if_due
