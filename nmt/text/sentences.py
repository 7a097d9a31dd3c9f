"""Where the sentences of a paragraph are; the rules and abbreviations of some 300 languages are sentencex's.

Also the marks that end sentences, for those who know neither the language nor need to be right every time.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

from nmt.text.composition import compose, positions_before_composition
from nmt.text.languages import primary_language
from nmt.text.sentence_ends import CLOSERS, ENDS, STOPS, is_end
from nmt.text.words import Span, letter_marks

_LETTER = re.compile(r"[^\W\d_]")
_CLOSING = f"[{''.join(map(re.escape, CLOSERS))}]*"
_STOP = f"[{''.join(map(re.escape, STOPS))}]"
# Stops are taken all at once, and nothing of them is given back: else long lines of dots take for ever.
_END = re.compile(f"[{''.join(map(re.escape, ENDS))}]+|(?<!{_STOP}){_STOP}++{_CLOSING}+(?:\\s|$)")
# What a line of more than one sentence has inside: such a mark, and text after it; in Greek, also ";".
_INNER_END = re.compile(
    f"[{''.join(map(re.escape, ENDS | STOPS))};\u037e]{_CLOSING}\\s*[^\\s{''.join(map(re.escape, CLOSERS))}]"
)
# Sentences end in these without a space after them, which sentencex knows of some only.
_WIDE_END = re.compile(f"[。｡！？។៕]+{_CLOSING}")
_STRETCH = 4096  # characters
_NUMBER = re.compile(r"\(?\d+[.)]\Z")


def sentence_spans(text: str, language: str | None) -> list[Span]:
    """The sentences of ``text`` without the spaces around them, in order; everything else of it is space.

    ``language`` is a code such as de, deu or zh-TW; for an unknown one the rules of English hold. Where there are
    spaces between words a sentence ends only at one of them. Text that differs in Unicode normalization only has the
    same sentences.

    >>> [(start, end) for start, end in sentence_spans("Dr. Li kam am 3. Mai.  Sie ging.", "de")]
    [(0, 21), (23, 32)]
    """
    composed = compose(text)
    if composed == text:
        return _spans_of_composed(text, language)
    positions = positions_before_composition(text)
    return [(positions[start], positions[end]) for start, end in _spans_of_composed(composed, language)]


def _spans_of_composed(text: str, language: str | None) -> list[Span]:
    if not _INNER_END.search(text):  # nearly all lines of most texts
        return _stripped(text, 0, len(text))
    code = primary_language(language) or "en"
    case = "upper" if text.isupper() else "lower" if text.islower() else ""
    found: list[Span] = []
    lettered = True  # whether the newest has letters; what has none, such as "2.", is no sentence
    for start, end in _proposed(text, code):
        for span in _wide_parts(text, start, end):
            has_letters = _LETTER.search(text, *span) is not None
            begins = has_letters or _NUMBER.match(text, *span) is not None
            if found and not (lettered and begins and is_end(text, found[-1], span, code, case=case)):
                found[-1] = (found[-1][0], span[1])
                lettered = lettered or has_letters
            else:
                found.append(span)
                lettered = has_letters
    if len(found) > 1 and not lettered:
        found[-2:] = [(found[-2][0], found[-1][1])]
    return found


def _proposed(text: str, code: str) -> Iterator[Span]:
    """The parts of ``text`` that sentencex proposes, spaces included; a stretch at a time, as it takes time squared."""
    import sentencex

    start = 0
    while start < len(text):
        stretch = text[start : start + _STRETCH]
        parts = sentencex.segment(code, stretch)
        if "".join(parts) != stretch:
            parts = [stretch]  # better undivided than in the wrong places
        elif start + _STRETCH < len(text) and len(parts) > 1:
            parts.pop()  # its end is in the next stretch
        for part in parts:
            yield start, start + len(part)
            start += len(part)


def _wide_parts(text: str, start: int, end: int) -> list[Span]:
    """``text[start:end]``, divided after marks that need no space behind them."""
    edges = [start, *(match.end() for match in _WIDE_END.finditer(text, start, end)), end]
    return [span for edge in itertools.pairwise(edges) for span in _stripped(text, *edge)]


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
