"""Where the sentences of a paragraph are; the rules and abbreviations of some 300 languages are sentencex's.

Also the marks that end sentences, for those who know neither the language nor need to be right every time.
"""

import re
import unicodedata

from nmt.text.languages import primary_language
from nmt.text.spans import Span, letter_marks

# These end a sentence wherever they stand; a full stop only before a blank, for it also stands in 3.14 and e.g.
ENDS = frozenset("!?…。｡！？।॥؟۔።፧။។߹᱾꯫")
STOPS = frozenset(".։")
CLOSERS = frozenset("\"')]}»›’”」』）】")  # may follow what ends a sentence
_END = re.compile(
    f"[{''.join(map(re.escape, ENDS))}]+|"
    f"[{''.join(map(re.escape, STOPS))}]+[{''.join(map(re.escape, CLOSERS))}]*(?:\\s|$)"
)

# An initial, or such as the French "M.", which sentencex takes for an end where it does not know the abbreviation.
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]\.$")


def sentence_spans(text: str, language: str | None) -> list[Span]:
    """The sentences of ``text`` without the blanks around them, in order; everything else of it is blank.

    ``language`` is a code such as de, deu or zh-TW; for an unknown one the rules of English hold.

    >>> [(start, end) for start, end in sentence_spans("Dr. Li kam.  Sie ging.", "de")]
    [(0, 11), (13, 22)]
    """
    import sentencex

    code = primary_language(language) or "en"
    found: list[Span] = []
    end = 0
    for part in sentencex.segment(code, text):
        start, end = end, end + len(part)
        if text[start:end] != part:
            return _stripped(text, 0, len(text))  # better undivided than in the wrong places
        for span in _stripped(text, start, end):
            if found and _INITIAL.search(text, *found[-1]) and not text[found[-1][1] - 2].islower():
                span = (found.pop()[0], span[1])
            found.append(span)
    return found if end == len(text) else _stripped(text, 0, len(text))


def count_ends(line: str) -> int:
    """How many marks that end a sentence ``line`` has, those of abbreviations included.

    >>> count_ends('Dr. Li kam!! 3.14? "Ja."')
    4
    """
    return sum(1 for _ in _END.finditer(line))


def has_end(line: str) -> bool:
    """Whether ``line`` ends in a mark of any kind rather than in the midst of its words."""
    end = line.rstrip()
    if end and unicodedata.category(end[-1])[0] == "M":
        end = end.rstrip(letter_marks())
    return not (end[-1:].isalnum() or end.endswith("_"))


def _stripped(text: str, start: int, end: int) -> list[Span]:
    """The span without the blanks at its ends; none if nothing else is in it."""
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return [(start, start + len(part.strip()))] if part.strip() else []
