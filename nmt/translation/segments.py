"""A line as the parts that are translated by themselves: the whole line, its sentences, or what a model can take."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nmt.text.sentence_ends import CLOSERS, ENDS, STOPS
from nmt.text.words import Span
from nmt.tokenization.pieces import SPACE_MARK, byte_of
from nmt.translation.compact import Spans

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
        """Where each of the subwords of ``line`` stands in it."""

    def target_spans(self, ids: Sequence[int]) -> list[Span]:
        """Where each of ``ids`` stands in their text."""


@dataclass(frozen=True)
class Segment:
    """One part of a line."""

    ids: Ids
    before: str  # what stands between its translation and that of the part before, or the indentation of the line
    # Where they were asked for: where in the line it begins, its text, and where its subwords stand there.
    start: int = 0
    text: str = ""
    spans: Sequence[Span] = ()


@dataclass(frozen=True, kw_only=True)
class LineSplitter:
    """Divides lines into parts of at most ``longest`` subwords."""

    tokenizer: Subwords
    longest: int
    joiner: str  # between the translations of two parts
    sentences: Callable[[str], list[Span]] | None = None  # finds them; None: lines are divided only by length
    at_once: int | None = 1  # so many sentences at most are a part; None: as many as fit

    def divide(self, lines: Sequence[str], *, spans: bool) -> list[list[Segment]]:
        """The parts of each line, none of a line without text; with ``spans`` if they are wanted."""
        sentences = self._groups(lines)
        texts = [line[start:end] for line, places in zip(lines, sentences, strict=True) for start, end in places]
        encoded = iter(self.tokenizer.encode(texts))
        divided = []
        for line, places in zip(lines, sentences, strict=True):
            parts: list[Segment] = []
            last = 0
            for start, end in places:
                before = self._between(line[last:start]) if parts else self._indentation(line[:start])
                found = self._parts(next(encoded), before)
                parts += _placed(found, line[start:end], start, self.tokenizer) if spans else found
                last = end
            divided.append(parts)
        return divided

    def _sentences(self, line: str) -> list[Span]:
        if not line.strip():
            return []
        return [(0, len(line))] if self.sentences is None else self.sentences(line)

    def _groups(self, lines: Sequence[str]) -> list[list[Span]]:
        """What each line is divided into: groups of sentences that a model may take at once."""
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
        """Groups of ``sentences`` that have as many subwords as a model can take."""
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

    def _between(self, blanks: str) -> str:
        """What stands between the translations of two sentences: the blanks of the source where blanks are written."""
        return blanks if blanks and self.joiner and not blanks.strip(" ") else self.joiner

    def _indentation(self, blanks: str) -> str:
        """What stands before the translation of the first sentence."""
        return blanks if self.joiner and not blanks.strip(" ") else ""

    def _parts(self, ids: Sequence[int], before: str) -> Iterator[Segment]:
        if not ids:
            return
        lengths = [len(ids)] if len(ids) <= self.longest else split_subwords(self.tokenizer.pieces(ids), self.longest)
        start = 0
        for length in lengths:
            yield Segment(tuple(ids[start : start + length]), self.joiner if start else before)
            start += length


def _grouped(spans: Sequence[Span], number: int) -> list[Span]:
    """The spans of ``number`` of ``spans`` each."""
    firsts = range(0, len(spans), max(1, number))
    return [(spans[first][0], spans[min(first + number, len(spans)) - 1][1]) for first in firsts]


def _placed(parts: Iterable[Segment], text: str, start: int, tokenizer: Subwords) -> Iterator[Segment]:
    """The ``parts`` of ``text``, which begins at ``start`` in its line, with where they stand."""
    spans = iter(tokenizer.source_spans(text))
    for part in parts:
        own = list(itertools.islice(spans, len(part.ids)))
        submit, end = own[0][0], own[-1][1]
        yield replace(
            part,
            start=start + submit,
            text=text[submit:end],
            spans=Spans((first - submit, after - submit) for first, after in own),
        )


# How good it is to divide before a subword.
_SENTENCE, _WORD, _CHARACTER, _BYTE = 3, 2, 1, 0


def split_subwords(pieces: Sequence[str], longest: int) -> list[int]:
    """The lengths of the segments, each of at most ``longest`` subwords, that ``pieces`` is divided into.

    Each segment ends at the last sentence end it can reach; where there is none, at the last blank; else where it
    must, but if possible not inside a character that is spelt in bytes.

    >>> split_subwords(["▁A", "▁b", ".", "▁C", "▁d", "▁e"], 4)
    [3, 3]
    """
    if len(pieces) <= longest:
        return [len(pieces)] if pieces else []
    ranks = _rank_divisions(pieces)
    lengths = []
    start = 0
    while len(pieces) - start > longest:
        reachable = range(start + longest, start, -1)
        end = max(reachable, key=ranks.__getitem__)  # of equal ones the first, which is the farthest
        lengths.append(end - start)
        start = end
    return [*lengths, len(pieces) - start]


def _rank_divisions(pieces: Sequence[str]) -> list[int]:
    """How good it is to divide before each of ``pieces``."""
    ranks = []
    last = ""  # the last character before this subword that is neither a blank nor a closing mark
    for piece in pieces:
        after_blank = piece.startswith(SPACE_MARK)
        if (after_blank and last in STOPS) or (last in ENDS and piece[:1] not in CLOSERS):
            ranks.append(_SENTENCE)
        elif after_blank:
            ranks.append(_WORD)
        else:
            ranks.append(_BYTE if _continues_character(piece) else _CHARACTER)
        last = piece.strip(SPACE_MARK).rstrip("".join(CLOSERS))[-1:] or last
    return ranks


def _continues_character(piece: str) -> bool:
    """Whether ``piece`` is a byte that does not begin a character, "<0x80>" to "<0xBF>"."""
    return 0x80 <= (byte_of(piece) or 0) < 0xC0
