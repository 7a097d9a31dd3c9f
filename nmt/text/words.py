"""Where things stand in a line: spans of characters, ``line[start:end]``, and the words of a line.

Knows no language: what a word is follows from the characters.
"""

import unicodedata
from functools import cache

from nmt.text.composition import compose
from nmt.text.scripts import UNSEGMENTED_RANGES

Span = tuple[int, int]


# Characters of scripts written without spaces, for the brackets of a regular expression.
WORDLESS_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSEGMENTED_RANGES)
# Stay inside a word that goes on after them: don't, Hans-Peter, 3.14, 12:30, nmt.org.
_INNER = frozenset("'\u2019-.,:/@")
_JOINERS = frozenset("\u200c\u200d\u00ad")


# Where the marks of letters are; those of emoji and symbols are elsewhere.
_MARKS_AMONG = (range(0x300, 0x2000), range(0x3000, 0x3100), range(0xA600, 0xAC00), range(0x10000, 0x1F000))


@cache
def letter_marks() -> str:
    """Vowel signs, tones and accents that are characters of their own, for the brackets of a regular expression.

    They are no letters for ``\\w``, but words differ in them: in those of India, in tones of N'Ko and Yoruba.
    """
    marks = (chr(code) for codes in _MARKS_AMONG for code in codes)
    return "".join(mark for mark in marks if unicodedata.category(mark) in ("Mn", "Mc"))


def places_before_composition(text: str) -> list[int]:
    """For each character of ``text`` in NFC, and for its end, where it stands in ``text`` itself."""
    places: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _composes_with_what_precedes(text[end]):
            count = len(compose(text[start:end]))
            places.extend(min(start + index, end) for index in range(count))
            start = end
    return [*places, len(text)]


def _composes_with_what_precedes(character: str) -> bool:
    """Whether it can: marks, and the vowels and finals of Korean."""
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


def words_and_marks(text: str) -> list[Span]:
    """The words of ``text`` and its punctuation marks, each by itself.

    >>> [\u0022Hans' 3.14, ja!\u0022[start:end] for start, end in words_and_marks(\u0022Hans' 3.14, ja!\u0022)]
    ['Hans', "'", '3.14', ',', 'ja', '!']
    """
    found: list[Span] = []
    position = 0
    while position < len(text):
        if text[position].isspace():  # which takes no mark along that follows it
            position += 1
            continue
        end = _end_of_unit(text, position)
        found.append((position, end))
        position = end
    return found


def blank_separated_words(text: str) -> list[Span]:
    """What stands between blanks; in scripts that are written without them, each character.

    >>> blank_separated_words("The dog, 我们")
    [(0, 3), (4, 8), (9, 10), (10, 11)]
    """
    found: list[Span] = []
    for start, end in words_and_marks(text):
        if found and found[-1][1] == start and not (is_wordless(text[start]) or is_wordless(text[found[-1][0]])):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def is_wordless(character: str) -> bool:
    """Whether ``character`` is of a script written without blanks, and so a word by itself."""
    return character >= "\u0e00" and any(first <= ord(character) <= last for first, last in UNSEGMENTED_RANGES)


def _end_of_unit(text: str, start: int) -> int:
    """Where the word, mark or blank that begins at ``start`` ends."""
    end = _with_marks(text, start + 1)
    if not _is_letter(text[start]) or is_wordless(text[start]):
        return end
    while end < len(text):
        inner = text[end] in _INNER and end + 1 < len(text)
        following = end + 1 if inner else end
        if not _is_letter(text[following]) or is_wordless(text[following]):
            return end
        end = _with_marks(text, following + 1)
    return end


def _with_marks(text: str, end: int) -> int:
    """``end`` after the combining marks and joiners that follow."""
    while end < len(text) and (unicodedata.category(text[end])[0] == "M" or text[end] in _JOINERS):
        end += 1
    return end


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN" or character == "_"
