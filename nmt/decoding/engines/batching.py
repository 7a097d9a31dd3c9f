"""Divides a window of sentences into batches that an engine can search at once."""

from collections.abc import Callable, Iterator, Sequence

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import BatchEngine
from nmt.decoding.hypothesis import Hypothesis, SearchInput

BATCH_SENTENCES = 64
BATCH_TOKENS = 16_384
# A window too small to fill the batches of all threads is shared among them, but products of fewer rows are slow.
LEAST_SHARE = 8


class BatchingEngine:
    """An engine that passes batches of sentences of similar length, bounded in size, to another one."""

    def __init__(
        self,
        engine: BatchEngine,
        *,
        batch_sentences: int = BATCH_SENTENCES,
        batch_tokens: int = BATCH_TOKENS,
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        """A batch holds at most ``batch_sentences`` and, with padding, ``batch_tokens`` subwords.

        Subwords count once for each translation of a sentence that is extended in parallel. ``before_each`` is
        called before a batch is searched, in the thread that searches it, and may raise an error to stop the search.
        """
        self.engine = engine
        self.name = engine.name
        self.batch_sentences = batch_sentences
        self.batch_tokens = batch_tokens
        self.before_each = before_each

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""

        def of_batch(batch: Sequence[int]) -> list[list[Hypothesis]]:
            self.before_each()
            return self.engine.search([inputs[index] for index in batch], config, details=details)

        return self._map(of_batch, list(self._batches(inputs, config.rows)), len(inputs))

    def describe(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """See DescribingEngine.describe."""

        def of_batch(batch: Sequence[int]) -> list[list[Hypothesis]]:
            return self.engine.describe([inputs[index] for index in batch], [hypotheses[index] for index in batch])

        return self._map(of_batch, list(self._batches(inputs, 1)), len(inputs))

    def _map(
        self, of_batch: Callable[[Sequence[int]], list[list[Hypothesis]]], batches: Sequence[list[int]], count: int
    ) -> list[list[Hypothesis]]:
        """The results of ``of_batch`` for ``batches`` of indices, by the position of each of ``count`` sentences."""
        results: list[list[Hypothesis]] = [[] for _ in range(count)]
        for batch, batch_results in zip(batches, self.engine.map(of_batch, batches), strict=True):
            for index, hypotheses in zip(batch, batch_results, strict=True):
                results[index] = hypotheses
        return results

    def _batches(self, inputs: Sequence[SearchInput], rows: int) -> Iterator[list[int]]:
        """Indices into ``inputs``, the longest first, so that a batch too large for the memory fails at once."""
        order = sorted(range(len(inputs)), key=lambda index: -len(inputs[index].ids))
        share = max(LEAST_SHARE, -(-len(order) // self.engine.at_once))
        most = min(self.batch_sentences, share) if self.engine.at_once > 1 else self.batch_sentences
        start = 0
        while start < len(order):
            longest = len(inputs[order[start]].ids) + 1  # with EOS
            size = min(most, max(1, self.batch_tokens // (longest * rows)))
            yield order[start : start + size]
            start += size
