"""Windows in flight: lines in, translations out, in order, with bounded memory.

A window is a batch of lines that is translated as a whole. While the results of one window are used, the next one is
already being translated in the background, if the engine can do that. ``LineTranslator.stream`` is built on this, and
so is ``nmt translate``.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import TypeVar

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.translation.requests import Request
from nmt.translation.results import Translation

W = TypeVar("W")
R = TypeVar("R")

# The lines of a window are sorted by length: 2048 lines if a beam of 5 is followed for each. Greedy search is faster
# where more of its lines have the same length.
WINDOW_ROWS = 5 * 2048
FEWEST_LINES = 256
WINDOW_CHARACTERS = 1 << 20
# The number of windows that are translated while the results of the one before them are used.
WINDOWS_AHEAD = 1


def lines_per_window(search: SearchConfig) -> int:
    """The number of lines in a full window for a search with these settings."""
    return max(FEWEST_LINES, WINDOW_ROWS // search.rows)


def windows_in_flight(
    windows: Iterable[W | None], submit: Callable[[W], PendingResult[R]], *, ahead: int = WINDOWS_AHEAD
) -> Generator[tuple[W, R], None, None]:
    """Each of ``windows`` with its result, in order; up to ``ahead`` further windows are submitted before that.

    A None among ``windows`` says that reading on may take any time: everything submitted is finished first. An
    exception of ``windows`` or ``submit`` is raised after the results of all windows before it. An exception of a
    result, an interrupt, and closing the generator cancel all windows whose result has not been returned.
    """
    pending: deque[tuple[W, PendingResult[R]]] = deque()
    try:
        for submitted in _submit_each(windows, submit):
            if submitted is not None:
                pending.append(submitted)
            while len(pending) > (0 if submitted is None else ahead):
                window, search = pending[0]  # removed only when its result is there: an interrupt cancels it, too
                result = search.result()
                pending.popleft()
                yield window, result
    finally:
        for _, search in pending:
            search.cancel()


def _submit_each(
    windows: Iterable[W | None], submit: Callable[[W], PendingResult[R]]
) -> Iterator[tuple[W, PendingResult[R]] | None]:
    """Each window, submitted; None wherever everything submitted must be finished before the next one."""
    try:
        for window in windows:
            yield None if window is None else (window, submit(window))
    except Exception:
        yield None
        raise
    yield None


def stream_translations(
    lines: Iterable[str | Request],
    submit: Callable[[list[str | Request]], PendingResult[list[Translation]]],
    *,
    window_lines: int,
    ahead: int,
) -> Generator[Translation, None, None]:
    """The translations of ``lines``; ``submit`` starts to translate a window. See ``LineTranslator.stream``."""
    with closing(windows_in_flight(_windows(lines, window_lines), submit, ahead=ahead)) as finished:
        for _, translations in finished:
            yield from translations


def _windows(lines: Iterable[str | Request], most: int) -> Iterator[list[str | Request]]:
    """``lines`` in windows of at most ``most`` lines; a window also closes at WINDOW_CHARACTERS characters."""
    window: list[str | Request] = []
    size = 0
    try:
        for line in lines:
            window.append(line)
            size += len(line if isinstance(line, str) else line.text)
            if len(window) >= most or size >= WINDOW_CHARACTERS:
                yield window
                window, size = [], 0
    except Exception:
        if window:
            yield window
        raise
    if window:
        yield window
