"""Whether files still hold the same text: digests of their bytes, kept so that unchanged files are not read again."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nmt.files.atomic import atomic_writer

SETTLED = 2.0  # seconds after which a file system certainly gives a changed file another time

FilesByRole = Mapping[str, Sequence[str]]  # such as "sources": the paths of all source files
Cache = dict[str, dict[str, Any]]


def read_fingerprint(files: FilesByRole, cache: Path | None = None) -> dict[str, str]:
    """One digest for each role of what its files hold; the names of the files do not matter.

    ``cache`` is a file in which ``save_fingerprint`` may have stored digests of these very files. Files with the same
    path, size, times and inode as then are not read again.
    """
    known = _read_cache(cache)
    with ThreadPoolExecutor(2) as threads:
        return dict(zip(files, threads.map(lambda role: _digest(role, files[role], known), files), strict=True))


def save_fingerprint(files: FilesByRole, fingerprint: Mapping[str, str], cache: Path) -> None:
    """Store a fingerprint that was just read for the next start; files changed a moment ago are not trusted."""
    kept = {}
    for role, digest in fingerprint.items():
        stamps = [file_stamp(path) for path in files[role]]
        if all(max(stamp[2:4]) < time.time_ns() - SETTLED * 1e9 for stamp in stamps):
            kept[role] = {"files": stamps, "digest": digest}
    if kept != _read_cache(cache):
        with atomic_writer(cache) as file:
            file.write(json.dumps(kept).encode("utf-8"))


def file_stamp(path: str) -> list[Any]:
    """Path, size, times and inode, which show a change; the time of the last change (ctime) cannot be set by hand."""
    status = Path(path).stat()
    return [str(Path(path).resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def digest_files(paths: Sequence[str]) -> str:
    """A digest of what the files hold, in this order."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(b"file")
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _digest(role: str, paths: Sequence[str], known: Cache) -> str:
    remembered = known.get(role, {})
    if remembered.get("files") == [file_stamp(path) for path in paths]:
        return str(remembered["digest"])
    return digest_files(paths)


def _read_cache(path: Path | None) -> Cache:
    try:
        known = json.loads(path.read_text("utf-8")) if path is not None else {}
        return {str(role): dict(entry) for role, entry in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
