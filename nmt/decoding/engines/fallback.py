"""Two engines as one: the fast one for what it can do, the other for the rest."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import DescribingEngine, PendingResult
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
from nmt.decoding.hypothesis import NO_CONSTRAINT, Hypothesis, LexicalConstraint

logger = logging.getLogger(__name__)


class FallbackEngine:
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
        constraints: Sequence[LexicalConstraint] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        return self._begin(sources, config, constraints, details=details).result()

    def submit(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        constraints: Sequence[LexicalConstraint] | None = None,
    ) -> PendingResult[list[list[Hypothesis]]]:
        """See BackgroundEngine.begin; what is for torch waits until the result is wanted."""
        return self._begin(sources, config, constraints, details=False)

    def close(self) -> None:
        """See BackgroundEngine.close."""
        self._fast.close()
        self._other = None

    def _begin(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        constraints: Sequence[LexicalConstraint] | None,
        *,
        details: bool,
    ) -> PendingResult[list[list[Hypothesis]]]:
        constraints = constraints or [NO_CONSTRAINT] * len(sources)
        reasons = [
            self._fast.unable(source, config, constraint, details=False)
            for source, constraint in zip(sources, constraints, strict=True)
        ]
        able = [index for index, reason in enumerate(reasons) if not reason]
        unable = [index for index, reason in enumerate(reasons) if reason]
        part = [sources[index] for index in able]
        pending = self._fast.submit(part, config)

        def result() -> list[list[Hypothesis]]:
            found: list[list[Hypothesis]] = [[] for _ in sources]
            hypotheses = pending.result()
            _put(found, able, self._described(part, hypotheses) if able and details else hypotheses)
            if unable:
                engine = self._other_for(reasons[unable[0]])
                rest, wished = [sources[index] for index in unable], [constraints[index] for index in unable]
                _put(found, unable, engine.search(rest, config, wished, details=details))
            return found

        return PendingResult(result, pending.cancel)

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
