"""From what subwords look at to which words translate each other; lists of numbers, no tensors."""

from bisect import bisect_right
from collections.abc import Sequence

from nmt.text.words import Span, blank_separated_words, words_and_marks
from nmt.translation.results import Link

Rows = Sequence[Sequence[float]]

# Some words of a source, such as its first, are looked at a little by every word of the translation, which says
# nothing: what a word is looked at counts relative to the sum of that, to which so much is added that a word which
# hardly anything looks at does not become important.
_DAMPING = 0.1
# A word of the source that is no word's best is linked, too, where something looks at it so much: one word of the
# translation can say what two of the source do.
_LEAST = 0.3


def link_words(
    source: str, source_spans: Sequence[Span], target: str, target_spans: Sequence[Span], attention: Rows
) -> tuple[Link, ...]:
    """Which words and marks of ``target`` translate which of ``source``, in the order of the target.

    The spans (S) and (T) are those of the subwords. ``attention`` (T, S + 1) says how much each of the target looks at
    each of the source and, last, at its end; a word that looks most at the end has no link.
    """
    source_words, target_words = words_and_marks(source), words_and_marks(target)
    if not source_words or not target_words:
        return ()
    weights = _word_weights(
        attention,
        _words_of(target_spans, target_words),
        [*_words_of(source_spans, source_words), [len(source_words)]],
        (len(target_words), len(source_words) + 1),
    )
    *looked_at, at_end = zip(*weights, strict=True)
    strengths = [[weight / (sum(column) + _DAMPING) for weight in column] for column in looked_at]
    chosen: set[tuple[int, int]] = set()
    for row, (strength, weight) in enumerate(
        zip(zip(*strengths, strict=True), zip(*looked_at, strict=True), strict=True)
    ):
        if at_end[row] < max(weight):
            chosen.add((row, strength.index(max(strength))))
    linked = {column for _, column in chosen}
    for number, column in enumerate(looked_at):
        if number not in linked and max(column) >= _LEAST:
            chosen.add((column.index(max(column)), number))
    return tuple(Link(source_words[column], target_words[row]) for row, column in sorted(chosen))


def word_pairs(source: str, target: str, links: Sequence[Link]) -> list[tuple[int, int]]:
    """``links`` as pairs of the numbers of blank-separated words, counted from 0, in the order of the source.

    That is the form of Moses, fast_align and eflomal. In scripts without blanks each character is a word.
    """
    source_starts, target_starts = ([start for start, _ in blank_separated_words(text)] for text in (source, target))
    return sorted(
        {
            (bisect_right(source_starts, link.source[0]) - 1, bisect_right(target_starts, link.target[0]) - 1)
            for link in links
        }
    )


def _word_weights(
    attention: Rows, rows: Sequence[Sequence[int]], columns: Sequence[Sequence[int]], shape: tuple[int, int]
) -> list[list[float]]:
    """How much each word looks at each: the mean over its own subwords of the sum over the other's.

    ``rows`` and ``columns`` say to which words each subword belongs.
    """
    weights = [[0.0] * shape[1] for _ in range(shape[0])]
    subwords = [0] * shape[0]
    for looks, words in zip(attention, rows, strict=True):
        for word in words:
            subwords[word] += 1
            row = weights[word]
            for weight, places in zip(looks, columns, strict=True):
                for place in places:
                    row[place] += weight
    return [[weight / max(1, count) for weight in row] for row, count in zip(weights, subwords, strict=True)]


def _words_of(spans: Sequence[Span], words: Sequence[Span]) -> list[list[int]]:
    """The numbers of the ``words`` that each of ``spans`` has a part in; an empty span has it where it stands."""
    starts = [start for start, _ in words]
    found = []
    for start, end in spans:
        first = max(0, bisect_right(starts, start) - 1)
        last = bisect_right(starts, max(start, end - 1))
        found.append([number for number in range(first, last) if words[number][1] > start])
    return found
