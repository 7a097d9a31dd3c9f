"""Batches contain every pair once, are a function of (seed, epoch), and waste little."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmt.data import batching
from nmt.data.batching import Rows, batches_in_order, make_batch, padding_share, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.special_ids import BOS, EOS, PAD


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    """Pairs as long as captions are: about 13 subwords, the sides of similar length."""
    generator = np.random.default_rng(1)
    source = generator.poisson(9, 20_000) + 3
    target = np.maximum(1, source + generator.integers(-4, 5, len(source)))
    return encoded_in_memory([([5] * s, [6] * t) for s, t in zip(source.tolist(), target.tolist(), strict=True)])


def flat(batches: Sequence[Rows]) -> list[int]:
    return [int(row) for rows in batches for row in rows]


def test_every_pair_once_an_epoch(corpus: EncodedCorpus) -> None:
    for batches in (
        plan_batches(corpus, batch_tokens=2000, seed=3, epoch=0),
        batches_in_order(corpus, batch_tokens=500),
    ):
        assert sorted(flat(batches)) == list(range(len(corpus)))


def test_the_order_is_a_function_of_seed_and_epoch(corpus: EncodedCorpus) -> None:
    plans = {
        (seed, epoch): flat(plan_batches(corpus, batch_tokens=2000, seed=seed, epoch=epoch))
        for seed in (1, 2)
        for epoch in (0, 1)
    }
    assert plans[1, 0] == flat(plan_batches(corpus, batch_tokens=2000, seed=1, epoch=0))
    assert len({tuple(plan) for plan in plans.values()}) == 4


def test_every_epoch_has_as_many_batches(corpus: EncodedCorpus) -> None:
    counts = {len(plan_batches(corpus, batch_tokens=2000, seed=1, epoch=epoch)) for epoch in range(5)}
    assert len(counts) == 1


def test_batches_stay_within_their_budget_and_waste_under_three_percent(corpus: EncodedCorpus) -> None:
    batches = plan_batches(corpus, batch_tokens=2000, seed=1, epoch=0)
    for rows in batches:
        batch = make_batch(corpus, rows)
        assert max(batch.source.numel(), batch.target_in.numel()) <= 2000
    assert 0 < padding_share(corpus, batches) < 0.03


def test_a_pair_longer_than_the_budget_gets_a_batch_to_itself() -> None:
    corpus = encoded_in_memory([([5] * 50, [6] * 50), ([5], [6]), ([5], [6])])
    assert [len(rows) for rows in batches_in_order(corpus, batch_tokens=10)] == [2, 1]


def test_a_batch_by_hand() -> None:
    corpus = encoded_in_memory([([9], [10, 11, 12]), ([5, 6], [7])])
    batch = make_batch(corpus, np.array([1, 0]))
    assert batch.source.tolist() == [[5, 6, EOS], [9, EOS, PAD]]
    assert batch.target_out.tolist() == [[7, EOS, PAD, PAD], [10, 11, 12, EOS]]
    assert batch.target_in[1].tolist() == [BOS, 10, 11, 12]
    assert batch.target_in[0, :2].tolist() == [BOS, 7]
    assert batch.target_tokens == 6


def test_a_plan_is_a_sequence_of_rows(corpus: EncodedCorpus) -> None:
    plan = plan_batches(corpus, batch_tokens=2000, seed=1, epoch=0)
    assert [rows.tolist() for rows in plan[3:6]] == [plan[number].tolist() for number in (3, 4, 5)]
    assert plan[-1].tolist() == list(plan)[-1].tolist()
    assert plan[len(plan) :] == []


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=60), st.integers(1, 40))
def test_batches_are_cut_as_if_pairs_were_added_one_by_one(shapes: list[tuple[int, int]], batch_tokens: int) -> None:
    corpus = encoded_in_memory([([5] * source, [6] * target) for source, target in shapes])
    widths = sorted(max(shape) + 1 for shape in shapes)
    expected: list[list[int]] = []
    for width in widths:
        if not expected or (len(expected[-1]) + 1) * width > batch_tokens:
            expected.append([])
        expected[-1].append(width)
    batches = batches_in_order(corpus, batch_tokens=batch_tokens)
    assert [[max(shapes[row]) + 1 for row in rows] for rows in batches] == expected


def test_pairs_sorted_in_several_shards_are_complete_and_give_the_same_number_of_batches_each_epoch(
    corpus: EncodedCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "_SORTED_AT_ONCE", 7000)
    plans = [plan_batches(corpus, batch_tokens=2000, seed=3, epoch=epoch) for epoch in range(3)]
    assert sorted(flat(plans[0])) == list(range(len(corpus)))
    assert len({len(plan) for plan in plans}) == 1
    assert padding_share(corpus, plans[0]) < 0.06  # shards are of millions of pairs, not of thousands


def test_weights_set_how_often_the_pairs_of_a_corpus_occur(corpus: EncodedCorpus) -> None:
    sizes = (4000, 12_000, 4000)
    weighted = replace(corpus, sizes=sizes, weights=(3.0, 0.25, 1.5))
    corpus_of = np.repeat((0, 1, 2), sizes)
    seen = []
    for epoch in range(3):
        rows = flat(plan_batches(weighted, batch_tokens=2000, seed=3, epoch=epoch))
        assert rows == flat(plan_batches(weighted, batch_tokens=2000, seed=3, epoch=epoch))
        assert Counter(corpus_of[rows].tolist()) == {0: 12_000, 1: 3000, 2: 6000}
        times = Counter(rows)
        assert {times[row] for row in range(4000)} == {3}
        assert {times[row] for row in range(4000, 16_000)} == {0, 1}
        assert {times[row] for row in range(16_000, 20_000)} == {1, 2}
        seen.append({row for row in rows if corpus_of[row] == 1})
    assert seen[0] != seen[1]


def test_weights_of_one_change_nothing_and_no_corpus_is_left_out(corpus: EncodedCorpus) -> None:
    plain = flat(plan_batches(corpus, batch_tokens=2000, seed=3, epoch=1))
    for sizes, weights in (((), ()), ((20_000,), (1.0,)), ((5000, 15_000), (1.0, 1.0))):
        weighted = replace(corpus, sizes=sizes, weights=weights)
        assert flat(plan_batches(weighted, batch_tokens=2000, seed=3, epoch=1)) == plain
    tiny = replace(corpus, sizes=(3, 19_997, 0), weights=(0.1, 1.0, 0.1))
    assert sum(row < 3 for row in flat(plan_batches(tiny, batch_tokens=2000, seed=3, epoch=1))) == 1


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_a_batch_that_is_split_keeps_its_pairs(corpus: EncodedCorpus, parts: int) -> None:
    batch = make_batch(corpus, np.arange(5))
    results = batch.split(parts)
    assert len(results) == (1 if parts == 1 else len(batch.source.chunk(parts)))
    assert sum(part.target_tokens for part in results) == batch.target_tokens
    for name in ("source", "target_in", "target_out"):
        assert torch.cat([getattr(part, name) for part in results]).tolist() == getattr(batch, name).tolist()


def test_a_plan_knows_how_long_its_batches_are() -> None:
    corpus = encoded_in_memory([([5] * 3, [6] * 7), ([5] * 4, [6] * 2), ([5] * 9, [6] * 8)])
    plan = plan_batches(corpus, batch_tokens=16, seed=1, epoch=0)
    results = {tuple(sorted(rows.tolist())): (plan.longest(n), plan.padded_tokens(n)) for n, rows in enumerate(plan)}
    assert results == {(0, 1): (7, 2 * 5 + 2 * 8), (2,): (9, 10 + 9)}
    assert plan.target_tokens() == 8 + 3 + 9
    drawn = np.array([3, 14, 9]), np.array([7, 2, 8])
    other = plan_batches(corpus, batch_tokens=16, seed=1, epoch=0, lengths=drawn)
    assert sorted(other.longest(n) for n in range(len(other))) == [7, 9, 14]
