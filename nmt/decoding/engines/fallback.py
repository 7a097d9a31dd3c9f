"""Two engines as one: the fast one for the sentences it supports, the other for all others."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import DescribingEngine, PendingResult
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine
from nmt.decoding.hypothesis import Hypothesis, SearchInput

logger = logging.getLogger(__name__)


class FallbackEngine:
    """CTranslate2 for every sentence it supports, and torch, loaded when needed, for the others.

    The engine is chosen for each sentence separately. The choice depends neither on the other sentences nor on whether
    details are requested: torch adds details to the translations that CTranslate2 found.
    """

    name = "auto"

    def __init__(self, fast: CTranslate2Engine, open_other: Callable[[], DescribingEngine]) -> None:
        self._fast = fast
        self._open_other = open_other
        self._other: DescribingEngine | None = None

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        return self._submit(inputs, config, details=details).result()

    def submit(self, inputs: Sequence[SearchInput], config: SearchConfig) -> PendingResult[list[list[Hypothesis]]]:
        """See BackgroundEngine.submit; torch starts its sentences when the result is requested."""
        return self._submit(inputs, config, details=False)

    def close(self) -> None:
        """See BackgroundEngine.close."""
        self._fast.close()
        self._other = None

    def _submit(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool
    ) -> PendingResult[list[list[Hypothesis]]]:
        reasons = [self._fast.unsupported_reason(sentence, config, details=False) for sentence in inputs]
        supported = [index for index, reason in enumerate(reasons) if not reason]
        unsupported = [index for index, reason in enumerate(reasons) if reason]
        fast_inputs = [inputs[index] for index in supported]
        pending = self._fast.submit(fast_inputs, config)

        def result() -> list[list[Hypothesis]]:
            results: list[list[Hypothesis]] = [[] for _ in inputs]
            hypotheses = pending.result()
            if supported and details:
                hypotheses = self._described(fast_inputs, hypotheses)
            _assign(results, supported, hypotheses)
            if unsupported:
                engine = self._other_for(reasons[unsupported[0]])
                other_inputs = [inputs[index] for index in unsupported]
                _assign(results, unsupported, engine.search(other_inputs, config, details=details))
            return results

        return PendingResult(result, pending.cancel)

    def _described(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[list[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """The hypotheses of CTranslate2 with details by torch, whose sums are their log-probabilities."""
        engine = self._other_for("the probabilities and the attention of single subwords")
        return [
            [replace(each, log_probability=math.fsum(each.token_log_probabilities or ())) for each in of_sentence]
            for of_sentence in engine.describe(inputs, hypotheses)
        ]

    def _other_for(self, reason: str) -> DescribingEngine:
        if self._other is None:
            logger.debug("also loading the engine torch: ctranslate2 cannot do %s", reason)
            self._other = self._open_other()
        return self._other


def _assign(results: list[list[Hypothesis]], indices: Sequence[int], hypotheses: Sequence[list[Hypothesis]]) -> None:
    for index, of_sentence in zip(indices, hypotheses, strict=True):
        results[index] = of_sentence
