"""The search run by CTranslate2, several times as fast as torch on a processor. Imports no torch.

Its beam search works like nmt.decoding.search: the K most probable continuations survive, an ending among the K most
probable candidates is a hypothesis, and K hypotheses end the search. It differs in three ways, for which this module
compensates: it has one length limit per batch, does not force an ending at the limit, and renormalizes probabilities
where subwords are forbidden.
"""

import itertools
import logging
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import lru_cache
from typing import Any

import ctranslate2

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.decoding.engines.batching import BATCH_SENTENCES, BATCH_TOKENS
from nmt.decoding.hypothesis import NO_CONSTRAINT, NOT_FINITE, Hypothesis, LexicalConstraint, SearchInput
from nmt.errors import NMTError
from nmt.runtime.processes import never_destroy, watch
from nmt.special_ids import BOS, EOS, PAD, UNK

# With a length penalty of 0 it would end as soon as the best beam has ended, not when K have.
_ALMOST_NO_PENALTY = 1e-9
# Settings with the same meaning as in nmt.decoding.search, and settings without effect unless translations are sampled.
# The others it lacks, or it excludes subwords before the softmax, so that the remaining ones become more probable, or
# it draws for all sentences from one generator.
_SUPPORTED = frozenset(("beam_size", "n_best", "length_penalty", "max_length_ratio", "max_length_offset"))
_OF_SAMPLING = frozenset(("temperature", "top_k", "top_p", "seed"))


@lru_cache(maxsize=64)  # called for every sentence
def unsupported(config: SearchConfig, constraint: LexicalConstraint = NO_CONSTRAINT, *, details: bool = False) -> str:
    """What CTranslate2 cannot do in the same way as torch, in words; empty if it can do everything."""
    for field in fields(config):
        if field.name not in _SUPPORTED | _OF_SAMPLING and getattr(config, field.name) != field.default:
            return f"the search setting {field.name}"
    if constraint != NO_CONSTRAINT:
        return "a prefix or forbidden words"
    return "the probabilities and the attention of single subwords" if details else ""


class CTranslate2Engine:
    """Beam search with a copy of a model in the format of CTranslate2.

    A batch contains sources of one length only. So there is no padding and one length limit, every matrix product of a
    sentence has the same shape in every batch except for its rows, and what int8 products give for a row is exact:
    a sentence gets the same hypotheses whatever its batch and the number of threads. (With float32 products the last
    digits depend on the number of rows.)
    """

    name = "ctranslate2"

    def __init__(
        self,
        files: Mapping[str, bytes],
        tokens: Sequence[str],
        *,
        positions: int,
        threads: int = 1,
        device: str = "cpu",
        batch_sentences: int = BATCH_SENTENCES,
    ) -> None:
        """``files`` are the model's files by name, ``tokens`` its name of each id, ``positions`` how many it has.

        Each of ``threads`` translates a batch of its own. NMTError if this CTranslate2 or ``device`` cannot run it.
        """
        if "CT2_VERBOSE" not in os.environ:
            ctranslate2.set_log_level(logging.ERROR)  # its warnings are not meant for users
        device_type, _, index = device.partition(":")
        try:
            self._translator = ctranslate2.Translator(
                "nmt",
                device_type,
                device_index=int(index or 0),
                files=dict(files),
                inter_threads=threads,
                intra_threads=1,
                max_queued_batches=-1,
            )
        except (RuntimeError, ValueError, IndexError) as error:
            raise NMTError(f"CTranslate2 {ctranslate2.__version__} cannot run the model: {error}") from error
        self._tokens = list(tokens)
        self._ids = {token: number for number, token in enumerate(tokens)}
        self._positions = positions
        self._batch_sentences = batch_sentences
        self.threads = threads
        # Two more than translate, so that the next batches are ready when one is done. An interrupt can cancel what has
        # not reached a thread yet.
        self._pool = ThreadPoolExecutor(threads + 2, thread_name_prefix="ctranslate2")
        self._forked = False
        watch(self)

    def after_fork(self) -> None:
        """See nmt.runtime.processes: the translation threads are in the parent process."""
        self._forked = True
        never_destroy(self._translator)

    def close(self) -> None:
        """See BackgroundEngine.close; waits for the batches that are being translated."""
        if not self._forked:
            self._pool.shutdown(cancel_futures=True)
            self._translator.unload_model()

    @property
    def compute_type(self) -> str:
        """The type of its matrix products, such as int8_float32."""
        return str(self._translator.compute_type)

    def unsupported_reason(self, sentence: SearchInput, config: SearchConfig, *, details: bool) -> str:
        """What this engine cannot do for ``sentence``, in words; empty if it can do everything."""
        length = len(sentence.ids)
        if not length:
            return "sources without subwords"  # it would not search for a translation
        if max(length + 1, config.length_limit(length) + 1) > self._positions:
            return f"sentences and translations of more than {self._positions:,} subwords"
        return unsupported(config, sentence.constraint, details=details)

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        """See Engine.search; NMTError for what this engine cannot do."""
        return self._submit(inputs, config, details=details).result()

    def submit(self, inputs: Sequence[SearchInput], config: SearchConfig) -> PendingResult[list[list[Hypothesis]]]:
        """See BackgroundEngine.submit; NMTError for what this engine cannot do."""
        return self._submit(inputs, config, details=False)

    def _check(self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool) -> None:
        self._check_process()
        for sentence in inputs:
            if reason := self.unsupported_reason(sentence, config, details=details):
                raise NMTError(f"the engine ctranslate2 cannot do {reason}; choose the engine torch, or auto")

    def _check_process(self) -> None:
        if self._forked:
            raise NMTError(
                "the translation threads belong to the process that this one was forked from; create them again here"
            )

    def _submit(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool
    ) -> PendingResult[list[list[Hypothesis]]]:
        self._check(inputs, config, details=details)
        sources = [sentence.ids for sentence in inputs]
        batches = [
            (indices, self._pool.submit(self._search_batch, [sources[index] for index in indices], config))
            for indices in self._batches(sources, config.beam_size)
        ]

        def result() -> list[list[Hypothesis]]:
            self._check_process()  # the search may have been submitted before a fork
            results: list[list[Hypothesis]] = [[] for _ in sources]
            try:
                for indices, batch in batches:
                    for index, hypotheses in zip(indices, batch.result(), strict=True):
                        results[index] = hypotheses
            except BaseException:  # including an interrupt
                cancel()
                raise
            return results

        def cancel() -> None:
            for _, batch in batches:
                batch.cancel()

        return PendingResult(result, cancel)

    def _search_batch(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[list[Hypothesis]]:
        """The hypotheses for ``sources`` of one length."""
        results = self._translate(sources, config)
        return [
            self._hypotheses(result, config) or self._search_again(source, result, config)
            for source, result in zip(sources, results, strict=True)
        ]

    def _batches(self, sources: Sequence[Sequence[int]], beam_size: int) -> Iterator[list[int]]:
        """Indices into ``sources`` of one length, the longest first, so that short ones fill the threads at the end."""
        order = sorted(range(len(sources)), key=lambda index: -len(sources[index]))
        for length, group in itertools.groupby(order, key=lambda index: len(sources[index])):
            same_length = list(group)
            share = -(-len(same_length) // self.threads) if len(order) <= self._batch_sentences else len(same_length)
            size = min(self._batch_sentences, max(1, BATCH_TOKENS // ((length + 1) * beam_size)), share)
            yield from (same_length[start : start + size] for start in range(0, len(same_length), size))

    def _translate(self, sources: Sequence[Sequence[int]], config: SearchConfig, **options: Any) -> list[Any]:
        """The results of CTranslate2 for ``sources`` of one length."""
        limit = config.length_limit(len(sources[0]))
        settings: dict[str, Any] = {
            "beam_size": config.beam_size,
            "num_hypotheses": config.n_best,
            "length_penalty": config.length_penalty or _ALMOST_NO_PENALTY,
            "max_decoding_length": limit + 1,  # with the end mark
            "min_decoding_length": 0,
            "max_input_length": 0,
            "return_scores": True,
            "return_end_token": True,  # then it also counts the end mark as a subword
        }
        tokens = [[self._tokens[number] for number in source] for source in sources]
        results: list[Any] = self._translator.translate_batch(tokens, **settings | options)
        return results

    def _hypotheses(self, result: Any, config: SearchConfig) -> list[Hypothesis]:
        """The hypotheses, or none if the search must be repeated: at the length limit or because of a special id."""
        hypotheses = []
        for tokens, score in zip(result.hypotheses, result.scores, strict=True):
            *ids, last = [self._ids[token] for token in tokens]
            if last != EOS or _has_special(ids):
                return []
            log_probability = score * (len(ids) + 1) ** (config.length_penalty or _ALMOST_NO_PENALTY)
            hypotheses.append(_hypothesis(ids, log_probability, config))
        return hypotheses

    def _search_again(self, source: Sequence[int], result: Any, config: SearchConfig) -> list[Hypothesis]:
        """Search without special ids and end the beams left at the limit by force; slower, and rarely needed.

        Probabilities come from forced decoding, so that excluding subwords does not change them. Greedy search has only
        one beam at the limit, so it need not search again; models in early training often reach the limit.
        """
        results = [[self._ids[token] for token in tokens] for tokens in result.hypotheses]
        if config.beam_size > 1 or any(map(_has_special, results)):
            special = [[self._tokens[number]] for number in (PAD, UNK, BOS)]
            [result] = self._translate([source], config, num_hypotheses=config.beam_size, suppress_sequences=special)
            results = [[self._ids[token] for token in tokens] for tokens in result.hypotheses]
        limit = config.length_limit(len(source))
        endings = {tuple(number for number in ids if number != EOS)[:limit]: None for ids in results}
        scored = self._translator.score_batch(
            [[self._tokens[number] for number in source]] * len(endings),
            [[self._tokens[number] for number in ids] for ids in endings],
            max_input_length=0,
        )
        hypotheses = [
            _hypothesis(list(ids), sum(result.log_probs), config) for ids, result in zip(endings, scored, strict=True)
        ]
        hypotheses.sort(key=lambda hypothesis: -hypothesis.score)
        return hypotheses[: config.n_best]


def _has_special(ids: Sequence[int]) -> bool:
    """Whether PAD, UNK, BOS or EOS is among ``ids``."""
    return bool(ids) and min(ids) <= EOS


def _hypothesis(ids: list[int], log_probability: float, config: SearchConfig) -> Hypothesis:
    if not math.isfinite(log_probability):
        raise NMTError(NOT_FINITE)
    return Hypothesis(ids, log_probability, log_probability / (len(ids) + 1) ** config.length_penalty)
