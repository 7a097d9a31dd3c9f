"""Properties of the training lines that a model needs to know, so that it treats other lines alike."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nmt.text.line_forms import is_capitals
from nmt.text.sentences import sentence_spans

SAMPLE = 20_000  # lines
_SHARE = 0.1  # of the training lines that must have a property before the model is given such lines


@dataclass(frozen=True, kw_only=True)
class LineProfile:
    """Properties of the source lines that a model was trained on."""

    # The largest number of sentences that at least a tenth of the lines have; None: not counted.
    sentences_per_line: int | None = None
    all_caps: float | None = None  # share of the lines in capitals; None: not counted

    def knows_capitals(self) -> bool:
        """Whether the model has seen enough lines in capitals to translate them as they are.

        >>> LineProfile(all_caps=0.01).knows_capitals()
        False
        """
        return (self.all_caps or 0.0) >= _SHARE


class LineFacts:
    """Counts sentences and capitals in a sample of the lines, in constant memory."""

    def __init__(self, language: str | None, lines: int) -> None:
        """``language`` is the code of the lines, ``lines`` their approximate number; about 20,000 are sampled."""
        self._language = language
        self._step = max(1, lines // SAMPLE)
        self._seen = 0
        self._counts: Counter[int] = Counter()
        self._capitals = 0

    def add(self, lines: Iterable[str]) -> None:
        """Add ``lines``."""
        for line in lines:
            if self._seen % self._step == 0:
                self._counts[len(sentence_spans(line, self._language))] += 1
                self._capitals += is_capitals(line)
            self._seen += 1

    def profile(self) -> LineProfile:
        """The profile of the lines added so far."""
        share = self._capitals / max(1, self._counts.total())
        return LineProfile(sentences_per_line=self.sentences_per_line(), all_caps=round(share, 4))

    def sentences_per_line(self) -> int:
        """The largest number of sentences that at least a tenth of the lines have; at least 1.

        >>> facts = LineFacts("en", lines=3)
        >>> facts.add(["One. Two.", "One. Two. Three.", "One."])
        >>> facts.sentences_per_line()
        3
        """
        needed = _SHARE * self._counts.total()
        for number in sorted(self._counts, reverse=True):
            needed -= self._counts[number]
            if needed <= 0:
                return max(1, number)
        return 1
