"""Forked processes, which cannot use the threads of their parent, nor locks that those threads held.

The new process has one thread, a copy of the one that forked. Whatever depends on the other threads waits forever.
"""

import ctypes
import os
import threading
import weakref
from typing import Any, Protocol


class Watched(Protocol):
    """An object that must be repaired in a forked process before it is used there."""

    def after_fork(self) -> None:
        """Called in the new process before anything else runs in it."""


_watched: "weakref.WeakSet[Watched]" = weakref.WeakSet()
_forking_thread: int | None = None  # the thread of this process that is a copy of a thread of its parent


def watch(watched: Watched) -> None:
    """Call ``watched.after_fork`` in every process that is forked from this one."""
    _watched.add(watched)


def is_copied_thread() -> bool:
    """Whether the current thread was created by os.fork, so that its helper threads are missing."""
    return threading.get_ident() == _forking_thread


def never_destroy(value: Any) -> None:
    """Never call the destructor of ``value``: it would wait for threads that do not exist."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))


def _after_fork() -> None:
    global _forking_thread
    _forking_thread = threading.get_ident()
    for watched in list(_watched):
        watched.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
