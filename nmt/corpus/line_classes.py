"""Character classes and scripts of the lines of a block, computed for all lines at once."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.text.scripts import common_name, script_numbers, scripts

# Scripts that are mixed in the text of one language have one name, and therefore count as one.
SCRIPT_NAMES = tuple(dict.fromkeys(map(common_name, scripts()[1:])))
NO_SCRIPT = len(SCRIPT_NAMES)  # of lines with too few letters, or without a clear majority
_LATIN = SCRIPT_NAMES.index("Latin")
_FEWEST_LETTERS = 4
_MAJORITY = 0.6  # share of the letters, weighted, that a line must have in its script
_LATIN_MAJORITY = 0.8  # the same for Latin: text in other scripts contains names in Latin letters
# How many letters a character counts as if a line has two scripts: a Chinese sentence with a few names in Latin letters
# is still Chinese.
_WEIGHTS = np.array([3 if name in ("Chinese or Japanese", "Korean") else 1 for name in SCRIPT_NAMES], dtype=np.int32)

_OTHER, _DIGIT, _CONTROL, _FIRST_SCRIPT = range(4)  # character classes; the scripts follow, in order
# Markup in a line: tags, quoted code, and placeholders in braces, with their contents.
_MARKUP = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>|(?::\w{1,20}:)?`{1,2}[^`\n]{1,300}`{1,2}|\{[^{}\n]{0,300}\}")
_RUN = re.compile(r"[!-~]+")  # ASCII without spaces
# An identifier, path, address, option, variable or call, not a word of a language.
_CODE = re.compile(
    r"[_@/\\=#$%&*^|<>{}+~]|\w\[|\w[.:]\w|\(\)|\w\(\w|^-{1,2}\w|[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]\d|\d[A-Za-z]"
)


class LineClasses(NamedTuple):
    """Character counts of each line, arrays of shape ``(N,)``."""

    characters: NDArray[np.int64]
    digits: NDArray[np.int32]
    controls: NDArray[np.int32]
    letters: NDArray[np.int32]
    scripts: NDArray[np.int64]  # index in SCRIPT_NAMES of the script of most letters, or NO_SCRIPT


def classify_lines(text: str) -> LineClasses:
    """The classes of the lines of ``text``, each of which ends in a line feed.

    Letters in tags, placeholders, addresses, identifiers and other code do not count for the script.
    """
    codes = _codes(text)
    ends = np.flatnonzero(codes == 0x0A)
    lengths = np.diff(ends, prepend=-1) - 1
    counts, present = _count(codes, lengths + 1)
    letters = counts[:, present >= _FIRST_SCRIPT].astype(np.int64)
    scripts_present = present[present >= _FIRST_SCRIPT] - _FIRST_SCRIPT
    line_scripts = _scripts_of(letters, scripts_present)
    uncertain = _uncertain(letters, scripts_present, line_scripts)
    if len(uncertain):
        starts = ends - lengths
        lines = [text[starts[row] : ends[row]] for row in uncertain.tolist()]
        line_scripts[uncertain] = _scripts_without_code(lines)
    return LineClasses(
        characters=lengths,
        digits=counts[:, present == _DIGIT].sum(axis=1, dtype=np.int32),
        controls=counts[:, present == _CONTROL].sum(axis=1, dtype=np.int32),
        letters=letters.sum(axis=1).astype(np.int32),
        scripts=line_scripts,
    )


def without_code(line: str) -> str:
    """``line`` without tags, placeholders, addresses, identifiers and other code.

    >>> without_code("Öffne <b>%(name)s</b> unter https://nmt.org mit --force, {user}!").split()
    ['Öffne', 'unter', 'mit', '!']
    """
    return _RUN.sub(lambda run: "" if _CODE.search(run[0]) else run[0], _MARKUP.sub(" ", line))


@cache
def _class_of_code() -> NDArray[np.uint8]:
    """The class of each code point."""
    known = [_FIRST_SCRIPT + SCRIPT_NAMES.index(common_name(script)) for script in scripts()[1:]]
    classes = np.array([_OTHER, *known], dtype=np.uint8)[np.frombuffer(script_numbers(), dtype=np.uint8)]
    classes[0x00:0x20] = classes[0x7F] = _CONTROL
    classes[[0x09, 0x0A]] = _OTHER
    classes[0x30:0x3A] = _DIGIT
    return classes


def _codes(text: str) -> NDArray[np.uint32] | NDArray[np.uint8]:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)


def _count(
    codes: NDArray[np.uint32] | NDArray[np.uint8], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of characters of each class in each line ``(N, classes)``, and which classes the columns are."""
    classes = _class_of_code()[codes]
    present = np.flatnonzero(np.bincount(classes, minlength=256))
    compact = np.zeros(256, dtype=np.int64)
    compact[present] = np.arange(len(present))
    cells = np.repeat(np.arange(len(lengths), dtype=np.int64) * len(present), lengths) + compact[classes]
    counts = np.bincount(cells, minlength=len(lengths) * len(present)).reshape(len(lengths), len(present))
    return counts, present


def _scripts_of(letters: NDArray[np.int64], scripts_present: NDArray[np.int64]) -> NDArray[np.int64]:
    """The script of each line; ``letters`` are its letters ``(N, scripts)`` in each of ``scripts_present``."""
    if not len(scripts_present):
        return np.full(len(letters), NO_SCRIPT, dtype=np.int64)
    weights = letters * _WEIGHTS[scripts_present]
    best = weights.argmax(axis=1)
    total = letters.sum(axis=1)
    majority = np.where(scripts_present[best] == _LATIN, _LATIN_MAJORITY, _MAJORITY)
    clear = (total >= _FEWEST_LETTERS) & (weights.max(axis=1) >= majority * weights.sum(axis=1))
    return np.where(clear, scripts_present[best], NO_SCRIPT)


def _uncertain(
    letters: NDArray[np.int64], scripts_present: NDArray[np.int64], line_scripts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The lines in which Latin letters, for example of code, may hide the real script.

    Includes lines with Latin letters only, if most lines are in another script.
    """
    if _LATIN not in scripts_present:
        return np.zeros(0, dtype=np.int64)
    latin = letters[:, scripts_present == _LATIN].sum(axis=1)
    mixed = letters.sum(axis=1) > latin
    counts = np.bincount(line_scripts, minlength=NO_SCRIPT + 1)[:NO_SCRIPT]
    is_other = counts.argmax() != _LATIN
    return np.flatnonzero((latin > 0) & ((line_scripts == _LATIN) | (line_scripts == NO_SCRIPT)) & (mixed | is_other))


def _scripts_without_code(lines: Sequence[str]) -> NDArray[np.int64]:
    codes = _codes("".join(f"{without_code(line)}\n" for line in lines))
    ends = np.flatnonzero(codes == 0x0A)
    counts, present = _count(codes, np.diff(ends, prepend=-1))
    is_script = present >= _FIRST_SCRIPT
    return _scripts_of(counts[:, is_script], present[is_script] - _FIRST_SCRIPT)
