"""A parallel corpus as memory-mapped arrays of token ids, encoded once."""

import json
import mmap
import os
import shutil
import zlib
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.tokenization import ragged

SIDES = ("source", "target")
KINDS = ("ids", "starts", "lengths")  # the files of each side
START_TYPE = np.dtype("<i8")
ID_TYPES = {name: np.dtype(name) for name in ("uint16", "uint32")}
# What reading facts that are cut short, altered or of something else can raise.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
Ids = NDArray[np.integer]
Lengths = NDArray[np.integer]
EncodedPair = tuple[list[int], list[int]]

FACTS = "corpus.json"
# Sentences read from a file before its pages are given back. The system maps 64 KiB around each place that is read.
_READS_BEFORE_RELEASE = 1024
_BLOCK = 1 << 20  # bytes that a checksum is taken of at a time


class Mapping:
    """A file in memory that stays resident only in part, whatever is read of it."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if there is no such file, ValueError if it is empty."""
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._reads = 0

    def array(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """The whole file as numbers."""
        return np.frombuffer(self._map, dtype=dtype)

    def note_reads(self, number: int) -> None:
        """So many more places have been read; now and then the pages around them are let go."""
        self._reads += number
        if self._reads >= _READS_BEFORE_RELEASE and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)  # of a mapped file: what is read again comes from the page cache
            self._reads = 0


@dataclass(frozen=True)
class EncodedSide:
    """One side: the ids of all sentences end to end, where each begins, and how long each is (N,)."""

    ids: Ids
    starts: NDArray[np.int64]
    lengths: Lengths
    mappings: tuple[Mapping, ...] = ()

    def take(self, sentences: NDArray[np.integer]) -> "Sentences":
        """The ids of ``sentences`` (B,), end to end."""
        lengths = self.lengths[sentences].astype(np.int64)
        ids = self.ids[ragged.places(self.starts[sentences], lengths)]
        for mapping in self.mappings:
            mapping.note_reads(len(sentences))
        return Sentences(ids, lengths)

    def padded(self, sentences: NDArray[np.integer], *, width: int, first: int) -> NDArray[np.int64]:
        """The ids of ``sentences`` (B,) as (B, width), written from column ``first`` on, 0 elsewhere."""
        ids, lengths = self.take(sentences)
        padded = np.zeros((len(sentences), width), dtype=np.int64)
        padded[np.repeat(np.arange(len(sentences)), lengths), ragged.places(np.full_like(lengths, first), lengths)] = (
            ids
        )
        return padded


@dataclass(frozen=True)
class EncodedCorpus:
    """N aligned sentence pairs as ids without BOS and EOS; several corpora stand one after the other.

    ``sizes`` are the pairs of each corpus and ``weights`` how often each comes in an epoch; left out, all once.
    """

    source: EncodedSide
    target: EncodedSide
    sizes: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.source.lengths)


class Sentences(NamedTuple):
    """The ids of some sentences end to end, and the length of each."""

    ids: Ids
    lengths: Lengths


class EncodedBlock(NamedTuple):
    """Some pairs of one corpus, and how many others were left out, by reason."""

    corpus: int
    source: Sentences
    target: Sentences
    dropped: dict[str, int]


def make_block(
    pairs: Sequence[EncodedPair], *, vocabulary_size: int, corpus: int = 0, dropped: dict[str, int] | None = None
) -> EncodedBlock:
    """``pairs`` as compact arrays."""
    dtype = np.dtype(np.uint16 if vocabulary_size <= 1 << 16 else np.uint32)
    source, target = (_concatenated([pair[side] for pair in pairs], dtype) for side in (0, 1))
    return EncodedBlock(corpus, source, target, dropped or {})


def _concatenated(sentences: Sequence[Sequence[int]], dtype: np.dtype[Any]) -> Sentences:
    lengths = np.fromiter(map(len, sentences), dtype=np.uint32, count=len(sentences))
    return Sentences(np.fromiter(chain.from_iterable(sentences), dtype=dtype, count=int(lengths.sum())), lengths)


def encoded_in_memory(pairs: Sequence[EncodedPair]) -> EncodedCorpus:
    """A small corpus, such as validation text, without files."""
    _, *sides, _ = make_block(pairs, vocabulary_size=1 << 32)
    source, target = (EncodedSide(ids, np.cumsum(lengths, dtype=np.int64) - lengths, lengths) for ids, lengths in sides)
    return EncodedCorpus(source, target)


class _SideWriter:
    """Appends to the three files of one side, and remembers only sums."""

    def __init__(self, directory: Path, side: str, length_type: np.dtype[Any], files: ExitStack) -> None:
        self._ids, self._starts, self._lengths = (
            files.enter_context((directory / f"{side}.{kind}").open("wb")) for kind in KINDS
        )
        self._length_type = length_type
        self.id_type: np.dtype[Any] = np.dtype(np.uint16)
        self.total = 0
        self.checksums = dict.fromkeys(KINDS, 0)  # CRC-32

    def write(self, sentences: Sentences) -> None:
        starts = self.total + np.cumsum(sentences.lengths, dtype=np.int64) - sentences.lengths
        arrays = (sentences.ids, starts.astype(START_TYPE), sentences.lengths.astype(self._length_type))
        for kind, file, array in zip(KINDS, (self._ids, self._starts, self._lengths), arrays, strict=True):
            content = array.tobytes()
            file.write(content)
            self.checksums[kind] = zlib.crc32(content, self.checksums[kind])
        self.id_type = sentences.ids.dtype
        self.total += len(sentences.ids)

    def sync(self) -> None:
        """Have the disk hold all of it, so that a name given later is that of whole files."""
        for file in (self._ids, self._starts, self._lengths):
            file.flush()
            os.fsync(file.fileno())


@dataclass
class EncodedCounts:
    """What was written: pairs of each corpus, and those left out by reason."""

    sizes: list[int] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


def write_encoded_corpus(
    directory: Path, blocks: Iterable[EncodedBlock], *, max_length: int, corpora: int = 1, key: str
) -> EncodedCounts:
    """Write ``blocks`` below ``directory``, which appears only when whole.

    ``max_length`` is the most ids of a sentence, ``corpora`` the number of corpora, ``key`` names what all was made
    from. A full disk and the like is an NMTError.
    """
    beside = directory.with_name(directory.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        counts = _write_blocks(beside, blocks, np.dtype(np.uint16 if max_length < 1 << 16 else np.uint32), corpora, key)
        shutil.rmtree(directory, ignore_errors=True)
        beside.replace(directory)
        return counts
    except OSError as error:
        raise NMTError(f"cannot write the encoded corpus {directory}: {error.strerror}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write_blocks(
    directory: Path, blocks: Iterable[EncodedBlock], length_type: np.dtype[Any], corpora: int, key: str
) -> EncodedCounts:
    counts = EncodedCounts(sizes=[0] * corpora)
    with ExitStack() as files:
        source, target = (_SideWriter(directory, side, length_type, files) for side in SIDES)
        for block in blocks:
            source.write(block.source)
            target.write(block.target)
            counts.sizes[block.corpus] += len(block.source.lengths)
            for reason, count in block.dropped.items():
                counts.dropped[reason] = counts.dropped.get(reason, 0) + count
        source.sync()
        target.sync()
    facts = {
        "key": key,
        "sizes": counts.sizes,
        "ids": source.id_type.name,
        "lengths": length_type.name,
        "tokens": [source.total, target.total],
        "checksums": [source.checksums, target.checksums],
    }
    with atomic_writer(directory / FACTS) as file:
        file.write(json.dumps(facts).encode("utf-8"))
    return counts


def open_encoded_corpus(directory: Path, *, key: str | None) -> EncodedCorpus | None:
    """The corpus below ``directory``, memory-mapped, or None if it is absent, damaged or made from something else.

    ``key`` names what it should be made from, None being content with anything.
    """
    try:
        facts = json.loads((directory / FACTS).read_text("utf-8"))
        if key is not None and facts["key"] != key:
            return None
        sizes = tuple(map(int, facts["sizes"]))
        types = ID_TYPES[facts["ids"]], ID_TYPES[facts["lengths"]]
        checksums = facts.get("checksums", [{}, {}])  # a corpus of the first releases has none
        source, target = (
            _open_side(directory, side, *types, tokens, sum(sizes))
            for side, tokens in zip(SIDES, facts["tokens"], strict=True)
        )
        for side, known in zip(SIDES, checksums, strict=True):
            _verify(directory, side, known)
    except UNREADABLE:
        return None
    return EncodedCorpus(source, target, sizes)


def _verify(directory: Path, side: str, checksums: dict[str, int]) -> None:
    """A ValueError if a file of a side is not as it was written."""
    for kind in filter(checksums.__contains__, KINDS):
        found = 0
        with (directory / f"{side}.{kind}").open("rb") as file:
            while block := file.read(_BLOCK):
                found = zlib.crc32(block, found)
        if found != checksums[kind]:
            raise ValueError(f"{side}.{kind} is damaged")


def _open_side(
    directory: Path, side: str, id_type: np.dtype[Any], length_type: np.dtype[Any], tokens: int, pairs: int
) -> EncodedSide:
    """Map one side, of which the lengths are kept in memory; a size that does not fit is a ValueError."""
    sizes = (tokens * id_type.itemsize, pairs * START_TYPE.itemsize, pairs * length_type.itemsize)
    for kind, size in zip(KINDS, sizes, strict=True):
        if (directory / f"{side}.{kind}").stat().st_size != size:
            raise ValueError(f"{side}.{kind} does not have {size} bytes")
    lengths = cast(Lengths, np.fromfile(directory / f"{side}.lengths", dtype=length_type))
    if not pairs:
        return EncodedSide(np.zeros(0, dtype=id_type), np.zeros(0, dtype=np.int64), lengths)
    ids, starts = (Mapping(directory / f"{side}.{kind}") for kind in KINDS[:2])
    return EncodedSide(ids.array(id_type), starts.array(START_TYPE), lengths, (ids, starts))
