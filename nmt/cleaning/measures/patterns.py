"""Patterns of what should not be in a line, and of what should be the same on both sides."""

import html.entities
import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nmt.tokenization.pieces import SPACE_MARK

# What a continuation byte of UTF-8 looks like when decoded as Windows-1252 or Latin-1.
_CONTINUATION = "\u0080-\u00bf" + "".join(
    bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
)
_MAYBE_MOJIBAKE = re.compile(f"[ÂÃÄÅÎÏÐÑÙØ×âãäåæçèéïð][{_CONTINUATION}]")

_LONGEST_REPAIRED = 10_000  # characters

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
REPLACEMENT = "\ufffd".encode()
LINE_SEPARATORS = tuple(character.encode() for character in "\u2028\u2029\x85")
CONTROL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x84\x86-\x9f]")
LATER_CONTROL = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
ENTITY = re.compile(rb"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
ENTITY_IN_TEXT = re.compile(ENTITY.pattern.decode())
TAG = re.compile(rb"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>\n]{0,200})?/?>")
TAG_IN_TEXT = re.compile(TAG.pattern.decode())
ENDS = (b".\n", b"!\n", b"?\n")
SUBWORD_MARKS = (b"@@ ", SPACE_MARK.encode())

# Addresses start at a boundary and match possessively (++): with backtracking, a long line of dots takes forever.
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']+|(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.]+")
URL_HINTS = (b"://", b"www.", b"@")
_PLACEHOLDER = re.compile(
    r"(?<!\d)(?<!\d )%(?:\d+\$)?[sdif@](?!\w)|%\([A-Za-z_]\w*\)[sd]|\$?\{[\w.]*\}|<\d+/?>|\[\[\w+\]\]|__[A-Z]\w*?__"
)
PLACEHOLDER_HINTS = (b"%", b"{", b"<", b"[[", b"__")


def may_hold_controls(data: bytes, controls: NDArray[np.int32]) -> bool:
    """Whether there may be byte order marks, line separators or control characters; ``controls`` counts ASCII ones."""
    parts = (BYTE_ORDER_MARK, *LINE_SEPARATORS)
    return bool(controls.any()) or any(part in data for part in parts) or LATER_CONTROL.search(data) is not None


def is_entity(match: bytes) -> bool:
    """Whether a match of ENTITY is an HTML entity."""
    return match.startswith(b"&#") or match[1:].decode() in html.entities.html5


def urls_in(line: str) -> list[str]:
    """The URLs and e-mail addresses of a line, sorted."""
    return sorted(url.rstrip(".,;:!?)]}»”") for url in _URL.findall(line))


def placeholders_in(line: str) -> list[str]:
    """The placeholders of a line, sorted: %s, {name}, <1>, __NAME__."""
    return sorted(_PLACEHOLDER.findall(line))


def digits_in(line: str) -> list[str]:
    """All digits of a line, of any script, sorted: separators and positions make no difference."""
    if line.isascii():
        return sorted(character for character in line if "0" <= character <= "9")
    return sorted(str(unicodedata.decimal(character)) for character in line if character.isdecimal())


def maybe_mojibake(text: str) -> list[int]:
    """The offsets in ``text`` of character pairs that are common in mojibake and rare in other text."""
    return [match.start() for match in _MAYBE_MOJIBAKE.finditer(text)]


def without_mojibake(line: str) -> str:
    """``line`` decoded correctly, if it was decoded wrongly; lines of over 10,000 characters are left as they are."""
    return _fix()(line) if len(line) <= _LONGEST_REPAIRED and _MAYBE_MOJIBAKE.search(line) else line


@cache
def _fix():  # type: ignore[no-untyped-def]
    from ftfy import fix_encoding  # imported only if it is needed

    return fix_encoding
