"""Reads and changes SentencePiece's model file, a protocol buffer, where its own library offers no function.

Invalid bytes raise ValueError, or are read up to the first error.
"""

import struct
from collections.abc import Collection, Iterator, Mapping

# In a SentencePieceText: its text and its pieces; in a piece: its spelling, begin and end.
_TEXT, _PIECE = 1, 2
_SPELLING, _BEGIN, _END = 1, 4, 5
# ModelProto.trainer_spec and normalizer_spec; in them model_type and normalization_rule_tsv; the model type of BPE; and
# the bytes of numbers of fixed size, by wire type.
_TRAINER, _NORMALIZER = 2, 3
_MODEL_TYPE, _RULES_PATH = 3, 6
UNIGRAM, BPE = 1, 2
# ModelProto.pieces; in a piece its score and its type; type 1, the default, is learned from text.
_PIECES = 1
_SCORE, _TYPE = 2, 3
_LEARNED = 1
_CONTROL, _USER_DEFINED = 3, 4
_MATCHED = (_LEARNED, _USER_DEFINED)  # types of pieces that match text
_FIXED = {1: 8, 5: 4}
_MOST_BITS = 63  # of a whole number


def without_rules_path(proto: bytes) -> bytes:
    """``proto`` without the name of the temporary file of the rules; it contains the rules themselves."""
    fields = []
    for number, content, field in _fields(proto):
        if number == _NORMALIZER:
            content = b"".join(inner for inner_number, _, inner in _fields(content) if inner_number != _RULES_PATH)
            field = _message(number, content)
        fields.append(field)
    return b"".join(fields)


def with_control_pieces(proto: bytes, spellings: Collection[str]) -> bytes:
    """``proto`` with the pieces in ``spellings`` as control symbols: they keep their ids and never match text."""
    if not spellings:
        return proto
    encoded = {spelling.encode("utf-8") for spelling in spellings}
    fields = []
    for number, content, field in _fields(proto):
        if number == _PIECES:
            entry = {inner: (inner_content, inner_field) for inner, inner_content, inner_field in _fields(content)}
            if entry[_SPELLING][0] in encoded and _piece_type(entry) in _MATCHED:
                content = b"".join(inner_field for inner, _, inner_field in _fields(content) if inner != _TYPE)
                field = _message(_PIECES, content + bytes([_TYPE << 3, _CONTROL]))
        fields.append(field)
    return b"".join(fields)


def model_type(proto: bytes) -> int:
    """SentencePiece's number for unigram (1, the default), bpe (2), word (3) or char (4)."""
    specification = b"".join(content for number, content, _ in _fields(proto) if number == _TRAINER)
    numbers = [_read_varint(field, 1)[0] for number, _, field in _fields(specification) if number == _MODEL_TYPE]
    return numbers[-1] if numbers else 1


def learned_pieces(proto: bytes) -> dict[str, tuple[int, float]]:
    """The ids and scores of all pieces except bytes, symbols and special ids."""
    pieces: dict[str, tuple[int, float]] = {}
    entries = (content for number, content, _ in _fields(proto) if number == _PIECES)
    for piece_id, entry in enumerate(entries):
        fields = {number: (content, field) for number, content, field in _fields(entry)}
        if _piece_type(fields) == _LEARNED:
            [score] = struct.unpack("<f", fields[_SCORE][0]) if _SCORE in fields else (0.0,)
            pieces[fields[_SPELLING][0].decode("utf-8", "replace")] = (piece_id, score)
    return pieces


def read_spans(message: bytes) -> tuple[str, list[tuple[str, int, int]]]:
    """The text of a SentencePieceText message, and its pieces with their begin and end, in bytes of UTF-8.

    After encoding the text is the input line, after decoding it is the output line.
    """
    text = b""
    spans: list[tuple[str, int, int]] = []
    for number, content, _ in _fields(message):
        if number == _TEXT:
            text = content
        elif number == _PIECE:
            fields = {inner: (inner_content, field) for inner, inner_content, field in _fields(content)}
            piece = fields.get(_SPELLING, (b"", b""))[0].decode("utf-8", "replace")
            begin, end = (_whole_number(fields[key][1]) if key in fields else 0 for key in (_BEGIN, _END))
            spans.append((piece, begin, end))
    return text.decode("utf-8", "replace"), spans


def _piece_type(fields: Mapping[int, tuple[bytes, bytes]]) -> int:
    return _whole_number(fields[_TYPE][1]) if _TYPE in fields else _LEARNED


def _message(number: int, content: bytes) -> bytes:
    """A field with ``number`` and ``content``."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _whole_number(field: bytes) -> int:
    return _read_varint(field, 1)[0]


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """``(field number, content, raw field)`` of each field of a message; a whole number's content is empty."""
    position = 0
    while position < len(message):
        start = position
        key, content_start = _read_varint(message, position)
        if key & 7 in _FIXED:
            position = content_start + _FIXED[key & 7]
        else:
            length, content_start = _read_varint(message, content_start)
            position = content_start + length if key & 7 == 2 else content_start
        yield key >> 3, message[content_start:position], message[start:position]


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(message) or shift > _MOST_BITS:
            raise ValueError("this is not a SentencePiece message: a number has no end")
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def _varint(value: int) -> bytes:
    digits = []
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])
