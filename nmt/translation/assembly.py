"""From the hypotheses of a line's parts to the translations of the line."""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nmt.decoding.hypothesis import Hypothesis
from nmt.text.controls import replace_controls
from nmt.text.scripts import joins_without_space
from nmt.translation.alignment import link_words
from nmt.translation.compact import Links, Tokens
from nmt.translation.results import Candidate
from nmt.translation.segments import Segment, Subwords


@dataclass(frozen=True)
class SegmentTranslation:
    """A translation of a part: its text, one line of it, and if details are known its subwords and links there."""

    text: str
    length: int  # its subwords and the end mark
    score: float
    log_probability: float
    tokens: Tokens | None
    links: Links | None


def decode_hypothesis(
    tokenizer: Subwords, part: Segment, hypothesis: Hypothesis, text: str, *, first: int
) -> SegmentTranslation:
    """The ``hypothesis`` for a part, decoded as ``text``; ``first`` is the number of ids before the part's own."""
    text = replace_controls(text).replace("\t", " ")
    clean = text.strip()
    tokens = links = None
    probabilities = hypothesis.token_log_probabilities
    if probabilities is not None:
        blanks = len(text) - len(text.lstrip())
        spans = [
            (min(max(0, start - blanks), len(clean)), min(max(0, end - blanks), len(clean)))
            for start, end in tokenizer.target_spans(hypothesis.ids)
        ]
        tokens = Tokens(tokenizer.pieces(hypothesis.ids), spans, probabilities)
        if hypothesis.attention is not None:
            attention = [row[first:] for row in hypothesis.attention]
            links = Links(link_words(part.text, part.spans, clean, spans, attention))
    return SegmentTranslation(
        clean, len(hypothesis.ids) + 1, hypothesis.score, hypothesis.log_probability, tokens, links
    )


def assemble(parts: Sequence[Segment], found: Sequence[Sequence[SegmentTranslation]]) -> tuple[Candidate, ...]:
    """The translations of a line from those ``found`` for its ``parts``, the best first."""
    if not parts:
        return (Candidate(text="", score=0.0, log_probability=0.0, tokens=(), links=()),)
    return tuple(_join(parts, choice) for choice in _best_choices(found))


class _Choice(NamedTuple):
    """A translation for one part after a choice for those before it."""

    score: float  # sum of scores times lengths
    length: int
    before: "_Choice | None"
    newest: SegmentTranslation | None

    def all(self) -> list[SegmentTranslation]:
        """The translations of all parts so far."""
        found: list[SegmentTranslation] = []
        choice: _Choice | None = self
        while choice is not None and choice.newest is not None:
            found.append(choice.newest)
            choice = choice.before
        return found[::-1]


def _best_choices(found: Sequence[Sequence[SegmentTranslation]]) -> list[list[SegmentTranslation]]:
    """The best choices of one translation for each part, the best first; as many as the part with most of them has.

    A choice is as good as the mean of its scores by length.
    """
    if len(found) == 1:
        return [[each] for each in found[0]]
    most = max(map(len, found))
    choices = [_Choice(0.0, 0, None, None)]
    for of_part in found:
        longer = (
            _Choice(before.score + each.score * each.length, before.length + each.length, before, each)
            for before, each in itertools.product(choices, of_part)
        )
        choices = heapq.nlargest(most, longer, key=lambda choice: choice.score / choice.length)
    return [choice.all() for choice in choices]


def _join(parts: Sequence[Segment], choice: Sequence[SegmentTranslation]) -> Candidate:
    tokens = None if any(found.tokens is None for found in choice) else Tokens()
    links = None if any(found.links is None for found in choice) else Links()
    texts: list[str] = []
    end = 0
    for part, found in zip(parts, choice, strict=True):
        if not found.text:
            continue
        before = (part if texts else parts[0]).before
        if texts and before and not before.strip() and joins_without_space(texts[-1], found.text):
            before = ""
        start = end + len(before)
        end = start + len(found.text)
        texts += [before, found.text]
        if tokens is not None and found.tokens is not None:
            tokens.extend(found.tokens, start)
        if links is not None and found.links is not None:
            links.extend(found.links, part.start, start)
    return Candidate(
        text="".join(texts),
        score=sum(found.score * found.length for found in choice) / sum(found.length for found in choice),
        log_probability=sum(found.log_probability for found in choice),
        tokens=tokens,
        links=links,
    )
