"""Which characters of a text each of its subwords covers."""

import re
from collections.abc import Iterator, Sequence

from nmt.text.words import Span

SPACE_MARK = "▁"  # SentencePiece's symbol for a space
_BYTE = re.compile("<0x([0-9A-F]{2})>")  # and for a byte


def byte_of(piece: str) -> int | None:
    """The byte that a ``piece`` such as "<0xE2>" stands for; None for text."""
    match = _BYTE.fullmatch(piece)
    return int(match[1], 16) if match else None


def piece_spans(text: str, pieces: Sequence[tuple[str, int, int]]) -> list[Span]:
    """The character spans of SentencePiece's ``pieces`` of ``text``, which come with their spans in UTF-8 bytes.

    Spaces before a piece are excluded. If several pieces form one character, such as its bytes, SentencePiece gives
    a span only for the last; here each of them gets it.
    """
    indices = _character_indices(text)
    spans: list[Span] = []
    after: Span | None = None
    for piece, first, last in reversed(pieces):
        start, end = indices[first], indices[last]
        if piece == SPACE_MARK:
            start, after = end, None
        elif start == end and after is not None and after[0] == start:
            start, end = after
        else:
            after = (start, end)
        spans.append(_without_leading_spaces(text, (start, end)))
    return spans[::-1]


def _without_leading_spaces(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _character_indices(text: str) -> Sequence[int]:
    """The character index of each byte of ``text`` in UTF-8, and of its end."""
    if text.isascii():
        return range(len(text) + 1)
    return [*_repeated(text), len(text)]


def _repeated(text: str) -> Iterator[int]:
    for index, character in enumerate(text):
        yield from [index] * len(character.encode("utf-8"))
