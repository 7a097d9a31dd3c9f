"""A sentence as subwords, grouped into words; no tensors."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.special_ids import BOS, EOS
from nmt.text.words import Span, words_and_marks
from nmt.tokenization.tokenizer import Tokenizer

Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Subword:
    """One id of a sentence, which is ``text[start:end]``; empty for a tag, BOS and EOS."""

    id: int
    piece: str  # as in the tokenizer, with U+2581 for a space
    start: int
    end: int
    word: int  # which of the sentence's words it belongs to


@dataclass(frozen=True)
class Sentence:
    """A text and its subwords."""

    text: str
    subwords: tuple[Subword, ...]
    words: tuple[str, ...]  # a tag, BOS and EOS are separate words

    @property
    def ids(self) -> list[int]:
        """The id of each subword."""
        return [subword.id for subword in self.subwords]

    def subwords_of_words(self) -> list[list[int]]:
        """The positions of the subwords of each word."""
        positions: list[list[int]] = [[] for _ in self.words]
        for position, subword in enumerate(self.subwords):
            positions[subword.word].append(position)
        return positions


def source_sentence(tokenizer: Tokenizer, text: str, source_prefix: Sequence[int] = ()) -> Sentence:
    """The encoder's input for ``text``: ``source_prefix``, such as a tag, the subwords, and EOS."""
    [ids] = tokenizer.encode([text])
    spans = tokenizer.source_spans(text)
    return _sentence(tokenizer, text, [*source_prefix, *ids, EOS], [*[None] * len(source_prefix), *spans, None])


def target_sentence(tokenizer: Tokenizer, ids: Sequence[int]) -> Sentence:
    """The target with the subwords ``ids``, and EOS."""
    [text] = tokenizer.decode([ids])
    return _sentence(tokenizer, text, [*ids, EOS], [*tokenizer.target_spans(ids), None])


def decoder_input(tokenizer: Tokenizer, target: Sentence) -> Sentence:
    """The decoder's input while it writes ``target``: BOS and the target without EOS."""
    kept = target.subwords[:-1]
    spans = [(each.start, each.end) for each in kept]
    return _sentence(tokenizer, target.text, [BOS, *(each.id for each in kept)], [None, *spans])


def _sentence(tokenizer: Tokenizer, text: str, ids: Sequence[int], spans: Sequence[Span | None]) -> Sentence:
    """``spans`` are those of the subwords in ``text``; None: not a part of it, as a tag, BOS or EOS."""
    starts = [start for start, _ in words_and_marks(text)]
    words: list[list[Span]] = []
    names: list[str] = []
    subwords = []
    last: int | None = None
    for number, piece, span in zip(ids, tokenizer.pieces(ids), spans, strict=True):
        start, end = span or (0, 0)
        word = None if span is None else bisect_right(starts, start) - 1
        if word is None or word != last:
            words.append([])
            names.append(piece)
        words[-1].append((start, end))
        subwords.append(Subword(number, piece, start, end, len(words) - 1))
        last = word
    return Sentence(text, tuple(subwords), tuple(_name(text, *each) for each in zip(words, names, strict=True)))


def _name(text: str, spans: Sequence[Span], piece: str) -> str:
    """The name of a word: its text, or the piece if it has no text."""
    return text[min(start for start, _ in spans) : max(end for _, end in spans)] or piece
