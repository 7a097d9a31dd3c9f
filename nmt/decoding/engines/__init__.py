"""Who runs the search: ids in, hypotheses out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, LexicalConstraint

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """A model together with whatever runs it."""

    name: str  # as --engine calls it

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        constraints: Sequence[LexicalConstraint] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """The hypotheses for each source (ids without BOS and EOS), best first.

        ``constraints`` has one for each source; None: none has any. ``details`` asks for the log-probability of each
        subword and for the attention of each hypothesis. One call is what one window of text needs; an engine makes
        batches of it as suits it.
        """


@dataclass(frozen=True)
class PendingResult(Generic[T]):
    """Work in the background."""

    result: Callable[[], T]  # waits for it
    cancel: Callable[[], None]  # begins nothing more of it; there is no result then


@runtime_checkable
class BackgroundEngine(Engine, Protocol):
    """An engine that searches while other things are done."""

    def submit(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        constraints: Sequence[LexicalConstraint] | None = None,
    ) -> PendingResult[list[list[Hypothesis]]]:
        """Begin what ``search`` does, behind what was begun before."""

    def close(self) -> None:
        """End its threads and give its memory back; it cannot be used after that."""


class DescribingEngine(Engine, Protocol):
    """An engine that can tell details of any translation, also of those that another engine found."""

    def describe(
        self, sources: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """The ``hypotheses`` for each source with what the ``details`` of a search are."""


class BatchEngine(DescribingEngine, Protocol):
    """An engine that takes all it is given as one batch, and may take several batches at the same time."""

    @property
    def at_once(self) -> int:
        """The number of batches that it searches at the same time."""

    def map(self, function: Callable[[T], R], batches: Sequence[T]) -> Iterable[R]:
        """What ``function``, which calls this engine, gives for each of ``batches``, ``at_once`` of them in parallel.

        What one raises is raised here, and no other is started then.
        """
