"""Which script a character has, by Unicode's ranges (Scripts.txt), which script dominates a text, and facts on scripts.

Scripts have their codes of ISO 15924, such as Latn, Geor and Hani. Text, not a language, decides here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

NO_SCRIPT = 0  # number of characters that all scripts share, and of code points that are not assigned

# Scripts that are mixed in Chinese or Japanese text. They have no spaces between sentences either.
EAST_ASIAN_SCRIPTS = frozenset(("Hani", "Hira", "Kana", "Bopo"))
# Scripts written without spaces between words: Line_Break SA of Unicode, Tibetan, kana and ideographs.
UNSEGMENTED_SCRIPTS = frozenset(
    ("Thai", "Laoo", "Tibt", "Mymr", "Khmr", "Tale", "Talu", "Lana", "Tavt", "Ahom", "Hani", "Hira", "Kana", "Jpan")
)
# The ranges of those in use today in which each character counts as a word, with the combining marks after it.
_UNSEGMENTED_RANGES = (
    (0x0E00, 0x0EFF),
    (0x0F00, 0x0FFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x20000, 0x3FFFF),
)


def _as_class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


# For the brackets of a regular expression: these characters; those of them below U+10000; and kana, ideographs and
# Hangul syllables.
UNSEGMENTED_CHARACTERS = _as_class(_UNSEGMENTED_RANGES)
UNSEGMENTED_BMP_CHARACTERS = _as_class(ends for ends in _UNSEGMENTED_RANGES if ends[1] < 0x10000)
CJK_CHARACTERS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"

# What people call scripts, where that is not Unicode's name.
_COMMON_NAMES = {
    **dict.fromkeys(EAST_ASIAN_SCRIPTS, "Chinese or Japanese"),
    "Hang": "Korean",
    "Nkoo": "N'Ko",
    "Mymr": "Burmese",
}

_SAMPLE_LINES = 2000
_SAMPLE_CHARACTERS = 200_000


class Script(NamedTuple):
    """A script: its code of ISO 15924 and Unicode's name."""

    code: str
    name: str


@cache
def _read() -> tuple[tuple[Script, ...], bytes]:
    """All scripts, and for each code point the number of its script in them."""
    known = [Script("Zyyy", "Common")]
    numbers = bytearray(0x110000)
    for line in (files("nmt.text") / "scripts.tsv").read_text(encoding="utf-8").splitlines():
        code, name, ranges = line.split("\t")
        for part in ranges.split(" "):
            first, last = (int(end, 16) for end in part.split("-"))
            numbers[first : last + 1] = bytes([len(known)]) * (last + 1 - first)
        known.append(Script(code, name))
    return tuple(known), bytes(numbers)


def scripts() -> tuple[Script, ...]:
    """All scripts by their numbers; NO_SCRIPT is the number of what has none."""
    return _read()[0]


def script_numbers() -> bytes:
    """The number of the script of each code point, one byte each."""
    return _read()[1]


def common_name(script: Script) -> str:
    """What people call ``script``; those that are mixed in one text, such as kana and ideographs, have one name."""
    return _COMMON_NAMES.get(script.code, script.name)


def count_scripts(lines: Sequence[str]) -> dict[str, int]:
    """The number of letters of each script in the first lines of a text; marks and digits do not count.

    >>> count_scripts(["Das ist 北京.", "ქართული"])
    {'Latn': 6, 'Geor': 7, 'Hani': 2}
    """
    text = "".join(lines[:_SAMPLE_LINES])[:_SAMPLE_CHARACTERS]
    numbers = script_numbers()
    counts = Counter(numbers[ord(character)] for character in text if character.isalpha())
    return {scripts()[number].code: count for number, count in sorted(counts.items()) if number != NO_SCRIPT}


def script_of_text(lines: Sequence[str]) -> str | None:
    """The script that dominates ``lines``: Jpan (with kana), Kore, Hani, or one such as Latn; None if none does.

    A quarter of the letters is enough for the first three, because one such character corresponds to several Latin
    letters; for other scripts it takes half. Every Japanese text of some length has kana; Chinese has none.
    """
    counts = count_scripts(lines)
    total = sum(counts.values())
    kana, hangul = counts.get("Hira", 0) + counts.get("Kana", 0), counts.get("Hang", 0)
    han = counts.get("Hani", 0)
    if not total:
        return None
    if 4 * (han + kana + hangul) >= total:
        if hangul >= han + kana:
            return "Kore"
        return "Jpan" if 20 * kana >= han + kana else "Hani"
    best = max(counts, key=counts.__getitem__)
    return best if 2 * counts[best] > total else None


def is_unsegmented(script: str | None) -> bool:
    """Whether words are written without spaces between them in ``script``, a code of ISO 15924."""
    return script in UNSEGMENTED_SCRIPTS


def is_unsegmented_character(character: str) -> bool:
    """Whether ``character`` is of a script written without spaces between words, and so counts as a word."""
    return character >= "\u0e00" and any(first <= ord(character) <= last for first, last in _UNSEGMENTED_RANGES)


def joins_without_space(before: str, after: str) -> bool:
    """Whether no space is written between a sentence that ends as ``before`` and one that begins as ``after``.

    >>> joins_without_space("我在家。", "你呢？"), joins_without_space("Ende.", "你呢？")
    (True, False)
    """
    return _is_east_asian(before[-1:]) and _is_east_asian(after[:1])


def _is_east_asian(character: str) -> bool:
    if not character:
        return False
    wide = "\u3001" <= character <= "\u301f" or "\uff01" <= character <= "\uff65"  # punctuation of East Asia
    return wide or scripts()[script_numbers()[ord(character)]].code in EAST_ASIAN_SCRIPTS
