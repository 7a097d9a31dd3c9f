"""Engines run the search: ids in, hypotheses out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, SearchInput

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """A model together with whatever runs it."""

    name: str  # as --engine calls it

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        """The hypotheses for each of ``inputs``, best first.

        ``details`` asks for the log-probability of each subword and for the attention of each hypothesis. One call is
        for one window of text; the engine divides it into batches as needed.
        """


@dataclass(frozen=True)
class PendingResult(Generic[T]):
    """Work in the background."""

    result: Callable[[], T]  # waits for it
    cancel: Callable[[], None]  # starts no more of it; afterwards there is no result


@runtime_checkable
class BackgroundEngine(Engine, Protocol):
    """An engine that can search in the background."""

    def submit(self, inputs: Sequence[SearchInput], config: SearchConfig) -> PendingResult[list[list[Hypothesis]]]:
        """Start ``search`` in the background, after the searches submitted before."""

    def close(self) -> None:
        """End its threads and free its memory; it cannot be used after that."""


class DescribingEngine(Engine, Protocol):
    """An engine that can add details to any translation, even one that another engine found."""

    def describe(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """The ``hypotheses`` for each of ``inputs``, with the details that ``search`` gives on request."""


class BatchEngine(DescribingEngine, Protocol):
    """An engine that searches its inputs as one batch, and can search several batches in parallel."""

    @property
    def at_once(self) -> int:
        """The number of batches that it searches in parallel."""

    def map(self, function: Callable[[T], R], batches: Sequence[T]) -> Iterable[R]:
        """The results of ``function``, which calls this engine, for ``batches``, ``at_once`` of them in parallel.

        An exception in one of them is raised here, and no other is started.
        """
