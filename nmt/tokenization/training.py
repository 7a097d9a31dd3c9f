"""Training a tokenizer: a sample of the text, a vocabulary size, and SentencePiece."""

import io
import logging
import math
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import sentencepiece

from nmt.errors import NMTError
from nmt.special_ids import BOS, EOS, PAD, UNK
from nmt.text.controls import replace_controls
from nmt.text.scripts import CJK_CHARACTERS
from nmt.tokenization.config import BYTES, SPECIALS, TokenizerConfig
from nmt.tokenization.normalization import fold, rules_table
from nmt.tokenization.sentencepiece_proto import without_rules_path
from nmt.tokenization.tokenizer import RESERVED, Tokenizer

logger = logging.getLogger(__name__)

# The share of the pieces that characters may take when a vocabulary size is given; the rest is for longer pieces.
_CHARACTER_SHARE = 0.5
# Characters of an alphabet with its punctuation and digits; a text with more characters needs more pieces.
_ALPHABET = 256
# The share of ideographic characters above which a text is treated as Chinese, Japanese or Korean.
_IDEOGRAPHIC_SHARE = 0.02
# The share of unknown characters in a text above which there is a warning.
_UNKNOWN_SHARE = 0.001
# A vocabulary of whole words needs about this many entries per subword of a subword vocabulary.
_WORDS_PER_SUBWORD = 4
# SentencePiece counts in 32 bits; no text supports this many.
_MOST_IDS = 10_000_000
# SentencePiece refuses pieces of about 8 KB, and the "word" type makes one of a line without spaces.
_MAX_TRAINING_CHARACTERS = 1000

_IDEOGRAPHIC = re.compile(f"[{CJK_CHARACTERS}]")


def choose_vocabulary_size(pairs: int) -> int:
    """The number of ids, special ids and bytes included, for a corpus of ``pairs`` sentence pairs.

    A power law: the more sentences, the more subwords can be learned. The 260 special ids and bytes are added, because
    they are rarely used and cost little.

    >>> [choose_vocabulary_size(pairs) for pairs in (20, 1_000, 29_000, 165_000, 2_000_000, 10_000_000)]
    [424, 1136, 4000, 8160, 23352, 32000]
    """
    size = len(SPECIALS) + BYTES + 3740 * math.pow(max(pairs, 1) / 29_000, 0.43)
    return min(32_000, 8 * round(size / 8))


def train_tokenizer(
    lines: Iterable[str], config: TokenizerConfig, *, pairs: int | None = None, control_symbols: Sequence[str] = ()
) -> Tokenizer:
    """A tokenizer learned from ``lines``, of both languages; the same lines give the same bytes.

    Each of ``control_symbols`` gets its own id and never matches text; ``symbols`` of ``config`` match text. If
    ``vocabulary_size`` is None it is chosen by ``pairs``, the size of the corpus; None: half the lines. A vocabulary
    larger than the text supports is reduced, with a warning. Raises NMTError if the text is empty or the vocabulary is
    too small for its characters.
    """
    all_symbols = replace(config, symbols=(*config.symbols, *control_symbols))  # they need ids as well
    sample, total = _sample(lines, config.sample_size)
    if total > len(sample):
        logger.info("the tokenizer learns from %s of %s lines, chosen at random", f"{len(sample):,}", f"{total:,}")
    unmatched = _unmatched(config, control_symbols)
    parts = [part for line in sample for part in _training_parts(line, config, unmatched)]
    counts = _character_counts(parts)
    if not counts:
        raise NMTError("there is no text to train a tokenizer on")
    size, covered = _choose_size(counts, all_symbols, total // 2 if pairs is None else pairs)
    _check_coverage(parts, counts, all_symbols, size, covered)
    if config.model_type != "word":
        # SentencePiece would take care of rare characters itself, but leaves out no more than 2 % of the text.
        rare = {ord(character): " " for character, _ in counts.most_common()[covered:]}
        parts = [part.translate(rare) for part in parts] if rare else parts
    proto = _train(parts, config, size, control_symbols)
    tokenizer = Tokenizer(proto, control_symbols=control_symbols)
    if config.vocabulary_size is not None and tokenizer.vocabulary_size < size:
        reached = f"{tokenizer.vocabulary_size:,}"
        logger.warning("the text supports a vocabulary of %s, not %s; using the smaller one", reached, f"{size:,}")
    return tokenizer


def _sample(lines: Iterable[str], size: int) -> tuple[list[str], int]:
    """``size`` lines chosen uniformly (Vitter's algorithm R) and the number of all lines."""
    generator = random.Random(1)  # noqa: S311 - a sample, not a secret
    sample: list[str] = []
    total = 0
    for total, line in enumerate(lines, start=1):
        if total <= size:
            sample.append(line)
        elif (index := generator.randrange(total)) < size:
            sample[index] = line
    return sample, total


def _unmatched(config: TokenizerConfig, control_symbols: Sequence[str]) -> re.Pattern[str]:
    """A pattern for the names of ids that never match text: special ids, bytes and ``control_symbols``."""
    names = "|".join(map(re.escape, [*SPECIALS.values(), *control_symbols]))
    return re.compile(f"{names}|<0x[0-9A-F]{{2}}>" if config.byte_fallback else names)


def _training_parts(line: str, config: TokenizerConfig, unmatched: re.Pattern[str]) -> list[str]:
    """``line`` prepared for SentencePiece, in parts that are not too long for it.

    SentencePiece would learn nothing from text that looks like one of its ids, so such text is divided after its
    first character.
    """
    text = replace_controls(line).translate(RESERVED)
    if config.normalization == "nfkc":
        text = fold(text)
    edges = [0, *(match.start() + 1 for match in unmatched.finditer(text)), len(text)]
    return [
        text[start : min(start + _MAX_TRAINING_CHARACTERS, end)]
        for first, end in pairwise(edges)
        for start in range(first, end, _MAX_TRAINING_CHARACTERS)
    ]


def _character_counts(parts: Sequence[str]) -> Counter[str]:
    """How often each character that is not a space occurs."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part)
    for space in [character for character in counts if character.isspace()]:
        del counts[space]
    return counts


def _choose_size(counts: Counter[str], config: TokenizerConfig, pairs: int) -> tuple[int, int]:
    """``(vocabulary size, number of characters that get a piece)``, chosen where the settings leave them open.

    All characters of an alphabet get a piece, except strays of less than one in a million. For Chinese, Japanese and
    Korean the usual 99.95 % of the text is covered, and the vocabulary grows by the characters beyond an alphabet.
    """
    total = counts.total()
    ideographs = sum(count for character, count in counts.items() if _IDEOGRAPHIC.match(character))
    if ideographs > _IDEOGRAPHIC_SHARE * total:
        covered = _number_covering(counts, 0.9995)
    else:
        covered = sum(count >= total * 1e-6 for count in counts.values())
    if config.character_coverage is not None:
        covered = _number_covering(counts, config.character_coverage)
    if config.vocabulary_size is not None:
        if config.character_coverage is not None:
            return config.vocabulary_size, covered
        room = config.vocabulary_size - config.reserved_ids
        share = 1.0 if config.model_type == "char" else _CHARACTER_SHARE
        return config.vocabulary_size, min(covered, max(1, int(share * room) - 1))  # one for the space mark
    if config.model_type == "char":
        return config.reserved_ids + len(counts) + 1, covered
    subwords = choose_vocabulary_size(pairs) - len(SPECIALS) - BYTES
    if config.model_type == "word":
        subwords *= _WORDS_PER_SUBWORD
    return config.reserved_ids + max(subwords + max(0, covered - _ALPHABET), 2 * covered), covered


def _check_coverage(
    parts: Sequence[str], counts: Counter[str], config: TokenizerConfig, size: int, covered: int
) -> None:
    """NMTError if ``size`` ids are too few for the requested coverage; a warning if many characters are unknown."""
    if config.model_type == "word":
        return
    # The space mark needs a piece, too, and so do other spaces, which "none" keeps.
    spaces = {character for part in parts for character in set(part) if character.isspace() and character != " "}
    fixed = config.reserved_ids + 1 + len(spaces)
    if config.character_coverage is not None and size < fixed + covered:
        raise NMTError(
            f"with a character_coverage of {config.character_coverage}, {covered:,} characters of this text need an id "
            f"each, so vocabulary_size must be at least {fixed + covered:,}, not {size:,}; or leave one of the two out"
        )
    unknown = sum(count for _, count in counts.most_common()[covered:]) / counts.total()
    if not config.byte_fallback and config.character_coverage is None and unknown > _UNKNOWN_SHARE:
        logger.warning(
            "without byte_fallback %.1f %% of the characters of this text are unknown; a vocabulary of %s has room for "
            "all of them, with a character_coverage of 1",
            100 * unknown,
            f"{fixed + len(counts):,}",
        )


def _number_covering(counts: Counter[str], share: float) -> int:
    """How many characters, the most frequent first, make up ``share`` of the text."""
    remaining = share * counts.total()
    for number, (_, count) in enumerate(counts.most_common(), start=1):
        remaining -= count
        if remaining <= 0:
            return number
    return len(counts)


def _train(parts: Sequence[str], config: TokenizerConfig, size: int, control_symbols: Sequence[str]) -> bytes:
    """The bytes of a SentencePiece model; its RuntimeErrors become NMTErrors."""
    sentencepiece.set_min_log_level(3)
    model = io.BytesIO()
    options: dict[str, Any] = {
        "model_type": config.model_type,
        "vocab_size": min(size, _MOST_IDS),
        "hard_vocab_limit": False,
        "character_coverage": 1.0,
        "byte_fallback": config.byte_fallback,
        "user_defined_symbols": list(dict.fromkeys(config.symbols)),
        "control_symbols": list(dict.fromkeys(control_symbols)),
        # Numbers are spelled digit by digit, so that unseen numbers can be copied.
        "split_digits": True,
        **{"pad_id": PAD, "unk_id": UNK, "bos_id": BOS, "eos_id": EOS},
        "max_sentence_length": 8 * _MAX_TRAINING_CHARACTERS,
        # Sums are divided among threads: another number of threads would change their last digits.
        "num_threads": 4,
        "minloglevel": 3,
    }
    try:
        with tempfile.TemporaryDirectory() as folder:
            if config.normalization == "none":
                options |= {"normalization_rule_name": "identity", "remove_extra_whitespaces": False}
            else:
                rules = Path(folder, "rules.tsv")
                rules.write_text(rules_table(), encoding="utf-8")
                options["normalization_rule_tsv"] = str(rules)
            sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(parts), model_writer=model, **options)
    except RuntimeError as error:
        reason = str(error).rpartition("] ")[2].strip()
        raise NMTError(f"a tokenizer with {size:,} ids cannot be trained on this text: {reason or error}") from error
    except OSError as error:
        directory = tempfile.gettempdir()
        raise NMTError(
            f"cannot write a temporary file in {directory}: {error.strerror}; free some space there"
        ) from error
    return without_rules_path(model.getvalue())
