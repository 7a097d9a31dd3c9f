"""Selecting the pairs to train on and the pairs to hold out, by hashes and in bounded memory.

A pair takes one byte in memory, its state, and three hashes in a scratch file that is read a few times from start to
end. The probability that any two of ten million different pairs have the same 64-bit hash is three in a million.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.blocks import Block
from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.pairs import CorpusReport, FilterConfig, Pair, drop_reason, pair_hash, sentence_hash
from nmt.errors import NMTError

States = NDArray[np.uint8]
Hashes = NDArray[np.uint64]  # (N, 3), columns as below

# The state of a pair: kept, dropped for a reason (its position in this table, from 1), or held out.
REASONS = (DropReason.EMPTY, DropReason.TOO_LONG, DropReason.LENGTH_RATIO, DropReason.DUPLICATE)
KEPT = 0
DUPLICATE = 1 + REASONS.index(DropReason.DUPLICATE)
HELD_OUT, SHARES_SENTENCE = len(REASONS) + 1, len(REASONS) + 2

_PAIR, _SOURCE, _TARGET = range(3)
_ROW_BYTES = 3 * 8
_NOTHING = bytes(_ROW_BYTES)
_CHUNK = 1 << 18  # rows read at once
_SORTED_AT_ONCE = 1 << 23  # rows


class Scan(NamedTuple):
    """States ``(N,)`` and hashes ``(N, 3)`` of the pairs of a block; the hashes of dropped pairs are 0."""

    corpus: int
    states: States
    hashes: Hashes


def scan_block(block: Block, config: FilterConfig, seed: int) -> Scan:
    """Filter and hash the pairs of a block; ``seed`` decides in which order pairs are held out."""
    return Scan(block.corpus, *scan_pairs(block.pairs(), config, seed))


def scan_pairs(pairs: Sequence[Pair], config: FilterConfig, seed: int) -> tuple[States, Hashes]:
    """States and hashes of ``pairs``."""
    states = np.zeros(len(pairs), dtype=np.uint8)
    rows: list[bytes] = []
    for index, pair in enumerate(pairs):
        reason = drop_reason(pair, config)
        if reason is None:
            rows += pair_hash(pair, seed), sentence_hash(pair.source), sentence_hash(pair.target)
        else:
            states[index] = 1 + REASONS.index(reason)
            rows.append(_NOTHING)
    # Big-endian, so that the numbers sort like the bytes.
    return states, np.frombuffer(b"".join(rows), dtype=">u8").astype(np.uint64).reshape(-1, 3)


class PairSelection:
    """The states of all pairs, in the order they were added; a context manager with a scratch file."""

    def __init__(self, directory: Path, *, corpora: int = 1, tags: Sequence[str] = ()) -> None:
        """Create the scratch file in ``directory``, for this number of ``corpora``; NMTError if that fails.

        ``tags`` are the tags of the corpora; empty if they have none.
        """
        try:
            self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=directory))  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise NMTError(f"cannot create a scratch file in {directory}: {error.strerror}") from error
        self._directory = directory
        self._parts: list[States] = []
        self._states: States | None = None
        self.sizes = [0] * corpora  # pairs of each corpus
        _, self._tags = np.unique(tags or [""] * corpora, return_inverse=True)  # as numbers from 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # on a full disk; the file is no longer needed
            self._file.close()

    def add(self, scan: Scan) -> None:
        """Add the scan of a block."""
        self.sizes[scan.corpus] += len(scan.states)
        self._parts.append(scan.states)
        self._states = None
        try:
            self._file.write(scan.hashes.tobytes())
            self._file.flush()
        except OSError as error:
            raise NMTError(
                f"the scratch file in {self._directory} cannot be written: {error.strerror}; free some space there"
            ) from error

    @property
    def states(self) -> States:
        """The state of each pair ``(N,)``."""
        if self._states is None:
            self._states = np.concatenate([np.zeros(0, dtype=np.uint8), *self._parts])
            self._parts = [self._states]
        return self._states

    def reports(self) -> list[CorpusReport]:
        """A report for each corpus; held-out pairs count as kept."""
        reports = []
        for states in np.split(self.states, np.cumsum(self.sizes)[:-1]):
            counts = np.bincount(states, minlength=SHARES_SENTENCE + 1).tolist()
            dropped = {str(reason): count for reason, count in zip(REASONS, counts[1:], strict=False) if count}
            kept = counts[KEPT] + counts[HELD_OUT] + counts[SHARES_SENTENCE]
            reports.append(CorpusReport(read=len(states), kept=kept, dropped=dropped))
        return reports

    def corpora_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The index of the corpus of each of ``rows``."""
        return np.searchsorted(np.cumsum(self.sizes), rows, side="right").astype(np.int64)

    def drop_duplicates(self, weights: Sequence[float] = ()) -> None:
        """Keep one of each set of equal pairs with the same tag: the first in the corpus with the highest weight.

        ``weights`` are the weights of the corpora; empty if they are equal.
        """
        corpora = len(self.sizes)
        # Corpora with the same tag get adjacent ranks; the first of them keeps its pairs.
        ranks = np.zeros(corpora, dtype=np.uint16)
        ranks[np.lexsort((np.arange(corpora), -np.array(weights or [1.0] * corpora), self._tags))] = np.arange(corpora)
        parts = -(-len(self.states) // _SORTED_AT_ONCE)
        for part in range(parts):
            kept = []
            for first, states, hashes in self._chunks():
                pairs = hashes[:, _PAIR]
                bucket = ((pairs >> np.uint64(32)) * np.uint64(parts)) >> np.uint64(32)
                rows = np.flatnonzero((states == KEPT) & (bucket == part))
                kept.append((pairs[rows], first + rows))
            pairs, rows = (np.concatenate(column) for column in zip(*kept, strict=True))
            corpus_of_row = self.corpora_of(rows).astype(np.uint16)
            ranked = np.argsort(ranks[corpus_of_row], kind="stable")
            order = ranked[np.argsort(pairs[ranked], kind="stable")]
            tags = self._tags[corpus_of_row[order]]
            later = (pairs[order[1:]] == pairs[order[:-1]]) & (tags[1:] == tags[:-1])
            self.states[rows[order[1:][later]]] = DUPLICATE

    def hold_out(self, size: int, *, corpora: Sequence[int]) -> NDArray[np.int64]:
        """Hold out up to ``size`` pairs of ``corpora``; returns their row numbers.

        Which pairs these are depends on the seed and on their text, not on their order. Pairs that share a sentence
        with a held-out pair are removed from training. Sentences that occur in many pairs are not held out, because
        too many pairs would be removed. Case and spacing are ignored when sentences are compared.
        """
        kept = int((self.states == KEPT).sum())
        limit = max(2, kept // (20 * size)) * self._different_tags  # a pair may occur once with each tag
        candidates = 8 * size
        while True:
            rows, hashes = self._first_in_order(candidates, corpora)
            chosen = self._choose(hashes, size, limit)
            if len(chosen) == size or len(rows) < candidates:
                break
            candidates *= 8
        sources, targets = (np.sort(hashes[chosen, column]) for column in (_SOURCE, _TARGET))
        for first, states, chunk in self._chunks():
            shares = is_in(chunk[:, _SOURCE], sources) | is_in(chunk[:, _TARGET], targets)
            self.states[first + np.flatnonzero((states == KEPT) & shares)] = SHARES_SENTENCE
        held_out = np.sort(rows[chosen])
        self.states[held_out] = HELD_OUT
        return held_out

    def count_known(self, pairs: Sequence[Pair], seed: int) -> int:
        """How many of ``pairs`` are among the kept pairs, which were scanned with ``seed``."""
        queries = np.frombuffer(b"".join(pair_hash(pair, seed) for pair in pairs), dtype=">u8").astype(np.uint64)
        distinct = np.unique(queries)
        matches = [np.zeros(0, dtype=np.uint64)]
        for _, states, hashes in self._chunks():
            kept = hashes[states == KEPT, _PAIR]
            matches.append(kept[is_in(kept, distinct)])
        return int(np.isin(queries, np.concatenate(matches)).sum())

    @property
    def _different_tags(self) -> int:
        return int(self._tags.max(initial=0)) + 1

    def _chunks(self) -> Iterator[tuple[int, States, Hashes]]:
        """``(number of the first row, states, hashes)`` of consecutive chunks of rows."""
        self._file.seek(0)
        for first in range(0, len(self.states), _CHUNK):
            states = self.states[first : first + _CHUNK]
            raw = self._file.read(len(states) * _ROW_BYTES)
            yield first, states, np.frombuffer(raw, dtype=np.uint64).reshape(-1, 3)

    def _first_in_order(self, count: int, corpora: Sequence[int]) -> tuple[NDArray[np.int64], Hashes]:
        """Row numbers and hashes of the ``count`` pairs of ``corpora`` with the smallest hashes.

        Copies with different tags take turns at being first.
        """
        rows, hashes = np.zeros(0, dtype=np.int64), np.zeros((0, 3), dtype=np.uint64)
        for first, states, chunk in self._chunks():
            new_rows = first + np.flatnonzero(states == KEPT)
            new_rows = new_rows[np.isin(self.corpora_of(new_rows), corpora)]
            rows, hashes = np.concatenate([rows, new_rows]), np.concatenate([hashes, chunk[new_rows - first]])
            pairs = hashes[:, _PAIR]
            turns = (self._tags[self.corpora_of(rows)].astype(np.uint64) + pairs) % np.uint64(self._different_tags)
            best = np.lexsort((turns, pairs))[:count]
            rows, hashes = rows[best], hashes[best]
        return rows, hashes

    def _choose(self, candidates: Hashes, size: int, limit: int) -> list[int]:
        """The first ``size`` candidates that share no sentence with one before them nor with over ``limit`` pairs."""
        common = np.maximum(*(self._count(candidates[:, column], column) for column in (_SOURCE, _TARGET))) > limit
        chosen: list[int] = []
        sources: set[int] = set()
        targets: set[int] = set()
        for index, (source, target) in enumerate(candidates[:, _SOURCE:].tolist()):
            if len(chosen) == size:
                break
            if not common[index] and source not in sources and target not in targets:
                chosen.append(index)
                sources.add(source)
                targets.add(target)
        return chosen

    def _count(self, sentences: Hashes, column: int) -> NDArray[np.int64]:
        """The number of kept pairs that have each of ``sentences`` in ``column``."""
        distinct, indexes = np.unique(sentences, return_inverse=True)
        counts = np.zeros(len(distinct), dtype=np.int64)
        for _, states, hashes in self._chunks():
            kept = hashes[states == KEPT, column]
            matches = np.searchsorted(distinct, kept[is_in(kept, distinct)])
            counts += np.bincount(matches, minlength=len(distinct))
        return counts[indexes]


def spread_sample(total: int, size: int, seed: int) -> NDArray[np.int64]:
    """``size`` numbers below ``total``: a random one from each of ``size`` equal parts."""
    edges = np.arange(size + 1, dtype=np.int64) * total // size
    return edges[:-1] + (np.random.default_rng(seed).random(size) * np.diff(edges)).astype(np.int64)


def is_in(values: Hashes, ordered: Hashes) -> NDArray[np.bool_]:
    """Which ``values`` are in ``ordered``, which is sorted."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    positions = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return cast(NDArray[np.bool_], ordered[positions] == values)
