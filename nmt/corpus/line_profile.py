"""What a model must know of the lines it learned from, to treat other lines alike: counted on a sample."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nmt.text.line_forms import is_capitals
from nmt.text.sentences import sentence_spans

SAMPLE = 20_000  # lines
_SHARE = 0.1  # of the lines that must have so many sentences, or be in capitals, before a model is given such lines


@dataclass(frozen=True, kw_only=True)
class LineProfile:
    """How the source lines are that a model learned from."""

    # The most sentences that at least a tenth of them have; None: they were not counted.
    sentences_per_line: int | None = None
    all_caps: float | None = None  # the share of them in capitals; None: they were not counted

    def knows_capitals(self) -> bool:
        """Whether there were enough lines in capitals to learn them as they are.

        >>> LineProfile(all_caps=0.01).knows_capitals()
        False
        """
        return (self.all_caps or 0.0) >= _SHARE


class LineFacts:
    """Counts the sentences and the capitals of lines, in memory that does not grow with them."""

    def __init__(self, language: str | None, lines: int) -> None:
        """``language`` is the code of all lines, of which there will be about so many; some 20,000 are counted."""
        self._language = language
        self._step = max(1, lines // SAMPLE)
        self._seen = 0
        self._counts: Counter[int] = Counter()
        self._capitals = 0

    def add(self, lines: Iterable[str]) -> None:
        """Count ``lines``, too."""
        for line in lines:
            if self._seen % self._step == 0:
                self._counts[len(sentence_spans(line, self._language))] += 1
                self._capitals += is_capitals(line)
            self._seen += 1

    def profile(self) -> LineProfile:
        """What was counted."""
        share = self._capitals / max(1, self._counts.total())
        return LineProfile(sentences_per_line=self.sentences_per_line(), all_caps=round(share, 4))

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
