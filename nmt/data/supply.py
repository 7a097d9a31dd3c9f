"""The batches of a plan as they are needed, the next ones made while the last ones are learned from."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from nmt.data.batching import Batch, Rows, make_batch
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.data.resegmentation import Resegmenter


class BatchSupply:
    """Makes batches one update ahead, in a thread of its own.

    What a batch holds is a function of its epoch and place in the plan alone, so a run that begins anywhere finds the
    same batches there.
    """

    def __init__(self, corpus: EncodedCorpus, *, seed: int, resegmenter: Resegmenter | None = None) -> None:
        self.corpus = corpus
        self.seed = seed
        self.resegmenter = resegmenter
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: tuple[tuple[int, range], Future[list[Batch]]] | None = None

    def take(self, plan: Sequence[Rows], epoch: int, places: range) -> list[Batch]:
        """The batches at ``places`` of the plan of ``epoch``; those as many places further on are begun."""
        if self._ahead is not None and self._ahead[0] == (epoch, places):
            batches = self._ahead[1].result()
        else:
            batches = self._make(plan, epoch, places)
        span = max(len(places) * places.step, 1)
        following = range(places.start + span, min(places.stop + span, len(plan)), places.step)
        self._ahead = ((epoch, following), self._thread.submit(self._make, plan, epoch, following))
        return batches

    def _make(self, plan: Sequence[Rows], epoch: int, places: range) -> list[Batch]:
        return [self._batch(plan[place], (self.seed, epoch, place)) for place in places]

    def _batch(self, rows: Rows, seed: tuple[int, ...]) -> Batch:
        if self.resegmenter is None:
            return make_batch(self.corpus, rows)
        return make_batch(self.resegmenter(self.corpus, rows, seed=seed), np.arange(len(rows)))
