"""Where translations are weak: by sentence length, by word frequency, and on numbers, names and punctuation.

Precision and recall measure how well words are reproduced: precision is the share of the words of the translation that
the reference has in the same line, recall the reverse. With several references the first one counts.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nmt.corpus.word_counts import SideCounts, words
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.significance import Scorer

STEPS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)  # possible bin widths for sentence lengths
_MOST_BINS = 8
_FREQUENCIES = (0, 1, 5, 10, 100, 1000)  # the lowest count of a word in each bin

_NUMBER = re.compile(r"\d+(?:[.,'\u2019\u00a0\u202f]\d+)*")


@dataclass(frozen=True)
class LengthBin:
    """The sentences of a range of lengths, in words, and each system's scores on them by metric."""

    label: str
    sentences: int
    scores: list[dict[str, float]]


@dataclass(frozen=True)
class Agreement:
    """How many words of a bin the reference and the translation have, and how many are the same in the same line."""

    reference: int
    translation: int
    same: int

    @property
    def precision(self) -> float | None:
        """In percent; None if the translation has no such word."""
        return 100 * self.same / self.translation if self.translation else None

    @property
    def recall(self) -> float | None:
        """In percent; None if the reference has no such word."""
        return 100 * self.same / self.reference if self.reference else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, in percent; None if neither text has such a word."""
        total = self.reference + self.translation
        return 200 * self.same / total if total else None


@dataclass(frozen=True)
class WordBin:
    """The words of one frequency or category and, for each system, how well it reproduces them."""

    label: str
    systems: list[Agreement]


def sentence_lengths(test_set: EvaluationSet) -> list[int]:
    """The number of words of each source, or of each reference if the source is not known."""
    return [len(words(line)) for line in (test_set.sources or test_set.references[0])]


def by_length(scorer: Scorer, systems: Sequence[list[str]]) -> list[LengthBin]:
    """The scores by sentence length, from the shortest sentences to the longest."""
    lengths = [max(1, length) for length in sentence_lengths(scorer.test_set)]  # a line without words counts as short
    edges = _edges(lengths)
    bins = []
    for number, first in enumerate(edges):
        end = edges[number + 1] if number + 1 < len(edges) else max(lengths) + 1
        lines = [line for line, length in enumerate(lengths) if first <= length < end]
        if lines:
            scores = [{key: scorer.part_score(key, each, lines) for key in scorer.metrics} for each in systems]
            bins.append(LengthBin(_label(first, end - 1, last=number + 1 == len(edges)), len(lines), scores))
    return bins


def by_frequency(test_set: EvaluationSet, systems: Sequence[list[str]], counts: SideCounts) -> list[WordBin]:
    """How well words are reproduced by how often they occur in the training text of a model."""
    edges = [0, *(edge for edge in _FREQUENCIES[1:] if edge > counts.lowest)]

    def bin_of(word: str) -> int:
        return sum(counts.of(word) >= edge for edge in edges) - 1

    reference = [words(line.casefold()) for line in test_set.references[0]]
    agreements = [
        _agreements(reference, (words(line.casefold()) for line in system), bin_of, len(edges)) for system in systems
    ]
    labels = [_frequency_label(edges, number) for number in range(len(edges))]
    bins = [WordBin(label, [each[number] for each in agreements]) for number, label in enumerate(labels)]
    return [each for each in bins if any(system.reference or system.translation for system in each.systems)]


def by_category(test_set: EvaluationSet, systems: Sequence[list[str]]) -> list[WordBin]:
    """How well numbers, capitalised words (names, and in German all nouns) and punctuation are reproduced."""
    bins = []
    for label, extract in _CATEGORIES.items():
        reference = list(map(extract, test_set.references[0]))
        agreements = [_agreements(reference, map(extract, system), lambda _: 0, 1)[0] for system in systems]
        if any(each.reference or each.translation for each in agreements):
            bins.append(WordBin(label, agreements))
    return bins


def _numbers(text: str) -> list[str]:
    """Numbers as digits, so that the grouping, 1,000 or 1.000, makes no difference."""
    return [
        "".join(str(unicodedata.digit(character)) for character in number if character.isdigit())
        for number in _NUMBER.findall(text)
    ]


def _capitalised(text: str) -> list[str]:
    """Words with a capital letter, without the first word of the line, which usually has one."""
    return [word for word in words(text)[1:] if word[0].isupper()]


def _punctuation(text: str) -> list[str]:
    return [character for character in _NUMBER.sub("", text) if unicodedata.category(character)[0] == "P"]


_CATEGORIES: dict[str, Callable[[str], list[str]]] = {
    "numbers": _numbers,
    "capitalised words": _capitalised,
    "punctuation": _punctuation,
}


def _agreements(
    reference: Sequence[list[str]], translation: Iterable[list[str]], bin_of: Callable[[str], int], bins: int
) -> list[Agreement]:
    """The agreement over all lines for each bin; ``bin_of`` gives the bin of a word."""
    counts = [[0, 0, 0] for _ in range(bins)]
    for expected, actual in zip(map(Counter, reference), map(Counter, translation), strict=True):
        for column, counter in enumerate((expected, actual, expected & actual)):
            for word, count in counter.items():
                counts[bin_of(word)][column] += count
    return [Agreement(*each) for each in counts]


def _edges(lengths: Sequence[int]) -> list[int]:
    """The smallest length of each bin; the last bin begins near the length that one sentence in twenty exceeds."""
    high = max(1, sorted(lengths)[int(0.95 * (len(lengths) - 1))])
    step = next((step for step in STEPS if high <= step * _MOST_BINS), high)
    return list(range(1, high + 1, step))


def _label(first: int, last_length: int, *, last: bool) -> str:
    if last and last_length > first:
        return f"{first}+"
    return str(first) if first == last_length else f"{first}\u2013{last_length}"


def _frequency_label(edges: Sequence[int], number: int) -> str:
    if number + 1 == len(edges):
        return f"{edges[number]:,}+"
    first, last = edges[number], edges[number + 1] - 1
    return f"{first}" if first == last else f"{first:,}\u2013{last:,}"
