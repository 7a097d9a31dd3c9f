"""64-bit hashes of lines and pairs, to recognise copies and to estimate the number of distinct words.

The probability that any two of ten million different lines have the same hash is three in a million.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.deduplication import is_in
from nmt.text.words import letter_marks
from nmt.tokenization.normalization import fold

Hashes = NDArray[np.uint64]

_LARGEST_RUN = 1 << 22
# ASCII characters that near copies may differ in, besides case; they are removed first because that is fast.
_ASCII_IGNORED = bytes(code for code in range(128) if re.match(r"[^\w\n]", chr(code)))
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def hash_lines(lines: Iterable[bytes]) -> Hashes:
    """A hash of each of ``lines``."""
    blake2b = hashlib.blake2b
    digests = b"".join([blake2b(line, digest_size=8).digest() for line in lines])
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def hash_pairs(sources: Iterable[bytes], targets: Iterable[bytes]) -> Hashes:
    """A hash of each pair of lines."""
    return hash_lines(map(b"\n".join, zip(sources, targets, strict=True)))


def combine(source: Hashes, target: Hashes) -> Hashes:
    """A hash of each pair, from the hashes of its sides."""
    with np.errstate(over="ignore"):
        return source * _MULTIPLIER ^ ((target << np.uint64(31)) | (target >> np.uint64(33)))


def hash_normal_lines(text: str) -> Hashes:
    """A hash of each line of ``text``, which ends in a line feed, that ignores case, spacing and punctuation.

    It also ignores the Unicode normalisation form. A line of punctuation only is hashed as it is.
    """
    text = fold(text)
    normal = text.casefold().encode("utf-8", "replace").translate(None, _ASCII_IGNORED)
    if not normal.isascii():
        normal = _ignored().sub("", normal.decode("utf-8")).encode("utf-8")
    lines = normal.removesuffix(b"\n").split(b"\n")
    if b"" in lines:
        whole = text.removesuffix("\n").encode("utf-8", "replace").split(b"\n")
        lines = [line or unchanged for line, unchanged in zip(lines, whole, strict=True)]
    return hash_lines(lines)


# Vowel points of Hebrew and Arabic, which are optional.
_OPTIONAL = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]")


@cache
def _ignored() -> re.Pattern[str]:
    return re.compile(rf"[^\w\n{_OPTIONAL.sub('', letter_marks())}]+")


class SeenHashes:
    """A growing set of hashes; it takes eight bytes for each."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []  # sorted arrays, the largest first

    def add(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Add ``hashes``; returns for each whether it was added before, or is a repetition within ``hashes``."""
        distinct, first = np.unique(hashes, return_index=True)
        is_known = np.ones(len(hashes), dtype=bool)
        new = np.ones(len(distinct), dtype=bool)
        for run in self._runs:
            new &= ~is_in(distinct, run)
        is_known[first[new]] = False
        self._keep(distinct[new])
        return is_known

    def _keep(self, run: Hashes) -> None:
        """Keep a sorted run; runs of similar size are merged, so that there are few and merging needs little memory."""
        while self._runs and len(self._runs[-1]) <= 2 * len(run) and len(run) < _LARGEST_RUN:
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if len(run):
            self._runs.append(run)


class DistinctCount:
    """Estimates the number of distinct words from the smallest hashes (Bar-Yossef et al. 2002)."""

    KEPT = 4096  # exact up to this number of words, then right to about 2 %

    def __init__(self) -> None:
        self._smallest = np.zeros(0, dtype=np.uint64)

    def add(self, hashes: Hashes) -> None:
        """Add the hashes of some words."""
        self._smallest = np.unique(np.concatenate([self._smallest, hashes]))[: self.KEPT]

    def estimate(self) -> int:
        """The estimated number of distinct words."""
        if len(self._smallest) < self.KEPT:
            return len(self._smallest)
        return round((self.KEPT - 1) * 2.0**64 / float(self._smallest[-1]))


def smallest_word_hashes(words: Sequence[str]) -> Hashes:
    """The smallest hashes of distinct ``words``, at most as many as a DistinctCount keeps."""
    sums = np.fromiter((zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words))
    with np.errstate(over="ignore"):  # splitmix64, a bijection that spreads the checksums evenly
        sums = (sums ^ (sums >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + _MULTIPLIER
        sums = (sums ^ (sums >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        sums ^= sums >> np.uint64(31)
    return np.unique(sums)[: DistinctCount.KEPT]
