"""What kinds of characters the lines of a block hold, counted by the first bytes of their UTF-8, all lines at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int32]  # (N lines, classes)

_CLASSES = (
    "other", "blank", "digit", "upper", "lower", "control", "continuation", "latin", "greek", "cyrillic", "armenian",
    "hebrew", "arabic", "syriac", "thaana", "nko", "indic", "georgian", "symbol", "kana", "han", "hangul", "another",
)  # fmt: skip
_NUMBER = {name: number for number, name in enumerate(_CLASSES)}
# Which classes count as letters of which script. What begins with 0xE0 are the scripts of India, Thai and Lao; with
# 0xE1 Georgian, Ethiopic and Khmer, but also Vietnamese letters, so the latter belong to Latin where Latin is.
SCRIPTS = {
    "Latin": ("upper", "lower", "latin"),
    "Greek": ("greek",),
    "Cyrillic": ("cyrillic",),
    "Armenian": ("armenian",),
    "Hebrew": ("hebrew",),
    "Arabic": ("arabic",),
    "Syriac": ("syriac",),
    "Thaana": ("thaana",),
    "N'Ko": ("nko",),
    "Indic or Thai": ("indic",),
    "Georgian, Ethiopic or Khmer": ("georgian",),
    "Chinese or Japanese": ("kana", "han"),
    "Korean": ("hangul",),
    "Tifinagh, Adlam, Vai or another": ("another",),
}
SCRIPT_NAMES = tuple(SCRIPTS)
NO_SCRIPT = len(SCRIPTS)  # of lines with too few letters to tell
_FEWEST_LETTERS = 4
_MAJORITY = 0.6  # of its letters that a line must have in a script


def _table() -> NDArray[np.uint8]:
    table = np.full(256, _NUMBER["other"], dtype=np.uint8)
    for name, first, last in (
        ("control", 0x00, 0x1F),
        ("blank", 0x09, 0x09),
        ("blank", 0x20, 0x20),
        ("digit", 0x30, 0x39),
        ("upper", 0x41, 0x5A),
        ("lower", 0x61, 0x7A),
        ("control", 0x7F, 0x7F),
        ("continuation", 0x80, 0xBF),
        ("symbol", 0xC2, 0xC2),
        ("latin", 0xC3, 0xCA),
        ("symbol", 0xCB, 0xCD),  # modifiers and combining marks
        ("greek", 0xCE, 0xCF),
        ("cyrillic", 0xD0, 0xD4),
        ("armenian", 0xD5, 0xD5),
        ("hebrew", 0xD6, 0xD7),
        ("arabic", 0xD8, 0xDB),
        ("syriac", 0xDC, 0xDC),
        ("arabic", 0xDD, 0xDD),  # letters of Arabic for African languages, mostly
        ("thaana", 0xDE, 0xDE),
        ("nko", 0xDF, 0xDF),
        ("indic", 0xE0, 0xE0),
        ("georgian", 0xE1, 0xE1),
        ("symbol", 0xE2, 0xE2),
        ("kana", 0xE3, 0xE3),
        ("han", 0xE4, 0xE9),
        ("hangul", 0xEA, 0xED),
        ("symbol", 0xEE, 0xF4),
    ):
        table[first : last + 1] = _NUMBER[name]
    return table


# First bytes that many scripts share, and the second bytes of those that are not what the first one says.
_BY_SECOND = (
    (0xE2, 0xB0, 0xB5, "another"),  # Coptic, Tifinagh
    (0xE2, 0xB6, 0xB6, "georgian"),  # more of Ethiopic
    (0xE3, 0x80, 0x80, "symbol"),  # the wide blank and punctuation
    (0xEA, 0x80, 0x9B, "another"),  # Yi, Vai, Bamum
    (0xEA, 0x9C, 0x9F, "latin"),
    (0xEA, 0xA0, 0xAF, "another"),  # Javanese, Cham, Meetei Mayek
    (0xF0, 0x90, 0x91, "another"),
    (0xF0, 0x96, 0x96, "another"),
    (0xF0, 0x9E, 0x9E, "another"),  # Adlam
    (0xF0, 0xA0, 0xAF, "han"),
)
_CLASS_OF_BYTE = _table()
_SCRIPT_OF_CLASS = np.zeros((len(_CLASSES), len(SCRIPTS)), dtype=np.int32)
for _script, _names in enumerate(SCRIPTS.values()):
    for _name in _names:
        _SCRIPT_OF_CLASS[_NUMBER[_name], _script] = 1
# How many letters a character says as much as, where a line is in two scripts: a name or two in Latin letters do not
# make a Chinese sentence a Latin one.
_WEIGHTS = np.array([{"Chinese or Japanese": 3, "Korean": 3}.get(name, 1) for name in SCRIPTS], dtype=np.int32)


class LineClasses(NamedTuple):
    """Counts of each line (N,), in characters."""

    characters: NDArray[np.int64]
    digits: NDArray[np.int32]
    controls: NDArray[np.int32]
    letters: NDArray[np.int32]
    scripts: NDArray[np.int64]  # number in SCRIPT_NAMES of the script most letters are of, or NO_SCRIPT


def classify_lines(data: bytes, lengths: NDArray[np.int64]) -> LineClasses:
    """The classes of lines that stand one after the other in ``data``, so many bytes each, all line ends left out."""
    lines = len(lengths)
    codes = np.frombuffer(data, dtype=np.uint8)
    classes = _CLASS_OF_BYTE[codes]
    for byte in {first for first, *_ in _BY_SECOND if bytes([first]) in data}:
        _look_at_second(byte, codes, classes)
    places = np.repeat(np.arange(lines, dtype=np.int64) * len(_CLASSES), lengths) + classes
    counts = np.bincount(places, minlength=lines * len(_CLASSES)).reshape(lines, len(_CLASSES)).astype(np.int32)
    by_script = counts @ _SCRIPT_OF_CLASS
    latin, vietnamese = SCRIPT_NAMES.index("Latin"), SCRIPT_NAMES.index("Georgian, Ethiopic or Khmer")
    mixed = by_script[:, latin] > 0
    by_script[mixed, latin] += by_script[mixed, vietnamese]
    by_script[mixed, vietnamese] = 0
    letters = by_script.sum(axis=1)
    weights = by_script * _WEIGHTS
    best = weights.argmax(axis=1)
    clear = (letters >= _FEWEST_LETTERS) & (weights.max(axis=1, initial=0) >= _MAJORITY * weights.sum(axis=1))
    return LineClasses(
        characters=lengths - counts[:, _NUMBER["continuation"]],
        digits=counts[:, _NUMBER["digit"]],
        controls=counts[:, _NUMBER["control"]],
        letters=letters.astype(np.int32),
        scripts=np.where(clear, best, NO_SCRIPT),
    )


def _look_at_second(byte: int, codes: NDArray[np.uint8], classes: NDArray[np.uint8]) -> None:
    """Correct the ``classes`` of characters that begin with ``byte`` by their second one."""
    places = np.flatnonzero(codes[:-1] == byte)
    seconds = codes[places + 1]
    for first, lowest, highest, name in _BY_SECOND:
        if first == byte:
            classes[places[(seconds >= lowest) & (seconds <= highest)]] = _NUMBER[name]
