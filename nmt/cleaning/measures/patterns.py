"""Patterns of what stands in a line and should not, or should stand on both sides."""

import html.entities
import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nmt.tokenization.pieces import SPACE_MARK

# What a byte of UTF-8 above 0x7F looks like where it was taken for Windows-1252 or Latin-1.
_CONTINUATION = "\u0080-\u00bf" + "".join(
    bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
)
_MAYBE_MOJIBAKE = re.compile(f"[ÂÃÄÅÎÏÐÑÙØ×âãäåæçèéïð][{_CONTINUATION}]")

_LONGEST_FIXED = 10_000

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

# An address begins where no part of one stands before, and gives nothing back: else long lines of dots take for ever.
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']+|(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.]+")
URL_HINTS = (b"://", b"www.", b"@")
_PLACEHOLDER = re.compile(
    r"(?<!\d)(?<!\d )%(?:\d+\$)?[sdif@](?!\w)|%\([A-Za-z_]\w*\)[sd]|\$?\{[\w.]*\}|<\d+/?>|\[\[\w+\]\]|__[A-Z]\w*?__"
)
PLACEHOLDER_HINTS = (b"%", b"{", b"<", b"[[", b"__")


def may_hold_controls(data: bytes, controls: NDArray[np.int32]) -> bool:
    """Whether there may be byte order marks, control characters or line separators; ``controls`` are those of ASCII."""
    parts = (BYTE_ORDER_MARK, *LINE_SEPARATORS)
    return bool(controls.any()) or any(part in data for part in parts) or LATER_CONTROL.search(data) is not None


def is_entity(found: bytes) -> bool:
    """Whether what looks like an HTML entity is one."""
    return found.startswith(b"&#") or found[1:].decode() in html.entities.html5


def urls_in(line: str) -> list[str]:
    """The URLs and mail addresses of a line, in an order of their own."""
    return sorted(url.rstrip(".,;:!?)]}»”") for url in _URL.findall(line))


def placeholders_in(line: str) -> list[str]:
    """What a program fills in: %s, {name}, <1>, __NAME__."""
    return sorted(_PLACEHOLDER.findall(line))


def digits_in(line: str) -> list[str]:
    """All digits of a line in order of size, whatever the script, so that separators and places do not count."""
    if line.isascii():
        return sorted(character for character in line if "0" <= character <= "9")
    return sorted(str(unicodedata.decimal(character)) for character in line if character.isdecimal())


def maybe_mojibake(text: str) -> list[int]:
    """Where in ``text`` characters stand as in text that was decoded wrongly, and now and then in other text."""
    return [match.start() for match in _MAYBE_MOJIBAKE.finditer(text)]


def without_mojibake(line: str) -> str:
    """What was meant by a line that was decoded wrongly, or the line as it is; so is one of over 10,000 characters."""
    return _fix()(line) if len(line) <= _LONGEST_FIXED and _MAYBE_MOJIBAKE.search(line) else line


@cache
def _fix():  # type: ignore[no-untyped-def]
    from ftfy import fix_encoding  # loaded only where there is a line to look at

    return fix_encoding
