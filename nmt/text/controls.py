"""Characters that no text needs: controls, separators and surrogates, which are replaced."""

import re

# Control characters (the tab excepted) and the characters that other programs take for line ends.
_AS_SPACE = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029) if code != 0x09}
_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of a pair, which are not characters


def clean_text(text: str) -> str:
    """``text`` as it can be translated, with as many characters: half surrogates become U+FFFD, controls spaces."""
    return replace_controls(_SURROGATES.sub("\ufffd", text))


def replace_controls(text: str) -> str:
    """``text`` with a space for every control character except tabs, and for U+2028 and U+2029."""
    return text if text.isprintable() else text.translate(_AS_SPACE)
