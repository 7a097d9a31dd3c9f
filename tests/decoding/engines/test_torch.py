import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from nmt.decoding.attention import cross_attention, mean_of_heads
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import torch as torch_engine
from nmt.decoding.engines.batching import BatchingEngine
from nmt.decoding.engines.torch import TorchEngine
from nmt.decoding.hypothesis import LexicalConstraint, SearchInput
from nmt.decoding.scoring import pad_rows
from nmt.decoding.search import beam_search, search
from nmt.errors import NMTError
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS, PAD

CONFIG = SearchConfig(beam_size=4, n_best=2, max_length_ratio=1.5, max_length_offset=3)
SOURCES = [[15, 16, 17, 18, 19, 20, 21], [10, 11, 12], [30, 4], [20]]  # the longest first, as the engine takes them
INPUTS = [SearchInput(ids) for ids in SOURCES]


def test_sources_are_ended_and_padded() -> None:
    assert pad_rows([[10, 11], [12], []]).tolist() == [[10, 11, EOS], [12, EOS, PAD], [EOS, PAD, PAD]]


def test_the_engine_gives_what_the_search_finds(transformer: Transformer) -> None:
    engine = TorchEngine(transformer, torch.device("cpu"))
    found, expected = engine.search(INPUTS, CONFIG), beam_search(transformer, INPUTS, CONFIG)
    for ours, theirs in zip(found, expected, strict=True):  # products by another library: other last digits
        assert [one.ids for one in ours] == [one.ids for one in theirs]
        assert [one.score for one in ours] == pytest.approx([one.score for one in theirs], abs=1e-5)
    assert engine.search([], CONFIG) == []


def test_close_calls_are_decided_alone_with_one_thread(
    transformer: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    margins = [found.margin for found in search(transformer, INPUTS, CONFIG)]
    assert all(0 < margin < 10 for margin in margins)
    closest = margins.index(min(margins))
    monkeypatch.setattr(torch_engine, "CLOSE_CALL", min(margins) * 1.01)
    searched: list[tuple[Sequence[SearchInput], int]] = []

    class Watched(TorchEngine):
        def _search(self, inputs, config):  # type: ignore[no-untyped-def]
            searched.append((inputs, torch.get_num_threads()))
            return super()._search(inputs, config)

    torch.set_num_threads(2)
    try:
        result = Watched(transformer, torch.device("cpu")).search(INPUTS, CONFIG)
        assert searched == [(INPUTS, 2), ([INPUTS[closest]], 1)]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert len(result) == len(SOURCES)


def test_a_sentence_alone_is_as_in_any_batch_and_with_any_threads(transformer: Transformer) -> None:
    engine = TorchEngine(transformer, torch.device("cpu"))
    generator = torch.Generator().manual_seed(11)
    inputs = [SearchInput(torch.randint(4, 32, (1 + index % 11,), generator=generator).tolist()) for index in range(60)]
    results = []
    for threads, size in itertools.product((1, 2), (1, 7, 60)):
        torch.set_num_threads(threads)
        batches = (inputs[start : start + size] for start in range(0, len(inputs), size))
        results.append([[each.ids for each in found] for batch in batches for found in engine.search(batch, CONFIG)])
    torch.set_num_threads(1)
    assert len(results[0]) == 60
    assert all(result == results[0] for result in results)


def test_batches_in_parallel_share_the_threads_and_give_what_one_after_the_other_does(
    transformer: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_engine, "MOST_AT_ONCE", 2)
    generator = torch.Generator().manual_seed(11)
    inputs = [SearchInput(torch.randint(4, 32, (1 + index % 11,), generator=generator).tolist()) for index in range(60)]
    threads: set[tuple[int, int]] = set()

    class Watched(TorchEngine):
        def _search(self, inputs, config):  # type: ignore[no-untyped-def]
            threads.add((threading.get_ident(), torch.get_num_threads()))
            return super()._search(inputs, config)

    expected = BatchingEngine(TorchEngine(transformer, torch.device("cpu")), batch_sentences=7).search(inputs, CONFIG)
    torch.set_num_threads(5)
    try:
        found = BatchingEngine(Watched(transformer, torch.device("cpu")), batch_sentences=7).search(
            inputs, CONFIG, details=True
        )
        assert torch.get_num_threads() == 5
    finally:
        torch.set_num_threads(1)
    assert [[each.ids for each in of_sentence] for of_sentence in found] == [
        [each.ids for each in of_sentence] for of_sentence in expected
    ]
    assert all(each.attention is not None for of_sentence in found for each in of_sentence)
    assert {number for _, number in threads} <= {1, 2}  # 1 for close calls
    assert threading.get_ident() not in {thread for thread, _ in threads}


def test_an_error_in_one_of_the_parallel_batches_ends_the_others(transformer: Transformer) -> None:
    done: list[int] = []

    def count(batch: int) -> int:
        if batch == 0:
            raise NMTError("no")
        time.sleep(0.01)
        done.append(batch)
        return batch

    torch.set_num_threads(2)
    try:
        with pytest.raises(NMTError, match="no"):
            list(TorchEngine(transformer, torch.device("cpu")).map(count, range(1000)))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert len(done) < 900


FEATURES: list[dict[str, object]] = [
    {"coverage_penalty": 0.3},
    {"no_repeat_ngram": 2},
    {"repetition_penalty": 1.3},
    {"min_length": 6},
    {"sample": True, "temperature": 1.2},
    {"sample": True, "top_p": 0.8},
    {"sample": True, "top_k": 3, "epsilon": 0.01},
    {"n_best": 1, "alternatives": 3},
]


@pytest.mark.parametrize("changes", FEATURES, ids=str)
def test_with_any_setting_and_constraint_a_sentence_alone_is_as_in_any_batch(
    transformer: Transformer, changes: dict[str, object]
) -> None:
    engine = TorchEngine(transformer, torch.device("cpu"))
    config = replace(CONFIG, **changes)  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(11)
    sources = [torch.randint(4, 32, (1 + index % 9,), generator=generator).tolist() for index in range(30)]
    inputs = [
        (
            SearchInput(source),
            SearchInput(source, LexicalConstraint(prefix=(source[0], 40))),
            SearchInput(source, LexicalConstraint(forbidden=((source[0],), (source[-1] + 28,)))),
        )[index % 3]
        for index, source in enumerate(sources)
    ]
    together = engine.search(inputs, config)
    by_sevens = [found for start in range(0, 30, 7) for found in engine.search(inputs[start : start + 7], config)]
    ids = [[each.ids for each in found] for found in together]
    assert ids == [[each.ids for each in found] for found in by_sevens]
    for sentence, found in zip(inputs, ids, strict=True):
        assert found == [each.ids for each in engine.search([sentence], config)[0]]
        assert found
        prefix, forbidden = sentence.constraint.prefix, sentence.constraint.forbidden
        assert all(tuple(each[: len(prefix)]) == prefix for each in found)
        assert not any(sentence.ids[0] in each for each in found if forbidden)


def test_details_are_the_probabilities_and_the_attention_of_the_subwords(transformer: Transformer) -> None:
    engine = TorchEngine(transformer, torch.device("cpu"), alignment_heads=((1, 2), (0, 0)))
    plain = engine.search(INPUTS, CONFIG)
    detailed = engine.search(INPUTS, CONFIG, details=True)
    for source, before, found in zip(SOURCES, plain, detailed, strict=True):
        assert [replace(each, token_log_probabilities=None, attention=None) for each in found] == before
        for hypothesis in found:
            assert hypothesis.token_log_probabilities is not None
            assert len(hypothesis.token_log_probabilities) == len(hypothesis.ids) + 1
            assert sum(hypothesis.token_log_probabilities) == pytest.approx(hypothesis.log_probability, abs=1e-4)
            weights = cross_attention(transformer, pad_rows([source]), pad_rows([hypothesis.ids]))
            expected = mean_of_heads(weights, ((1, 2), (0, 0)))[0, : len(hypothesis.ids)]
            torch.testing.assert_close(torch.tensor(hypothesis.attention), expected)
            assert expected.shape == (len(hypothesis.ids), len(source) + 1)


def test_heads_that_the_model_lacks_are_an_error(transformer: Transformer) -> None:
    with pytest.raises(NMTError, match="alignment_heads"):
        TorchEngine(transformer, torch.device("cpu"), alignment_heads=((2, 0),))
