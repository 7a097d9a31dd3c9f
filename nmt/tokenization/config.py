"""The settings of a tokenizer; does not import SentencePiece, so that help and settings files load without it."""

import unicodedata
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.special_ids import BOS, EOS, PAD, UNK

MODEL_TYPES = ("unigram", "bpe", "char", "word")
SAMPLED_TYPES = ("unigram", "bpe")  # types with several segmentations of a text
NORMALIZATIONS = ("nfkc", "none")

SPECIALS = {PAD: "<pad>", UNK: "<unk>", BOS: "<s>", EOS: "</s>"}
BYTES = 256  # ids used by byte_fallback


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """The settings of a tokenizer."""

    # Unigram is the best type for small corpora; "bpe", "char" and "word" are for comparison.
    model_type: str = "unigram"
    # Ids in all, special ids and bytes included; None chooses by the size of the corpus.
    vocabulary_size: int | None = None
    # "nfkc": one code for what looks the same, single spaces; "none": text is restored exactly as it was.
    normalization: str = "nfkc"
    # Characters without a piece are spelled in UTF-8 bytes (256 of the ids), so that no character is unknown.
    byte_fallback: bool = True
    # Share of the text's characters that get a piece of their own; None chooses by script and vocabulary size.
    character_coverage: float | None = None
    # Texts that always stay one piece.
    symbols: tuple[str, ...] = ()
    # The most lines to learn from; larger texts are sampled at random.
    sample_size: int = 500_000

    def __post_init__(self) -> None:
        if self.model_type not in MODEL_TYPES:
            raise NMTError(f"model_type must be one of {', '.join(MODEL_TYPES)}, not {self.model_type!r}")
        if self.normalization not in NORMALIZATIONS:
            raise NMTError(f"normalization must be one of {', '.join(NORMALIZATIONS)}, not {self.normalization!r}")
        if self.character_coverage is not None and not 0 < self.character_coverage <= 1:
            raise NMTError(f"character_coverage must be above 0 and at most 1, not {self.character_coverage}")
        if self.character_coverage is not None and self.model_type == "word":
            raise NMTError("a tokenizer of whole words has no pieces for characters; leave character_coverage out")
        if self.sample_size < 1:
            raise NMTError(f"sample_size must be at least 1, not {self.sample_size}")
        for symbol in self.symbols:
            if not symbol or symbol in SPECIALS.values() or not all(map(_is_visible, symbol)):
                raise NMTError(
                    f"{symbol!r} cannot be a symbol: it is empty, contains a space, a control character or invalid "
                    "UTF-8, or is one of the special ids"
                )
        if self.vocabulary_size is not None and self.vocabulary_size < self.reserved_ids + 2:
            raise NMTError(
                f"a vocabulary of {self.vocabulary_size} is too small: special ids, bytes (with byte_fallback) and "
                f"symbols take {self.reserved_ids}; give at least {self.reserved_ids + 2}"
            )

    @property
    def reserved_ids(self) -> int:
        """The number of ids that no subword of the text can have: special ids, bytes and symbols."""
        return len(SPECIALS) + (BYTES if self.byte_fallback else 0) + len(set(self.symbols))


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cs")
