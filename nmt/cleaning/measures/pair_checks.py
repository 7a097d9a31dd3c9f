"""What makes a pair suspicious, for all pairs of a block at once: the same for the check and for the filters."""

import re

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.measures import patterns
from nmt.cleaning.measures.length_fit import LengthModel
from nmt.corpus.block_text import SOURCE, BlockText
from nmt.corpus.pairs import RATIO_SLACK
from nmt.text.sentences import count_ends, has_end

Mask = NDArray[np.bool_]

_WORD = re.compile(r"\w")
_FEWEST_WORDS, _FEWEST_CHARACTERS = 3, 12  # of a pair that is no mere name when both sides are the same
_LOOKED_AT, _ALIKE = 500, 0.8  # pairs of a block, and the share of them that must end alike


def without_words(text: BlockText) -> tuple[list[int], list[int]]:
    """The pairs with an empty side, and those with a side of mere punctuation."""
    bare = np.zeros(text.block.count, dtype=bool)
    for side in text.sides:
        bare |= (side.classes.letters == 0) & (side.classes.digits == 0)
    empty, wordless = [], []
    for row in np.flatnonzero(bare).tolist():
        lines = [side.lines[row] for side in text.sides]
        if not all(line.strip() for line in lines):
            empty.append(row)
        elif not all(map(_WORD.search, lines)):
            wordless.append(row)
    return empty, wordless


def too_long(text: BlockText, limit: int) -> Mask:
    """The pairs with a side of more characters than ``limit``."""
    longer: Mask = text.characters.max(axis=1, initial=0) > limit
    return longer


def far_apart(text: BlockText, ratio: float) -> Mask:
    """The pairs that nmt.corpus.pairs.fault_of drops for their length ratio."""
    long, short = text.bytes.max(axis=1, initial=0), text.bytes.min(axis=1, initial=np.iinfo(np.int64).max)
    apart: Mask = long > ratio * short + RATIO_SLACK
    return apart


def unusual(text: BlockText, model: LengthModel, limit: float) -> Mask:
    """The pairs whose lengths are more than ``limit`` standard deviations off what they usually are."""
    off: Mask = np.abs(model.deviations(text.characters)) > limit
    return off


def ends_agree(text: BlockText) -> bool:
    """Whether the two sides mark the ends of sentences alike, as far as the first pairs show; Thai marks none."""
    source, target = ([has_end(line) for line in side.lines[:_LOOKED_AT]] for side in text.sides)
    alike = [one == other for one, other in zip(source, target, strict=True)]
    return sum(alike) >= _ALIKE * len(alike)


def incomplete(text: BlockText, model: LengthModel, limit: float) -> list[int]:
    """The pairs with a side that is short for the other, and has fewer sentences or stops in the midst of one.

    Short is what is off by more than ``limit`` standard deviations; either sign alone is common in good text.
    """
    off = model.deviations(text.characters)
    source, target = text.sides
    found = []
    for row in np.flatnonzero(np.abs(off) > limit).tolist():
        lines = source.lines[row], target.lines[row]
        short, long = lines if off[row] > 0 else lines[::-1]
        if count_ends(short) < count_ends(long) or (has_end(long) and not has_end(short)):
            found.append(row)
    return found


def identical(text: BlockText, alike: Mask) -> list[int]:
    """Of the pairs whose sides are ``alike`` those that are more than a name or a number."""
    source = text.sides[SOURCE]
    rows = np.flatnonzero(alike & (source.classes.letters > 0)).tolist()
    return [row for row in rows if _is_more_than_a_name(source.lines[row])]


def _is_more_than_a_name(line: str) -> bool:
    """Whether ``line`` would be another one in another language."""
    enough = len(line.split()) >= _FEWEST_WORDS and len(line) >= _FEWEST_CHARACTERS
    return enough or len(line) > 2 * _FEWEST_CHARACTERS


def different_numbers(text: BlockText) -> list[int]:
    """The pairs whose sides do not hold the same digits, in whatever order and with whatever separators."""
    source, target = text.sides
    some = (source.classes.digits > 0) | (target.classes.digits > 0)
    return [
        row
        for row in np.flatnonzero(some).tolist()
        if patterns.digits_in(source.lines[row]) != patterns.digits_in(target.lines[row])
    ]


def different_urls(text: BlockText) -> list[int]:
    """The pairs whose sides do not hold the same URLs and addresses."""
    source, target = text.sides
    return [
        row
        for row in _rows_with(text, patterns.URL_HINTS)
        if patterns.urls_in(source.lines[row]) != patterns.urls_in(target.lines[row])
    ]


def different_placeholders(text: BlockText) -> list[int]:
    """The pairs whose sides do not hold the same placeholders."""
    source, target = text.sides
    return [
        row
        for row in _rows_with(text, patterns.PLACEHOLDER_HINTS)
        if patterns.placeholders_in(source.lines[row]) != patterns.placeholders_in(target.lines[row])
    ]


def _rows_with(text: BlockText, hints: tuple[bytes, ...]) -> list[int]:
    source, target = text.sides
    rows: list[int] = np.union1d(source.holding_bytes(*hints), target.holding_bytes(*hints)).tolist()
    return rows
