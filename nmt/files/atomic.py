"""Writing files: under their names all at once, or directly into what cannot be replaced by another file."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from nmt.errors import NMTError
from nmt.files.compression import check_compression, compressing
from nmt.files.lines import StrPath, display_name, is_standard, reason

# Names of streams that this process has open. A file that is opened again by such a name would lose its contents.
_DESCRIPTOR = re.compile(r"/(?:dev|proc/(?P<process>self|thread-self|\d+))/fd/(?P<number>\d+)")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
# The errors for a file that is a mount point, or belongs to somebody else in a directory such as /tmp.
_IRREPLACEABLE = (errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES)
_MOST_LINKS = 40  # from a name to a file, as in Linux


def write_lines(path: StrPath, lines: Iterable[str]) -> int:
    """Write ``lines``, which contain no line feeds, with atomic_writer; returns their number."""
    count = 0
    with atomic_writer(path) as stream:
        for line in lines:
            stream.write(line.encode("utf-8") + b"\n")
            count += 1
    return count


@contextlib.contextmanager
def atomic_writer(path: StrPath, *, partial: Path | None = None) -> Iterator[BinaryIO]:
    """A stream whose bytes appear under ``path`` all at once if the block succeeds, and not at all otherwise.

    "-" is standard output. What cannot be replaced by another file is written directly: streams (/dev/stdout,
    /dev/fd/N), named pipes, devices, and files in a directory where nothing can be created. A file that is a mount
    point is overwritten at the end. Names such as x.gz are compressed. Errors such as a full disk are NMTErrors that
    name the path. Until the end the bytes are in ``partial``, where they stay if the block fails; without ``partial``
    they are in a temporary file, which is removed then.
    """
    with atomic_writers([path], partial=partial) as (stream,):
        yield stream


@contextlib.contextmanager
def atomic_writers(paths: Sequence[StrPath], *, partial: Path | None = None) -> Iterator[list[BinaryIO]]:
    """Streams for files that belong together, see atomic_writer: all are complete before the first gets its name."""
    staged: list[tuple[Path, Path]] = []
    try:
        with contextlib.ExitStack() as removing:
            with contextlib.ExitStack() as finishing:
                opened = (_staged(path, partial, staged, removing) for path in paths)
                yield [finishing.enter_context(stream) for stream in opened]
            for temporary, goal in staged:
                _replace(temporary, goal)
            for directory in {goal.parent for _, goal in staged}:
                sync_directory(directory)
    except BrokenPipeError:
        raise
    except OSError as error:
        names = " and ".join(display_name(path, reading=False) for path in paths)
        raise NMTError(f"{names} cannot be written: {reason(error)}") from error


@contextlib.contextmanager
def _staged(
    path: StrPath, partial: Path | None, staged: list[tuple[Path, Path]], removing: contextlib.ExitStack
) -> Iterator[BinaryIO]:
    """A stream for ``path``; if it goes into a temporary file, that file and its goal are added to ``staged``."""
    if is_standard(path):
        if sys.stdout is None:
            raise NMTError("standard output is closed; name a file to write")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    check_writable(path)
    goal = real_path(path)
    if is_written_directly(path):
        with _open_directly(path) as stream, compressing(stream, path) as compressed:
            yield compressed
        return
    temporary = partial or goal.parent / f".nmt-{secrets.token_hex(6)}.tmp"
    if partial is None:
        removing.callback(temporary.unlink, missing_ok=True)
    with temporary.open("wb" if partial else "xb") as stream:
        if goal.exists():
            temporary.chmod(stat.S_IMODE(goal.stat().st_mode))
        try:
            with compressing(stream, path) as compressed:
                yield compressed
        finally:
            stream.flush()
            os.fsync(stream.fileno())
    staged.append((temporary, goal))


def is_written_directly(path: StrPath) -> bool:
    """Whether ``path`` cannot be replaced by another file, and so is written as the bytes come."""
    if is_standard(path) or descriptor_of(path) is not None:
        return True
    goal = real_path(path)
    return goal.exists() and (not goal.is_file() or not os.access(goal.parent, os.W_OK | os.X_OK))


def _open_directly(path: StrPath) -> BinaryIO:
    descriptor = descriptor_of(path)
    if descriptor is None:
        return real_path(path).open("wb")
    if sys.stdout is not None:
        sys.stdout.flush()  # what was written earlier comes first
    return os.fdopen(os.dup(descriptor), "wb")  # a copy continues at the position of the stream


def _replace(temporary: Path, goal: Path) -> None:
    """Give ``temporary`` the name ``goal``; if that is impossible, copy it into the file of that name."""
    try:
        temporary.replace(goal)
    except OSError as error:
        if error.errno not in _IRREPLACEABLE or not goal.is_file():
            raise  # after any other error, such as that of a failing disk, the old file must stay intact
        with temporary.open("rb") as source, goal.open("wb") as stream:
            shutil.copyfileobj(source, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.unlink()


def check_writable(path: StrPath) -> None:
    """Raise an NMTError if ``path`` cannot become a file and cannot be written directly."""
    if is_standard(path):
        return
    check_compression(path)
    descriptor = descriptor_of(path)
    if descriptor is not None:
        _check_descriptor(path, descriptor)
        return
    goal = real_path(path)
    if goal.is_dir():
        raise NMTError(f"{path} is a directory; name a file to write")
    if goal.is_socket():
        raise NMTError(f"{path} is a socket; name a file to write")
    if not goal.parent.is_dir():
        raise NMTError(f"{path} cannot be written: there is no directory {goal.parent}")
    if not os.access(goal if goal.exists() else goal.parent, os.W_OK):
        raise NMTError(f"{path} cannot be written: it is read-only")


def _check_descriptor(path: StrPath, descriptor: int) -> None:
    try:
        os.write(descriptor, b"")
    except OSError:
        raise NMTError(f"{path} cannot be written: this program has no such stream open for writing") from None


def real_path(path: StrPath) -> Path:
    """The absolute path of the file that ``path`` names or links to; NMTError for links in a circle.

    So a symbolic link is kept, and the file it names is replaced.
    """
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError):  # RuntimeError in Python before 3.13
        raise NMTError(f"{os.fspath(path)} cannot be used: its symbolic links lead in a circle") from None


def is_overwritten(path: StrPath, inputs: Iterable[StrPath]) -> bool:
    """Whether writing ``path`` would replace one of the files ``inputs``."""
    if is_standard(path) or descriptor_of(path) is not None:
        return False
    return real_path(path) in {real_path(other) for other in inputs if not is_standard(other)}


def descriptor_of(path: StrPath) -> int | None:
    """The number of the open stream of this process that ``path`` names, such as /dev/stdout; None for a file."""
    name = os.path.abspath(path)  # noqa: PTH100 - Path.resolve would follow a stream to its file
    for _ in range(_MOST_LINKS):
        if name in _STANDARD:
            return _STANDARD[name]
        match = _DESCRIPTOR.fullmatch(name)
        if match and match["process"] in (None, "self", "thread-self", str(os.getpid())):
            return int(match["number"])
        try:
            name = os.path.normpath(os.path.join(os.path.dirname(name), os.readlink(name)))  # noqa: PTH115, PTH118, PTH120
        except OSError:
            return None
    return None


def sync_directory(directory: Path) -> None:
    """Make new names in ``directory`` durable, if the system can open directories."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
