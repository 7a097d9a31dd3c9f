"""The batches of an epoch and of an update; the next ones are prepared during the current update."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from nmt.data.batching import Batch, BatchPlan, Rows, make_batch, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.data.resampling import CorpusResampler

_ROWS_AT_ONCE = 1 << 13  # measured


class BatchPrefetcher:
    """Prepares batches one update ahead, in its own thread.

    The content of a batch depends only on its rows, the epoch and the seed, so a run that resumes anywhere gets the
    same batches.
    """

    def __init__(self, corpus: EncodedCorpus, *, seed: int, resampler: CorpusResampler | None = None) -> None:
        self.corpus = corpus
        self.seed = seed
        self.resampler = resampler
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")  # the only thread that resamples subwords
        self._ahead: tuple[tuple[int, list[bytes]], Future[list[Batch]]] | None = None
        self._measured = _Measured(-1, 0)
        self._batch_share = 0  # pairs of the corpus per batch of an epoch

    def plan(self, *, batch_tokens: int, epoch: int) -> BatchPlan:
        """The batches of an epoch, by the lengths of its sentences in the subwords drawn for it."""
        lengths = None
        if self.resampler is not None:
            lengths = self._thread.submit(self._measure, self.resampler, epoch, len(self.corpus)).result().lengths
        plan = plan_batches(self.corpus, batch_tokens=batch_tokens, seed=self.seed, epoch=epoch, lengths=lengths)
        self._batch_share = -(-len(self.corpus) // max(1, len(plan)))
        return plan

    def take(
        self, rows: Sequence[Rows], following: Sequence[Rows] = (), *, epoch: int, share: slice = slice(None)
    ) -> list[Batch]:
        """A batch for each of ``rows`` in ``share``.

        The batches of ``following``, which will probably be needed next, are started, and so is a small part of the
        plan of the next epoch.
        """
        pairs = self._batch_share * len(rows)
        rows, following = rows[share], following[share]
        if self._ahead is not None and self._ahead[0] == (epoch, [batch_rows.tobytes() for batch_rows in rows]):
            batches = self._ahead[1].result()
        else:
            batches = self._submit(rows, epoch).result()
        self._ahead = (epoch, [batch_rows.tobytes() for batch_rows in following]), self._submit(following, epoch)
        if self.resampler is not None:
            self._thread.submit(self._measure, self.resampler, epoch + 1, pairs)
        return batches

    def _submit(self, rows: Sequence[Rows], epoch: int) -> Future[list[Batch]]:
        return self._thread.submit(lambda: [self._batch(batch_rows, epoch) for batch_rows in rows])

    def _batch(self, rows: Rows, epoch: int) -> Batch:
        if self.resampler is None:
            return make_batch(self.corpus, rows)
        return make_batch(self.resampler(self.corpus, rows, seed=(self.seed, epoch)), np.arange(len(rows)))

    def _measure(self, resampler: CorpusResampler, epoch: int, pairs: int) -> "_Measured":
        """Measure the lengths of up to ``pairs`` more pairs in ``epoch``."""
        if self._measured.epoch != epoch:
            self._measured = _Measured(epoch, len(self.corpus))
        measured = self._measured
        end = min(measured.pairs + pairs, len(self.corpus))
        while measured.pairs < end:
            rows = np.arange(measured.pairs, min(measured.pairs + _ROWS_AT_ONCE, end))
            drawn = resampler(self.corpus, rows, seed=(self.seed, epoch))
            for lengths, side in zip(measured.lengths, (drawn.source, drawn.target), strict=True):
                lengths[rows] = side.lengths
            measured.pairs += len(rows)
        return measured


class _Measured:
    """The lengths (N,) of both sides of the first ``pairs`` of a corpus, in the subwords of an epoch."""

    def __init__(self, epoch: int, size: int) -> None:
        self.epoch = epoch
        self.pairs = 0
        self.lengths = np.zeros(size, dtype=np.uint32), np.zeros(size, dtype=np.uint32)
