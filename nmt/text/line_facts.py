"""What a model must know of the lines it learned from, to treat other lines alike: counted on a sample."""

from collections import Counter
from collections.abc import Iterable

from nmt.text.sentences import sentence_spans

SAMPLE = 20_000  # lines
_SHARE = 0.1  # of the lines that must have so many sentences before a model is given as many


class LineFacts:
    """Counts the sentences of lines, in memory that does not grow with them."""

    def __init__(self, language: str | None, lines: int) -> None:
        """``language`` is the code of all lines, of which there will be about so many; some 20,000 are counted."""
        self._language = language
        self._step = max(1, lines // SAMPLE)
        self._seen = 0
        self._counts: Counter[int] = Counter()

    def add(self, lines: Iterable[str]) -> None:
        """Count ``lines``, too."""
        for line in lines:
            if self._seen % self._step == 0:
                self._counts[len(sentence_spans(line, self._language))] += 1
            self._seen += 1

    def sentences_per_line(self) -> int:
        """The most sentences that at least a tenth of the lines have; at least 1.

        >>> facts = LineFacts("en", lines=3)
        >>> facts.add(["One. Two.", "One. Two. Three.", "One."])
        >>> facts.sentences_per_line()
        3
        """
        wanted = _SHARE * self._counts.total()
        for number in sorted(self._counts, reverse=True):
            wanted -= self._counts[number]
            if wanted <= 0:
                return max(1, number)
        return 1
