"""What the first bytes of a file say about it if it is not lines of UTF-8 text."""

import os
import shlex

from nmt.text.compression import COMPRESSIONS

_STARTS = {
    **{kind.magic: f"is compressed by {kind.name}; give it a name in {end}" for end, kind in COMPRESSIONS.items()},
    b"PK\x03\x04": "is a zip archive; unpack it first",
    b"\xff\xfe": "is in UTF-16; convert it to UTF-8",
    b"\xfe\xff": "is in UTF-16; convert it to UTF-8",
}


def problem_of_start(start: bytes, path: str | os.PathLike[str]) -> str:
    """A sentence where ``start``, the first bytes of the file ``path``, do not begin lines of UTF-8; else empty."""
    if has_mac_line_ends(start):
        return mac_line_ends(path)
    return next((f"{os.fspath(path)} {said}" for magic, said in _STARTS.items() if start.startswith(magic)), "")


def has_mac_line_ends(start: bytes) -> bool:
    """Whether text that begins with ``start`` has carriage returns between its lines, and no line feed."""
    return b"\n" not in start and b"\r" in start.rstrip(b"\r") and not start.startswith(tuple(_STARTS))


def mac_line_ends(path: str | os.PathLike[str]) -> str:
    """A sentence that says so of the file ``path``."""
    return (
        f"{os.fspath(path)} has the line ends of old Macs (carriage returns without line feeds); convert it: "
        f"tr '\\r' '\\n' < {shlex.quote(os.fspath(path))} > NEW"
    )
