"""Unicode's normalization form C (UAX #15), which writes é instead of e and an accent, in time linear in the text."""

import functools
import re
import unicodedata

# The time of the standard library is quadratic in the number of marks in a row, as it sorts them. No writing system has
# more than a few; Unicode's Stream-Safe Text Format allows 30 (UAX #15, section 13).
MOST_MARKS = 100


def compose(text: str) -> str:
    """``text`` in form C; of more than MOST_MARKS combining marks in a row, each further one stays as it is."""
    if text.isascii():
        return text
    if len(text) <= MOST_MARKS or not _run().search(text):
        return unicodedata.normalize("NFC", text)
    return "".join(unicodedata.normalize("NFC", part) for part in _after_a_run().split(text))


def is_composed(text: str) -> bool:
    """Whether ``compose`` leaves ``text`` as it is."""
    if text.isascii():
        return True
    if len(text) <= MOST_MARKS or not _run().search(text):
        return unicodedata.is_normalized("NFC", text)
    return compose(text) == text


def positions_before_composition(text: str) -> list[int]:
    """For each character of ``text`` in form C, and for its end, the index in ``text`` itself."""
    positions: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _may_compose(text[end]):
            count = len(compose(text[start:end]))
            positions.extend(min(start + index, end) for index in range(count))
            start = end
    return [*positions, len(text)]


def _may_compose(character: str) -> bool:
    """Whether ``character`` may compose with what precedes it: marks, and the vowels and finals of Korean."""
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


@functools.cache
def _run() -> re.Pattern[str]:
    return re.compile(f"{_marks()}{{{MOST_MARKS}}}")


@functools.cache
def _after_a_run() -> re.Pattern[str]:
    return re.compile(f"(?<={_marks()}{{{MOST_MARKS}}})")


@functools.cache
def _marks() -> str:
    """All characters that Unicode sorts when they follow each other, as a class of a regular expression."""
    codes = [code for code in range(0x300, 0x20000) if unicodedata.combining(chr(code))]
    return f"[{''.join(map(chr, codes))}]"
