"""One training at a time in a model directory: a lock that the system releases when its process ends.

The lock is on the file .nmt-lock, which names its holder and is removed at the end. A file that a killed training left
behind is not locked, so it does not get in the way. On a disk that several machines share, the lock works between them
if the file system supports that, as NFS does.
"""

import contextlib
import json
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nmt.errors import NMTError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = ".nmt-lock"
_MOST_BYTES = 10_000  # that are read of a lock file
_TRIES, _PAUSE = 10, 0.05  # seconds


@contextlib.contextmanager
def sole_training(output: Path) -> Iterator[None]:
    """A block in which no other process trains in ``output``, which is created if needed and removed if it stays empty.

    NMTError naming process and machine of a training that is running there, or if nothing can be written.
    """
    if output.exists() and not output.is_dir():
        raise NMTError(f"{output} is a file; -o names the directory that the model goes into")
    try:
        output.mkdir(parents=True, exist_ok=True)
        file = _lock(output / LOCK)
    except OSError as error:
        raise NMTError(f"{output} cannot be created or written: {error.strerror}") from error
    with file:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # the directory may have been removed
                (output / LOCK).unlink()
            with contextlib.suppress(OSError):
                output.rmdir()


def running_training(output: Path) -> str | None:
    """The process that trains in ``output`` at this moment, in words; None if none is known."""
    try:
        with (output / LOCK).open("rb+") as file:
            return None if _take(file, shared=True) else _holder(file)
    except OSError:
        return None


def _lock(path: Path) -> BinaryIO:
    """The file ``path``, locked and with the name of this process in it."""
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644), "rb+")
        if not _take_soon(file):
            with file:
                raise NMTError(
                    f"{path.parent} is being trained by {_holder(file)}; wait until it has ended, stop it, "
                    "or choose another -o"
                )
        if _is_still(file, path):
            break
        file.close()  # it was removed by a training that ended between the two calls
    holder = {"process": os.getpid(), "machine": platform.node()}
    file.truncate(0)
    file.write(json.dumps(holder).encode())
    file.flush()
    return file


def _take_soon(file: BinaryIO) -> bool:
    """Like ``_take``, but wait a moment: another command may only be checking whether a training is running."""
    for _ in range(_TRIES):
        if _take(file):
            return True
        time.sleep(_PAUSE)
    return False


def _take(file: BinaryIO, *, shared: bool = False) -> bool:
    """Lock the file, ``shared`` with other readers or exclusively; False: another process holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _is_still(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _holder(file: BinaryIO) -> str:
    """The holder that the file names, in words."""
    file.seek(0)
    try:
        holder = json.loads(file.read(_MOST_BYTES))
        return f"process {int(holder['process'])} on {holder['machine']}"
    except (ValueError, TypeError, KeyError, RecursionError):
        return "another process"
