"""Characters that no text needs: controls, separators and surrogates, replaced or made visible."""

import re

# Control characters (the tab excepted) and the characters that other programs take for line ends.
_BLANKED = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029) if code != 0x09}
_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of a pair, which are no characters


def clean_text(text: str) -> str:
    """``text`` as it can be translated, character for character: half surrogates become U+FFFD, controls blanks."""
    return replace_controls(_SURROGATES.sub("\ufffd", text))


def replace_controls(text: str) -> str:
    """``text`` with a blank for every control character other than the tab and every would-be line end."""
    return text if text.isprintable() else text.translate(_BLANKED)
