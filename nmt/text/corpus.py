"""Parallel corpora: pairs from files, what is dropped and why, and the part held out for validation.

Knows nothing of subwords and of how lines are stored.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from nmt.errors import NMTError
from nmt.text.lines import StrPath, read_lines

# Bytes by which one side may be longer than the ratio allows, so that no short sentence falls to it.
_RATIO_SLACK = 60


class Pair(NamedTuple):
    """A sentence and its translation."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class FilterConfig:
    """Which pairs are not worth training on."""

    # Characters of the longer side; above it a line is a document, or several lines lost their ends.
    max_characters: int = 3000
    # Subwords of the longer side; applied where a tokenizer is at hand, not by filter_pairs.
    max_length: int = 256
    # Of UTF-8 bytes, longer to shorter. Scripts differ up to threefold (Burmese to English), so this is generous.
    max_ratio: float = 6.0
    # Whether the second and later copies of a pair are dropped.
    deduplicate: bool = True

    def __post_init__(self) -> None:
        for name in ("max_characters", "max_length"):
            if getattr(self, name) < 1:
                raise NMTError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not self.max_ratio >= 1:
            raise NMTError(f"max_ratio must be at least 1, not {self.max_ratio}")


@dataclass
class CorpusReport:
    """How many pairs were read, kept, and dropped for which reason."""

    read: int = 0
    kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str, count: int = 1) -> None:
        """Count pairs as dropped for ``reason``."""
        self.dropped[reason] = self.dropped.get(reason, 0) + count

    def summary(self) -> str:
        """Such as ``1,000 pairs read, 990 kept; dropped: 8 duplicate, 2 empty``."""
        text = f"{self.read:,} {'pair' if self.read == 1 else 'pairs'} read, {self.kept:,} kept"
        reasons = sorted(self.dropped.items(), key=lambda item: (-item[1], item[0]))
        return f"{text}; dropped: {', '.join(f'{n:,} {reason}' for reason, n in reasons)}" if reasons else text


def read_pairs(sources: Sequence[StrPath], targets: Sequence[StrPath]) -> Iterator[Pair]:
    """The pairs of line-aligned files, one pair of files after the other.

    Raises NMTError if the numbers of files or, once the shorter file of a pair ends, of lines differ.
    """
    if len(sources) != len(targets):
        raise NMTError(
            f"{len(sources)} source files but {len(targets)} target files; give as many of one as of the other"
        )
    for source, target in zip(sources, targets, strict=True):
        yield from _read_file_pair(source, target)


def _read_file_pair(source: StrPath, target: StrPath) -> Iterator[Pair]:
    if str(source) == str(target) == "-":
        raise NMTError("source and target cannot both be standard input")
    counts = [0, 0]
    for source_line, target_line in zip_longest(read_lines(source), read_lines(target)):
        counts[0] += source_line is not None
        counts[1] += target_line is not None
        if source_line is not None and target_line is not None:
            yield Pair(source_line, target_line)
    if counts[0] != counts[1]:
        raise NMTError(
            f"{source} has {counts[0]:,} lines but {target} has {counts[1]:,}; "
            "line N of one must be the translation of line N of the other"
        )


def read_tsv(paths: Sequence[StrPath]) -> Iterator[Pair]:
    """The first two columns of tab-separated files; a blank line is an empty pair.

    Raises NMTError naming file and line where the tab is missing.
    """
    for path in paths:
        for number, line in enumerate(read_lines(path), start=1):
            columns = line.split("\t", maxsplit=2)
            if len(columns) < 2 and line.strip():
                raise NMTError(
                    f"{path}:{number}: no tab; each line must be a source sentence, a tab and its translation"
                )
            yield Pair(columns[0], columns[1] if len(columns) > 1 else "")


def filter_pairs(pairs: Iterable[Pair], config: FilterConfig, report: CorpusReport) -> Iterator[Pair]:
    """The pairs worth training on; ``report`` is told of each one, kept or dropped, and why.

    Seen pairs are remembered by 16-byte digests, about 100 bytes of memory a pair.
    """
    seen: set[bytes] = set()
    for pair in pairs:
        report.read += 1
        reason = _fault(pair, config)
        if reason is None and config.deduplicate:
            digest = _digest(pair)
            if digest in seen:
                reason = "duplicate"
            seen.add(digest)
        if reason is not None:
            report.drop(reason)
            continue
        report.kept += 1
        yield pair


def _fault(pair: Pair, config: FilterConfig) -> str | None:
    """Why ``pair`` is dropped by what it holds itself, or None."""
    if not pair.source.strip() or not pair.target.strip():
        return "empty"
    if max(len(pair.source), len(pair.target)) > config.max_characters:
        return "too long"
    # Bytes rather than characters: a Chinese character says about as much as three Latin letters, and is three bytes.
    short, long = sorted((len(pair.source.encode()), len(pair.target.encode())))
    return "length ratio" if long > config.max_ratio * short + _RATIO_SLACK else None


def _digest(pair: Pair, key: bytes = b"") -> bytes:
    return hashlib.blake2b("\n".join(pair).encode(), digest_size=16, key=key).digest()


def default_held_out_size(pairs: int) -> int:
    """Pairs to hold out for validation when none are given: one in twenty, at most a thousand.

    >>> [default_held_out_size(pairs) for pairs in (1, 20, 1_000, 30_000, 2_000_000)]
    [0, 1, 50, 1000, 1000]
    """
    return min(1000, pairs // 20)


def split_held_out(pairs: list[Pair], *, size: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """``(train, held_out)``: up to ``size`` pairs for validation and what may be trained on beside them.

    Which pairs are held out depends on ``seed`` and on what they hold, not on their order. A pair that shares a
    sentence with a held-out one is in neither part; sentences that stand in many pairs are not held out, they
    would take much of the corpus with them. Sentences are compared without regard to case and spacing.
    """
    if size <= 0:
        return list(pairs), []
    if size >= len(pairs):
        raise NMTError(
            f"{size:,} of {len(pairs):,} pairs cannot be held out for validation: none would be left to train on"
        )
    keys = [Pair(_sentence_key(pair.source), _sentence_key(pair.target)) for pair in pairs]
    source_counts = Counter(key.source for key in keys)
    target_counts = Counter(key.target for key in keys)
    salt = str(seed).encode()
    order = sorted(range(len(pairs)), key=lambda index: (_digest(pairs[index], salt), index))
    limit = max(2, len(pairs) // (20 * size))
    held_out: list[int] = []
    sources: set[str] = set()
    targets: set[str] = set()
    for index in order:
        source, target = keys[index]
        if len(held_out) == size:
            break
        if source in sources or target in targets or max(source_counts[source], target_counts[target]) > limit:
            continue
        held_out.append(index)
        sources.add(source)
        targets.add(target)
    train = [
        pair for pair, key in zip(pairs, keys, strict=True) if key.source not in sources and key.target not in targets
    ]
    return train, [pairs[index] for index in sorted(held_out)]


def _sentence_key(sentence: str) -> str:
    return " ".join(sentence.casefold().split())
