"""Two engines as one: the fast one for what it can do, the other for the rest."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Begun, DescribingEngine
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
        return self._begin(sources, config, wishes, details=details).result()

    def begin(
        self, sources: Sequence[Sequence[int]], config: SearchConfig, wishes: Sequence[Wish] | None = None
    ) -> Begun[list[list[Hypothesis]]]:
        """See BackgroundEngine.begin; what is for torch waits until the result is wanted."""
        return self._begin(sources, config, wishes, details=False)

    def close(self) -> None:
        """See BackgroundEngine.close."""
        self._fast.close()
        self._other = None

    def _begin(
        self, sources: Sequence[Sequence[int]], config: SearchConfig, wishes: Sequence[Wish] | None, *, details: bool
    ) -> Begun[list[list[Hypothesis]]]:
        wishes = wishes or [NO_WISH] * len(sources)
        reasons = [
            self._fast.unable(source, config, wish, details=False) for source, wish in zip(sources, wishes, strict=True)
        ]
        able = [index for index, reason in enumerate(reasons) if not reason]
        unable = [index for index, reason in enumerate(reasons) if reason]
        part = [sources[index] for index in able]
        begun = self._fast.begin(part, config)

        def result() -> list[list[Hypothesis]]:
            found: list[list[Hypothesis]] = [[] for _ in sources]
            hypotheses = begun.result()
            _put(found, able, self._described(part, hypotheses) if able and details else hypotheses)
            if unable:
                engine = self._other_for(reasons[unable[0]])
                rest, wished = [sources[index] for index in unable], [wishes[index] for index in unable]
                _put(found, unable, engine.search(rest, config, wished, details=details))
            return found

        return Begun(result, begun.cancel)

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
