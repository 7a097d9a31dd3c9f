"""What the "nfkc" normalisation of the tokenizer writes alike: rules for SentencePiece and the same for Python.

It is NFKC as far as the eye sees no difference, and no further. Full NFKC, and SentencePiece's own nmt_nfkc, also turn
Chinese punctuation into ASCII, "…" into "...", "m²" into "m2" and a Persian word into two, and since a model can only
write what its tokenizer keeps, every translation would lose them.
"""

import functools
import itertools
import unicodedata
from collections.abc import Iterator

# Blocks of which NFKC's compatibility forms are taken; everywhere else only the canonical ones (NFC) are.
_COMPATIBILITY = (
    (0x0132, 0x0149),  # Latin ligatures of one code, such as ĳ
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
# Marks that no reader sees and few writers meant: soft hyphen, zero-width space, direction marks, byte order mark.
# The joiners U+200C and U+200D stay, for Persian, Indic scripts and emoji are spelt with them.
_INVISIBLE = (
    0xAD,
    0x200B,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
)
# Beyond lie no characters that normalisation changes, the styled letters of the list above included.
_LAST = 0x2FA1D
_VOICED = ("\uff9e", "\uff9f")


@functools.cache
def folding_rules() -> dict[str, str]:
    """Texts of one or a few characters, and what they are replaced by where they stand, the longest first."""
    rules = dict(_sequences())
    for code in range(1, _LAST + 1):
        character = chr(code)
        folded = _fold_character(character)
        if folded != character:
            rules[character] = folded
    return rules


def fold(text: str) -> str:
    """``text`` after the rules; the blanks at its ends and doubled ones stay."""
    return unicodedata.normalize("NFC", text).translate(_character_table())


def rules_table() -> str:
    """The rules in the form SentencePiece reads: hexadecimal code points, a tab, what they become."""
    rows = (f"{_hexadecimal(text)}\t{_hexadecimal(folded)}\n" for text, folded in sorted(folding_rules().items()))
    return "".join(rows)


@functools.cache
def _character_table() -> dict[int, str]:
    return {ord(text): folded for text, folded in folding_rules().items() if len(text) == 1}


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
    """Letters followed by combining marks, and half-width Katakana by their voicing, that are one character."""
    for code in range(0xC0, _LAST + 1):
        composed = chr(code)
        parts = unicodedata.normalize("NFD", composed)
        if parts != composed and unicodedata.normalize("NFC", parts) == composed:
            yield parts, composed
            yield unicodedata.normalize("NFC", parts[:-1]) + parts[-1], composed
    for code, mark in itertools.product(range(0xFF66, 0xFF9E), _VOICED):
        composed = unicodedata.normalize("NFKC", chr(code) + mark)
        if len(composed) == 1:
            yield chr(code) + mark, composed


def _hexadecimal(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)
