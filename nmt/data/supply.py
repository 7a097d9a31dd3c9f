"""The batches of an epoch and of an update, the next ones made while the last ones are learned from."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from nmt.data.batching import Batch, BatchPlan, Rows, make_batch, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.data.resegmentation import Resegmenter


class BatchSupply:
    """Makes batches one update ahead, in a thread of its own.

    What a batch holds is a function of its rows, the epoch and the seed alone, so a run that is taken up anywhere finds
    the same batches there.
    """

    def __init__(self, corpus: EncodedCorpus, *, seed: int, resegmenter: Resegmenter | None = None) -> None:
        self.corpus = corpus
        self.seed = seed
        self.resegmenter = resegmenter
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: tuple[tuple[int, list[bytes]], Future[list[Batch]]] | None = None

    def plan(self, *, batch_tokens: int, epoch: int) -> BatchPlan:
        """The batches of an epoch, by how long its sentences are in the subwords that are drawn for it."""
        seed = self.seed
        lengths = self.resegmenter.lengths(self.corpus, seed=(seed, epoch)) if self.resegmenter else None
        return plan_batches(self.corpus, batch_tokens=batch_tokens, seed=seed, epoch=epoch, lengths=lengths)

    def take(self, rows: Sequence[Rows], following: Sequence[Rows] = (), *, epoch: int = 0) -> list[Batch]:
        """A batch for each of ``rows``; those for ``following``, which will probably be wanted next, are begun."""
        if self._ahead is not None and self._ahead[0] == (epoch, [some.tobytes() for some in rows]):
            batches = self._ahead[1].result()
        else:
            batches = self._begin(rows, epoch).result()
        self._ahead = (epoch, [some.tobytes() for some in following]), self._begin(following, epoch)
        return batches

    def _begin(self, rows: Sequence[Rows], epoch: int) -> Future[list[Batch]]:
        return self._thread.submit(lambda: [self._batch(some, epoch) for some in rows])

    def _batch(self, rows: Rows, epoch: int) -> Batch:
        if self.resegmenter is None:
            return make_batch(self.corpus, rows)
        return make_batch(self.resegmenter(self.corpus, rows, seed=(self.seed, epoch)), np.arange(len(rows)))
