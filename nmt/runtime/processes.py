"""What a process started by os.fork may not use of its parent's: threads, and locks that those threads held.

The new process has one thread, a copy of the one that forked. What it has copied of the others waits for ever.
"""

import ctypes
import os
import threading
import weakref
from typing import Any, Protocol


class Watched(Protocol):
    """An object that a forked process must put in order before it uses it."""

    def after_fork(self) -> None:
        """Called in the new process, before anything else runs there."""


_watched: "weakref.WeakSet[Watched]" = weakref.WeakSet()
_forking_thread: int | None = None  # the thread of this process that is a copy of one of its parent


def watch(watched: Watched) -> None:
    """Have ``watched.after_fork`` called in every process that is forked from this one."""
    _watched.add(watched)


def is_copied_thread() -> bool:
    """Whether the current thread came into being by os.fork, so that helper threads of its own are missing."""
    return threading.get_ident() == _forking_thread


def never_destroy(value: Any) -> None:
    """Keep ``value`` until the process ends, and after: its destructor would wait for threads that are not there."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))


def _after_fork() -> None:
    global _forking_thread
    _forking_thread = threading.get_ident()
    for watched in list(_watched):
        watched.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
