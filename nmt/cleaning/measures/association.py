"""Which words of two languages come together, learnt from the corpus itself, and pairs of which too few words do.

For each two words the pointwise mutual information of standing in one pair (Church and Hanks 1990) is estimated from a
table of counts by hash. A pair is judged by the best partner of each of its words, leaving its own counts out: lines
that were put together by mistake have few partners. What scores mean is learnt, too, from pairs as they stand and from
pairs put together at random. The table takes 64 MB, whatever the corpus.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.config import CleaningConfig
from nmt.corpus.block_text import SOURCE, TARGET, BlockText, Example, SideText
from nmt.corpus.blocks import Block
from nmt.text.words import letter_runs
from nmt.tokenization import ragged

MOST_WORDS = 24  # of a line; of longer lines, those whose hashes are the smallest
_CELLS = 1 << 24
_WORDS = 1 << 20
_STEM = 6  # characters in which forms of a word mostly agree
_SMOOTHING = 0.5
_HIGHEST = 6.0  # nats; rare words do not decide alone
_BINS = (4, 6, 8, 10, 12, 16, 20, 30)  # of the number of informative words, by which scores are told apart
_UPPER, _NORMAL = (0.6, 0.9), (0.2533, 1.2816)  # quantiles, and where the normal distribution has them
_FEWEST = 100  # pairs in a bin to tell anything by

Words = NDArray[np.uint32]


class Bag(NamedTuple):
    """The words of some lines: hashes one after the other, and how many each line has."""

    words: Words
    sizes: NDArray[np.int64]

    def chosen(self, lines: NDArray[np.bool_]) -> "Bag":
        """The words of the lines marked True."""
        return Bag(self.words[np.repeat(lines, self.sizes)], self.sizes[lines])


def words_of(side: SideText) -> Bag:
    """The distinct words of each line."""
    crc32 = zlib.crc32
    lines = [
        sorted({crc32(word[:_STEM].encode("utf-8", "replace")) for word in letter_runs(line)})[:MOST_WORDS]
        for line in side.comparable.text.casefold().removesuffix("\n").split("\n")
    ]
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    return Bag(np.array([word for line in lines for word in line], dtype=np.uint32), sizes)


class Associations:
    """Counts of words and of words together."""

    def __init__(self) -> None:
        self._together = np.zeros(_CELLS, dtype=np.uint32)
        self._source = np.zeros(_WORDS, dtype=np.uint32)
        self._target = np.zeros(_WORDS, dtype=np.uint32)
        self._pairs = 0

    def learn(self, source: Bag, target: Bag) -> None:
        """Count the words of pairs of lines."""
        crossing = _cross(source, target)
        np.add.at(self._together, _cell(source.words[crossing.source], target.words[crossing.target]), 1)
        np.add.at(self._source, source.words & np.uint32(_WORDS - 1), 1)
        np.add.at(self._target, target.words & np.uint32(_WORDS - 1), 1)
        self._pairs += len(source.sizes)

    def scores(self, source: Bag, target: Bag, own: int = 1) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """How well the words of each pair go together, and how many of them say anything.

        ``own`` is 1 for pairs that were learnt from, whose own counts are left out.
        """
        crossing = _cross(source, target)
        ours = self._source[source.words & np.uint32(_WORDS - 1)].astype(np.float64) - own
        theirs = self._target[target.words & np.uint32(_WORDS - 1)].astype(np.float64) - own
        cells = _cell(source.words[crossing.source], target.words[crossing.target])
        together = self._together[cells].astype(np.float64) - own
        expected = ours[crossing.source] * theirs[crossing.target] / max(1, self._pairs)
        gains = np.log((np.maximum(together, 0) + _SMOOTHING) / (np.maximum(expected, 0) + _SMOOTHING))
        gains = np.clip(gains, 0, _HIGHEST)
        total = np.zeros(len(source.sizes))
        informative = np.zeros(len(source.sizes), dtype=np.int64)
        for bag, places, counts in ((source, crossing.source, ours), (target, crossing.target, theirs)):
            best = np.zeros(len(bag.words))
            np.maximum.at(best, places, gains)
            lines = np.repeat(np.arange(len(bag.sizes)), bag.sizes)
            known = counts > 0
            total += np.bincount(lines[known], weights=best[known], minlength=len(bag.sizes))
            informative += np.bincount(lines[known], minlength=len(bag.sizes))
        return total / np.maximum(informative, 1), informative


class _Crossing(NamedTuple):
    source: NDArray[np.int64]  # each word of a source line with each of its target line, by their places
    target: NDArray[np.int64]


def _cross(source: Bag, target: Bag) -> _Crossing:
    starts = np.cumsum(target.sizes) - target.sizes
    lines = np.repeat(np.arange(len(source.sizes)), source.sizes)
    repeats = target.sizes[lines]
    ours = np.repeat(np.arange(len(source.words)), repeats)
    return _Crossing(ours, ragged.places(starts[lines], repeats))


def _cell(source: Words, target: Words) -> NDArray[np.int64]:
    mixed = source.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ target.astype(np.uint64) * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    return (mixed >> np.uint64(40)).astype(np.int64)


class Spread(NamedTuple):
    """Where scores lie: a middle and a standard deviation."""

    middle: float
    deviation: float

    def log_density(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logarithm of the normal density."""
        apart = (scores - self.middle) / self.deviation
        return np.asarray(-apart * apart / 2 - np.log(self.deviation))


class Translations:
    """Tells translations from lines put together by mistake; it can be pickled."""

    def __init__(self, bags: Sequence[tuple[Bag, Bag]]) -> None:
        """Learn from the words of pairs, most of which are translations; a second time without those that are not."""
        self._learn(bags)
        trusted = [self.doubts(*bag, learned=True) <= 0 for bag in bags]
        self._learn(
            [
                (source.chosen(lines), target.chosen(lines))
                for (source, target), lines in zip(bags, trusted, strict=True)
            ]
        )

    def _learn(self, bags: Sequence[tuple[Bag, Bag]]) -> None:
        self._associations = Associations()
        for source, target in bags:
            self._associations.learn(source, target)
        own = _scores(self._associations.scores(source, target) for source, target in bags)
        by_chance = _scores(self._associations.scores(source, _turned(target), own=0) for source, target in bags)
        self._spreads = [(_spread(own, number), _spread(by_chance, number)) for number in range(len(_BINS) + 1)]

    def doubts(self, source: Bag, target: Bag, *, learned: bool) -> NDArray[np.float64]:
        """For each pair by how much its words go together more probably by chance than in a translation, in nats.

        ``learned`` says whether these are among the pairs that were learnt from.
        """
        scores, informative = self._associations.scores(source, target, own=int(learned))
        bins = np.searchsorted(_BINS, informative, side="right")
        doubts = np.full(len(scores), -np.inf)
        for number, (own, by_chance) in enumerate(self._spreads):
            here = bins == number
            if own is not None and by_chance is not None and by_chance.middle < own.middle:
                ratio = by_chance.log_density(scores[here]) - own.log_density(scores[here])
                doubts[here] = np.where(scores[here] < own.middle, ratio, -np.inf)
        return doubts


_Scored = tuple[NDArray[np.float64], NDArray[np.int64]]


def _scores(found: Iterable[_Scored]) -> _Scored:
    scores, informative = zip(*found, strict=True)
    return np.concatenate(scores), np.concatenate(informative)


def _spread(scored: _Scored, number: int) -> Spread | None:
    """Where the scores of a bin lie, None for too few; by its upper part, for what is no translation is below."""
    scores, informative = scored
    here = scores[np.searchsorted(_BINS, informative, side="right") == number]
    if len(here) < _FEWEST:
        return None
    low, high = np.quantile(here, _UPPER)
    deviation = float(high - low) / (_NORMAL[1] - _NORMAL[0])
    return Spread(float(low) - _NORMAL[0] * deviation, max(deviation, 0.05))


def _turned(bag: Bag) -> Bag:
    """The same lines, each beside another's partner."""
    if not len(bag.sizes):
        return bag
    last = int(bag.sizes[-1])
    cut = len(bag.words) - last
    return Bag(np.concatenate([bag.words[cut:], bag.words[:cut]]), np.roll(bag.sizes, 1))


# The first blocks, then one of so many, and no more than this: a second for any corpus.
FIRST, EVERY, MOST = 2, 16, 5
TOLD_FROM = 0.01  # share of the pairs looked at; free translations and idioms are less


@dataclass
class TranslationSample:
    """Blocks spread over a corpus; the check looks at what they hold when it has seen all."""

    blocks: list[Block] = field(default_factory=list)
    bags: list[tuple[Bag, Bag]] = field(default_factory=list)
    seen: int = 0

    def add(self, block: Block) -> None:
        """Take in a block, or let it pass."""
        if (self.seen < FIRST or self.seen % EVERY == 0) and len(self.blocks) < MOST:
            text = BlockText(block)
            self.blocks.append(block)
            self.bags.append((words_of(text.sides[SOURCE]), words_of(text.sides[TARGET])))
        self.seen += 1

    @property
    def looked_at(self) -> int:
        """Pairs."""
        return sum(block.count for block in self.blocks)

    def unrelated(self, examples: int) -> tuple[int, list[Example]]:
        """How many pairs there are whose words come together by chance, if these are many, and some of them."""
        if not self.blocks:
            return 0, []
        translations = Translations(self.bags)
        count, found = 0, list[Example]()
        for block, bags in zip(self.blocks, self.bags, strict=True):
            rows = np.flatnonzero(translations.doubts(*bags, learned=True) > CleaningConfig.chance_margin).tolist()
            count += len(rows)
            if rows and len(found) < examples:
                text = BlockText(block)
                found += [text.example(row, None) for row in rows[: examples - len(found)]]
        return (count, found) if count > TOLD_FROM * self.looked_at else (0, [])
