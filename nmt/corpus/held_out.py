"""Validation and test text, which the training text must not contain."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.blocks import read_pairs
from nmt.corpus.deduplication import is_in
from nmt.corpus.hashes import Hashes, combine, hash_lines, hash_normal_lines
from nmt.corpus.pairs import Pair
from nmt.tokenization.normalization import comparable

logger = logging.getLogger(__name__)


class Overlap(NamedTuple):
    """Held-out pairs, by their indexes, that a block of training text contains; and the rows of the block concerned."""

    exact: NDArray[np.int64]
    near: NDArray[np.int64]  # ignoring case, spacing and punctuation
    half: NDArray[np.int64]  # with one side in the block
    rows: NDArray[np.int64]  # of the block, that share a side with a held-out pair


@dataclass(frozen=True)
class HeldOut:
    """Hashes of held-out pairs; it can be pickled."""

    name: str  # test or validation
    exact: Hashes
    source: Hashes
    target: Hashes

    def __len__(self) -> int:
        return len(self.exact)

    def overlap(self, exact: Hashes, source: Hashes, target: Hashes) -> Overlap:
        """The overlap with a block of pairs with these hashes."""
        held_out_pairs, pairs = combine(self.source, self.target), combine(source, target)
        half = is_in(self.source, np.unique(source)) | is_in(self.target, np.unique(target))
        return Overlap(
            exact=np.flatnonzero(is_in(self.exact, np.unique(exact))),
            near=np.flatnonzero(is_in(held_out_pairs, np.unique(pairs))),
            half=np.flatnonzero(half),
            rows=self.rows_sharing_a_side(source, target),
        )

    def rows_sharing_a_side(self, source: Hashes, target: Hashes) -> NDArray[np.int64]:
        """The rows of a block, with these hashes, that share a side with a held-out pair."""
        rows: NDArray[np.int64] = np.flatnonzero(
            is_in(source, np.unique(self.source)) | is_in(target, np.unique(self.target))
        )
        return rows


def read_held_out(**files: tuple[Sequence[str], Sequence[str]]) -> list[HeldOut]:
    """The held-out texts in these source and target files, by name; texts without pairs are left out.

    Raises the errors of read_pairs.
    """
    texts = []
    for name, (sources, targets) in files.items():
        pairs = [pair for pair in read_pairs(sources, targets) if pair.source.strip() and pair.target.strip()]
        if pairs:
            texts.append(held_out_of(name, pairs))
        elif sources:
            logger.warning(
                "the %s text (%s) has no pairs, so overlaps with it are not checked", name, ", ".join(sources)
            )
    return texts


def held_out_of(name: str, pairs: Sequence[Pair]) -> HeldOut:
    """The held-out text ``pairs``, called ``name``."""
    sides = []
    for lines in zip(*pairs, strict=True):
        sides.append(hash_normal_lines("".join(f"{line}\n" for line in lines)))
    return HeldOut(name, hash_lines("\n".join(map(comparable, pair)).encode() for pair in pairs), sides[0], sides[1])
