"""One training at a time in a model directory: a lock that the system takes away with the process that holds it.

The lock is on the file .nmt-lock, which says who holds it and is removed at the end. A file that a killed training left
behind is locked by nobody, and so is no obstacle. On disks that several machines share it holds between them where the
file system passes locks on, as NFS does.
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
_MOST_BYTES = 10_000  # that are read of a lock
_TRIES, _PAUSE = 10, 0.05  # seconds


@contextlib.contextmanager
def sole_training(output: Path) -> Iterator[None]:
    """A block in which no other process trains in ``output``, which is made if need be and goes if it stays empty.

    NMTError naming the process and the machine of a training that goes on there, or if nothing can be written.
    """
    if output.exists() and not output.is_dir():
        raise NMTError(f"{output} is a file; -o names the directory that the model goes into")
    try:
        output.mkdir(parents=True, exist_ok=True)
        file = _lock(output / LOCK)
    except OSError as error:
        raise NMTError(f"{output} cannot be made or written: {error.strerror}") from error
    with file:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # the directory may have been taken away
                (output / LOCK).unlink()
            with contextlib.suppress(OSError):
                output.rmdir()


def training_there(output: Path) -> str | None:
    """Who trains in ``output`` at this moment, in words; None if nobody does, as far as can be seen from here."""
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
    """The same as ``_take``, with some patience for those who only look whether somebody trains."""
    for _ in range(_TRIES):
        if _take(file):
            return True
        time.sleep(_PAUSE)
    return False


def _take(file: BinaryIO, *, shared: bool = False) -> bool:
    """Lock the file, with others who take it ``shared`` or alone; False: somebody else holds it."""
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
    """What the file says of who holds it."""
    file.seek(0)
    try:
        holder = json.loads(file.read(_MOST_BYTES))
        return f"process {int(holder['process'])} on {holder['machine']}"
    except (ValueError, TypeError, KeyError, RecursionError):
        return "another process"
