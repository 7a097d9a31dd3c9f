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
FILES = ("ids", "starts", "lengths")  # the files of each side
START_TYPE = np.dtype("<i8")
ID_TYPES = {name: np.dtype(name) for name in ("uint16", "uint32")}
# What reading damaged or unrelated metadata can raise.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
Ids = NDArray[np.integer]
Lengths = NDArray[np.integer]
EncodedPair = tuple[list[int], list[int]]

FACTS = "corpus.json"
# Sentences read from a file before its pages are released. The system maps 64 KiB around each position that is read.
_READS_BEFORE_RELEASE = 1024
_BLOCK = 1 << 20  # bytes per read when computing a checksum


class Mapping:
    """A memory-mapped file of which only a part stays resident, however much of it is read."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if the file does not exist, ValueError if it is empty."""
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._reads = 0

    def array(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """The whole file as numbers."""
        return np.frombuffer(self._map, dtype=dtype)

    def note_reads(self, number: int) -> None:
        """Count ``number`` more reads; now and then the pages around them are released."""
        self._reads += number
        if self._reads >= _READS_BEFORE_RELEASE and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)  # later reads of these pages come from the page cache
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
        ids = self.ids[ragged.element_indices(self.starts[sentences], lengths)]
        for mapping in self.mappings:
            mapping.note_reads(len(sentences))
        return Sentences(ids, lengths)

    def padded(self, sentences: NDArray[np.integer], *, width: int, first: int) -> NDArray[np.int64]:
        """The ids of ``sentences`` (B,) as (B, width), written from column ``first`` on, 0 elsewhere."""
        ids, lengths = self.take(sentences)
        padded = np.zeros((len(sentences), width), dtype=np.int64)
        padded[
            np.repeat(np.arange(len(sentences)), lengths), ragged.element_indices(np.full_like(lengths, first), lengths)
        ] = ids
        return padded


@dataclass(frozen=True)
class EncodedCorpus:
    """N aligned sentence pairs as ids without BOS and EOS; several corpora follow one another.

    ``sizes`` are the pairs of each corpus and ``weights`` how often each occurs in an epoch; by default once.
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
    """Appends to the three files of one side, and keeps only totals and checksums in memory."""

    def __init__(self, directory: Path, side: str, length_type: np.dtype[Any], files: ExitStack) -> None:
        self._ids, self._starts, self._lengths = (
            files.enter_context((directory / f"{side}.{file_type}").open("wb")) for file_type in FILES
        )
        self._length_type = length_type
        self.id_type: np.dtype[Any] = np.dtype(np.uint16)
        self.total = 0
        self.checksums = dict.fromkeys(FILES, 0)  # CRC-32

    def write(self, sentences: Sentences) -> None:
        starts = self.total + np.cumsum(sentences.lengths, dtype=np.int64) - sentences.lengths
        arrays = (sentences.ids, starts.astype(START_TYPE), sentences.lengths.astype(self._length_type))
        for file_type, file, array in zip(FILES, (self._ids, self._starts, self._lengths), arrays, strict=True):
            content = array.tobytes()
            file.write(content)
            self.checksums[file_type] = zlib.crc32(content, self.checksums[file_type])
        self.id_type = sentences.ids.dtype
        self.total += len(sentences.ids)

    def sync(self) -> None:
        """Flush everything to disk, so that a later rename gives its name to complete files."""
        for file in (self._ids, self._starts, self._lengths):
            file.flush()
            os.fsync(file.fileno())


@dataclass
class EncodedCounts:
    """The counts of written pairs by corpus, and of dropped pairs by reason."""

    sizes: list[int] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


def write_encoded_corpus(
    directory: Path, blocks: Iterable[EncodedBlock], *, max_length: int, corpora: int = 1, key: str
) -> EncodedCounts:
    """Write ``blocks`` below ``directory``, which appears only when complete.

    ``max_length`` is the most ids of a sentence, ``corpora`` the number of corpora, ``key`` identifies what it was made
    from. Raises NMTError if it cannot be written, for example on a full disk.
    """
    partial = directory.with_name(directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        counts = _write_blocks(
            partial, blocks, np.dtype(np.uint16 if max_length < 1 << 16 else np.uint32), corpora, key
        )
        shutil.rmtree(directory, ignore_errors=True)
        partial.replace(directory)
        return counts
    except OSError as error:
        raise NMTError(f"cannot write the encoded corpus {directory}: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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

    ``key`` identifies what it should be made from; None accepts anything.
    """
    try:
        facts = json.loads((directory / FACTS).read_text("utf-8"))
        if key is not None and facts["key"] != key:
            return None
        sizes = tuple(map(int, facts["sizes"]))
        types = ID_TYPES[facts["ids"]], ID_TYPES[facts["lengths"]]
        checksums = facts.get("checksums", [{}, {}])  # corpora of the first releases have none
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
    """Raise ValueError if a file of a side has changed since it was written."""
    for file_type in filter(checksums.__contains__, FILES):
        checksum = 0
        with (directory / f"{side}.{file_type}").open("rb") as file:
            while block := file.read(_BLOCK):
                checksum = zlib.crc32(block, checksum)
        if checksum != checksums[file_type]:
            raise ValueError(f"{side}.{file_type} is damaged")


def _open_side(
    directory: Path, side: str, id_type: np.dtype[Any], length_type: np.dtype[Any], tokens: int, pairs: int
) -> EncodedSide:
    """Map one side, with its lengths in memory; raise ValueError if a file has the wrong size."""
    sizes = (tokens * id_type.itemsize, pairs * START_TYPE.itemsize, pairs * length_type.itemsize)
    for file_type, size in zip(FILES, sizes, strict=True):
        if (directory / f"{side}.{file_type}").stat().st_size != size:
            raise ValueError(f"{side}.{file_type} does not have {size} bytes")
    lengths = cast(Lengths, np.fromfile(directory / f"{side}.lengths", dtype=length_type))
    if not pairs:
        return EncodedSide(np.zeros(0, dtype=id_type), np.zeros(0, dtype=np.int64), lengths)
    ids, starts = (Mapping(directory / f"{side}.{file_type}") for file_type in FILES[:2])
    return EncodedSide(ids.array(id_type), starts.array(START_TYPE), lengths, (ids, starts))
