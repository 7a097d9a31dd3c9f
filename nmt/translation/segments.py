"""A line as the segments that are translated by themselves: the whole line, its sentences, or what a model can take."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nmt.text.sentence_ends import CLOSERS, ENDS, STOPS
from nmt.text.words import Span
from nmt.tokenization.pieces import SPACE_MARK, byte_of
from nmt.translation.compact_details import Spans

Ids = tuple[int, ...]


class Subwords(Protocol):
    """What a translator needs of a tokenizer."""

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """The ids of each line."""

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """The text of each sequence of ids."""

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The subword of each id."""

    def source_spans(self, line: str) -> list[Span]:
        """The span in ``line`` of each of its subwords."""

    def target_spans(self, ids: Sequence[int]) -> list[Span]:
        """The span in their text of each of ``ids``."""


@dataclass(frozen=True)
class Segment:
    """A part of a line that is translated by itself."""

    ids: Ids
    before: str  # put before its translation: a separator from the previous segment, or the line's indentation
    # Where they were asked for: the index in the line at which the segment starts, its text, and the spans of its
    # subwords in that text.
    start: int = 0
    text: str = ""
    spans: Sequence[Span] = ()


@dataclass(frozen=True, kw_only=True)
class LineSplitter:
    """Splits lines into segments of at most ``longest`` subwords."""

    tokenizer: Subwords
    longest: int
    separator: str  # between the translations of two segments
    sentences: Callable[[str], list[Span]] | None = None  # finds them; None: lines are split only by length
    at_once: int | None = 1  # the most sentences in a segment; None: as many as fit

    def split(self, lines: Sequence[str], *, spans: bool) -> list[list[Segment]]:
        """The segments of each line, none for a line without text; ``spans`` asks for start, text and spans."""
        groups = self._groups(lines)
        texts = [line[start:end] for line, of_line in zip(lines, groups, strict=True) for start, end in of_line]
        encoded = iter(self.tokenizer.encode(texts))
        result = []
        for line, of_line in zip(lines, groups, strict=True):
            segments: list[Segment] = []
            last = 0
            for start, end in of_line:
                before = self._between(line[last:start]) if segments else self._indentation(line[:start])
                parts = self._by_length(next(encoded), before)
                segments += _with_spans(parts, line[start:end], start, self.tokenizer) if spans else parts
                last = end
            result.append(segments)
        return result

    def _sentences(self, line: str) -> list[Span]:
        if not line.strip():
            return []
        return [(0, len(line))] if self.sentences is None else self.sentences(line)

    def _groups(self, lines: Sequence[str]) -> list[list[Span]]:
        """The groups of sentences of each line that are translated together."""
        sentences = [self._sentences(line) for line in lines]
        if self.at_once == 1:
            return sentences
        groups = [_grouped(spans, self.at_once or len(spans)) for spans in sentences]
        several = [
            (number, line[start:end])
            for number, (line, spans, of_line) in enumerate(zip(lines, sentences, groups, strict=True))
            if len(spans) > len(of_line)
            for start, end in of_line
        ]
        lengths = map(len, self.tokenizer.encode([text for _, text in several]))
        too_long = {number for (number, _), length in zip(several, lengths, strict=True) if length > self.longest}
        for number in too_long:
            groups[number] = self._fitting(lines[number], sentences[number])
        return groups

    def _fitting(self, line: str, sentences: Sequence[Span]) -> list[Span]:
        """Groups of ``sentences`` with no more subwords than a model can take."""
        lengths = list(map(len, self.tokenizer.encode([line[start:end] for start, end in sentences])))
        groups: list[Span] = []
        size = number = 0  # subwords and sentences of the last group
        for (start, end), length in zip(sentences, lengths, strict=True):
            if groups and size + length <= self.longest and number != self.at_once:
                groups[-1] = (groups[-1][0], end)
                size, number = size + length, number + 1
            else:
                groups.append((start, end))
                size, number = length, 1
        return groups

    def _between(self, spaces: str) -> str:
        """What to put between two translated sentences: the spaces of the source, if the target language uses them."""
        return spaces if spaces and self.separator and not spaces.strip(" ") else self.separator

    def _indentation(self, spaces: str) -> str:
        """What to put before the translation of the first sentence."""
        return spaces if self.separator and not spaces.strip(" ") else ""

    def _by_length(self, ids: Sequence[int], before: str) -> Iterator[Segment]:
        if not ids:
            return
        lengths = [len(ids)] if len(ids) <= self.longest else split_subwords(self.tokenizer.pieces(ids), self.longest)
        start = 0
        for length in lengths:
            yield Segment(tuple(ids[start : start + length]), self.separator if start else before)
            start += length


def _grouped(spans: Sequence[Span], number: int) -> list[Span]:
    """The spans of ``number`` of ``spans`` each."""
    firsts = range(0, len(spans), max(1, number))
    return [(spans[first][0], spans[min(first + number, len(spans)) - 1][1]) for first in firsts]


def _with_spans(segments: Iterable[Segment], text: str, start: int, tokenizer: Subwords) -> Iterator[Segment]:
    """The ``segments`` of ``text``, which starts at ``start`` in its line, with start, text and spans."""
    text_spans = iter(tokenizer.source_spans(text))
    for segment in segments:
        spans = list(itertools.islice(text_spans, len(segment.ids)))
        first, last = spans[0][0], spans[-1][1]
        yield replace(
            segment,
            start=start + first,
            text=text[first:last],
            spans=Spans((begin - first, end - first) for begin, end in spans),
        )


# How good it is to split before a subword.
_SENTENCE, _WORD, _CHARACTER, _BYTE = 3, 2, 1, 0


def split_subwords(pieces: Sequence[str], longest: int) -> list[int]:
    """The lengths of the segments, each of at most ``longest`` subwords, that ``pieces`` is split into.

    Each segment ends at the last sentence end it can reach; without one, at the last space; otherwise at its full
    length, but if possible not inside a character that is spelled in bytes.

    >>> split_subwords(["▁A", "▁b", ".", "▁C", "▁d", "▁e"], 4)
    [3, 3]
    """
    if len(pieces) <= longest:
        return [len(pieces)] if pieces else []
    ranks = _rank_splits(pieces)
    lengths = []
    start = 0
    while len(pieces) - start > longest:
        reachable = range(start + longest, start, -1)
        end = max(reachable, key=ranks.__getitem__)  # of equal ones the first, which is the farthest
        lengths.append(end - start)
        start = end
    return [*lengths, len(pieces) - start]


def _rank_splits(pieces: Sequence[str]) -> list[int]:
    """How good it is to split before each of ``pieces``."""
    ranks = []
    last = ""  # the last character before this subword that is neither a space nor a closing mark
    for piece in pieces:
        after_space = piece.startswith(SPACE_MARK)
        if (after_space and last in STOPS) or (last in ENDS and piece[:1] not in CLOSERS):
            ranks.append(_SENTENCE)
        elif after_space:
            ranks.append(_WORD)
        else:
            ranks.append(_BYTE if _continues_character(piece) else _CHARACTER)
        last = piece.strip(SPACE_MARK).rstrip("".join(CLOSERS))[-1:] or last
    return ranks


def _continues_character(piece: str) -> bool:
    """Whether ``piece`` is a byte inside a character, "<0x80>" to "<0xBF>"."""
    return 0x80 <= (byte_of(piece) or 0) < 0xC0
