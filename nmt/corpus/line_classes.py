"""What kinds of characters the lines of a block hold, and which script each line is in; all lines at once."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.text.scripts import common_name, script_numbers, scripts

# Scripts that are mixed in the text of one language have one name, and so count as one.
SCRIPT_NAMES = tuple(dict.fromkeys(map(common_name, scripts()[1:])))
NO_SCRIPT = len(SCRIPT_NAMES)  # of lines with too few letters to tell
_LATIN = SCRIPT_NAMES.index("Latin")
_FEWEST_LETTERS = 4
_MAJORITY = 0.6  # of its letters, weighted, that a line must have in a script
_LATIN_MAJORITY = 0.8  # in Latin, for text in other scripts has names in Latin ones
# How many letters a character says as much as, where a line is in two scripts: a name or two in Latin letters do not
# make a Chinese sentence a Latin one.
_WEIGHTS = np.array([3 if name in ("Chinese or Japanese", "Korean") else 1 for name in SCRIPT_NAMES], dtype=np.int32)

_OTHER, _DIGIT, _CONTROL, _FIRST_SCRIPT = range(4)  # classes of characters; scripts follow in their order
# Text of programs in a line: tags, quoted code, placeholders in braces, and with what brackets hold what tells it.
_MARKUP = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>|(?::\w{1,20}:)?`{1,2}[^`\n]{1,300}`{1,2}|\{[^{}\n]{0,300}\}")
_RUN = re.compile(r"[!-~]+")  # ASCII without spaces
# An identifier, path, address, option, variable or call: no word of a language.
_CODE = re.compile(
    r"[_@/\\=#$%&*^|<>{}+~]|\w\[|\w[.:]\w|\(\)|\w\(\w|^-{1,2}\w|[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]\d|\d[A-Za-z]"
)


class LineClasses(NamedTuple):
    """Counts of each line (N,), in characters."""

    characters: NDArray[np.int64]
    digits: NDArray[np.int32]
    controls: NDArray[np.int32]
    letters: NDArray[np.int32]
    scripts: NDArray[np.int64]  # number in SCRIPT_NAMES of the script most letters are of, or NO_SCRIPT


def classify_lines(text: str) -> LineClasses:
    """The classes of the lines of ``text``, each of which ends in a line feed.

    Letters in tags, placeholders, addresses, identifiers and other code decide no script.
    """
    codes = _codes(text)
    ends = np.flatnonzero(codes == 0x0A)
    lengths = np.diff(ends, prepend=-1) - 1
    counts, present = _count(codes, lengths + 1)
    letters = counts[:, present >= _FIRST_SCRIPT].astype(np.int64)
    names = present[present >= _FIRST_SCRIPT] - _FIRST_SCRIPT
    found = _scripts_of(letters, names)
    doubtful = _doubtful(letters, names, found)
    if len(doubtful):
        starts = ends - lengths
        lines = [text[starts[row] : ends[row]] for row in doubtful.tolist()]
        found[doubtful] = _scripts_without_code(lines)
    return LineClasses(
        characters=lengths,
        digits=counts[:, present == _DIGIT].sum(axis=1, dtype=np.int32),
        controls=counts[:, present == _CONTROL].sum(axis=1, dtype=np.int32),
        letters=letters.sum(axis=1).astype(np.int32),
        scripts=found,
    )


def without_code(line: str) -> str:
    """``line`` without tags, placeholders, addresses, identifiers and other text of programs.

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
    """How many characters of each class that is present every line has (N, classes), and which classes these are."""
    classes = _class_of_code()[codes]
    present = np.flatnonzero(np.bincount(classes, minlength=256))
    compact = np.zeros(256, dtype=np.int64)
    compact[present] = np.arange(len(present))
    places = np.repeat(np.arange(len(lengths), dtype=np.int64) * len(present), lengths) + compact[classes]
    counts = np.bincount(places, minlength=len(lengths) * len(present)).reshape(len(lengths), len(present))
    return counts, present


def _scripts_of(letters: NDArray[np.int64], names: NDArray[np.int64]) -> NDArray[np.int64]:
    """The script of each line, given how many ``letters`` it has of those numbered ``names``."""
    if not len(names):
        return np.full(len(letters), NO_SCRIPT, dtype=np.int64)
    weights = letters * _WEIGHTS[names]
    best = weights.argmax(axis=1)
    total = letters.sum(axis=1)
    majority = np.where(names[best] == _LATIN, _LATIN_MAJORITY, _MAJORITY)
    clear = (total >= _FEWEST_LETTERS) & (weights.max(axis=1) >= majority * weights.sum(axis=1))
    return np.where(clear, names[best], NO_SCRIPT)


def _doubtful(letters: NDArray[np.int64], names: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lines in which Latin letters, such as those of code, may hide the script of the rest.

    Lines without other letters are among them where most lines are in another script.
    """
    if _LATIN not in names:
        return np.zeros(0, dtype=np.int64)
    latin = letters[:, names == _LATIN].sum(axis=1)
    mixed = letters.sum(axis=1) > latin
    known = np.bincount(found, minlength=NO_SCRIPT + 1)[:NO_SCRIPT]
    others = known.argmax() != _LATIN
    return np.flatnonzero((latin > 0) & ((found == _LATIN) | (found == NO_SCRIPT)) & (mixed | others))


def _scripts_without_code(lines: Sequence[str]) -> NDArray[np.int64]:
    codes = _codes("".join(f"{without_code(line)}\n" for line in lines))
    ends = np.flatnonzero(codes == 0x0A)
    counts, present = _count(codes, np.diff(ends, prepend=-1))
    is_script = present >= _FIRST_SCRIPT
    return _scripts_of(counts[:, is_script], present[is_script] - _FIRST_SCRIPT)
