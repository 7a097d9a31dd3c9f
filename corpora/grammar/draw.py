"""A deterministic random generator: the same name gives the same choices on every machine and Python version."""

import hashlib
from collections.abc import Sequence
from typing import Protocol, TypeVar

MASK = (1 << 64) - 1


class Keyed(Protocol):
    """A lexicon entry; its key identifies it in the list of combinations of a sentence."""

    @property
    def key(self) -> str: ...


T = TypeVar("T")
K = TypeVar("K", bound=Keyed)


class Draw:
    """A stream of choices that records the content words picked since the last restart."""

    def __init__(self, name: str) -> None:
        self.state = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        self.picked: list[str] = []

    def restart(self) -> None:
        """Clear the record of picked words, for a new sentence."""
        self.picked = []

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1 (SplitMix64: Steele, Lea and Flood, 2014)."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return (mixed ^ (mixed >> 31)) % bound

    def one(self, choices: Sequence[T]) -> T:
        """Choose a function word or an order; these are not part of held-out combinations."""
        return choices[self.below(len(choices))]

    def pick(self, choices: Sequence[K]) -> K:
        """Choose a content word; pairs of content words are held out for the test set."""
        entry = self.one(choices)
        self.picked.append(entry.key)
        return entry

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent
