"""Ctrl-C, SIGTERM and a closed terminal during training: the first signal asks for a stop with a checkpoint, the second
one ends the program at once. Elsewhere Python handles Ctrl-C, and SIGTERM ends the program at once, unless
``ending_on_sigterm`` makes it an exception.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from nmt.errors import HOW_TO_RESUME

SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
PATIENCE = 2.0  # seconds for Python to end by itself, which a long computation in C prevents
SHOW_CURSOR, CLEAR_LINE = "\x1b[?25h", "\r\x1b[2K"


class StopOnSignal:
    """Records which signal asked for a stop; while it is not armed, a signal interrupts at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.armed = False
        self.ending = False
        self._terminals = [descriptor for descriptor in (1, 2) if _is_terminal(descriptor)]

    def arm(self) -> None:
        """From now on there is work to save."""
        self.armed = True

    def disarm(self) -> None:
        """All work is saved."""
        self.armed = False

    def requested(self) -> bool:
        """Whether to stop after this update, or in the middle of a validation."""
        return self.signal is not None

    def handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is Python's
        """Record the first signal; end at the second."""
        if number not in (signal.SIGINT, signal.SIGTERM):
            self._leave_terminals()
        first = self.signal is None
        self.signal = self.signal or number
        if self.armed and first:
            _say("stopping: saving the work so far first; send the signal again to end at once")
            return
        self.ending = True
        _say(f"interrupted; {HOW_TO_RESUME}")
        raise SystemExit(128 + number)

    def watch(self, signals: socket.socket) -> None:
        """End the process if a signal that should do so arrives in a long computation outside Python."""
        seen = 0
        with signals:
            while number := signals.recv(1):
                seen += 1
                if self.armed and seen == 1:
                    continue
                time.sleep(PATIENCE)
                if not self.ending:
                    _say(f"{SHOW_CURSOR if self._terminals else ''}ended at once; {HOW_TO_RESUME}")
                    os._exit(128 + number[0])

    def _leave_terminals(self) -> None:
        """Send what is written to the closed terminal nowhere, instead of failing."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for descriptor in self._terminals:
                os.dup2(nowhere, descriptor)
            os.close(nowhere)


@contextmanager
def stopping_on_signals() -> Iterator[StopOnSignal]:
    """Handle SIGINT, SIGTERM and SIGHUP with a StopOnSignal inside the block; nohup's ignored SIGHUP stays ignored."""
    stop = StopOnSignal()
    handled = [number for number in SIGNALS if number in SIGNALS[:2] or signal.getsignal(number) != signal.SIG_IGN]
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    threading.Thread(target=stop.watch, args=(receiver,), daemon=True).start()
    before_sender = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, stop.handle) for number in handled}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_sender)
        sender.close()  # which ends the thread


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block with an exception, so that its temporary files are removed; only for Python code."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
    raise SystemExit(128 + number)


def _say(text: str) -> None:
    """Write a line to stderr without Python's buffers, which the interrupted code may be using; it replaces a bar."""
    with suppress(OSError):
        os.write(2, f"{CLEAR_LINE if _is_terminal(2) else ''}nmt: {text}\n".encode("utf-8", "backslashreplace"))


def _is_terminal(descriptor: int) -> bool:
    with suppress(OSError):
        return os.isatty(descriptor)
    return False
