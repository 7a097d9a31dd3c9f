"""Ctrl-C and SIGTERM during training: the first asks for a stop with a checkpoint, the second ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopOnSignal:
    """Which signal has asked for a stop; until ``arm`` is called a signal interrupts at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.armed = False

    def arm(self) -> None:
        """From now on there is something worth saving."""
        self.armed = True

    def requested(self) -> bool:
        """Whether to stop at the next update."""
        return self.signal is not None

    def handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is Python's
        """Remember the first signal, give way to the second."""
        if self.armed and self.signal is None:
            self.signal = number
        elif number == signal.SIGTERM:
            raise SystemExit(128 + number)
        else:
            raise KeyboardInterrupt


@contextmanager
def stopping_on_signals() -> Iterator[StopOnSignal]:
    """Handle SIGINT and SIGTERM with a StopOnSignal inside the block."""
    stop = StopOnSignal()
    before = {number: signal.signal(number, stop.handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
