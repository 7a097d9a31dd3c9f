"""The translations of a line with their scores and details; plain values, no tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from nmt.text.words import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Token:
    """A subword of a translation: ``text[start:end]`` of it, without the space before it."""

    piece: str  # as the tokenizer spells it, a space as U+2581
    start: int
    end: int
    log_probability: float  # natural logarithm, given the source and the subwords before it


@dataclass(frozen=True, slots=True)
class Link:
    """Words that translate each other, as characters: ``source[i:j]`` of the raw line, ``text[k:l]`` of the result."""

    source: Span
    target: Span


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One translation of a line."""

    text: str
    score: float  # what the candidates are ranked by; for a split line, the mean of its segments weighted by length
    log_probability: float  # natural logarithm of its probability
    # Both are None where no details were asked for; ``links`` is None, too, where the engine gives no attention. They
    # need little memory and create their members when asked for them; ``tuple(...)`` has all.
    tokens: Sequence[Token] | None = None
    links: Sequence[Link] | None = None


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A line and its translations."""

    source: str  # the raw line
    candidates: tuple[Candidate, ...]  # the best first; at least one
    split: bool = False  # whether the line was translated in segments
    cleaned: bool = False  # whether control characters or broken bytes in it were replaced before translating

    @property
    def text(self) -> str:
        """The best translation; empty for a line without text."""
        return self.candidates[0].text

    @property
    def score(self) -> float:
        """What the best translation was ranked by; 0 for a line without text."""
        return self.candidates[0].score

    @property
    def tokens(self) -> Sequence[Token]:
        """The subwords of the best translation; TypeError if no details were asked for."""
        return _present(self.candidates[0].tokens)

    @property
    def links(self) -> Sequence[Link]:
        """Which of its words translate which; TypeError if no details were asked for or the engine has none."""
        return _present(self.candidates[0].links)


def _present(details: Sequence[T] | None) -> Sequence[T]:
    if details is None:
        raise TypeError("no details were asked for: translate with details=True")
    return details
