"""The batches of an update, the next ones made while the last ones are learned from."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from nmt.data.batching import Batch, Rows, make_batch
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.data.resegmentation import Resegmenter


class BatchSupply:
    """Makes batches one update ahead, in a thread of its own.

    What a batch holds is a function of its rows and the seed alone, so a run that is taken up anywhere finds the same
    batches there. Epochs draw different rows together, and so other subwords for the same sentence.
    """

    def __init__(self, corpus: EncodedCorpus, *, seed: int, resegmenter: Resegmenter | None = None) -> None:
        self.corpus = corpus
        self.seed = seed
        self.resegmenter = resegmenter
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: tuple[list[bytes], Future[list[Batch]]] | None = None

    def take(self, rows: Sequence[Rows], following: Sequence[Rows] = ()) -> list[Batch]:
        """A batch for each of ``rows``; those for ``following``, which will probably be wanted next, are begun."""
        if self._ahead is not None and self._ahead[0] == [some.tobytes() for some in rows]:
            batches = self._ahead[1].result()
        else:
            batches = self._make(rows)
        self._ahead = ([some.tobytes() for some in following], self._thread.submit(self._make, following))
        return batches

    def _make(self, rows: Sequence[Rows]) -> list[Batch]:
        return [self._batch(some) for some in rows]

    def _batch(self, rows: Rows) -> Batch:
        if self.resegmenter is None:
            return make_batch(self.corpus, rows)
        digest = hashlib.blake2b(np.ascontiguousarray(rows).tobytes(), digest_size=8).digest()
        seed = (self.seed, int.from_bytes(digest, "big"))
        return make_batch(self.resegmenter(self.corpus, rows, seed=seed), np.arange(len(rows)))
