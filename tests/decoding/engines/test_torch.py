import itertools
from collections.abc import Sequence

import pytest
import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import torch as torch_engine
from nmt.decoding.engines.torch import TorchEngine
from nmt.decoding.scoring import pad_rows
from nmt.decoding.search import beam_search, search
from nmt.model.transformer import Transformer
from nmt.special_ids import EOS, PAD

CONFIG = SearchConfig(beam_size=4, n_best=2, max_length_ratio=1.5, max_length_offset=3)
SOURCES = [[15, 16, 17, 18, 19, 20, 21], [10, 11, 12], [30, 4], [20]]  # the longest first, as the engine takes them


def test_sources_are_ended_and_padded() -> None:
    assert pad_rows([[10, 11], [12], []]).tolist() == [[10, 11, EOS], [12, EOS, PAD], [EOS, PAD, PAD]]


def test_the_engine_gives_what_the_search_finds(transformer: Transformer) -> None:
    engine = TorchEngine(transformer, torch.device("cpu"))
    assert engine.search(SOURCES, CONFIG) == beam_search(transformer, pad_rows(SOURCES), CONFIG)
    assert engine.search([], CONFIG) == []


def test_close_calls_are_decided_alone_with_one_thread(
    transformer: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    margins = [found.margin for found in search(transformer, pad_rows(SOURCES), CONFIG)]
    assert all(0 < margin < 10 for margin in margins)
    closest = margins.index(min(margins))
    monkeypatch.setattr(torch_engine, "CLOSE_CALL", min(margins) * 1.01)
    searched: list[tuple[Sequence[Sequence[int]], int]] = []

    class Watched(TorchEngine):
        def _search(self, sources, config, wishes):  # type: ignore[no-untyped-def]
            searched.append((sources, torch.get_num_threads()))
            return super()._search(sources, config, wishes)

    torch.set_num_threads(2)
    try:
        result = Watched(transformer, torch.device("cpu")).search(SOURCES, CONFIG)
        assert searched == [(SOURCES, 2), ([SOURCES[closest]], 1)]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert len(result) == len(SOURCES)


def test_a_sentence_alone_is_as_in_any_batch_and_with_any_threads(transformer: Transformer) -> None:
    engine = TorchEngine(transformer, torch.device("cpu"))
    generator = torch.Generator().manual_seed(11)
    sources = [torch.randint(4, 32, (1 + index % 11,), generator=generator).tolist() for index in range(60)]
    results = []
    for threads, size in itertools.product((1, 2), (1, 7, 60)):
        torch.set_num_threads(threads)
        batches = (sources[start : start + size] for start in range(0, len(sources), size))
        results.append([[each.ids for each in found] for batch in batches for found in engine.search(batch, CONFIG)])
    torch.set_num_threads(1)
    assert len(results[0]) == 60
    assert all(result == results[0] for result in results)
