"""Who runs the search: ids in, hypotheses out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nmt.decoding.config import SearchConfig
    from nmt.decoding.search import Hypothesis


class Engine(Protocol):
    """A model together with whatever runs it."""

    def search(self, sources: "Sequence[Sequence[int]]", config: "SearchConfig") -> "list[list[Hypothesis]]":
        """The hypotheses for each source (ids without BOS and EOS), best first; one call is one batch."""
