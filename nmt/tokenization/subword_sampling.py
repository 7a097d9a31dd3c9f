"""Other segmentations of a text, drawn at random from a tokenizer's own pieces.

SentencePiece draws too, but from its release 0.2.2 on otherwise in each process, whatever the seed: a run that is taken
up again would learn from another text than without the stop.

Words are drawn some times each, once for all, and then chosen among: a sample of their segmentations, the same for the
whole of a run and every run. Choosing is array arithmetic over all words of a batch, so it costs a training next to
nothing; only what a word has not been asked for yet is drawn in Python.
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

# How many draws there are of a word of so many ids, and how many of them are drawn at once, sharing the work of finding
# out what there is to choose from; binary logarithms. Frequent words are pieces of their own. Long ones, such as
# sentences without spaces, hardly come again.
_DRAWS = np.array([0, 5, *[4] * 7, 6], dtype=np.uint64)
_AT_ONCE = np.array([0, *[3] * 8, 0], dtype=np.uint64)
_MOST_KEPT = 1 << 17  # words, times the parts of their draws, before those that do not come again are forgotten
_MOST_IDS_KEPT = 1 << 22
_STAYS, _INSIDE, _BEGINS = range(3)  # what ids are: no piece, one in a word, one that begins a word
_FAR = 1e100  # from 1, and farther still from the largest number there is


class SubwordSampler:
    """Draws the segmentations of words; the same ones for the same seed in every process and release.

    Several threads must not use one at the same time.
    """

    def __init__(self, pieces: Pieces, *, merges: bool, strength: float, fixed: Collection[int] = ()) -> None:
        """``merges``: the pieces are those of byte-pair encoding, else those of a unigram model; ``fixed`` ids stay.

        ``strength`` (0..1) is, of byte-pair encoding, the share of merges left out (BPE-dropout: Provilkov et al.
        2020), and of a unigram model one minus the power to which the probabilities of all segmentations are raised
        (Kudo 2018, equation 8).
        """
        free = {piece: found for piece, found in pieces.items() if found[0] not in fixed}
        self._names = {number: piece for piece, (number, _) in free.items()}
        self._kinds = np.full(max(self._names, default=0) + 2, _STAYS, dtype=np.uint8)
        for number, piece in self._names.items():
            self._kinds[number] = _BEGINS if piece.startswith(SPACE_MARK) else _INSIDE
        self._draw = (_Merges(free, strength) if merges else _Lattice(free, strength)).draw
        self._random = random.Random()  # noqa: S311 - no secret
        self._multipliers: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._draws, self._older_draws = _Draws(), _Draws()

    def redraw(self, ids: Ids, lengths: Ids, numbers: Ids, seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Other ids for the same text, word by word; bytes, symbols and unknown characters stay as they are.

        ``ids`` are those of all sentences end to end and ``lengths`` (N,) how many each has, of what comes out too.
        What a sentence becomes depends on ``seed`` and on its own of ``numbers`` (N,), not on the others: they choose
        among the draws of its words.
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
        drawn = np.frombuffer(self._draws.ids, dtype=np.int32)[ragged.places(starts[known], sizes)]
        sums = np.concatenate([[0], np.cumsum(sizes)])
        return drawn, np.diff(sums[firsts], prepend=0)

    def _word_starts(self, ids: Ids, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where words begin; text that is not a piece is a word by itself."""
        kinds = self._kinds[np.minimum(ids.astype(np.int64), len(self._kinds) - 1)]
        begins = kinds != _INSIDE
        begins[0] = True
        begins[1:] |= kinds[:-1] == _STAYS
        begins[ends[ends < len(ids)]] = True
        return np.flatnonzero(begins)

    def _keys(self, ids: Ids, words: Ids, sizes: Ids, parts: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """A number for each word and the part of its draws that is asked for.

        Two of them would be the same by a chance of 2^-64, so some million words hardly hold any.
        """
        wanted = int(sizes.max()) + 1
        if len(self._multipliers) < wanted:
            self._multipliers = np.random.PCG64(0).random_raw(max(64, 2 * wanted)) | np.uint64(1)
        within = ragged.places(np.ones_like(words), sizes)
        products = (ids.astype(np.uint64) + np.uint64(1)) * self._multipliers[within]
        keys: NDArray[np.uint64] = np.add.reduceat(products, words) + parts * self._multipliers[0]
        return keys

    def _first_draw(self, word: list[int], key: int, times: int) -> int:
        """The number of the first of ``times`` draws of ``word``, which stand one after another."""
        known = self._draws.firsts.get(key)  # since a word of the same batch
        if known is not None:
            return known
        return self._draws.add(key, self._older_draws.get(key, times) or self._draw_anew(word, key, times))

    def _draw_anew(self, word: list[int], key: int, times: int) -> Sequence[Sequence[int]]:
        drawn: list[list[int]] = []
        if self._kinds[min(word[0], len(self._kinds) - 1)] != _STAYS:
            self._random.seed(key)
            drawn = self._draw("".join(map(self._names.__getitem__, word)), self._random, times)
        return drawn or [word] * times


class _Draws:
    """Draws end to end, where each begins, and the first one of a word by the word's key."""

    def __init__(self) -> None:
        self.ids: array[int] = array("i")
        self.starts: array[int] = array("i", [0])
        self.firsts: dict[int, int] = {}

    def add(self, key: int, draws: Sequence[Sequence[int]]) -> int:
        """Keep the draws of a word; the number of the first of them."""
        first = len(self.starts) - 1
        for ids in draws:
            self.ids.extend(ids)
            self.starts.append(len(self.ids))
        self.firsts[key] = first
        return first

    def get(self, key: int, times: int) -> list["array[int]"]:
        """The draws of a word; none if there are none."""
        first = self.firsts.get(key)
        if first is None:
            return []
        return [self.ids[start:end] for start, end in pairwise(self.starts[first : first + times + 1])]


def _bits(sizes: Ids, numbers: Ids, seed: int) -> NDArray[np.uint64]:
    """64 random bits for each of ``sizes`` (N,) words of sentences with these ``numbers``."""
    first = _mixed(numbers.astype(np.uint64) + np.uint64(seed))
    return _mixed(np.repeat(first, sizes) + ragged.places(np.zeros_like(sizes), sizes).astype(np.uint64))


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64 (Steele, Lea and Flood 2014): numbers that lie side by side become unlike each other."""
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
        """Forward over all of them, then ``times`` times backward, piece by piece; none if there is no way at all."""
        before = [1.0]  # the sum of all ways to get to each place
        ways: list[list[tuple[int, int]]] = [[]]  # the beginning and id of each last piece
        sums: list[list[float]] = [[]]  # of the shares of these pieces, one after the other
        for end in range(1, len(text) + 1):
            last, shares = [], []
            for start in range(end - 1, -1, -1):
                piece = text[start:end]
                found = self._pieces.get(piece)
                if found is None:
                    if piece not in self._endings:
                        break
                elif before[start]:
                    last.append((start, found[0]))
                    shares.append(before[start] * found[1])
            total = sum(shares)
            ways.append(last)
            sums.append(list(accumulate(shares)))
            before.append(total)
            if total and not 1 / _FAR < total < _FAR:  # what lies farther back is not asked for again
                near = max(0, len(before) - self._longest)
                before[near:] = [share / total for share in before[near:]]
        if not before[-1]:
            return []
        drawn = []
        for _ in range(times):
            ids: list[int] = []
            end = len(text)
            while end:
                last = ways[end]
                place = bisect(sums[end], generator.random() * sums[end][-1], 0, len(last) - 1) if last[1:] else 0
                end, number = last[place]
                ids.append(number)
            drawn.append(ids[::-1])
        return drawn


class _Merges:
    """Byte-pair encoding that leaves each merge out by chance (Provilkov et al. 2020, algorithm 1)."""

    def __init__(self, pieces: Pieces, strength: float) -> None:
        self._strength = strength
        self._ranked = sorted(pieces, key=lambda piece: -pieces[piece][1])  # what is merged first
        self._ranks = {piece: rank for rank, piece in enumerate(self._ranked)}
        self._ids = [pieces[piece][0] for piece in self._ranked]
        self._pairs: dict[int, int] = {}

    def draw(self, text: str, generator: random.Random, times: int) -> list[list[int]]:
        """``times`` segmentations of ``text``; none if one of its characters is not a piece."""
        if not all(map(self._ranks.__contains__, text)):
            return []
        characters = [self._ranks[character] for character in text]
        joined = [self._join(left, right) for left, right in pairwise(characters)]
        agenda = [rank * len(text) + place for place, rank in enumerate(joined) if rank >= 0]
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
        """``parts`` are the ranks of the pieces, ``agenda`` the possible merges: rank times length plus place."""
        length = len(parts)
        before, behind = list(range(-1, length - 1)), list(range(1, length + 1))
        while agenda:
            rank, left = divmod(heapq.heappop(agenda), length)
            right = behind[left]
            # Either may have been merged into another part since.
            stale = parts[left] < 0 or right == length or self._join(parts[left], parts[right]) != rank
            if stale or generator.random() < self._strength:
                continue
            parts[left], parts[right] = rank, -1
            behind[left] = following = behind[right]
            if following < length:
                before[following] = left
                if (joined := self._join(rank, parts[following])) >= 0:
                    heapq.heappush(agenda, joined * length + left)
            if left and (joined := self._join(parts[before[left]], rank)) >= 0:
                heapq.heappush(agenda, joined * length + before[left])
        return [self._ids[rank] for rank in parts if rank >= 0]
