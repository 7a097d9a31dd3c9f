"""The "nfkc" normalisation of the tokenizer: its rules for SentencePiece, and the same rules in Python.

It applies NFKC only where readers see no difference. Full NFKC, and SentencePiece's own nmt_nfkc, also turn
Chinese punctuation into ASCII, "…" into "...", "m²" into "m2" and a Persian word into two, and since a model can only
write what its tokenizer keeps, every translation would lose them.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator

from nmt.text.nfc import compose

# Blocks where NFKC's compatibility forms are used; everywhere else only the canonical forms (NFC) are.
_COMPATIBILITY = (
    (0x0132, 0x0149),  # Latin ligatures with one code, such as ĳ
    (0x017F, 0x017F),  # long s
    (0x01C4, 0x01CC),  # Croatian digraphs
    (0xFB00, 0xFB4F),  # fi, fl and Hebrew presentation forms
    (0xFB50, 0xFDEF),  # Arabic presentation forms, without the ligatures of whole phrases
    (0xFE70, 0xFEFC),
    (0xFF10, 0xFF19),  # full-width digits and letters; full-width punctuation is how Chinese and Japanese write
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF61, 0xFFDC),  # half-width Katakana and Hangul
    (0x1D400, 0x1D7FF),  # styled letters and digits
)
# Marks that no reader sees and few writers intend. Invisible characters with a meaning are not among them: the
# joiners U+200C and U+200D (Persian, Indic scripts, emoji), the Mongolian U+180B to U+180F, variation selectors
# (emoji, forms of ideographs) and tag characters (the flags of England, Scotland and Wales).
_INVISIBLE = (
    0xAD,  # soft hyphen
    0x61C,  # Arabic letter mark
    0x200B,  # zero-width space
    0x200E,  # direction marks, embeddings, overrides
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),  # word joiner, invisible operators
    *range(0x2066, 0x2070),  # direction isolates, deprecated format characters
    0xFEFF,  # byte order mark
)
# The last code that normalisation changes, the styled letters of the list above included.
_LAST = 0x2FA1D
# Where such characters are: not among ideographs, Hangul syllables, surrogates and private use.
_CHANGEABLE = (
    range(1, 0x3400),
    range(0xA000, 0xAC00),
    range(0xD7A4, 0xD800),
    range(0xF900, 0x20000),
    range(0x2F800, _LAST + 1),
)
_VOICED = ("\uff9e", "\uff9f")
_GAP = 0x400
# Vowel points and the like of Hebrew and Arabic, which people type in any order.
_POINTS = (range(0x591, 0x5C8), range(0x64B, 0x660))


@functools.cache
def folding_rules() -> dict[str, str]:
    """Strings of one or a few characters and their replacements, the longest first."""
    return dict(_sequences()) | {chr(code): folded for code, folded in _character_table().items()}


def fold(text: str) -> str:
    """``text`` after applying the rules; leading, trailing and repeated spaces and line feeds stay."""
    if text.isascii():
        return _ASCII_CONTROLS.sub(" ", text)
    composed = compose(text)
    folded = _folded_characters().sub(_folded_match, composed)
    return compose(folded)  # a half-width letter may now join the mark after it


def comparable(line: str) -> str:
    """The form of ``line`` for comparing, hashing and deduplicating: folded, single spaces, none at the ends."""
    return _single_spaces(fold(line))


def comparable_lines(text: str) -> list[str]:
    """The lines of ``text``, each in the form of ``comparable``; ``text`` ends in a line feed unless it is empty."""
    folded = fold(text)
    lines = folded.removesuffix("\n").split("\n") if folded else []
    if "  " in folded or " \n" in folded or "\n " in folded or folded.startswith(" "):
        return list(map(_single_spaces, lines))
    return lines


def is_spelled_otherwise(line: str) -> bool:
    """Whether ``line`` contains letters or invisible characters that normalisation changes; spaces do not count.

    >>> is_spelled_otherwise("Caf" + chr(0xE9) + chr(0xA0)), is_spelled_otherwise("Cafe" + chr(0x301))
    (False, True)
    """
    return not line.isascii() and comparable(line) != " ".join(line.split())


def rules_table() -> str:
    """The rules in the form SentencePiece reads: hexadecimal code points, a tab, their replacement."""
    rows = (f"{_hexadecimal(text)}\t{_hexadecimal(folded)}\n" for text, folded in sorted(folding_rules().items()))
    return "".join(rows)


_ASCII_CONTROLS = re.compile("[\x01-\x09\x0b-\x1f\x7f]")


def _single_spaces(line: str) -> str:
    if "  " in line or line.startswith(" ") or line.endswith(" "):
        return " ".join(filter(None, line.split(" ")))
    return line


@functools.cache
def _folded_characters() -> re.Pattern[str]:
    """A pattern for the characters that the rules change, and a few others close to them."""
    codes = [code for code in _character_table() if code < 0x10000]
    ranges = [(code, code) for code in codes]
    for code in sorted(code for code in _character_table() if code >= 0x10000):
        first, last = ranges[-1]
        if first >= 0x10000 and code - last < _GAP:  # fewer ranges are searched faster
            ranges[-1] = (first, code)
        else:
            ranges.append((code, code))
    return re.compile(f"[{''.join(f'{re.escape(chr(first))}-{re.escape(chr(last))}' for first, last in ranges)}]")


def _folded_match(match: re.Match[str]) -> str:
    return _character_table().get(ord(match[0]), match[0])


@functools.cache
def _character_table() -> dict[int, str]:
    """The replacement of each character that the rules change."""
    table = {}
    for code in itertools.chain(*_CHANGEABLE):
        character = chr(code)
        folded = _fold_character(character)
        if folded != character:
            table[code] = folded
    return table


def _fold_character(character: str) -> str:
    code = ord(character)
    if character == "\n" or 0xD800 <= code < 0xE000:
        return character
    if code in _INVISIBLE:
        return ""
    if unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    form = "NFKC" if any(first <= code <= last for first, last in _COMPATIBILITY) else "NFC"
    return unicodedata.normalize(form, character)  # type: ignore[arg-type]


def _sequences() -> Iterator[tuple[str, str]]:
    """Sequences that form one character: letters with combining marks, and half-width Katakana with voicing marks."""
    for code in itertools.chain(range(0xC0, 0x3400), range(0xAC00, 0xD7A4), range(0xF900, _LAST + 1)):
        composed = chr(code)
        parts = unicodedata.normalize("NFD", composed)
        if parts != composed and unicodedata.normalize("NFC", parts) == composed:
            yield parts, composed
            yield unicodedata.normalize("NFC", parts[:-1]) + parts[-1], composed
            if len(parts) == 3:  # as Vietnamese keyboards write it, the vowel before the tone
                for swapped in (parts[0] + parts[2], unicodedata.normalize("NFC", parts[0] + parts[2])):
                    if unicodedata.normalize("NFC", swapped + parts[1]) == composed:
                        yield swapped + parts[1], composed
    for points in _POINTS:
        for pair in itertools.permutations(map(chr, points), 2):
            ordered = unicodedata.normalize("NFC", "".join(pair))
            if ordered != "".join(pair):
                yield "".join(pair), ordered
    for code, mark in itertools.product(range(0xFF66, 0xFF9E), _VOICED):
        composed = unicodedata.normalize("NFKC", chr(code) + mark)
        if len(composed) == 1:
            yield chr(code) + mark, composed


def _hexadecimal(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)
