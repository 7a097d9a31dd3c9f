import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, SearchInput
from nmt.decoding.scoring import score_targets
from nmt.decoding.search import beam_search
from nmt.models.base import log_probabilities
from nmt.models.transformer import Transformer
from nmt.special_ids import BOS, EOS, PAD, UNK


def padded(*rows: list[int]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


def without_eos(sources: Iterable[Sequence[int]]) -> list[SearchInput]:
    """Inputs of a search from ``sources`` that end with EOS, which a search adds itself."""
    return [SearchInput(source[:-1]) for source in sources]


def random_sources(count: int, seed: int = 3) -> list[list[int]]:
    """Ids with EOS at the end."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 12, (count,), generator=generator).tolist()
    return [[*torch.randint(4, 32, (length,), generator=generator).tolist(), EOS] for length in lengths]


CONFIG = SearchConfig(beam_size=4, n_best=3, max_length_ratio=1.5, max_length_offset=3)


def assert_same(left: list[Hypothesis], right: list[Hypothesis]) -> None:
    assert [hypothesis.ids for hypothesis in left] == [hypothesis.ids for hypothesis in right]
    # A logit is a float32 sum of 32 products, in an order that depends on the rows of the batch and the processor:
    # 32 x 2^-23 of numbers up to about 2.
    assert [each.score for each in left] == pytest.approx([each.score for each in right], abs=1e-5)


def test_enough_ends_for_the_comparisons_below(transformer: Transformer) -> None:
    sources = random_sources(24)
    found = beam_search(transformer, without_eos(sources), CONFIG)
    limits = [CONFIG.length_limit(len(source) - 1) for source in sources]
    lengths = [len(hypotheses[0].ids) for hypotheses in found]
    assert sum(length < limit for length, limit in zip(lengths, limits, strict=True)) >= 8
    assert all(length <= limit for length, limit in zip(lengths, limits, strict=True))
    assert len({tuple(hypotheses[0].ids) for hypotheses in found}) > 12


@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_sentence_alone_is_as_in_any_batch(transformer: Transformer, beam_size: int) -> None:
    config = replace(CONFIG, beam_size=beam_size, n_best=min(beam_size, 3))
    sources = random_sources(24)
    together = beam_search(transformer, without_eos(sources), config)
    backwards = beam_search(transformer, without_eos(sources[::-1]), config)[::-1]
    for source, in_batch, in_other in zip(sources, together, backwards, strict=True):
        [alone] = beam_search(transformer, without_eos([source]), config)
        assert_same(alone, in_batch)
        assert_same(alone, in_other)


def test_a_beam_of_one_is_the_argmax_loop(transformer: Transformer) -> None:
    config = replace(CONFIG, beam_size=1, n_best=1)
    ended = 0
    for source in random_sources(24):
        [[found]] = beam_search(transformer, without_eos([source]), config)
        memory = transformer.encode(padded(source))
        ids: list[int] = []
        while len(ids) < config.length_limit(len(source) - 1):
            logits = transformer.decode(torch.tensor([[BOS, *ids]]), memory)[0, -1]
            logits[[PAD, UNK, BOS]] = -math.inf
            best = int(logits.argmax())
            if best == EOS:
                ended += 1
                break
            ids.append(best)
        assert found.ids == ids
    assert ended >= 8


def test_a_beam_score_is_the_forced_score(transformer: Transformer) -> None:
    sources = random_sources(24)
    found = beam_search(transformer, without_eos(sources), CONFIG)
    for rank in range(CONFIG.n_best):
        hypotheses = [of_sentence[rank] for of_sentence in found]
        targets = padded(*([*hypothesis.ids, EOS] for hypothesis in hypotheses))
        forced = score_targets(transformer, padded(*sources), targets)
        assert forced.shape == targets.shape
        assert forced.sum(1).tolist() == pytest.approx([each.log_probability for each in hypotheses], abs=1e-4)
        normalised = [each.log_probability / (len(each.ids) + 1) for each in hypotheses]
        assert [each.score for each in hypotheses] == pytest.approx(normalised)


def test_scores_are_zero_at_padding(transformer: Transformer) -> None:
    scores = score_targets(transformer, padded([10, 11, EOS], [12, EOS]), padded([10, EOS], [12, 13, 14, EOS]))
    assert (scores[0] != 0).tolist() == [True, True, False, False]
    assert (scores[1] < 0).all()


def test_n_best_is_sorted_distinct_and_begins_with_the_best(transformer: Transformer) -> None:
    inputs = without_eos(random_sources(24))
    for several, single in zip(
        beam_search(transformer, inputs, CONFIG),
        beam_search(transformer, inputs, replace(CONFIG, n_best=1)),
        strict=True,
    ):
        scores = [hypothesis.score for hypothesis in several]
        assert len(scores) == 3
        assert scores == sorted(scores, reverse=True)
        assert len({tuple(hypothesis.ids) for hypothesis in several}) == 3
        assert_same(several[:1], single)


def test_cached_logits_are_the_uncached_ones_through_reordering_and_leaving(transformer: Transformer) -> None:
    source, beams = padded(*random_sources(3)), 2
    memory = transformer.encode(source)
    cache = transformer.start(memory)
    target = torch.full((3 * beams, 1), BOS)
    generator = torch.Generator().manual_seed(5)
    for step in range(6):
        cached = transformer.decode(target[:, -1:], memory, cache)[:, -1]
        assert torch.allclose(cached, transformer.decode(target, memory)[:, -1], atol=1e-5)
        sentences = memory.mask.size(0)
        rows = torch.randint(0, beams, (sentences, beams), generator=generator)
        rows += torch.arange(sentences).unsqueeze(1) * beams
        if step == 3:  # the sentence in the middle leaves
            keep = torch.tensor([0, 2])
            rows, memory = rows[keep], memory.select(keep)
            cache.select(keep, rows.flatten())
        else:
            cache.reorder(rows.flatten())
        newest = torch.randint(4, 60, (rows.numel(), 1), generator=generator)
        target = torch.cat((target[rows.flatten()], newest), dim=1)
    assert target.shape == (4, 7)


def test_log_probabilities_are_float32_at_least() -> None:
    for given, expected in ((torch.bfloat16, torch.float32), (torch.float64, torch.float64)):
        assert log_probabilities(torch.zeros(2, 4, dtype=given)).dtype == expected
    assert log_probabilities(torch.zeros(1, 4)).exp().sum().item() == pytest.approx(1)
