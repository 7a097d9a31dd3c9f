"""Who runs the search: ids in, hypotheses out."""

from collections.abc import Sequence
from typing import Protocol

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, Wish


class Engine(Protocol):
    """A model together with whatever runs it."""

    name: str  # as --engine calls it

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        wishes: Sequence[Wish] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """The hypotheses for each source (ids without BOS and EOS), best first.

        ``wishes`` has one for each source; None: none has any. ``details`` asks for the log-probability of each
        subword and for the attention of each hypothesis. One call is what one window of text needs; an engine makes
        batches of it as suits it.
        """


class DescribingEngine(Engine, Protocol):
    """An engine that can tell details of any translation, also of those that another engine found."""

    def describe(
        self, sources: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """The ``hypotheses`` for each source with what the ``details`` of a search are."""
