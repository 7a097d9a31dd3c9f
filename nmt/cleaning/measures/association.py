"""Finding pairs whose words do not translate each other, learned from the corpus itself.

For each source word and target word, the pointwise mutual information (PMI) of occurring in the same pair (Church and
Hanks 1990) is estimated from a table of counts indexed by hash. The score of a pair is the mean, over its words, of the
PMI of each word with its best partner; the pair's own counts are left out. Misaligned pairs have low scores. Two normal
distributions turn a score into log odds: one of the scores of the pairs as they are, one of the scores of randomly
combined pairs. The table takes 64 MB for any corpus.
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

MOST_WORDS = 24  # of a line; of longer lines, the words with the smallest hashes
_CELLS = 1 << 24
_WORDS = 1 << 20
_STEM = 6  # characters that the forms of a word mostly share
_SMOOTHING = 0.5
_HIGHEST_PMI = 6.0  # nats; limits the influence of one rare word
# Scores are compared among pairs with about as many informative words; these are the edges of the bins.
_BIN_EDGES = (4, 6, 8, 10, 12, 16, 20, 30)
# Two quantiles, and their positions in the standard normal distribution.
_QUANTILES, _NORMAL_QUANTILES = (0.6, 0.9), (0.2533, 1.2816)
_FEWEST_PAIRS = 100  # in a bin; with fewer, nothing is decided
_LEAST_DEVIATION = 0.05

Words = NDArray[np.uint32]


class WordBag(NamedTuple):
    """The words of a sequence of lines."""

    words: Words  # hashes, line after line
    sizes: NDArray[np.int64]  # words of each line

    def select(self, lines: NDArray[np.bool_]) -> "WordBag":
        """The words of the lines that are True in ``lines``."""
        return WordBag(self.words[np.repeat(lines, self.sizes)], self.sizes[lines])


def words_of(side: SideText) -> WordBag:
    """The distinct words of each line."""
    crc32 = zlib.crc32
    lines = [
        sorted({crc32(word[:_STEM].encode("utf-8", "replace")) for word in letter_runs(line)})[:MOST_WORDS]
        for line in side.comparable.text.casefold().removesuffix("\n").split("\n")
    ]
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    return WordBag(np.array([word for line in lines for word in line], dtype=np.uint32), sizes)


class CooccurrenceCounts:
    """How many pairs each word occurs in, and how many pairs two words occur in together."""

    def __init__(self) -> None:
        self._together = np.zeros(_CELLS, dtype=np.uint32)
        self._source = np.zeros(_WORDS, dtype=np.uint32)
        self._target = np.zeros(_WORDS, dtype=np.uint32)
        self._pairs = 0

    def add(self, source: WordBag, target: WordBag) -> None:
        """Count the words of pairs of lines."""
        word_pairs = _word_pairs(source, target)
        np.add.at(self._together, _cell(source.words[word_pairs.source], target.words[word_pairs.target]), 1)
        np.add.at(self._source, source.words & np.uint32(_WORDS - 1), 1)
        np.add.at(self._target, target.words & np.uint32(_WORDS - 1), 1)
        self._pairs += len(source.sizes)

    def scores(
        self, source: WordBag, target: WordBag, *, own_count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The mean PMI of the words of each pair with their best partners, and the number of informative words.

        ``own_count`` is 1 for pairs that were counted, whose own counts are subtracted, and 0 for others.
        """
        word_pairs = _word_pairs(source, target)
        source_counts = self._source[source.words & np.uint32(_WORDS - 1)].astype(np.float64) - own_count
        target_counts = self._target[target.words & np.uint32(_WORDS - 1)].astype(np.float64) - own_count
        cells = _cell(source.words[word_pairs.source], target.words[word_pairs.target])
        together = self._together[cells].astype(np.float64) - own_count
        expected = source_counts[word_pairs.source] * target_counts[word_pairs.target] / max(1, self._pairs)
        pmi = np.log((np.maximum(together, 0) + _SMOOTHING) / (np.maximum(expected, 0) + _SMOOTHING))
        pmi = np.clip(pmi, 0, _HIGHEST_PMI)
        total = np.zeros(len(source.sizes))
        informative = np.zeros(len(source.sizes), dtype=np.int64)
        for bag, positions, counts in (
            (source, word_pairs.source, source_counts),
            (target, word_pairs.target, target_counts),
        ):
            best = np.zeros(len(bag.words))
            np.maximum.at(best, positions, pmi)
            lines = np.repeat(np.arange(len(bag.sizes)), bag.sizes)
            is_known = counts > 0
            total += np.bincount(lines[is_known], weights=best[is_known], minlength=len(bag.sizes))
            informative += np.bincount(lines[is_known], minlength=len(bag.sizes))
        return total / np.maximum(informative, 1), informative


class _WordPairs(NamedTuple):
    """Each word of a source line with each word of its target line, by their positions in the bags."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]


def _word_pairs(source: WordBag, target: WordBag) -> _WordPairs:
    starts = np.cumsum(target.sizes) - target.sizes
    lines = np.repeat(np.arange(len(source.sizes)), source.sizes)
    repeats = target.sizes[lines]
    positions = np.repeat(np.arange(len(source.words)), repeats)
    return _WordPairs(positions, ragged.element_indices(starts[lines], repeats))


def _cell(source: Words, target: Words) -> NDArray[np.int64]:
    mixed = source.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ target.astype(np.uint64) * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    return (mixed >> np.uint64(40)).astype(np.int64)


class NormalDistribution(NamedTuple):
    """A normal distribution of scores."""

    mean: float
    deviation: float

    def log_density(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logarithm of the density, up to a constant."""
        z_scores = (scores - self.mean) / self.deviation
        return np.asarray(-z_scores * z_scores / 2 - np.log(self.deviation))


class TranslationModel:
    """Tells translations from misaligned pairs by their words; it can be pickled."""

    def __init__(self, bags: Sequence[tuple[WordBag, WordBag]]) -> None:
        """Train on the words of pairs, most of which are translations, and again on those that seem to be."""
        self._train(bags)
        trusted = [self.log_odds_of_chance(*bag, is_training=True) <= 0 for bag in bags]
        self._train(
            [
                (source.select(lines), target.select(lines))
                for (source, target), lines in zip(bags, trusted, strict=True)
            ]
        )

    def _train(self, bags: Sequence[tuple[WordBag, WordBag]]) -> None:
        self._counts = CooccurrenceCounts()
        for source, target in bags:
            self._counts.add(source, target)
        aligned = _concatenate(self._counts.scores(source, target, own_count=1) for source, target in bags)
        random = _concatenate(self._counts.scores(source, _rotate(target), own_count=0) for source, target in bags)
        # For each bin the distributions of the scores of aligned and of random pairs.
        self._distributions = [(_fit(aligned, index), _fit(random, index)) for index in range(len(_BIN_EDGES) + 1)]

    def log_odds_of_chance(self, source: WordBag, target: WordBag, *, is_training: bool) -> NDArray[np.float64]:
        """For each pair, log p(score | random pair) - log p(score | translation), in nats; -inf if it is unknown.

        ``is_training`` says whether the model was trained on these pairs.
        """
        scores, informative = self._counts.scores(source, target, own_count=int(is_training))
        bins = np.searchsorted(_BIN_EDGES, informative, side="right")
        log_odds = np.full(len(scores), -np.inf)
        for index, (aligned, random) in enumerate(self._distributions):
            in_bin = bins == index
            if aligned is not None and random is not None and random.mean < aligned.mean:
                ratio = random.log_density(scores[in_bin]) - aligned.log_density(scores[in_bin])
                log_odds[in_bin] = np.where(scores[in_bin] < aligned.mean, ratio, -np.inf)
        return log_odds


_Scores = tuple[NDArray[np.float64], NDArray[np.int64]]


def _concatenate(blocks: Iterable[_Scores]) -> _Scores:
    scores, informative = zip(*blocks, strict=True)
    return np.concatenate(scores), np.concatenate(informative)


def _fit(scored: _Scores, index: int) -> NormalDistribution | None:
    """The distribution of the scores in a bin, from their upper quantiles; None for too few scores.

    The lower quantiles are not used because the scores of misaligned pairs are there.
    """
    scores, informative = scored
    in_bin = scores[np.searchsorted(_BIN_EDGES, informative, side="right") == index]
    if len(in_bin) < _FEWEST_PAIRS:
        return None
    low, high = np.quantile(in_bin, _QUANTILES)
    deviation = float(high - low) / (_NORMAL_QUANTILES[1] - _NORMAL_QUANTILES[0])
    return NormalDistribution(float(low) - _NORMAL_QUANTILES[0] * deviation, max(deviation, _LEAST_DEVIATION))


def _rotate(bag: WordBag) -> WordBag:
    """The same lines moved down by one, the last one first, so that each is paired with another line's translation."""
    if not len(bag.sizes):
        return bag
    last = int(bag.sizes[-1])
    cut = len(bag.words) - last
    return WordBag(np.concatenate([bag.words[cut:], bag.words[:cut]]), np.roll(bag.sizes, 1))


# The first blocks, then every sixteenth, five at most: this takes a second for any corpus.
FIRST, EVERY, MOST = 2, 16, 5
REPORTED_ABOVE = 0.01  # share of the sampled pairs; free translations and idioms are fewer than that


@dataclass
class TranslationSample:
    """A sample of the blocks of a corpus, whose words the check examines after the last block."""

    blocks: list[Block] = field(default_factory=list)
    bags: list[tuple[WordBag, WordBag]] = field(default_factory=list)
    seen: int = 0

    def add(self, block: Block) -> None:
        """Keep ``block`` if it belongs to the sample."""
        if (self.seen < FIRST or self.seen % EVERY == 0) and len(self.blocks) < MOST:
            text = BlockText(block)
            self.blocks.append(block)
            self.bags.append((words_of(text.sides[SOURCE]), words_of(text.sides[TARGET])))
        self.seen += 1

    @property
    def size(self) -> int:
        """The number of pairs in the sample."""
        return sum(block.count for block in self.blocks)

    def unrelated(self, most_examples: int) -> tuple[int, list[Example]]:
        """The number of pairs whose words do not translate each other, and examples; 0 if these are few."""
        if not self.blocks:
            return 0, []
        model = TranslationModel(self.bags)
        count, examples = 0, list[Example]()
        for block, bags in zip(self.blocks, self.bags, strict=True):
            log_odds = model.log_odds_of_chance(*bags, is_training=True)
            rows = np.flatnonzero(log_odds > CleaningConfig.chance_margin).tolist()
            count += len(rows)
            if rows and len(examples) < most_examples:
                text = BlockText(block)
                examples += [text.example(row, None) for row in rows[: most_examples - len(examples)]]
        return (count, examples) if count > REPORTED_ABOVE * self.size else (0, [])
