"""Which script characters are of, by Unicode's ranges (Scripts.txt), and which script dominates some text.

Scripts have their codes of ISO 15924, such as Latn, Geor and Hani. Text, not a language, decides here.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Scripts written without spaces between words: Line_Break SA of Unicode, Tibetan, kana and ideographs.
UNSEGMENTED = frozenset(
    ("Thai", "Laoo", "Tibt", "Mymr", "Khmr", "Tale", "Talu", "Lana", "Tavt", "Ahom", "Hani", "Hira", "Kana", "Jpan")
)
# The ranges of those in use today that count each character as a word; combining marks belong to the one before.
UNSEGMENTED_RANGES = (
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
NO_SCRIPT = 0  # number of characters that all scripts share, and of what is not assigned
_SPACELESS = frozenset(("Hani", "Hira", "Kana", "Bopo"))  # no space stands between their sentences either
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
    """All scripts by their numbers; number NO_SCRIPT is of what has none."""
    return _read()[0]


def script_numbers() -> bytes:
    """The number of the script of each code point, one byte each."""
    return _read()[1]


@cache
def script_name(code: str) -> str:
    """What people call a script, such as Georgian for Geor; the code itself where it is not known."""
    return next((script.name for script in scripts() if script.code == code), code)


def count_scripts(lines: Sequence[str]) -> dict[str, int]:
    """How many letters of each script are in the first lines of a text; marks and digits do not count.

    >>> count_scripts(["Das ist 北京.", "ქართული"])
    {'Latn': 6, 'Geor': 7, 'Hani': 2}
    """
    text = "".join(lines[:_SAMPLE_LINES])[:_SAMPLE_CHARACTERS]
    numbers = script_numbers()
    counts = Counter(numbers[ord(character)] for character in text if character.isalpha())
    return {scripts()[number].code: count for number, count in sorted(counts.items()) if number != NO_SCRIPT}


def script_of_text(lines: Sequence[str]) -> str | None:
    """The script that dominates ``lines``: Jpan (with kana), Kore, Hani or a single one such as Latn; None for none.

    A quarter of the letters is enough for the first three, as one such character stands for several Latin letters; of
    other scripts it is half. Every Japanese text of some length has kana; Chinese has none.
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
    """Whether words are written without spaces in ``script``, a code of ISO 15924."""
    return script in UNSEGMENTED


def joins_without_space(before: str, after: str) -> bool:
    """Whether no space is written between a sentence that ends as ``before`` and one that begins as ``after``.

    >>> joins_without_space("我在家。", "你呢？"), joins_without_space("Ende.", "你呢？")
    (True, False)
    """
    return _is_spaceless(before[-1:]) and _is_spaceless(after[:1])


def _is_spaceless(character: str) -> bool:
    if not character:
        return False
    wide = "\u3001" <= character <= "\u301f" or "\uff01" <= character <= "\uff65"  # marks of East Asia
    return wide or scripts()[script_numbers()[ord(character)]].code in _SPACELESS
