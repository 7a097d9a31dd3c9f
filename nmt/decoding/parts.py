"""A line as the parts that are translated by themselves: the whole line, its sentences, or what a model can take."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from nmt.decoding.splitting import split_subwords
from nmt.text.spans import Span

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
class Part:
    """One part of a line."""

    ids: Ids
    spans: tuple[Span, ...]  # where its subwords stand in the line; none where they were not asked for
    before: str  # what stands between its translation and that of the part before


@dataclass(frozen=True, kw_only=True)
class Divider:
    """Divides lines into parts of at most ``longest`` subwords."""

    tokenizer: Subwords
    longest: int
    joiner: str  # between the translations of two parts
    sentences: Callable[[str], list[Span]] | None = None  # finds those that are to be parts; None: lines stay whole

    def divide(self, lines: Sequence[str], *, spans: bool) -> list[list[Part]]:
        """The parts of each line, none of a line without text; with ``spans`` if they are wanted."""
        sentences = [self._sentences(line) for line in lines]
        texts = [line[start:end] for line, places in zip(lines, sentences, strict=True) for start, end in places]
        encoded = iter(self.tokenizer.encode(texts))
        divided = []
        for line, places in zip(lines, sentences, strict=True):
            parts: list[Part] = []
            last = 0
            for start, end in places:
                before = self._between(line[last:start]) if parts else ""
                found = self.tokenizer.source_spans(line[start:end]) if spans else []
                parts += self._parts(next(encoded), [(start + first, start + after) for first, after in found], before)
                last = end
            divided.append(parts)
        return divided

    def _sentences(self, line: str) -> list[Span]:
        if not line.strip():
            return []
        return [(0, len(line))] if self.sentences is None else self.sentences(line)

    def _between(self, blanks: str) -> str:
        """What stands between the translations of two sentences: the blanks of the source where blanks are written."""
        return blanks if blanks and self.joiner and not blanks.strip(" ") else self.joiner

    def _parts(self, ids: Sequence[int], spans: Sequence[Span], before: str) -> Iterator[Part]:
        if not ids:
            return
        lengths = [len(ids)] if len(ids) <= self.longest else split_subwords(self.tokenizer.pieces(ids), self.longest)
        start = 0
        for length in lengths:
            end = start + length
            yield Part(tuple(ids[start:end]), tuple(spans[start:end]), self.joiner if start else before)
            start = end
