"""Validation and test text that training text must not hold."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.blocks import read_pairs
from nmt.corpus.hashes import Hashes, combine, hash_lines, hash_normal_lines
from nmt.corpus.pairs import Pair
from nmt.corpus.selection import is_in
from nmt.tokenization.normalization import comparable

logger = logging.getLogger(__name__)


class Overlap(NamedTuple):
    """Which held-out pairs a block of training text holds, by their numbers; and which pairs of the block they are."""

    exact: NDArray[np.int64]
    near: NDArray[np.int64]  # but for case, spacing and punctuation
    half: NDArray[np.int64]  # one side of them
    rows: NDArray[np.int64]  # of the block, of those that share a side


@dataclass(frozen=True)
class HeldOut:
    """Hashes of held-out pairs, in memory; it can be pickled."""

    name: str  # test or validation
    exact: Hashes
    source: Hashes
    target: Hashes

    def __len__(self) -> int:
        return len(self.exact)

    def overlap(self, exact: Hashes, source: Hashes, target: Hashes) -> Overlap:
        """What there is of it among pairs with these hashes."""
        own_pairs, pairs = combine(self.source, self.target), combine(source, target)
        half = is_in(self.source, np.unique(source)) | is_in(self.target, np.unique(target))
        return Overlap(
            exact=np.flatnonzero(is_in(self.exact, np.unique(exact))),
            near=np.flatnonzero(is_in(own_pairs, np.unique(pairs))),
            half=np.flatnonzero(half),
            rows=self.sharing(source, target),
        )

    def sharing(self, source: Hashes, target: Hashes) -> NDArray[np.int64]:
        """Which pairs with these hashes have a side that is held out."""
        rows: NDArray[np.int64] = np.flatnonzero(
            is_in(source, np.unique(self.source)) | is_in(target, np.unique(self.target))
        )
        return rows


def read_held_out(**files: tuple[Sequence[str], Sequence[str]]) -> list[HeldOut]:
    """The held-out texts in these source and target files, by name, as far as there are any; NMTError as read_pairs."""
    found = []
    for name, (sources, targets) in files.items():
        pairs = [pair for pair in read_pairs(sources, targets) if pair.source.strip() and pair.target.strip()]
        if pairs:
            found.append(held_out_of(name, pairs))
        elif sources:
            logger.warning("there is no pair in the %s text (%s), so nothing is looked for", name, ", ".join(sources))
    return found


def held_out_of(name: str, pairs: Sequence[Pair]) -> HeldOut:
    """The hashes of ``pairs``."""
    sides = []
    for lines in zip(*pairs, strict=True):
        sides.append(hash_normal_lines("".join(f"{line}\n" for line in lines)))
    return HeldOut(name, hash_lines("\n".join(map(comparable, pair)).encode() for pair in pairs), sides[0], sides[1])
