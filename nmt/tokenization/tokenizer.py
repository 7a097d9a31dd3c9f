"""SentencePiece subwords: lines to ids and back.

Knows nothing of text files, sentence pairs and models.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sentencepiece

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath, open_binary
from nmt.special_ids import BOS, EOS, PAD, UNK
from nmt.text.words import Span
from nmt.tokenization.pieces import SPACE_MARK, piece_spans
from nmt.tokenization.sentencepiece_proto import (
    BPE,
    UNIGRAM,
    learned_pieces,
    model_type,
    read_spans,
    with_control_pieces,
)

if TYPE_CHECKING:
    from nmt.tokenization.subword_sampling import SubwordSampler


# SentencePiece writes a space as U+2581 and would decode a U+2581 of the text as a space, so that is swapped with a
# code point that no text may contain (a noncharacter), which has no piece and is spelled in bytes.
_STAND_IN = "\ufdd0"
_SWAP = str.maketrans({SPACE_MARK: _STAND_IN, _STAND_IN: SPACE_MARK})
# Lines with U+2585, SentencePiece's own mark for unknown characters, would be excluded from its training.
RESERVED = str.maketrans({SPACE_MARK: " ", "\u2585": " "})


class Tokenizer:
    """A trained SentencePiece model; lines to ids and back. Safe to use from several threads."""

    def __init__(self, proto: bytes, *, control_symbols: Sequence[str] = ()) -> None:
        """From the bytes of a SentencePiece model; NMTError if they are not one or its special ids are not ours.

        Text that contains one of ``control_symbols`` is treated as plain text, even if the model has it as a symbol
        that matches text, as models trained by earlier releases do. ``proto`` stays unchanged.
        """
        sentencepiece.set_min_log_level(3)  # its own log lines are not meant for users
        self.proto = proto
        self.control_symbols = tuple(control_symbols)
        try:
            self._proto = with_control_pieces(proto, self.control_symbols)
            self._processor = sentencepiece.SentencePieceProcessor(model_proto=self._proto)
            type_number = model_type(proto)
        except (RuntimeError, ValueError, KeyError) as error:
            raise NMTError("the tokenizer is damaged or not a SentencePiece model") from error
        self._merges = type_number == BPE
        self.can_sample = type_number in (UNIGRAM, BPE)
        processor = self._processor
        if (processor.pad_id(), processor.unk_id(), processor.bos_id(), processor.eos_id()) != (PAD, UNK, BOS, EOS):
            raise NMTError(
                "the tokenizer's special ids are not the ones nmt uses: <pad> 0, <unk> 1, <s> 2, </s> 3; "
                "train one with nmt tokenizer train"
            )
        size = processor.vocab_size()
        self._bytes = frozenset(number for number in range(size) if processor.is_byte(number))
        self._without_text = frozenset([UNK, *(number for number in range(size) if processor.is_control(number))])

    @classmethod
    def load(cls, path: StrPath, *, control_symbols: Sequence[str] = ()) -> "Tokenizer":
        """The tokenizer in the file ``path``; NMTError if it is missing or damaged."""
        with open_binary(path) as stream:
            proto = stream.read()
        try:
            return cls(proto, control_symbols=control_symbols)
        except NMTError as error:
            raise NMTError(f"{path}: {error}") from error

    def save(self, path: StrPath) -> None:
        """Write the SentencePiece model to ``path``, all at once."""
        with atomic_writer(path) as stream:
            stream.write(self.proto)

    @property
    def vocabulary_size(self) -> int:
        """The number of ids."""
        size: int = self._processor.vocab_size()
        return size

    def encode(self, lines: Sequence[str], *, threads: int | None = None) -> list[list[int]]:
        """The ids of each line, without BOS and EOS; ``threads`` None uses all cores for many lines."""
        if self._bytes:
            lines = [_swap_space_mark(line) for line in lines]
        if threads is None:
            threads = 1 if len(lines) < 1000 else -1
        ids: list[list[int]] = self._processor.encode(list(lines), num_threads=threads)
        return ids

    def normalize(self, lines: Sequence[str]) -> list[str]:
        """``lines`` in the form in which the model learns and writes them; unchanged for normalization "none"."""
        if self._bytes:
            lines = [_swap_space_mark(line) for line in lines]
        marked = (self._processor.normalize(line) for line in lines)  # a mark for each space, and one at the front
        return [_swap_space_mark(line.replace(SPACE_MARK, " ").removeprefix(" ")) for line in marked]

    def subword_sampler(self, strength: float, fixed: Collection[int] = ()) -> "SubwordSampler":
        """A sampler of other segmentations of the same text; NMTError for "char" and "word" models."""
        from nmt.tokenization.subword_sampling import SubwordSampler

        if not self.can_sample:
            raise NMTError("this tokenizer has only one segmentation of a text; leave subword_sampling out")
        return SubwordSampler(learned_pieces(self._proto), merges=self._merges, strength=strength, fixed=fixed)

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """The text of each sequence of ids, without special ids and control symbols; line feeds become spaces."""
        plain = [[number for number in sequence if number not in self._without_text] for sequence in ids]
        if not plain:
            return []  # SentencePiece would treat the empty list as one sentence
        try:
            texts = self._processor.decode(plain)
        except IndexError:
            largest = max(number for sequence in plain for number in sequence)
            raise NMTError(f"id {largest} does not exist: the vocabulary has {self.vocabulary_size} ids") from None
        return [self._tidy(text, sequence) for text, sequence in zip(texts, plain, strict=True)]

    def source_spans(self, line: str) -> list[Span]:
        """The span in ``line`` of each subword that ``encode`` gives for it, without the spaces before it."""
        swapped = _swap_space_mark(line) if self._bytes else line
        _, spans = read_spans(self._processor.encode(swapped, out_type="serialized_proto"))
        return piece_spans(line, spans)

    def target_spans(self, ids: Sequence[int]) -> list[Span]:
        """The span of each of ``ids`` in the text that ``decode`` gives for them, without the spaces before it."""
        plain = [number for number in ids if number not in self._without_text]
        if not plain:
            return [(0, 0)] * len(ids)
        text, spans = read_spans(self._processor.decode(plain, out_type="serialized_proto"))
        removed = len(text) - len(self._tidy(text, plain))
        text_spans = iter(piece_spans(text, spans))
        all_spans = [(0, 0) if number in self._without_text else next(text_spans) for number in ids]
        return [(max(0, start - removed), max(0, end - removed)) for start, end in all_spans]

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The subword of each id; spaces are written as U+2581."""
        return list(self._processor.id_to_piece(list(ids)))

    def ids(self, pieces: Sequence[str]) -> list[int]:
        """The id of each subword, UNK if the vocabulary lacks it."""
        return list(self._processor.piece_to_id(list(pieces)))

    def _tidy(self, text: str, ids: Sequence[int]) -> str:
        if SPACE_MARK in text:
            # The "word" type also spells the space before an unknown word in bytes, even the space that SentencePiece
            # adds before the line.
            text = text.replace(SPACE_MARK, " ")
            if ids[0] in self._bytes:
                text = text.removeprefix(" ")
        return _swap_space_mark(text).replace("\n", " ")


def _swap_space_mark(text: str) -> str:
    return text.translate(_SWAP) if SPACE_MARK in text or _STAND_IN in text else text
