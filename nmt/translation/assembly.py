"""From the hypotheses of a line's segments to the translations of the whole line."""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from nmt.decoding.hypothesis import Hypothesis
from nmt.text.controls import replace_controls
from nmt.text.line_forms import LineForm, LineForms
from nmt.text.scripts import joins_without_space
from nmt.translation.alignment import link_words
from nmt.translation.compact_details import Links, Tokens
from nmt.translation.results import Candidate, Link
from nmt.translation.segments import Segment, Subwords


@dataclass(frozen=True)
class SegmentTranslation:
    """A translation of a segment: its text, one line, and if details were asked for its subwords and word links."""

    text: str
    length: int  # its subwords and the end mark
    score: float
    log_probability: float
    tokens: Tokens | None
    links: Links | None


def decode_hypothesis(
    tokenizer: Subwords, segment: Segment, hypothesis: Hypothesis, text: str, *, prefix_length: int
) -> SegmentTranslation:
    """The ``hypothesis`` for a segment, decoded as ``text``; ``prefix_length`` is that of the source prefix."""
    text = replace_controls(text).replace("\t", " ")
    clean = text.strip()
    tokens = links = None
    probabilities = hypothesis.token_log_probabilities
    if probabilities is not None:
        indentation = len(text) - len(text.lstrip())
        spans = [
            (min(max(0, start - indentation), len(clean)), min(max(0, end - indentation), len(clean)))
            for start, end in tokenizer.target_spans(hypothesis.ids)
        ]
        tokens = Tokens(tokenizer.pieces(hypothesis.ids), spans, probabilities)
        if hypothesis.attention is not None:
            attention = [row[prefix_length:] for row in hypothesis.attention]
            links = Links(link_words(segment.text, segment.spans, clean, spans, attention))
    return SegmentTranslation(
        clean, len(hypothesis.ids) + 1, hypothesis.score, hypothesis.log_probability, tokens, links
    )


def assemble(
    segments: Sequence[Segment], translations: Sequence[Sequence[SegmentTranslation]]
) -> tuple[Candidate, ...]:
    """The translations of a line from the ``translations`` of its ``segments``, the best first."""
    if not segments:
        return (Candidate(text="", score=0.0, log_probability=0.0, tokens=(), links=()),)
    return tuple(_join(segments, combination) for combination in _best_combinations(translations))


def restore(candidate: Candidate, form: LineForm, forms: LineForms) -> Candidate:
    """``candidate``, a translation of the body of ``form``, as a translation of the whole line: its text and spans."""
    if not form.body:
        return replace(candidate, text=form.before)
    if not candidate.text or not (form.before or form.capitals):
        return candidate
    characters = forms.capitalized(candidate.text) if form.capitals else list(candidate.text)
    shift = len(form.before)
    positions = list(itertools.accumulate(map(len, characters), initial=shift))  # of each character, and of the end
    tokens, links = candidate.tokens, candidate.links
    return replace(
        candidate,
        text=form.before + "".join(characters),
        tokens=tokens
        and Tokens(
            (token.piece for token in tokens),
            ((positions[token.start], positions[token.end]) for token in tokens),
            (token.log_probability for token in tokens),
        ),
        links=links
        and Links(
            [
                Link(
                    (link.source[0] + shift, link.source[1] + shift),
                    (positions[link.target[0]], positions[link.target[1]]),
                )
                for link in links
            ]
        ),
    )


class _Combination(NamedTuple):
    """A translation of a segment after a combination of translations of all segments before it."""

    score: float  # sum of scores times lengths
    length: int
    before: "_Combination | None"
    newest: SegmentTranslation | None

    def all(self) -> list[SegmentTranslation]:
        """The translations of all segments so far."""
        translations: list[SegmentTranslation] = []
        combination: _Combination | None = self
        while combination is not None and combination.newest is not None:
            translations.append(combination.newest)
            combination = combination.before
        return translations[::-1]


def _best_combinations(translations: Sequence[Sequence[SegmentTranslation]]) -> list[list[SegmentTranslation]]:
    """The best combinations of one translation for each segment, the best first.

    There are as many as the segment with the most translations has. Their score is the mean of the segments' scores,
    weighted by length.
    """
    if len(translations) == 1:
        return [[each] for each in translations[0]]
    most = max(map(len, translations))
    combinations = [_Combination(0.0, 0, None, None)]
    for of_segment in translations:
        longer = (
            _Combination(before.score + each.score * each.length, before.length + each.length, before, each)
            for before, each in itertools.product(combinations, of_segment)
        )
        combinations = heapq.nlargest(most, longer, key=lambda combination: combination.score / combination.length)
    return [combination.all() for combination in combinations]


def _join(segments: Sequence[Segment], combination: Sequence[SegmentTranslation]) -> Candidate:
    tokens = None if any(each.tokens is None for each in combination) else Tokens()
    links = None if any(each.links is None for each in combination) else Links()
    texts: list[str] = []
    end = 0
    for segment, translation in zip(segments, combination, strict=True):
        if not translation.text:
            continue
        before = (segment if texts else segments[0]).before
        if texts and before and not before.strip() and joins_without_space(texts[-1], translation.text):
            before = ""
        start = end + len(before)
        end = start + len(translation.text)
        texts += [before, translation.text]
        if tokens is not None and translation.tokens is not None:
            tokens.extend(translation.tokens, start)
        if links is not None and translation.links is not None:
            links.extend(translation.links, segment.start, start)
    return Candidate(
        text="".join(texts),
        score=sum(each.score * each.length for each in combination) / sum(each.length for each in combination),
        log_probability=sum(each.log_probability for each in combination),
        tokens=tokens,
        links=links,
    )
