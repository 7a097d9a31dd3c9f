"""Details of translations in a few bytes each: a line of a megabyte has a million subwords.

The members of these sequences are created when they are asked for; a sequence equals any sequence of equal members.
"""

import itertools
import operator
import sys
from abc import abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from typing import TypeVar, overload

from nmt.text.words import Span
from nmt.translation.results import Link, Token

T = TypeVar("T")


class _Compact(Sequence[T]):
    """A sequence whose members ``_at`` creates."""

    @abstractmethod
    def _at(self, index: int) -> T:
        """The member at ``index``, which is in range."""

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        chosen = range(len(self))[index]
        return self._at(chosen) if isinstance(chosen, int) else tuple(map(self._at, chosen))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(operator.eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Spans(_Compact[Span]):
    """Spans of characters, 16 bytes each."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._ends = array("q", itertools.chain.from_iterable(spans))

    def __len__(self) -> int:
        return len(self._ends) // 2

    def _at(self, index: int) -> Span:
        return self._ends[2 * index], self._ends[2 * index + 1]

    def extend(self, other: "Spans", by: int) -> None:
        """Append those of ``other``, each moved by ``by`` characters."""
        self._ends.extend(end + by for end in other._ends)


class Tokens(_Compact[Token]):
    """Subwords of a translation, 32 bytes each."""

    def __init__(
        self, pieces: Iterable[str] = (), spans: Iterable[Span] = (), log_probabilities: Iterable[float] = ()
    ) -> None:
        """As many spans as ``pieces``; ``log_probabilities`` may have more, such as that of the end mark."""
        self._pieces = [sys.intern(piece) for piece in pieces]
        self._spans = Spans(spans)
        self._log_probabilities = array("d", itertools.islice(log_probabilities, len(self._pieces)))

    def __len__(self) -> int:
        return len(self._pieces)

    def _at(self, index: int) -> Token:
        return Token(self._pieces[index], *self._spans[index], self._log_probabilities[index])

    def extend(self, other: "Tokens", by: int) -> None:
        """Append those of ``other``, each moved by ``by`` characters."""
        self._pieces.extend(other._pieces)
        self._spans.extend(other._spans, by)
        self._log_probabilities.extend(other._log_probabilities)


class Links(_Compact[Link]):
    """Words that translate each other, 32 bytes a pair."""

    def __init__(self, links: Sequence[Link] = ()) -> None:
        self._sources = Spans(link.source for link in links)
        self._targets = Spans(link.target for link in links)

    def __len__(self) -> int:
        return len(self._sources)

    def _at(self, index: int) -> Link:
        return Link(self._sources[index], self._targets[index])

    def extend(self, other: "Links", source_by: int, target_by: int) -> None:
        """Append those of ``other``, moved by these numbers of characters in the source and in the translation."""
        self._sources.extend(other._sources, source_by)
        self._targets.extend(other._targets, target_by)
