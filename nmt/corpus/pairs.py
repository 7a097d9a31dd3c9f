"""Pairs of a parallel corpus: how they are made from text, dropped, counted, and identified by hashes."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nmt.corpus.drop_reasons import DropReason
from nmt.errors import NMTError
from nmt.text.controls import clean_text
from nmt.tokenization.normalization import comparable

# Bytes by which one side may be longer than the ratio allows, so that the ratio drops no short sentences.
RATIO_SLACK = 60
# Characters of a segment that is imported; anything longer is not a sentence, and is not kept in memory.
LONGEST_SEGMENT = 100_000


class Pair(NamedTuple):
    """A sentence and its translation."""

    source: str
    target: str


class Unit(NamedTuple):
    """A translation unit, which all importers produce: a pair of lines, or the reason why it was skipped."""

    source: str = ""
    target: str = ""
    skipped: str = ""


Units = Iterator[Unit]


def unit_of(source: str, target: str) -> Unit:
    """The unit of two texts, whose line ends become spaces; skipped if a side is empty or too long."""
    if max(len(source), len(target)) > LONGEST_SEGMENT:
        return Unit(skipped=DropReason.TOO_LONG)
    source, target = (clean_text(text).strip() for text in (source, target))
    if not source or not target:
        return Unit(skipped="untranslated" if source else DropReason.EMPTY)
    return Unit(source, target)


@dataclass(frozen=True, kw_only=True)
class FilterConfig:
    """Limits for training pairs; others are dropped."""

    # Characters of the longer side; a longer line is a document, or several lines without line ends.
    max_characters: int = 3000
    # Subwords of the longer side; applied when the corpus is encoded, not by drop_reason.
    max_length: int = 256
    # Of UTF-8 bytes, longer to shorter. Scripts differ up to threefold (Burmese to English), so the limit is high.
    max_ratio: float = 6.0
    # Whether to drop all copies of a pair but the first.
    deduplicate: bool = True

    def __post_init__(self) -> None:
        for name in ("max_characters", "max_length"):
            if getattr(self, name) < 1:
                raise NMTError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not self.max_ratio >= 1:
            raise NMTError(f"max_ratio must be at least 1, not {self.max_ratio}")


@dataclass
class CorpusReport:
    """Counts of pairs: read, kept, and dropped by reason."""

    read: int = 0
    kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str, count: int = 1) -> None:
        """Count ``count`` pairs as dropped for ``reason``."""
        self.dropped[reason] = self.dropped.get(reason, 0) + count

    def summary(self) -> str:
        """A text such as ``1,000 pairs read, 990 kept; dropped: 8 duplicate, 2 empty``."""
        text = f"{self.read:,} {'pair' if self.read == 1 else 'pairs'} read, {self.kept:,} kept"
        reasons = sorted(self.dropped.items(), key=lambda item: (-item[1], item[0]))
        return f"{text}; dropped: {', '.join(f'{n:,} {reason}' for reason, n in reasons)}" if reasons else text


def total_of(reports: Iterable[CorpusReport]) -> CorpusReport:
    """The sum of ``reports``."""
    summed = CorpusReport()
    for report in reports:
        summed.read += report.read
        summed.kept += report.kept
        for reason, count in report.dropped.items():
            summed.drop(reason, count)
    return summed


def drop_reason(pair: Pair, config: FilterConfig) -> DropReason | None:
    """Why ``pair`` is dropped for its own text, or None; lengths are those of the ``comparable`` text."""
    pair = Pair(*map(comparable, pair))
    if not pair.source.strip() or not pair.target.strip():
        return DropReason.EMPTY
    if max(len(pair.source), len(pair.target)) > config.max_characters:
        return DropReason.TOO_LONG
    # Bytes, not characters: a Chinese character carries about as much as three Latin letters, and has three bytes.
    short, long = sorted((len(pair.source.encode()), len(pair.target.encode())))
    return DropReason.LENGTH_RATIO if long > config.max_ratio * short + RATIO_SLACK else None


def pair_hash(pair: Pair, seed: int) -> bytes:
    """Eight bytes that identify a pair, in its ``comparable`` form, and sort pairs in an order given by ``seed``."""
    text = "\n".join(map(comparable, pair))
    return hashlib.blake2b(text.encode(), digest_size=16, key=str(seed).encode()).digest()[:8]


def sentence_hash(sentence: str) -> bytes:
    """Eight bytes that identify a sentence, ignoring case, spacing and Unicode normalisation."""
    return hashlib.blake2b(" ".join(comparable(sentence).casefold().split()).encode(), digest_size=8).digest()


def default_held_out_size(pairs: int) -> int:
    """The number of pairs to hold out for validation if none are given: one in twenty, at most a thousand.

    >>> [default_held_out_size(pairs) for pairs in (1, 20, 1_000, 30_000, 2_000_000)]
    [0, 1, 50, 1000, 1000]
    """
    return min(1000, pairs // 20)


def check_aligned(counts: Mapping[str, int]) -> None:
    """Raise an NMTError, with both counts, unless all texts (by name) have the same number of lines, not 0."""
    (first, expected), *others = counts.items()
    for name, count in others:
        if count != expected:
            raise NMTError(
                f"the line counts differ: {first} has {expected:,}, {name} has {count:,}; "
                "they must be aligned line by line"
            )
    if not expected:
        raise NMTError(f"there is nothing to score: {first} has no lines")
