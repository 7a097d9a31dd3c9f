"""Text from outside, above all file names, as one line that a message, a table or a page can show."""

import re

# Control characters, U+2028 and U+2029, characters that change the direction of text, and half surrogates: Python keeps
# the bytes of a name that are not UTF-8 as those.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    r"""``text`` on one line that changes no terminal: ``\n`` and ``\x1b`` for characters, ``\xe9`` for bytes."""
    return text if text.isprintable() else _UNPRINTABLE.sub(_escaped, text)


def without_surrogates(text: str, *, backslash: str = "\\") -> str:
    r"""``text`` as it can be encoded: ``\xe9``, with ``backslash``, for bytes of names that are not UTF-8."""
    return _SURROGATES.sub(lambda match: _escaped(match).replace("\\", backslash), text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte, by PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")
