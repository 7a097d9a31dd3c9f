"""Random segmentations of a text into a tokenizer's pieces.

SentencePiece also samples segmentations, but since its release 0.2.2 differently in each process, whatever the seed: a
resumed run would learn from other text than an uninterrupted one.

Each word's segmentations are drawn several times, once and for all, and each use chooses one of these draws: the same
sample for the whole of a run and for every run. Choosing is array arithmetic over all words of a batch and costs a
training next to nothing; only draws that are needed for the first time are made in Python.
"""

import heapq
import math
import random
from array import array
from bisect import bisect
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from nmt.tokenization import ragged
from nmt.tokenization.pieces import SPACE_MARK

Pieces = Mapping[str, tuple[int, float]]  # ids and scores
Ids = NDArray[np.integer]

# The number of draws of a word by its number of ids, and how many of them are made at once to share the preparation;
# binary logarithms. Frequent words are single pieces. Long words, such as sentences without spaces, hardly ever recur.
_DRAWS = np.array([0, 5, *[4] * 7, 6], dtype=np.uint64)
_AT_ONCE = np.array([0, *[3] * 8, 0], dtype=np.uint64)
_MOST_KEPT = 1 << 17  # keys (words by groups of draws) before those that do not recur are dropped
_MOST_IDS_KEPT = 1 << 22
_STAYS, _INSIDE, _BEGINS = range(3)  # types of ids: not a piece, a piece inside a word, a piece that begins a word
_FAR = 1e100  # far from 1, and still farther from the largest float


class SubwordSampler:
    """Draws the segmentations of words; the same ones for the same seed in every process and release.

    Several threads must not use one at the same time.
    """

    def __init__(self, pieces: Pieces, *, merges: bool, strength: float, fixed: Collection[int] = ()) -> None:
        """``merges``: the pieces come from byte-pair encoding, else from a unigram model; ``fixed`` ids stay.

        ``strength`` (0..1) is, for byte-pair encoding, the share of merges left out (BPE-dropout: Provilkov et al.
        2020), and for a unigram model one minus the power to which the probabilities of all segmentations are raised
        (Kudo 2018, equation 8).
        """
        free = {piece: entry for piece, entry in pieces.items() if entry[0] not in fixed}
        self._names = {number: piece for piece, (number, _) in free.items()}
        self._id_types = np.full(max(self._names, default=0) + 2, _STAYS, dtype=np.uint8)
        for number, piece in self._names.items():
            self._id_types[number] = _BEGINS if piece.startswith(SPACE_MARK) else _INSIDE
        self._draw = (_Merges(free, strength) if merges else _Lattice(free, strength)).draw
        self._random = random.Random()  # noqa: S311 - not a secret
        self._multipliers: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._draws, self._older_draws = _Draws(), _Draws()

    def redraw(self, ids: Ids, lengths: Ids, numbers: Ids, seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Other ids for the same text, word by word; bytes, symbols and unknown characters stay as they are.

        ``ids`` are the ids of all sentences end to end and ``lengths`` (N,) their lengths, in the result as well. The
        result for a sentence depends only on ``seed`` and its element of ``numbers`` (N,), which choose among the
        draws of its words.
        """
        if not len(ids):
            return np.empty(0, dtype=np.int32), lengths.astype(np.int64)
        if len(self._draws.firsts) >= _MOST_KEPT or len(self._draws.ids) >= _MOST_IDS_KEPT:
            self._draws, self._older_draws = _Draws(), self._draws
        ends = np.cumsum(lengths, dtype=np.int64)
        words = self._word_starts(ids, ends)
        sizes = np.diff(words, append=len(ids))
        sorts = np.minimum(sizes, len(_DRAWS) - 1)
        firsts = np.searchsorted(words, ends)  # of the following sentence
        choices = _bits(np.diff(firsts, prepend=0), numbers, seed) >> (np.uint64(64) - _DRAWS[sorts])
        at_once = _AT_ONCE[sorts]
        keys = self._keys(ids, words, sizes, choices >> at_once).tolist()
        known = np.fromiter(map(self._draws.firsts.get, keys, repeat(-1)), np.int64, len(keys))
        for number in np.flatnonzero(known < 0).tolist():
            word = ids[words[number] : words[number] + sizes[number]].tolist()
            known[number] = self._first_draw(word, keys[number], 1 << int(at_once[number]))
        known += (choices & ((np.uint64(1) << at_once) - np.uint64(1))).astype(np.int64)
        starts = np.frombuffer(self._draws.starts, dtype=np.int32)
        sizes = starts[known + 1] - starts[known]
        drawn = np.frombuffer(self._draws.ids, dtype=np.int32)[ragged.element_indices(starts[known], sizes)]
        sums = np.concatenate([[0], np.cumsum(sizes)])
        return drawn, np.diff(sums[firsts], prepend=0)

    def _word_starts(self, ids: Ids, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where words begin; text that is not a piece is a word by itself."""
        id_types = self._id_types[np.minimum(ids.astype(np.int64), len(self._id_types) - 1)]
        begins = id_types != _INSIDE
        begins[0] = True
        begins[1:] |= id_types[:-1] == _STAYS
        begins[ends[ends < len(ids)]] = True
        return np.flatnonzero(begins)

    def _keys(self, ids: Ids, words: Ids, sizes: Ids, parts: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """A hash for each word and the requested group of its draws.

        Two of them collide with a probability of 2^-64, so collisions among millions of words are very unlikely.
        """
        needed = int(sizes.max()) + 1
        if len(self._multipliers) < needed:
            self._multipliers = np.random.PCG64(0).random_raw(max(64, 2 * needed)) | np.uint64(1)
        within = ragged.element_indices(np.ones_like(words), sizes)
        products = (ids.astype(np.uint64) + np.uint64(1)) * self._multipliers[within]
        keys: NDArray[np.uint64] = np.add.reduceat(products, words) + parts * self._multipliers[0]
        return keys

    def _first_draw(self, word: list[int], key: int, times: int) -> int:
        """The index of the first of ``times`` consecutive draws of ``word``."""
        known = self._draws.firsts.get(key)  # added by an earlier word of the same batch
        if known is not None:
            return known
        return self._draws.add(key, self._older_draws.get(key, times) or self._draw_anew(word, key, times))

    def _draw_anew(self, word: list[int], key: int, times: int) -> Sequence[Sequence[int]]:
        drawn: list[list[int]] = []
        if self._id_types[min(word[0], len(self._id_types) - 1)] != _STAYS:
            self._random.seed(key)
            drawn = self._draw("".join(map(self._names.__getitem__, word)), self._random, times)
        return drawn or [word] * times


class _Draws:
    """Draws end to end, their starts, and the index of a word's first draw by the word's key."""

    def __init__(self) -> None:
        self.ids: array[int] = array("i")
        self.starts: array[int] = array("i", [0])
        self.firsts: dict[int, int] = {}

    def add(self, key: int, draws: Sequence[Sequence[int]]) -> int:
        """Store the draws of a word and return the index of the first."""
        first = len(self.starts) - 1
        for ids in draws:
            self.ids.extend(ids)
            self.starts.append(len(self.ids))
        self.firsts[key] = first
        return first

    def get(self, key: int, times: int) -> list["array[int]"]:
        """The draws of a word; empty if it has none."""
        first = self.firsts.get(key)
        if first is None:
            return []
        return [self.ids[start:end] for start, end in pairwise(self.starts[first : first + times + 1])]


def _bits(sizes: Ids, numbers: Ids, seed: int) -> NDArray[np.uint64]:
    """64 random bits for each of ``sizes`` (N,) words of sentences with these ``numbers``."""
    first = _mixed(numbers.astype(np.uint64) + np.uint64(seed))
    return _mixed(np.repeat(first, sizes) + ragged.element_indices(np.zeros_like(sizes), sizes).astype(np.uint64))


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64 (Steele, Lea and Flood 2014): neighbouring numbers become unrelated."""
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return mixed ^ mixed >> np.uint64(31)


class _Lattice:
    """All segmentations of a text by a unigram model, drawn in proportion (Kudo 2018, section 3.1)."""

    def __init__(self, pieces: Pieces, strength: float) -> None:
        self._pieces = {piece: (number, math.exp((1 - strength) * score)) for piece, (number, score) in pieces.items()}
        self._endings = {piece[start:] for piece in pieces for start in range(len(piece))}
        self._longest = max(map(len, pieces), default=0)

    def draw(self, text: str, generator: random.Random, times: int) -> list[list[int]]:
        """One forward pass, then ``times`` backward draws, piece by piece; empty if the text has no segmentation."""
        before = [1.0]  # the sum over all segmentations up to each position
        last_pieces: list[list[tuple[int, int]]] = [[]]  # the start and id of each piece that ends there
        sums: list[list[float]] = [[]]  # the cumulative shares of these pieces
        for end in range(1, len(text) + 1):
            last, shares = [], []
            for start in range(end - 1, -1, -1):
                piece = text[start:end]
                entry = self._pieces.get(piece)
                if entry is None:
                    if piece not in self._endings:
                        break
                elif before[start]:
                    last.append((start, entry[0]))
                    shares.append(before[start] * entry[1])
            total = sum(shares)
            last_pieces.append(last)
            sums.append(list(accumulate(shares)))
            before.append(total)
            if total and not 1 / _FAR < total < _FAR:  # earlier values are not used again
                first = max(0, len(before) - self._longest)
                before[first:] = [share / total for share in before[first:]]
        if not before[-1]:
            return []
        drawn = []
        for _ in range(times):
            ids: list[int] = []
            end = len(text)
            while end:
                last = last_pieces[end]
                index = bisect(sums[end], generator.random() * sums[end][-1], 0, len(last) - 1) if last[1:] else 0
                end, number = last[index]
                ids.append(number)
            drawn.append(ids[::-1])
        return drawn


class _Merges:
    """Byte-pair encoding that leaves each merge out by chance (Provilkov et al. 2020, algorithm 1)."""

    def __init__(self, pieces: Pieces, strength: float) -> None:
        self._strength = strength
        self._ranked = sorted(pieces, key=lambda piece: -pieces[piece][1])  # in the order of merging
        self._ranks = {piece: rank for rank, piece in enumerate(self._ranked)}
        self._ids = [pieces[piece][0] for piece in self._ranked]
        self._pairs: dict[int, int] = {}

    def draw(self, text: str, generator: random.Random, times: int) -> list[list[int]]:
        """``times`` segmentations of ``text``; none if one of its characters is not a piece."""
        if not all(map(self._ranks.__contains__, text)):
            return []
        characters = [self._ranks[character] for character in text]
        joined = [self._join(left, right) for left, right in pairwise(characters)]
        agenda = [rank * len(text) + index for index, rank in enumerate(joined) if rank >= 0]
        heapq.heapify(agenda)
        return [self._merge(characters[:], agenda[:], generator) for _ in range(times)]

    def _join(self, left: int, right: int) -> int:
        """The rank of the piece that two pieces make; -1 if they make none."""
        pair = left * len(self._ranked) + right
        rank = self._pairs.get(pair)
        if rank is None:
            self._pairs[pair] = rank = self._ranks.get(self._ranked[left] + self._ranked[right], -1)
        return rank

    def _merge(self, parts: list[int], agenda: list[int], generator: random.Random) -> list[int]:
        """``parts`` are the ranks of the pieces, ``agenda`` the possible merges: rank times length plus index."""
        length = len(parts)
        previous, following = list(range(-1, length - 1)), list(range(1, length + 1))
        while agenda:
            rank, left = divmod(heapq.heappop(agenda), length)
            right = following[left]
            # Either may have been merged into another part in the meantime.
            stale = parts[left] < 0 or right == length or self._join(parts[left], parts[right]) != rank
            if stale or generator.random() < self._strength:
                continue
            parts[left], parts[right] = rank, -1
            following[left] = after = following[right]
            if after < length:
                previous[after] = left
                if (joined := self._join(rank, parts[after])) >= 0:
                    heapq.heappush(agenda, joined * length + left)
            if left and (joined := self._join(parts[previous[left]], rank)) >= 0:
                heapq.heappush(agenda, joined * length + previous[left])
        return [self._ids[rank] for rank in parts if rank >= 0]
