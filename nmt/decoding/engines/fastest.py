"""Two engines as one: the fast one for what it can do, the other for the rest."""

import logging
from collections.abc import Callable, Sequence

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Engine
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
from nmt.decoding.hypothesis import NO_WISH, Hypothesis, Wish

logger = logging.getLogger(__name__)


class FastestEngine:
    """CTranslate2 for every sentence for which it can do what is asked, and torch, loaded when needed, for the others.

    Each sentence is decided for by itself, so that which engine translates it does not depend on the others.
    """

    name = "auto"

    def __init__(self, fast: CTranslate2Engine, open_other: Callable[[], Engine]) -> None:
        self._fast = fast
        self._open_other = open_other
        self._other: Engine | None = None

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        wishes: Sequence[Wish] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        wishes = wishes or [NO_WISH] * len(sources)
        reasons = [
            self._fast.unable(source, config, wish, details=details)
            for source, wish in zip(sources, wishes, strict=True)
        ]
        able = [index for index, reason in enumerate(reasons) if not reason]
        unable = [index for index, reason in enumerate(reasons) if reason]
        found: list[list[Hypothesis]] = [[] for _ in sources]
        for engine, indices in ((self._fast, able), (self._other_for(reasons), unable)):
            if engine is None:
                continue
            part = [sources[index] for index in indices]
            results = engine.search(part, config, [wishes[index] for index in indices], details=details)
            for index, hypotheses in zip(indices, results, strict=True):
                found[index] = hypotheses
        return found

    def _other_for(self, reasons: Sequence[str]) -> Engine | None:
        """The other engine if there is a reason for it."""
        reason = next(filter(None, reasons), None)
        if reason is not None and self._other is None:
            logger.debug("the engine torch is loaded, too: ctranslate2 cannot do %s", reason)
            self._other = self._open_other()
        return None if reason is None else self._other
