"""From what subwords look at to which words translate each other; lists of numbers, no tensors."""

from collections.abc import Sequence

from nmt.decoding.translation import Link
from nmt.text.spans import Span, blank_separated_words, words_and_marks

Rows = Sequence[Sequence[float]]

# A word of the source that all words of the translation look at a little says little: what a word is looked at is
# divided by the sum of that over all words, with so much added that a word nobody looks at stays unimportant.
_DAMPING = 0.1
# Further words of the source are linked to a word that looks at them at least so much as at the best one.
_ALSO = 0.6


def link_words(source: str, source_spans: Sequence[Span], target: str, target_spans: Sequence[Span], attention: Rows) -> tuple[Link, ...]:
    """Which words and marks of ``target`` translate which of ``source``, in the order of the target.

    The spans are those of the subwords. ``attention`` (T, S + 1) says how much each of the target looks at each of the
    source and at its end; a word that looks most at the end has no link.
    """
    source_words, target_words = words_and_marks(source), words_and_marks(target)
    columns = _words_of(source_spans, source_words)
    rows = _words_of(target_spans, target_words)
    weights = _between_words(attention, rows, columns, len(target_words), len(source_words))
    sums = [sum(row[column] for row in weights) + _DAMPING for column in range(len(source_words))]
    links = []
    for word, row in zip(target_words, weights, strict=True):
        if not source_words or row[-1] > max(row[:-1]):
            continue
        strengths = [weight / total for weight, total in zip(row, sums, strict=False)]
        best = max(strengths)
        chosen = [column for column, strength in enumerate(strengths) if best > 0 and strength >= _ALSO * best]
        links += [Link(source_words[column], word) for column in chosen if strengths[column] == best or row[column] >= 0.2]
    return tuple(links)
