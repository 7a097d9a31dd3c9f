"""The search run by torch, on the device of the model."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TypeVar

import torch

from nmt.decoding.alternatives import find_alternatives
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.packed_linear import packed_products
from nmt.decoding.hypothesis import Hypothesis, SearchInput, SearchResult
from nmt.decoding.sampling import sample
from nmt.decoding.scoring import pad_rows, score_and_attend
from nmt.decoding.search import search
from nmt.models.base import EncoderDecoder
from nmt.models.config import Heads
from nmt.runtime.device import run_torch

# Two candidates whose log-probabilities differ by less are a close call. The number of rows in a matrix product, the
# padding and the number of threads change the order of float32 sums and so the log-probability of a whole sentence:
# by up to 1e-5 in a model of 3 + 3 layers of 256 dimensions.
CLOSE_CALL = 1e-4

# Parallel batches take turns at the Python interpreter, which is busy for a tenth of each batch's time.
MOST_AT_ONCE = 8

T = TypeVar("T")
R = TypeVar("R")


class TorchEngine:
    """The search with a model of this project, or with several as one.

    A sentence gets the same hypotheses whatever its batch and the number of threads: where rounding could change a
    decision, it is searched again alone and with one thread, which sums in one order only.
    """

    name = "torch"

    def __init__(
        self,
        model: EncoderDecoder,
        device: torch.device,
        *,
        alignment_heads: Heads | None = None,
    ) -> None:
        """The mean of ``alignment_heads`` is the attention; None takes the model's default.

        The weights of ``model`` must not change while the engine is in use.
        """
        self.model = model
        self.device = device
        self.alignment_heads = model.default_alignment_heads() if alignment_heads is None else alignment_heads
        model.check_alignment_heads(self.alignment_heads)
        self._products = packed_products(device)

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        """See Engine.search; all ``inputs`` are one batch (see BatchingEngine)."""
        if not inputs:
            return []
        hypotheses = self._run(lambda: self._search_batch(inputs, config))
        return self.describe(inputs, hypotheses) if details else hypotheses

    def describe(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        """See DescribingEngine.describe; all ``inputs`` are one batch, whose hypotheses are taken rank by rank."""
        return self._run(lambda: self._described(inputs, hypotheses))

    def _run(self, function: Callable[[], list[list[Hypothesis]]]) -> list[list[Hypothesis]]:
        def infer() -> list[list[Hypothesis]]:
            with torch.inference_mode(), self._products or nullcontext():
                return function()

        return run_torch(infer, self.device)

    @property
    def at_once(self) -> int:
        """See BatchEngine.at_once: on a processor as many as torch may use threads, up to MOST_AT_ONCE."""
        return min(MOST_AT_ONCE, torch.get_num_threads()) if self.device.type == "cpu" else 1

    def map(self, function: Callable[[T], R], batches: Sequence[T]) -> Iterable[R]:
        """See BatchEngine.map: the threads of torch are divided among the batches that are searched in parallel.

        Two batches with a thread each are faster than one after the other with two: most operations of a step are too
        small to be shared.
        """
        workers = min(self.at_once, len(batches))
        if workers < 2:
            return map(function, batches)
        return _map_in_parallel(function, batches, workers)

    def _search_batch(self, inputs: Sequence[SearchInput], config: SearchConfig) -> list[list[Hypothesis]]:
        return [
            self._search_alone(sentence, config) if result.margin < CLOSE_CALL else result.hypotheses
            for sentence, result in zip(inputs, self._search(inputs, config), strict=True)
        ]

    def _search_alone(self, sentence: SearchInput, config: SearchConfig) -> list[Hypothesis]:
        with _one_thread():
            return self._search([sentence], config)[0].hypotheses

    def _search(self, inputs: Sequence[SearchInput], config: SearchConfig) -> list[SearchResult]:
        method = sample if config.sample else find_alternatives if config.alternatives else search
        return method(self.model, inputs, config, heads=self.alignment_heads)

    def _described(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        detailed: list[list[Hypothesis]] = [[] for _ in inputs]
        for rank in range(max(map(len, hypotheses), default=0)):
            indices = [index for index, of_sentence in enumerate(hypotheses) if rank < len(of_sentence)]
            source = pad_rows([inputs[index].ids for index in indices]).to(self.device)
            target = pad_rows([hypotheses[index][rank].ids for index in indices]).to(self.device)
            columns = score_and_attend(self.model, source, target, self.alignment_heads)
            for index, scores, attention in zip(indices, *(column.tolist() for column in columns), strict=True):
                hypothesis, length = hypotheses[index][rank], len(inputs[index].ids) + 1
                detailed[index].append(
                    replace(
                        hypothesis,
                        token_log_probabilities=scores[: len(hypothesis.ids) + 1],
                        attention=[row[:length] for row in attention[: len(hypothesis.ids)]],
                    )
                )
        return detailed


def _map_in_parallel(function: Callable[[T], R], batches: Sequence[T], workers: int) -> Iterator[R]:
    """``map`` by this many ``workers``, which share torch's threads."""
    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(
        workers, "torch-engine", initializer=torch.set_num_threads, initargs=(threads // workers,)
    )
    try:
        yield from pool.map(function, batches)
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # the workers changed it for all new threads as well


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
