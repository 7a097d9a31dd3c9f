"""A parallel corpus as memory-mapped arrays of token ids, encoded once."""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nmt.errors import NMTError

SIDES = ("source", "target")
Ids = NDArray[np.integer]
EncodedPair = tuple[list[int], list[int]]


@dataclass(frozen=True)
class EncodedSide:
    """One side: the ids of all sentences end to end, and where each begins (N + 1 offsets)."""

    ids: Ids
    offsets: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Subwords of each sentence (N,)."""
        return np.diff(self.offsets)

    def padded(self, sentences: NDArray[np.int64], *, width: int, first: int) -> NDArray[np.int64]:
        """The ids of ``sentences`` (B,) as (B, width), written from column ``first`` on, 0 elsewhere."""
        starts = self.offsets[sentences]
        lengths = self.offsets[sentences + 1] - starts
        rows = np.repeat(np.arange(len(sentences)), lengths)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        padded = np.zeros((len(sentences), width), dtype=np.int64)
        padded[rows, first + within] = self.ids[np.repeat(starts, lengths) + within]
        return padded


@dataclass(frozen=True)
class EncodedCorpus:
    """N aligned sentence pairs as ids without BOS and EOS."""

    source: EncodedSide
    target: EncodedSide

    def __len__(self) -> int:
        return len(self.source.offsets) - 1


def encoded_in_memory(pairs: Sequence[EncodedPair]) -> EncodedCorpus:
    """A small corpus, such as validation text, without files."""
    source, target = (
        EncodedSide(
            np.array([token for pair in pairs for token in pair[side]], dtype=np.int64),
            np.cumsum([0, *(len(pair[side]) for pair in pairs)], dtype=np.int64),
        )
        for side in (0, 1)
    )
    return EncodedCorpus(source, target)


def write_encoded_corpus(directory: Path, pairs: Iterable[EncodedPair], *, vocabulary_size: int, key: str) -> int:
    """Write ``pairs`` below ``directory``, which appears only when whole, and return their number.

    ``key`` names what they were made from; a full disk and the like is an NMTError.
    """
    beside = directory.with_name(directory.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        dtype = np.dtype(np.uint16 if vocabulary_size <= 1 << 16 else np.uint32)
        count = _write_sides(beside, pairs, dtype)
        (beside / "corpus.json").write_text(json.dumps({"key": key, "pairs": count, "dtype": dtype.name}), "utf-8")
        shutil.rmtree(directory, ignore_errors=True)
        beside.replace(directory)
        return count
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise NMTError(f"cannot write the encoded corpus {directory}: {error.strerror}") from error


def _write_sides(directory: Path, pairs: Iterable[EncodedPair], dtype: np.dtype[np.generic]) -> int:
    """Stream the ids to one file a side and keep only the lengths in memory."""
    lengths: tuple[list[int], list[int]] = ([], [])
    with (directory / "source.ids").open("wb") as source, (directory / "target.ids").open("wb") as target:
        for pair in pairs:
            for file, ids, seen in zip((source, target), pair, lengths, strict=True):
                file.write(np.asarray(ids, dtype=dtype).tobytes())
                seen.append(len(ids))
    for side, seen in zip(SIDES, lengths, strict=True):
        offsets = np.zeros(len(seen) + 1, dtype=np.int64)
        np.cumsum(seen, out=offsets[1:])
        np.save(directory / f"{side}.offsets.npy", offsets, allow_pickle=False)
    return len(lengths[0])


def open_encoded_corpus(directory: Path, *, key: str) -> EncodedCorpus | None:
    """The corpus below ``directory``, memory-mapped, or None if it is absent, damaged or made from something else."""
    try:
        facts = json.loads((directory / "corpus.json").read_text("utf-8"))
        if facts.get("key") != key:
            return None
        dtype = np.dtype(facts["dtype"])
        source, target = (_open_side(directory, side, dtype, facts["pairs"]) for side in SIDES)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return EncodedCorpus(source, target)


def _open_side(directory: Path, side: str, dtype: np.dtype[np.generic], pairs: int) -> EncodedSide:
    """Map one side; a size that does not fit is a ValueError."""
    offsets = np.load(directory / f"{side}.offsets.npy", allow_pickle=False)
    path = directory / f"{side}.ids"
    if offsets.shape != (pairs + 1,) or path.stat().st_size != int(offsets[-1]) * dtype.itemsize:
        raise ValueError(f"{path} does not fit its offsets")
    ids = np.memmap(path, dtype=dtype, mode="r") if offsets[-1] else np.zeros(0, dtype=dtype)
    return EncodedSide(ids, offsets)
