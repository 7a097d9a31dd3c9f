"""From the hypotheses of a line's parts to the translations of the line."""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nmt.decoding.alignment import link_words
from nmt.decoding.hypothesis import Hypothesis
from nmt.decoding.parts import Part, Subwords
from nmt.decoding.translation import Candidate, Link, Token
from nmt.text.lines import without_controls
from nmt.text.spans import Span


@dataclass(frozen=True)
class Found:
    """A hypothesis as text, one line of it, and the subwords there, if their probabilities are known."""

    hypothesis: Hypothesis
    text: str
    pieces: list[str]
    spans: list[Span]

    @property
    def length(self) -> int:
        """Its subwords and the end mark."""
        return len(self.hypothesis.ids) + 1


def as_text(tokenizer: Subwords, hypotheses: Sequence[Hypothesis]) -> list[Found]:
    """Each of the ``hypotheses`` as text."""
    texts = tokenizer.decode([hypothesis.ids for hypothesis in hypotheses])
    return [_found(tokenizer, *pair) for pair in zip(hypotheses, texts, strict=True)]


def _found(tokenizer: Subwords, hypothesis: Hypothesis, text: str) -> Found:
    text = without_controls(text).replace("\t", " ")
    clean = text.strip()
    if hypothesis.token_log_probabilities is None:
        return Found(hypothesis, clean, [], [])
    blanks = len(text) - len(text.lstrip())
    spans = [
        (min(max(0, start - blanks), len(clean)), min(max(0, end - blanks), len(clean)))
        for start, end in tokenizer.target_spans(hypothesis.ids)
    ]
    return Found(hypothesis, clean, tokenizer.pieces(hypothesis.ids), spans)


def join(line: str, parts: Sequence[Part], found: Sequence[Sequence[Found]], *, first: int) -> tuple[Candidate, ...]:
    """The translations of ``line`` from those ``found`` for its ``parts``, the best first.

    ``first`` is the number of ids before the subwords of each part, such as a tag.
    """
    if not parts:
        return (Candidate(text="", score=0.0, log_probability=0.0, tokens=(), links=()),)
    return tuple(_join(line, parts, choice, first) for choice in _best_choices(found))


class _Choice(NamedTuple):
    """A translation for one part after a choice for those before it."""

    score: float  # sum of scores times lengths
    length: int
    before: "_Choice | None"
    newest: Found | None

    def all(self) -> list[Found]:
        """The translations of all parts so far."""
        found: list[Found] = []
        choice: _Choice | None = self
        while choice is not None and choice.newest is not None:
            found.append(choice.newest)
            choice = choice.before
        return found[::-1]


def _best_choices(found: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """The best choices of one translation for each part, the best first; as many as the part with most of them has.

    A choice is as good as the mean of its scores by length.
    """
    if len(found) == 1:
        return [[each] for each in found[0]]
    most = max(map(len, found))
    choices = [_Choice(0.0, 0, None, None)]
    for of_part in found:
        longer = (
            _Choice(before.score + each.hypothesis.score * each.length, before.length + each.length, before, each)
            for before, each in itertools.product(choices, of_part)
        )
        choices = heapq.nlargest(most, longer, key=lambda choice: choice.score / choice.length)
    return [choice.all() for choice in choices]


def _join(line: str, parts: Sequence[Part], choice: Sequence[Found], first: int) -> Candidate:
    detailed = all(found.hypothesis.token_log_probabilities is not None for found in choice)
    aligned = detailed and all(found.hypothesis.attention is not None for found in choice)
    tokens: list[Token] = []
    links: list[Link] = []
    texts: list[str] = []
    end = 0
    for part, found in zip(parts, choice, strict=True):
        if not found.text:
            continue
        before = part.before if texts else ""
        start = end + len(before)
        end = start + len(found.text)
        texts += [before, found.text]
        if detailed:
            tokens += _tokens(found, start)
        if aligned:
            links += _links(line, part, found, start, first)
    lengths = sum(found.length for found in choice)
    return Candidate(
        text="".join(texts),
        score=sum(found.hypothesis.score * found.length for found in choice) / lengths,
        log_probability=sum(found.hypothesis.log_probability for found in choice),
        tokens=tuple(tokens) if detailed else None,
        links=tuple(links) if aligned else None,
    )


def _tokens(found: Found, offset: int) -> list[Token]:
    """The subwords of one part, whose translation begins at ``offset``."""
    probabilities = found.hypothesis.token_log_probabilities or []
    return [
        Token(piece, offset + start, offset + end, probability)
        for piece, (start, end), probability in zip(found.pieces, found.spans, probabilities, strict=False)
    ]


def _links(line: str, part: Part, found: Found, offset: int, first: int) -> list[Link]:
    """The links of one part, whose translation begins at ``offset``."""
    begin, end = part.spans[0][0], part.spans[-1][1]
    links = link_words(
        line[begin:end],
        [(start - begin, stop - begin) for start, stop in part.spans],
        found.text,
        found.spans,
        [row[first:] for row in found.hypothesis.attention or ()],
    )
    return [
        Link((link.source[0] + begin, link.source[1] + begin), (link.target[0] + offset, link.target[1] + offset))
        for link in links
    ]
