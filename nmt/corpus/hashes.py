"""Telling lines and pairs apart by 64-bit hashes: what was seen before, and how many distinct words there are.

64 bits tell ten million things apart with a chance of three in a million that any two are taken for one.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.selection import is_in
from nmt.text.words import letter_marks
from nmt.tokenization.normalization import fold

Hashes = NDArray[np.uint64]

_LARGEST_RUN = 1 << 22
# What two copies of a sentence may differ in, besides case; that of ASCII goes first, being much faster to find.
_ASCII_APART = bytes(code for code in range(128) if re.match(r"[^\w\n]", chr(code)))
_MIX = np.uint64(0x9E3779B97F4A7C15)


def hash_lines(lines: Iterable[bytes]) -> Hashes:
    """A hash of each of ``lines``."""
    blake2b = hashlib.blake2b
    digests = b"".join([blake2b(line, digest_size=8).digest() for line in lines])
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def hash_pairs(sources: Iterable[bytes], targets: Iterable[bytes]) -> Hashes:
    """A hash of each pair of lines."""
    return hash_lines(map(b"\n".join, zip(sources, targets, strict=True)))


def combine(source: Hashes, target: Hashes) -> Hashes:
    """One hash for each pair from those of its sides."""
    with np.errstate(over="ignore"):
        return source * _MIX ^ ((target << np.uint64(31)) | (target >> np.uint64(33)))


def hash_normal_lines(text: str) -> Hashes:
    """A hash of each line of ``text``, which ends in a line feed, that case, spacing and punctuation do not change.

    Nor does the form of Unicode normalisation. A line of nothing else is hashed with it.
    """
    text = fold(text)
    normal = text.casefold().encode("utf-8", "replace").translate(None, _ASCII_APART)
    if not normal.isascii():
        normal = _apart().sub("", normal.decode("utf-8")).encode("utf-8")
    lines = normal.removesuffix(b"\n").split(b"\n")
    if b"" in lines:
        whole = text.removesuffix("\n").encode("utf-8", "replace").split(b"\n")
        lines = [line or as_it_is for line, as_it_is in zip(lines, whole, strict=True)]
    return hash_lines(lines)


# Vowel points of Hebrew and Arabic, which are written or left out at will.
_OPTIONAL = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]")


@cache
def _apart() -> re.Pattern[str]:
    return re.compile(rf"[^\w\n{_OPTIONAL.sub('', letter_marks())}]+")


class SeenHashes:
    """A growing set of hashes, which takes eight bytes for each."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []  # each in order, the large ones first

    def add(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Take in ``hashes``; for each, whether it was there before or earlier among them."""
        distinct, first = np.unique(hashes, return_index=True)
        known = np.ones(len(hashes), dtype=bool)
        new = np.ones(len(distinct), dtype=bool)
        for run in self._runs:
            new &= ~is_in(distinct, run)
        known[first[new]] = False
        self._keep(distinct[new])
        return known

    def _keep(self, run: Hashes) -> None:
        """Runs of about one size are merged, so that there are few, and no merge takes much memory."""
        while self._runs and len(self._runs[-1]) <= 2 * len(run) and len(run) < _LARGEST_RUN:
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if len(run):
            self._runs.append(run)


class DistinctCount:
    """About how many distinct words there were: from the smallest hashes alone (Bar-Yossef et al. 2002)."""

    KEPT = 4096  # which is exact up to so many, and right to 2 % beyond

    def __init__(self) -> None:
        self._smallest = np.zeros(0, dtype=np.uint64)

    def add(self, hashes: Hashes) -> None:
        """Take in the hashes of some words."""
        self._smallest = np.unique(np.concatenate([self._smallest, hashes]))[: self.KEPT]

    def estimate(self) -> int:
        """The number of distinct words."""
        if len(self._smallest) < self.KEPT:
            return len(self._smallest)
        return round((self.KEPT - 1) * 2.0**64 / float(self._smallest[-1]))


def smallest_word_hashes(words: Sequence[str]) -> Hashes:
    """The smallest hashes of distinct ``words``, as many as a DistinctCount keeps."""
    sums = np.fromiter((zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words))
    with np.errstate(over="ignore"):  # a bijection (splitmix64) that spreads what the checksum leaves alike
        sums = (sums ^ (sums >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + _MIX
        sums = (sums ^ (sums >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        sums ^= sums >> np.uint64(31)
    return np.unique(sums)[: DistinctCount.KEPT]
