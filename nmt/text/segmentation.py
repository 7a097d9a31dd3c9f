"""Other segmentations of a text, drawn at random from a tokenizer's own pieces.

SentencePiece draws too, but from its release 0.2.2 on otherwise in each process, whatever the seed: a run that is taken
up again would learn from another text than without the stop.
"""

import heapq
import math
import random
from collections.abc import Mapping, Sequence

from nmt.text.spans import BLANK

Pieces = Mapping[str, tuple[int, float]]  # ids and scores

# Words are drawn that many times each, once for all, and then chosen among; nobody learns from a word more often
# without having learned from all of its likely segmentations.
_DRAWS = 64
_MOST_KEPT = 1 << 20  # draws
_LONGEST_WORD = 24  # characters; what is longer, such as a sentence without blanks, hardly comes again


class Segmenter:
    """Draws the segmentations of words; the same ones for the same seed in every process and release."""

    def __init__(self, pieces: Pieces, *, merges: bool) -> None:
        """``merges``: the pieces are those of byte-pair encoding; else those of a unigram model."""
        self._pieces = pieces
        self._names = {number: piece for piece, (number, _) in pieces.items()}
        self._longest = max(map(len, pieces), default=0)
        self._draw = self._without_some_merges if merges else self._in_proportion
        self._kept: dict[tuple[str, float, int], list[int]] = {}

    def redraw(self, ids: Sequence[int], strength: float, generator: random.Random) -> list[int]:
        """Other ``ids`` for the same text, word by word; bytes, symbols and unknown characters stay as they are."""
        drawn: list[int] = []
        word: list[int] = []
        for number in ids:
            piece = self._names.get(number)
            if word and (piece is None or piece.startswith(BLANK)):
                drawn += self._word(word, strength, generator)
                word = []
            if piece is None:
                drawn.append(number)
            else:
                word.append(number)
        return drawn + self._word(word, strength, generator) if word else drawn

    def _word(self, ids: Sequence[int], strength: float, generator: random.Random) -> list[int]:
        """Another segmentation of the word ``ids``."""
        text = "".join(self._names[number] for number in ids)
        if len(text) > _LONGEST_WORD:
            return self._draw(text, strength, generator) or list(ids)
        key = (text, strength, int(generator.random() * _DRAWS))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            kept = self._draw(text, strength, random.Random(repr(key))) or list(ids)  # noqa: S311 - no secret
            self._kept[key] = kept
        return kept

    def _in_proportion(self, text: str, strength: float, generator: random.Random) -> list[int]:
        """Forward over all segmentations of ``text``, then backward, piece by piece (Kudo 2018, section 3.1)."""
        before: list[float] = [0.0, *[-math.inf] * len(text)]  # the logarithm of the sum of all ways to get there
        ways: list[list[tuple[int, int, float]]] = [
            [] for _ in before
        ]  # where the last piece begins, its id, its share
        for end in range(1, len(before)):
            for start in range(max(0, end - self._longest), end):
                found = self._pieces.get(text[start:end])
                if found is not None and before[start] > -math.inf:
                    ways[end].append((start, found[0], before[start] + (1 - strength) * found[1]))
            if ways[end]:
                largest = max(share for _, _, share in ways[end])
                before[end] = largest + math.log(sum(math.exp(share - largest) for _, _, share in ways[end]))
        drawn: list[int] = []
        end = len(text) if before[-1] > -math.inf else 0
        while end:
            shares = [math.exp(share - before[end]) for _, _, share in ways[end]]
            [(end, number, _)] = generator.choices(ways[end], shares)
            drawn.append(number)
        return drawn[::-1]

    def _without_some_merges(self, text: str, strength: float, generator: random.Random) -> list[int]:
        """Merge as byte-pair encoding does, but leave each merge out with probability ``strength``."""
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
            if stale or generator.random() < strength:
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
