"""Other segmentations of a text, drawn at random from a tokenizer's own pieces.

SentencePiece draws too, but from its release 0.2.2 on otherwise in each process, whatever the seed: a run that is taken
up again would learn from another text than without the stop.
"""

import heapq
import math
import random
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np

from nmt.text.spans import BLANK

Pieces = Mapping[str, tuple[int, float]]  # ids and scores

# Words are drawn that many times each, once for all, and then chosen among: a sample of their segmentations, the same
# for the whole of a run and every run.
_DRAWS = 64
_AT_ONCE = 8  # of them, which share the work of finding out what there is to choose from
_MOST_KEPT = 1 << 17  # times so many
_LONGEST_WORD = 24  # characters; what is longer, such as a sentence without blanks, hardly comes again
_STAYS, _INSIDE, _BEGINS = range(3)  # what ids are: no piece, one in a word, one that begins a word


class Segmenter:
    """Draws the segmentations of words; the same ones for the same seed in every process and release."""

    def __init__(self, pieces: Pieces, *, merges: bool, strength: float, fixed: Collection[int] = ()) -> None:
        """``merges``: the pieces are those of byte-pair encoding, else those of a unigram model; ``fixed`` ids stay.

        ``strength`` (0..1) is, of byte-pair encoding, the share of merges left out (BPE-dropout: Provilkov et al.
        2020), and of a unigram model one minus the power to which the probabilities of all segmentations are raised
        (Kudo 2018, equation 8).
        """
        self._pieces = {piece: found for piece, found in pieces.items() if found[0] not in fixed}
        self._strength = strength
        self._names = {number: piece for piece, (number, _) in self._pieces.items()}
        self._kinds = np.full(max(self._names, default=0) + 2, _STAYS, dtype=np.uint8)
        for number, piece in self._names.items():
            self._kinds[number] = _BEGINS if piece.startswith(BLANK) else _INSIDE
        self._beginnings = {piece[:end] for piece in self._pieces for end in range(1, len(piece) + 1)}
        self._draw = self._without_some_merges if merges else self._in_proportion
        self._kept: dict[tuple[tuple[int, ...], int], list[tuple[int, ...]]] = {}

    def redraw(self, sentences: Sequence[Sequence[int]], seed: int) -> list[list[int]]:
        """Other ids for the same text, word by word; bytes, symbols and unknown characters stay as they are."""
        ids = list(chain.from_iterable(sentences))
        if not ids:
            return [[] for _ in sentences]
        ends = np.cumsum([len(sentence) for sentence in sentences], dtype=np.int64)
        kinds = self._kinds[np.minimum(ids, len(self._kinds) - 1)]
        begins = kinds != _INSIDE
        begins[0] = True
        begins[1:] |= kinds[:-1] == _STAYS
        begins[ends[ends < len(ids)]] = True
        starts = np.flatnonzero(begins)
        generator = random.Random(seed)  # noqa: S311 - no secret
        choices = generator.choices(range(_DRAWS), k=len(starts))
        words = zip(starts.tolist(), [*starts[1:].tolist(), len(ids)], kinds[starts].tolist(), choices, strict=True)
        drawn = [
            ids[start:end] if kind == _STAYS else self._word(tuple(ids[start:end]), choice, generator)
            for start, end, kind, choice in words
        ]
        places = [0, *np.searchsorted(starts, ends).tolist()]
        return [list(chain.from_iterable(drawn[place:following])) for place, following in pairwise(places)]

    def _word(self, ids: tuple[int, ...], choice: int, generator: random.Random) -> Sequence[int]:
        """The segmentation of the word ``ids`` that has the number ``choice``; of a long word any."""
        part, place = divmod(choice, _AT_ONCE)
        kept = self._kept.get((ids, part))
        if kept is None:
            text = "".join(self._names[number] for number in ids)
            if len(text) > _LONGEST_WORD:
                return self._draw(text, generator, 1)[0] or ids
            drawn = self._draw(text, random.Random(f"{part} {text}"), _AT_ONCE)  # noqa: S311 - no secret
            once: dict[tuple[int, ...], tuple[int, ...]] = {(): ids, ids: ids}
            kept = [once.setdefault(other, other) for other in map(tuple, drawn)]
            if len(self._kept) < _MOST_KEPT:  # frequent words come early
                self._kept[ids, part] = kept
        return kept[place]

    def _in_proportion(self, text: str, generator: random.Random, times: int) -> list[list[int]]:
        """Forward over all segmentations of ``text``, then backward, piece by piece (Kudo 2018, section 3.1)."""
        before: list[float] = [0.0, *[-math.inf] * len(text)]  # the logarithm of the sum of all ways to get there
        ways: list[list[tuple[int, int, float]]] = [[] for _ in before]  # each last piece's beginning, id and share
        for start in range(len(text)):
            if start:
                if not ways[start]:
                    continue
                before[start] = _sum_of_logs([share for _, _, share in ways[start]])
            for end in range(start + 1, len(before)):
                if (piece := text[start:end]) not in self._beginnings:
                    break
                if (found := self._pieces.get(piece)) is not None:
                    ways[end].append((start, found[0], before[start] + (1 - self._strength) * found[1]))
        if ways[-1]:
            before[-1] = _sum_of_logs([share for _, _, share in ways[-1]])
        if before[-1] == -math.inf:
            return [[]] * times
        shares = [[math.exp(share - total) for _, _, share in last] for last, total in zip(ways, before, strict=True)]
        segmentations = []
        for _ in range(times):
            drawn: list[int] = []
            end = len(text)
            while end:
                [(end, number, _)] = generator.choices(ways[end], shares[end]) if len(ways[end]) > 1 else ways[end]
                drawn.append(number)
            segmentations.append(drawn[::-1])
        return segmentations

    def _without_some_merges(self, text: str, generator: random.Random, times: int) -> list[list[int]]:
        """Merge as byte-pair encoding does, but leave each merge out by chance; empty where a character is no piece."""
        return [self._merged(text, generator) for _ in range(times)]

    def _merged(self, text: str, generator: random.Random) -> list[int]:
        parts: list[str] = list(text)  # empty where a part has been merged into one before it
        previous, following = list(range(-1, len(text) - 1)), list(range(1, len(text) + 1))
        agenda: list[tuple[float, int, int, str]] = []

        def offer(left: int, right: int) -> None:
            if left >= 0 and right < len(parts) and (found := self._pieces.get(parts[left] + parts[right])):
                heapq.heappush(agenda, (-found[1], left, right, parts[left] + parts[right]))

        for left in range(len(parts) - 1):
            offer(left, left + 1)
        while agenda:
            _, left, right, merged = heapq.heappop(agenda)
            stale = not parts[left] or not parts[right] or parts[left] + parts[right] != merged
            if stale or generator.random() < self._strength:
                continue
            parts[left], parts[right] = merged, ""
            following[left] = following[right]
            if following[left] < len(parts):
                previous[following[left]] = left
            offer(previous[left], left)
            offer(left, following[left])
        if not all(part in self._pieces for part in parts if part):
            return []  # a character that is no piece by itself
        return [self._pieces[part][0] for part in parts if part]


def _sum_of_logs(logs: Sequence[float]) -> float:
    """The logarithm of the sum of what ``logs`` are the logarithms of."""
    largest = max(logs)
    return largest + math.log(sum(math.exp(log - largest) for log in logs))
