"""The words of a line. What a word is follows from the characters; no language is known here.

There are three ways to find words, which share the scripts without spaces, the marks of letters, and what may be inside
a word. They differ on purpose; word counts on disk and thresholds of cleaning depend on the last two as they are.

                      words_and_marks           countable_words           letter_runs
    for               alignment, explanation    word frequencies          associations of words in cleaning
    gives             spans of the raw line     words of folded text      words of a line in lower case
    punctuation       each mark is a unit       left out                  left out
    don't, 3.14       one word                  one word                  don, t and 3, 14
    a1                one word                  one word                  a and 1
    a_b               one word                  a and b                   a and b
    我们              我 and 们                 我 and 们                 我 and 们
    marks of letters  all of Unicode            those below U+10000       letter_marks
    marks after 我    part of its unit          part of its word          left out
"""

import re
import unicodedata
from functools import cache

from nmt.text.scripts import UNSEGMENTED_BMP_CHARACTERS, UNSEGMENTED_CHARACTERS, is_unsegmented_character

Span = tuple[int, int]  # of characters, line[start:end]

# May be inside a word that continues after them: don't, Hans-Peter, 3.14, 12:30, nmt.org.
_INNER = "'\u2019-.,:/@"
# Invisible characters that belong to the letter before them: zero-width (non-)joiner, soft hyphen.
_JOINERS = "\u200c\u200d\u00ad"
# Where the marks of letters are; those of emoji and symbols are elsewhere.
_MARK_RANGES = (range(0x300, 0x2000), range(0x3000, 0x3100), range(0xA600, 0xAC00), range(0x10000, 0x1F000))


@cache
def letter_marks() -> str:
    """Vowel signs, tones and accents that are characters of their own, for the brackets of a regular expression.

    They are not letters for ``\\w``, but words differ in them: in those of India, in tones of N'Ko and Yoruba.
    """
    marks = (chr(code) for codes in _MARK_RANGES for code in codes)
    return "".join(mark for mark in marks if unicodedata.category(mark) in ("Mn", "Mc"))


def words_and_marks(text: str) -> list[Span]:
    """The words of ``text`` and its punctuation marks, each mark by itself; everything but white space.

    >>> [\u0022Hans' 3.14, ja!\u0022[start:end] for start, end in words_and_marks(\u0022Hans' 3.14, ja!\u0022)]
    ['Hans', "'", '3.14', ',', 'ja', '!']
    """
    spans: list[Span] = []
    position = 0
    while position < len(text):
        if text[position].isspace():  # a mark after it is a unit of its own
            position += 1
            continue
        end = _end_of_unit(text, position)
        spans.append((position, end))
        position = end
    return spans


def space_separated_words(text: str) -> list[Span]:
    """What is between spaces, as alignment tools count words; in scripts without spaces, each character.

    >>> space_separated_words("The dog, 我们")
    [(0, 3), (4, 8), (9, 10), (10, 11)]
    """
    spans: list[Span] = []
    for start, end in words_and_marks(text):
        adjacent = bool(spans) and spans[-1][1] == start
        if adjacent and not any(is_unsegmented_character(text[first]) for first in (start, spans[-1][0])):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def countable_words(text: str) -> list[str]:
    """The words of ``text``, whose characters are folded already, without punctuation.

    >>> countable_words("don't, 3.14 我们")
    ["don't", '3.14', '我', '们']
    """
    special, words_with_marks, plain_words = _countable_patterns()
    return (words_with_marks if special.search(text) else plain_words).findall(text)


def letter_runs(text: str) -> list[str]:
    """Runs of letters, with their marks, and of digits; in scripts without spaces, each character.

    >>> letter_runs("don't, 3.14 我们")
    ['don', 't', '3', '14', '我', '们']
    """
    return _letter_runs().findall(text)


@cache
def _countable_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What finds marks and scripts without spaces, what finds words where there are any, and where there are none.

    A word is letters and digits with their marks, and inside it _INNER, or one character of a script without spaces.
    """
    inner = f"[{re.escape(_INNER)}]"
    marks = "".join(map(chr, filter(lambda code: unicodedata.category(chr(code))[0] == "M", range(0x300, 0x10000))))
    marks += _JOINERS
    letter = f"[^\\W_{UNSEGMENTED_CHARACTERS}]"
    letters = f"{letter}(?:{letter}|[{marks}])*"
    words_with_marks = f"[{UNSEGMENTED_CHARACTERS}](?<=\\w)[{marks}]*|{letters}(?:{inner}{letters})*"
    return (
        # A set of characters is looked up at once only where none of them is beyond the first 65,536.
        re.compile(f"[{marks}{UNSEGMENTED_BMP_CHARACTERS}]|[\U00010000-\U0010ffff]"),
        re.compile(words_with_marks),
        re.compile(f"[^\\W_]+(?:{inner}[^\\W_]+)*"),
    )


@cache
def _letter_runs() -> re.Pattern[str]:
    # The first test, for what is below all marks, spares most words the long list of marks.
    marks = rf"(?![\x00-\u02ff])[{letter_marks()}]+"
    return re.compile(rf"[{UNSEGMENTED_CHARACTERS}]|[^\W\d_]+(?:{marks}[^\W\d_]*)*|\d+")


def _end_of_unit(text: str, start: int) -> int:
    """The end of the word or mark that begins at ``start``."""
    end = _with_marks(text, start + 1)
    if not _continues_word(text[start]):
        return end
    while end < len(text):
        next_letter = end + 1 if text[end] in _INNER and end + 1 < len(text) else end
        if not _continues_word(text[next_letter]):
            return end
        end = _with_marks(text, next_letter + 1)
    return end


def _with_marks(text: str, end: int) -> int:
    """``end`` after the combining marks and joiners that follow."""
    while end < len(text) and (unicodedata.category(text[end])[0] == "M" or text[end] in _JOINERS):
        end += 1
    return end


def _continues_word(character: str) -> bool:
    """Whether ``character`` is a letter or digit of a word of several characters."""
    is_letter = unicodedata.category(character)[0] in "LN" or character == "_"
    return is_letter and not is_unsegmented_character(character)
