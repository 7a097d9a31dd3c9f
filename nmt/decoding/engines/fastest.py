"""Two engines as one: the fast one for what it can do, the other for the rest."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import DescribingEngine
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
from nmt.decoding.hypothesis import NO_WISH, Hypothesis, Wish

logger = logging.getLogger(__name__)


class FastestEngine:
    """CTranslate2 for every sentence for which it can do what is asked, and torch, loaded when needed, for the others.

    Each sentence is decided for by itself, so that which engine translates it does not depend on the others, nor on
    whether details are asked for: those of translations that CTranslate2 found are told by torch.
    """

    name = "auto"

    def __init__(self, fast: CTranslate2Engine, open_other: Callable[[], DescribingEngine]) -> None:
        self._fast = fast
        self._open_other = open_other
        self._other: DescribingEngine | None = None

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
            self._fast.unable(source, config, wish, details=False) for source, wish in zip(sources, wishes, strict=True)
        ]
        found: list[list[Hypothesis]] = [[] for _ in sources]
        able = [index for index, reason in enumerate(reasons) if not reason]
        if able:
            part = [sources[index] for index in able]
            hypotheses = self._fast.search(part, config)
            if details:
                hypotheses = self._described(part, hypotheses)
            _put(found, able, hypotheses)
        unable = [index for index, reason in enumerate(reasons) if reason]
        if unable:
            engine = self._other_for(reasons[unable[0]])
            wished = [wishes[index] for index in unable]
            _put(found, unable, engine.search([sources[index] for index in unable], config, wished, details=details))
        return found

    def _described(
        self, sources: Sequence[Sequence[int]], hypotheses: Sequence[list[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """What CTranslate2 found with details by torch, and with its log-probabilities, which are the sums of those."""
        engine = self._other_for("the probabilities and the attention of single subwords")
        return [
            [replace(each, log_probability=math.fsum(each.token_log_probabilities or ())) for each in of_sentence]
            for of_sentence in engine.describe(sources, hypotheses)
        ]

    def _other_for(self, reason: str) -> DescribingEngine:
        if self._other is None:
            logger.debug("the engine torch is loaded, too: ctranslate2 cannot do %s", reason)
            self._other = self._open_other()
        return self._other


def _put(found: list[list[Hypothesis]], places: Sequence[int], hypotheses: Sequence[list[Hypothesis]]) -> None:
    for place, of_sentence in zip(places, hypotheses, strict=True):
        found[place] = of_sentence
