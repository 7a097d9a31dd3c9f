"""Splits a paragraph into sentences; the rules and abbreviations of some 300 languages are sentencex's.

Also counts marks that end sentences, without knowledge of the language and right only most of the time.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

from nmt.text.languages import primary_language
from nmt.text.nfc import compose, positions_before_composition
from nmt.text.sentence_ends import CLOSERS, ENDS, STOPS, is_end
from nmt.text.words import Span, letter_marks

_LETTER = re.compile(r"[^\W\d_]")
_CLOSING = f"[{''.join(map(re.escape, CLOSERS))}]*"
_STOP = f"[{''.join(map(re.escape, STOPS))}]"
# A possessive match, without backtracking: otherwise long lines of dots take forever.
_END = re.compile(f"[{''.join(map(re.escape, ENDS))}]+|(?<!{_STOP}){_STOP}++{_CLOSING}+(?:\\s|$)")
# What a line of more than one sentence contains: such a mark, and text after it; in Greek, also ";".
_INNER_END = re.compile(
    f"[{''.join(map(re.escape, ENDS | STOPS))};\u037e]{_CLOSING}\\s*[^\\s{''.join(map(re.escape, CLOSERS))}]"
)
# Sentences end in these without a space after them; sentencex knows only some of them.
_WIDE_END = re.compile(f"[。｡！？។៕]+{_CLOSING}")
_CHUNK = 4096  # characters
_NUMBER = re.compile(r"\(?\d+[.)]\Z")


def sentence_spans(text: str, language: str | None) -> list[Span]:
    """The sentences of ``text`` without the spaces around them, in order; everything else of it is space.

    ``language`` is a code such as de, deu or zh-TW; for an unknown one the rules of English apply. In text with spaces
    between words a sentence ends only at a space. Texts that differ only in Unicode normalization have the same
    sentences.

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
    sentences: list[Span] = []
    lettered = True  # whether the newest has letters; without any, such as "2.", it is not a sentence
    for start, end in _proposed(text, code):
        for span in _wide_parts(text, start, end):
            has_letters = _LETTER.search(text, *span) is not None
            begins = has_letters or _NUMBER.match(text, *span) is not None
            if sentences and not (lettered and begins and is_end(text, sentences[-1], span, code, case=case)):
                sentences[-1] = (sentences[-1][0], span[1])
                lettered = lettered or has_letters
            else:
                sentences.append(span)
                lettered = has_letters
    if len(sentences) > 1 and not lettered:
        sentences[-2:] = [(sentences[-2][0], sentences[-1][1])]
    return sentences


def _proposed(text: str, code: str) -> Iterator[Span]:
    """The parts of ``text`` that sentencex proposes, spaces included; in chunks, because its time is quadratic."""
    import sentencex

    start = 0
    while start < len(text):
        chunk = text[start : start + _CHUNK]
        parts = sentencex.segment(code, chunk)
        if "".join(parts) != chunk:
            parts = [chunk]  # better not split than at the wrong positions
        elif start + _CHUNK < len(text) and len(parts) > 1:
            parts.pop()  # its end is in the next chunk
        for part in parts:
            yield start, start + len(part)
            start += len(part)


def _wide_parts(text: str, start: int, end: int) -> list[Span]:
    """``text[start:end]``, split after marks that need no space after them."""
    edges = [start, *(match.end() for match in _WIDE_END.finditer(text, start, end)), end]
    return [span for edge in itertools.pairwise(edges) for span in _stripped(text, *edge)]


def count_ends(line: str) -> int:
    """The number of marks in ``line`` that end sentences, those of abbreviations included.

    >>> count_ends('Dr. Li kam!! 3.14? "Ja."')
    4
    """
    return sum(1 for _ in _END.finditer(line))


def has_end(line: str) -> bool:
    """Whether ``line`` ends in a mark of any kind rather than in a word."""
    end = line.rstrip()
    if end and unicodedata.category(end[-1])[0] == "M":
        end = end.rstrip(letter_marks())
    return not (end[-1:].isalnum() or end.endswith("_"))


def _stripped(text: str, start: int, end: int) -> list[Span]:
    """The span without the white space at its ends; none if there is nothing else."""
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return [(start, start + len(part.strip()))] if part.strip() else []
