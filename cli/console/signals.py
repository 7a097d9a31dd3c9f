"""Ctrl-C, SIGTERM and a closed terminal during training: the first asks for a stop with a checkpoint, the second ends
at once. Elsewhere Ctrl-C is Python's, and SIGTERM ends at once unless it is made to leave nothing half done.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from nmt.errors import GO_ON

SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
PATIENCE = 2.0  # seconds for Python to end by itself; a long computation in C would not let it
SHOW_CURSOR, CLEAR_LINE = "\x1b[?25h", "\r\x1b[2K"


class StopOnSignal:
    """Which signal has asked for a stop; while it is not armed a signal interrupts at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.armed = False
        self.ending = False
        self._terminals = [descriptor for descriptor in (1, 2) if _is_terminal(descriptor)]

    def arm(self) -> None:
        """From now on there is something worth saving."""
        self.armed = True

    def disarm(self) -> None:
        """All that is worth saving is saved."""
        self.armed = False

    def requested(self) -> bool:
        """Whether to stop after this update, or in the middle of a validation."""
        return self.signal is not None

    def handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is Python's
        """Remember the first signal, give way to the second."""
        if number not in (signal.SIGINT, signal.SIGTERM):
            self._leave_terminals()
        first = self.signal is None
        self.signal = self.signal or number
        if self.armed and first:
            _say("stopping: what is done so far is saved first; once more to end at once")
            return
        self.ending = True
        _say(f"interrupted; {GO_ON}")
        raise SystemExit(128 + number)

    def watch(self, signals: socket.socket) -> None:
        """End the process where a signal that should do so finds it in a long computation that is not Python's."""
        seen = 0
        with signals:
            while number := signals.recv(1):
                seen += 1
                if self.armed and seen == 1:
                    continue
                time.sleep(PATIENCE)
                if not self.ending:
                    _say(f"{SHOW_CURSOR if self._terminals else ''}ended at once; {GO_ON}")
                    os._exit(128 + number[0])

    def _leave_terminals(self) -> None:
        """The terminal is gone: what is still written goes nowhere instead of failing."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for descriptor in self._terminals:
                os.dup2(nowhere, descriptor)
            os.close(nowhere)


@contextmanager
def stopping_on_signals() -> Iterator[StopOnSignal]:
    """Handle SIGINT, SIGTERM and SIGHUP with a StopOnSignal inside the block; nohup's ignored SIGHUP stays ignored."""
    stop = StopOnSignal()
    ours = [number for number in SIGNALS if number in SIGNALS[:2] or signal.getsignal(number) != signal.SIG_IGN]
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    threading.Thread(target=stop.watch, args=(receiver,), daemon=True).start()
    before_sender = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, stop.handle) for number in ours}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_sender)
        sender.close()  # which ends the thread


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as an exception does, so that files begun in it go; for what is done in Python itself."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
    raise SystemExit(128 + number)


def _say(text: str) -> None:
    """A line on stderr past Python's buffers, which the interrupted code may be using; it replaces a bar's line."""
    with suppress(OSError):
        os.write(2, f"{CLEAR_LINE if _is_terminal(2) else ''}nmt: {text}\n".encode("utf-8", "backslashreplace"))


def _is_terminal(descriptor: int) -> bool:
    with suppress(OSError):
        return os.isatty(descriptor)
    return False
