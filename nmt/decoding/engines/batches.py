"""A window of sentences to batches that an engine can search at once."""

from collections.abc import Callable, Iterator, Sequence

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import DescribingEngine
from nmt.decoding.hypothesis import Hypothesis, Wish

BATCH_SENTENCES = 64
BATCH_TOKENS = 16_384


class InBatches:
    """An engine that gives another one batches of sentences of like length, whose size bounds the memory."""

    def __init__(
        self,
        engine: DescribingEngine,
        *,
        batch_sentences: int = BATCH_SENTENCES,
        batch_tokens: int = BATCH_TOKENS,
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        """A batch holds at most ``batch_sentences`` and, filled up, ``batch_tokens`` subwords.

        Those are counted as often as translations of a sentence are followed at the same time. ``before_each`` is
        called before a batch is searched and may raise an error where the rest is no longer wanted.
        """
        self.engine = engine
        self.name = engine.name
        self.batch_sentences = batch_sentences
        self.batch_tokens = batch_tokens
        self.before_each = before_each

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        wishes: Sequence[Wish] | None = None,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        found: list[list[Hypothesis]] = [[] for _ in sources]
        for batch in self._batches(sources, config.rows):
            self.before_each()
            wished = None if wishes is None else [wishes[index] for index in batch]
            results = self.engine.search([sources[index] for index in batch], config, wished, details=details)
            for index, hypotheses in zip(batch, results, strict=True):
                found[index] = hypotheses
        return found

    def describe(
        self, sources: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """See DescribingEngine.describe."""
        found: list[list[Hypothesis]] = [[] for _ in sources]
        for batch in self._batches(sources, 1):
            described = self.engine.describe(
                [sources[index] for index in batch], [hypotheses[index] for index in batch]
            )
            for index, of_sentence in zip(batch, described, strict=True):
                found[index] = of_sentence
        return found

    def _batches(self, sources: Sequence[Sequence[int]], rows: int) -> Iterator[list[int]]:
        """Indices into ``sources``, the longest first, so that what is too much for the memory fails at once."""
        order = sorted(range(len(sources)), key=lambda index: -len(sources[index]))
        start = 0
        while start < len(order):
            longest = len(sources[order[start]]) + 1  # with EOS
            size = min(self.batch_sentences, max(1, self.batch_tokens // (longest * rows)))
            yield order[start : start + size]
            start += size
