"""From the attention between subwords to the words that translate each other; lists of numbers, no tensors."""

from bisect import bisect_right
from collections.abc import Sequence

from nmt.text.words import Span, space_separated_words, words_and_marks
from nmt.translation.results import Link

Rows = Sequence[Sequence[float]]

# Every word of a translation attends a little to some words of the source, such as the first, which means nothing. So
# the attention to a word counts relative to the sum of all attention to it. This is added to that sum, so that a word
# with hardly any attention does not become important.
_DAMPING = 0.1
# A word of the source that is not the best one for any word is linked, too, where it has this much attention: one word
# of the translation can translate two of the source.
_LEAST_ATTENTION = 0.3


def link_words(
    source: str, source_spans: Sequence[Span], target: str, target_spans: Sequence[Span], attention: Rows
) -> tuple[Link, ...]:
    """Which words and marks of ``target`` translate which of ``source``, in the order of the target.

    The S source spans and T target spans are those of the subwords. ``attention`` (T, S + 1) is that of each target
    subword to each source subword and, last, to the end mark; a word that attends most to the end mark has no link.
    """
    source_words, target_words = words_and_marks(source), words_and_marks(target)
    if not source_words or not target_words:
        return ()
    weights = word_attention(
        attention,
        _subwords_of(target_words, target_spans),
        [*_subwords_of(source_words, source_spans), [len(source_spans)]],
    )
    *columns, to_end = zip(*weights, strict=True)
    strengths = [[weight / (sum(column) + _DAMPING) for weight in column] for column in columns]
    chosen: set[tuple[int, int]] = set()
    for row, (strength, weight) in enumerate(
        zip(zip(*strengths, strict=True), zip(*columns, strict=True), strict=True)
    ):
        if to_end[row] < max(weight):
            chosen.add((row, strength.index(max(strength))))
    linked = {column for _, column in chosen}
    for number, column in enumerate(columns):
        if number not in linked and max(column) >= _LEAST_ATTENTION:
            chosen.add((column.index(max(column)), number))
    return tuple(Link(source_words[column], target_words[row]) for row, column in sorted(chosen))


def word_pairs(source: str, target: str, links: Sequence[Link]) -> list[tuple[int, int]]:
    """``links`` as pairs of the numbers of space-separated words, counted from 0, in the order of the source.

    This is the format of Moses, fast_align and eflomal. In scripts without spaces each character is a word.
    """
    source_starts, target_starts = ([start for start, _ in space_separated_words(text)] for text in (source, target))
    return sorted(
        {
            (bisect_right(source_starts, link.source[0]) - 1, bisect_right(target_starts, link.target[0]) - 1)
            for link in links
        }
    )


def word_attention(
    attention: Rows, row_words: Sequence[Sequence[int]], column_words: Sequence[Sequence[int]]
) -> list[list[float]]:
    """The attention between words: the mean over a word's own subwords of the sum over the other word's subwords.

    ``attention`` is that between subwords. ``row_words`` and ``column_words`` have the row and column indices of each
    word's subwords; a word without any has no attention.
    """
    weights = [[0.0] * len(column_words) for _ in row_words]
    for of_word, rows in zip(weights, row_words, strict=True):
        for row in rows:
            of_subword = attention[row]
            for index, columns in enumerate(column_words):
                for column in columns:
                    of_word[index] += of_subword[column]
    return [[weight / max(1, len(rows)) for weight in row] for row, rows in zip(weights, row_words, strict=True)]


def _subwords_of(words: Sequence[Span], subwords: Sequence[Span]) -> list[list[int]]:
    """For each of ``words`` the indices of the ``subwords`` that overlap it; an empty span overlaps the word at it."""
    starts = [start for start, _ in words]
    indices: list[list[int]] = [[] for _ in words]
    for index, (start, end) in enumerate(subwords):
        first = max(0, bisect_right(starts, start) - 1)
        last = bisect_right(starts, max(start, end - 1))
        for number in range(first, last):
            if words[number][1] > start:
                indices[number].append(index)
    return indices
