import math
from collections import Counter
from dataclasses import replace

import pytest
import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.gumbel import gumbel, keys_of, sentence_key
from nmt.decoding.hypothesis import LexicalConstraint, SearchInput
from nmt.decoding.sampling import draw, sample
from nmt.decoding.scoring import pad_rows, score_targets
from nmt.decoding.search import beam_search
from nmt.errors import NMTError
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS
from tests.decoding.test_search import A, B, C, Prefix, TableModel, search_inputs
from tests.decoding.test_search_equivalences import padded, random_sources, without_eos

SAMPLING = SearchConfig(sample=True, max_length_ratio=1.5, max_length_offset=3)


def test_noise_follows_the_gumbel_distribution_and_differs_everywhere() -> None:
    keys = keys_of(torch.tensor([sentence_key(1, [5, 6]), sentence_key(1, [5, 7])]), 3)
    noise = torch.stack([gumbel(keys, position, torch.arange(5000)) for position in range(4)])
    assert noise.shape == (4, 2, 3, 5000)
    assert noise.mean().item() == pytest.approx(0.5772, abs=0.02)  # Euler's constant
    assert noise.var().item() == pytest.approx(math.pi**2 / 6, abs=0.05)
    assert noise.unique().numel() > 0.99 * noise.numel()
    # No two of the four positions, two sentences and three draws are correlated.
    together = torch.corrcoef(noise.view(24, 5000)) - torch.eye(24)
    assert together.abs().max().item() < 0.08


def test_a_sentence_key_depends_on_the_seed_and_on_every_subword() -> None:
    keys = [sentence_key(seed, source) for seed in (1, 2) for source in ([5, 6], [6, 5], [56], [5], [])]
    assert len(set(keys)) == len(keys)


def abc(source: Prefix, prefix: Prefix) -> dict[int, float]:
    return {A: 0.5, B: 0.3, C: 0.2} if not prefix else {EOS: 0.75, A: 0.25}


def drawn(count: int, **settings: object) -> Counter[tuple[int, ...]]:
    config = replace(SAMPLING, n_best=count, max_length_ratio=0.0, max_length_offset=2, **settings)  # type: ignore[arg-type]
    [found] = sample(TableModel(abc), search_inputs([A]), config)
    assert len(found.hypotheses) == count
    return Counter(tuple(each.ids) for each in found.hypotheses)


def test_translations_are_as_frequent_as_they_are_probable() -> None:
    counts = drawn(4000)
    for first, share in ((A, 0.5), (B, 0.3), (C, 0.2)):
        # Four standard deviations of a share among 4000 are 0.03.
        assert counts[(first,)] / 4000 == pytest.approx(share * 0.75, abs=0.03)
        assert counts[(first, A)] / 4000 == pytest.approx(share * 0.25, abs=0.03)
    assert sum(counts.values()) == sum(counts[ids] for ids in counts if len(ids) in (1, 2))


def test_a_temperature_sharpens_as_a_power() -> None:
    counts = drawn(4000, temperature=0.5)
    squares = {A: 0.25, B: 0.09, C: 0.04}
    for first, square in squares.items():
        share = sum(count for ids, count in counts.items() if ids[0] == first) / 4000
        assert share == pytest.approx(square / sum(squares.values()), abs=0.03)


@pytest.mark.parametrize(
    ("settings", "firsts"),
    [
        ({"top_k": 2}, {A, B}),
        ({"top_k": 1}, {A}),
        ({"top_p": 0.79}, {A, B}),
        ({"top_p": 0.81}, {A, B, C}),
        ({"top_p": 0.1}, {A}),
        ({"epsilon": 0.25}, {A, B}),
        ({"epsilon": 0.9}, {A}),  # the best one always stays
        ({"top_k": 2, "top_p": 0.4}, {A}),
    ],
)
def test_truncation_leaves_the_most_probable(settings: dict[str, float], firsts: set[int]) -> None:
    counts = drawn(500, **settings)
    assert {ids[0] for ids in counts} == firsts
    if firsts == {A, B}:
        share = sum(count for ids, count in counts.items() if ids[0] == A) / 500
        assert share == pytest.approx(0.5 / 0.8, abs=0.09)


def test_the_margin_of_a_draw_by_hand() -> None:
    values = torch.tensor([[0.5, 0.3, 0.2]]).log()
    noise = torch.tensor([[0.0, 1.0, 0.0]])
    # log 0.3 + 1 = -0.204 before log 0.5 = -0.693.
    chosen, margin = draw(values, noise, SAMPLING)
    assert (chosen.item(), margin.item()) == (1, pytest.approx(1 + math.log(0.3 / 0.5)))
    # Two are kept: the runner-up is as near as before, but the third is only log(0.3 / 0.2) from being kept.
    chosen, margin = draw(values, noise, replace(SAMPLING, top_k=2))
    assert (chosen.item(), margin.item()) == (1, pytest.approx(math.log(0.3 / 0.2)))
    # The winner would not be there if 0.7999 were not above 0.5 by 0.2999 and below 0.8 by 0.0001.
    chosen, margin = draw(values, noise, replace(SAMPLING, top_p=0.7999))
    assert (chosen.item(), margin.item()) == (1, pytest.approx(0.0001, abs=1e-6))
    # The second, which would win, is left out by log(0.4 / 0.3); the first is in by less, log(0.5 / 0.4).
    chosen, margin = draw(values, noise, replace(SAMPLING, epsilon=0.4))
    assert (chosen.item(), margin.item()) == (0, pytest.approx(math.log(0.5 / 0.4)))


def test_a_drawn_translation_is_as_probable_as_when_it_is_forced(transformer: Transformer) -> None:
    sources = random_sources(16)
    found = sample(transformer, without_eos(sources), replace(SAMPLING, n_best=3, temperature=1.5))
    for rank in range(3):
        hypotheses = [each.hypotheses[rank] for each in found]
        forced = score_targets(transformer, padded(*sources), pad_rows([each.ids for each in hypotheses]))
        assert forced.sum(1).tolist() == pytest.approx([each.log_probability for each in hypotheses], abs=1e-4)
        normalised = [each.log_probability / (len(each.ids) + 1) for each in hypotheses]
        assert [each.score for each in hypotheses] == pytest.approx(normalised)
    assert all(one.hypotheses[0].score >= one.hypotheses[2].score for one in found)


def test_the_same_seed_gives_the_same_in_any_batch_and_another_seed_something_else(transformer: Transformer) -> None:
    sources = random_sources(24)
    config = replace(SAMPLING, n_best=2)
    ids = [[each.ids for each in found.hypotheses] for found in sample(transformer, without_eos(sources), config)]
    alone = [sample(transformer, without_eos([source]), config)[0] for source in sources]
    assert ids == [[each.ids for each in found.hypotheses] for found in alone]
    backwards = sample(transformer, without_eos(sources[::-1]), config)[::-1]
    assert ids == [[each.ids for each in found.hypotheses] for found in backwards]
    others = sample(transformer, without_eos(sources), replace(config, seed=2))
    assert sum(mine != [each.ids for each in other.hypotheses] for mine, other in zip(ids, others, strict=True)) > 12


def test_top_k_of_one_is_greedy_search(transformer: Transformer) -> None:
    inputs = without_eos(random_sources(16))
    greedy = beam_search(transformer, inputs, replace(SAMPLING, sample=False, beam_size=1))
    found = sample(transformer, inputs, replace(SAMPLING, top_k=1))
    assert [each.hypotheses[0].ids for each in found] == [each[0].ids for each in greedy]


def test_samples_satisfy_the_constraint() -> None:
    config = replace(SAMPLING, n_best=50, max_length_ratio=0.0, max_length_offset=3)
    constraint = LexicalConstraint(prefix=(B,), forbidden=((B, A, A),))
    [found] = sample(TableModel(abc), [SearchInput([A], constraint)], config)
    assert {tuple(each.ids) for each in found.hypotheses} == {(B,), (B, A)}


def test_a_model_without_finite_probabilities_is_an_error() -> None:
    class Broken(TableModel):
        def decode(self, *arguments: object, **more: object) -> torch.Tensor:
            return super().decode(*arguments, **more) * math.nan  # type: ignore[arg-type]

    with pytest.raises(NMTError, match="no finite probabilities"):
        sample(Broken(abc), search_inputs([A]), SAMPLING)
