"""Which characters of a text each subword of it covers."""

import re
from collections.abc import Iterator, Sequence

from nmt.text.words import Span

SPACE_MARK = "▁"  # how SentencePiece writes a space
_BYTE = re.compile("<0x([0-9A-F]{2})>")  # and a byte


def byte_of(piece: str) -> int | None:
    """The byte that ``piece`` spells, as "<0xE2>" does; None for text."""
    match = _BYTE.fullmatch(piece)
    return int(match[1], 16) if match else None


def piece_spans(text: str, pieces: Sequence[tuple[str, int, int]]) -> list[Span]:
    """Where SentencePiece's ``pieces`` of ``text``, each with its bytes of UTF-8 there, stand: as characters.

    Spaces before a piece are left out. Of pieces that make one character together, such as its bytes, SentencePiece
    says of the last only where it is; here all are there.
    """
    places = _character_places(text)
    found: list[Span] = []
    after: Span | None = None
    for piece, first, last in reversed(pieces):
        start, end = places[first], places[last]
        if piece == SPACE_MARK:
            start, after = end, None
        elif start == end and after is not None and after[0] == start:
            start, end = after
        else:
            after = (start, end)
        found.append(_without_blanks(text, (start, end)))
    return found[::-1]


def _without_blanks(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _character_places(text: str) -> Sequence[int]:
    """For each byte of ``text`` in UTF-8, and for its end, which character it belongs to."""
    if text.isascii():
        return range(len(text) + 1)
    return [*_repeated(text), len(text)]


def _repeated(text: str) -> Iterator[int]:
    for index, character in enumerate(text):
        yield from [index] * len(character.encode("utf-8"))
