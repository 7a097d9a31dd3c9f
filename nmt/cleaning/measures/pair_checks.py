"""Checks of all pairs of a block at once, shared by nmt check and the filters of nmt clean."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.measures import patterns
from nmt.cleaning.measures.length_fit import LengthModel
from nmt.corpus.block_text import SOURCE, BlockText
from nmt.corpus.pairs import RATIO_SLACK
from nmt.text.sentences import count_ends, has_end

Mask = NDArray[np.bool_]

_WORD = re.compile(r"\w")
_FEWEST_WORDS, _FEWEST_CHARACTERS = 3, 12  # of a line that is more than a name
_SAMPLE, _AGREEING = 500, 0.8  # pairs of a block, and the share of them whose ends must agree


class WithoutText(NamedTuple):
    """The rows of pairs with an empty side, and of those with a side of punctuation only."""

    empty: list[int]
    wordless: list[int]


def without_text(text: BlockText) -> WithoutText:
    """The pairs with a side that has no letters or digits."""
    bare = np.zeros(text.block.count, dtype=bool)
    for side in text.sides:
        bare |= (side.classes.letters == 0) & (side.classes.digits == 0)
    rows = WithoutText([], [])
    for row in np.flatnonzero(bare).tolist():
        lines = [side.lines[row] for side in text.sides]
        if not all(line.strip() for line in lines):
            rows.empty.append(row)
        elif not all(map(_WORD.search, lines)):
            rows.wordless.append(row)
    return rows


def too_long(text: BlockText, limit: int) -> Mask:
    """The pairs with a side of more characters than ``limit``."""
    is_long: Mask = text.characters.max(axis=1, initial=0) > limit
    return is_long


def length_ratio_above(text: BlockText, ratio: float) -> Mask:
    """The pairs that nmt.corpus.pairs.drop_reason drops for their length ratio."""
    longer, shorter = text.bytes.max(axis=1, initial=0), text.bytes.min(axis=1, initial=np.iinfo(np.int64).max)
    is_above: Mask = longer > ratio * shorter + RATIO_SLACK
    return is_above


def unusual_lengths(text: BlockText, model: LengthModel, limit: float) -> Mask:
    """The pairs whose lengths have a z-score above ``limit``, positive or negative."""
    is_unusual: Mask = np.abs(model.z_scores(text.characters)) > limit
    return is_unusual


def ends_agree(text: BlockText) -> bool:
    """Whether the two sides mark sentence ends in the same lines, in the first pairs of a block; Thai marks none."""
    source, target = ([has_end(line) for line in side.lines[:_SAMPLE]] for side in text.sides)
    agreeing = [one == other for one, other in zip(source, target, strict=True)]
    return sum(agreeing) >= _AGREEING * len(agreeing)


def incomplete(text: BlockText, model: LengthModel, limit: float) -> list[int]:
    """The pairs with a side that is short for the other, and has fewer sentences or no end where the other has one.

    Short means a z-score above ``limit``. Either sign alone is common in good text.
    """
    z_scores = model.z_scores(text.characters)
    source, target = text.sides
    rows = []
    for row in np.flatnonzero(np.abs(z_scores) > limit).tolist():
        lines = source.lines[row], target.lines[row]
        short, long = lines if z_scores[row] > 0 else lines[::-1]
        if count_ends(short) < count_ends(long) or (has_end(long) and not has_end(short)):
            rows.append(row)
    return rows


def identical(text: BlockText, is_same: Mask) -> list[int]:
    """Of the pairs with ``is_same`` sides, those that are more than a name or a number."""
    source = text.sides[SOURCE]
    rows = np.flatnonzero(is_same & (source.classes.letters > 0)).tolist()
    return [row for row in rows if _is_more_than_a_name(source.lines[row])]


def _is_more_than_a_name(line: str) -> bool:
    """Whether ``line`` would be different in another language."""
    has_words = len(line.split()) >= _FEWEST_WORDS and len(line) >= _FEWEST_CHARACTERS
    return has_words or len(line) > 2 * _FEWEST_CHARACTERS


def different_numbers(text: BlockText) -> list[int]:
    """The pairs whose sides have different digits, in any order and with any separators."""
    source, target = text.sides
    has_digits = (source.classes.digits > 0) | (target.classes.digits > 0)
    return [
        row
        for row in np.flatnonzero(has_digits).tolist()
        if patterns.digits_in(source.lines[row]) != patterns.digits_in(target.lines[row])
    ]


def different_urls(text: BlockText) -> list[int]:
    """The pairs whose sides have different URLs or e-mail addresses."""
    source, target = text.sides
    return [
        row
        for row in _rows_with(text, patterns.URL_HINTS)
        if patterns.urls_in(source.lines[row]) != patterns.urls_in(target.lines[row])
    ]


def different_placeholders(text: BlockText) -> list[int]:
    """The pairs whose sides have different placeholders."""
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
