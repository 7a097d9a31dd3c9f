"""Removing files and directories: what cannot be removed is known before anything is removed; mounts are emptied."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from nmt.errors import NMTError
from nmt.files.lines import reason

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}  # in the names in that file


def is_mount_point(path: Path) -> bool:
    """Whether something is mounted at ``path`` itself, bind mounts of files included."""
    return str(path.parent.resolve() / path.name) in _mount_points() or os.path.ismount(path)


def check_removable(paths: Iterable[Path]) -> None:
    """Raise an NMTError for the first of ``paths``, or of the files in them, that ``remove`` could not remove."""
    for path in paths:
        if not os.path.lexists(path):
            continue
        directory = path.is_dir() and not path.is_symlink()
        if is_mount_point(path) and not directory:
            raise NMTError(f"{path} cannot be removed: it is a mount point; unmount it first")
        if not is_mount_point(path) and not os.access(path.parent, os.W_OK | os.X_OK):
            raise NMTError(f"{path} cannot be removed: {path.parent} is read-only")
        if directory:
            if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
                raise NMTError(f"{path} cannot be emptied: it is read-only")
            check_removable(path.iterdir())


def remove(path: Path) -> None:
    """Remove a file, a link, or a directory with its contents; a mount point is emptied, because it must stay.

    It is not an error if there is nothing at ``path``. Raises NMTError, naming what is left, if the system refuses.
    """
    try:
        if not path.is_dir() or path.is_symlink():
            path.unlink(missing_ok=True)
            return
        mounts = _mount_points()
        whole = str(path.resolve())
        if any(mount == whole or mount.startswith(f"{whole}/") for mount in mounts):
            for each in path.iterdir():
                remove(each)
            if not any(path.iterdir()) and not is_mount_point(path):
                path.rmdir()
        else:
            shutil.rmtree(path)
    except OSError as error:
        raise NMTError(f"{error.filename} cannot be removed: {reason(error)}") from error


def _mount_points() -> set[str]:
    """All mount points, bind mounts included, that the system reports, as Linux does."""
    try:
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return set()
    points = set()
    for line in lines:
        name = line.split(" ")[4]
        for escape, character in _ESCAPES.items():
            name = name.replace(escape, character)
        points.add(name)
    return points
