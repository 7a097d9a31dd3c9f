"""Recognizes files that are not lines of UTF-8 text by their first bytes."""

import os
import shlex

from nmt.files.compression import COMPRESSIONS

_STARTS = {
    **{kind.magic: f"is compressed by {kind.name}; give it a name in {end}" for end, kind in COMPRESSIONS.items()},
    b"PK\x03\x04": "is a zip archive; unpack it first",
    b"\xff\xfe": "is in UTF-16; convert it to UTF-8",
    b"\xfe\xff": "is in UTF-16; convert it to UTF-8",
    b"\x89PNG": "is a PNG image; it has no text to read",
    b"\xff\xd8\xff": "is a JPEG image; it has no text to read",
    b"GIF87a": "is a GIF image; it has no text to read",
    b"GIF89a": "is a GIF image; it has no text to read",
    b"%PDF-": "is a PDF document; save its text as plain text first",
    b"{\\rtf": "is an RTF document; save it as plain text first",
    b"\xd0\xcf\x11\xe0": "is an old Microsoft Office document; save it as plain text first",
    b"SQLite format 3\0": "is an SQLite database; export its text first",
    b"7z\xbc\xaf": "is a 7-Zip archive; unpack it first",
    b"Rar!": "is a RAR archive; unpack it first",
    b"\x7fELF": "is a program, not text",
}
# What programs for documents write into the first part of a zip archive.
_IN_ZIP = {
    b"word/": "Word document",
    b"xl/": "Excel workbook",
    b"ppt/": "PowerPoint presentation",
    b"[Content_Types].xml": "Microsoft Office document",
    b"application/vnd.oasis.opendocument": "OpenDocument file",
    b"application/epub": "EPUB book",
}
_INSPECTED = 1 << 13  # bytes
# With more control characters than this, and than a twentieth of all bytes, it is not text with a few broken bytes.
_MOST_CONTROLS = 15
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b") + b"\x7f"


def problem_of_start(start: bytes, path: str | os.PathLike[str]) -> str:
    """A sentence if ``start``, the first bytes of the file ``path``, are not lines of UTF-8; otherwise empty."""
    if has_mac_line_ends(start):
        return mac_line_ends(path)
    return binary_problem(start, path)


def binary_problem(start: bytes, path: str | os.PathLike[str]) -> str:
    """A sentence if ``start``, the first bytes of ``path``, are not UTF-8 text, apart from a few broken bytes."""
    if start.startswith(b"PK\x03\x04"):
        for name, kind in _IN_ZIP.items():
            if name in start[:_INSPECTED]:
                return f"{os.fspath(path)} is a document ({kind}); save it as plain text first"
    for magic, description in _STARTS.items():
        if start.startswith(magic):
            return f"{os.fspath(path)} {description}"
    inspected = start[:_INSPECTED]
    controls = len(inspected) - len(inspected.translate(None, _CONTROLS))
    if controls > max(_MOST_CONTROLS, len(inspected) // 20):
        return f"{os.fspath(path)} is not text in UTF-8 but binary data; convert it to text first"
    return ""


def has_mac_line_ends(start: bytes) -> bool:
    """Whether text that begins with ``start`` has carriage returns between its lines, and no line feed."""
    return b"\n" not in start and b"\r" in start.rstrip(b"\r") and not start.startswith(tuple(_STARTS))


def mac_line_ends(path: str | os.PathLike[str]) -> str:
    """The error message for a file with such line ends."""
    return (
        f"{os.fspath(path)} has the line ends of old Macs (carriage returns without line feeds); convert it: "
        f"tr '\\r' '\\n' < {shlex.quote(os.fspath(path))} > NEW"
    )
