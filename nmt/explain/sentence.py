"""A sentence as its subwords, and these as the words they make; no tensors."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.special_ids import BOS, EOS
from nmt.text.words import Span, words_and_marks
from nmt.tokenization.tokenizer import Tokenizer

Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Subword:
    """One id of a sentence: ``text[start:end]`` of it; nothing of the text for a tag, BOS and EOS."""

    id: int
    piece: str  # as the tokenizer spells it, a blank as U+2581
    start: int
    end: int
    word: int  # which of the sentence's words it belongs to


@dataclass(frozen=True)
class Sentence:
    """A text and its subwords."""

    text: str
    subwords: tuple[Subword, ...]
    words: tuple[str, ...]  # a tag, BOS and EOS are words of their own

    @property
    def ids(self) -> list[int]:
        """The id of each subword."""
        return [subword.id for subword in self.subwords]

    def subwords_of_words(self) -> list[list[int]]:
        """The places of the subwords of each word."""
        places: list[list[int]] = [[] for _ in self.words]
        for place, subword in enumerate(self.subwords):
            places[subword.word].append(place)
        return places


def source_sentence(tokenizer: Tokenizer, text: str, source_prefix: Sequence[int] = ()) -> Sentence:
    """What the encoder is given for ``text``: ``source_prefix``, such as a tag, the subwords, and EOS."""
    [ids] = tokenizer.encode([text])
    spans = tokenizer.source_spans(text)
    return _sentence(tokenizer, text, [*source_prefix, *ids, EOS], [*[None] * len(source_prefix), *spans, None])


def target_sentence(tokenizer: Tokenizer, ids: Sequence[int]) -> Sentence:
    """The text that the subwords ``ids`` make, with EOS after them."""
    [text] = tokenizer.decode([ids])
    return _sentence(tokenizer, text, [*ids, EOS], [*tokenizer.target_spans(ids), None])


def decoder_input(tokenizer: Tokenizer, target: Sentence) -> Sentence:
    """What the decoder reads while it writes ``target``: BOS before it, EOS away."""
    kept = target.subwords[:-1]
    spans = [(each.start, each.end) for each in kept]
    return _sentence(tokenizer, target.text, [BOS, *(each.id for each in kept)], [None, *spans])


def _sentence(tokenizer: Tokenizer, text: str, ids: Sequence[int], spans: Sequence[Span | None]) -> Sentence:
    """``spans`` are where the subwords stand in ``text``; None: such as a tag, BOS and EOS, it is no part of it."""
    starts = [start for start, _ in words_and_marks(text)]
    words: list[list[Span]] = []
    names: list[str] = []
    subwords = []
    last: int | None = None
    for number, piece, span in zip(ids, tokenizer.pieces(ids), spans, strict=True):
        start, end = span or (0, 0)
        own = None if span is None else bisect_right(starts, start) - 1
        if own is None or own != last:
            words.append([])
            names.append(piece)
        words[-1].append((start, end))
        subwords.append(Subword(number, piece, start, end, len(words) - 1))
        last = own
    return Sentence(text, tuple(subwords), tuple(_name(text, *word) for word in zip(words, names, strict=True)))


def _name(text: str, spans: Sequence[Span], piece: str) -> str:
    """What a word is called: its text, or for what has none the piece."""
    return text[min(start for start, _ in spans) : max(end for _, end in spans)] or piece
