"""Batches hold every pair once, are a function of (seed, epoch), and waste little."""

import numpy as np
import pytest

from nmt.data.batching import Rows, batches_in_order, make_batch, padding_share, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.special_ids import BOS, EOS, PAD


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    """Pairs as long as captions are: about 13 subwords, the sides within a few of each other."""
    generator = np.random.default_rng(1)
    source = generator.poisson(9, 20_000) + 3
    target = np.maximum(1, source + generator.integers(-4, 5, len(source)))
    return encoded_in_memory([([5] * s, [6] * t) for s, t in zip(source.tolist(), target.tolist(), strict=True)])


def flat(batches: list[Rows]) -> list[int]:
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
    assert padding_share(corpus, batches) < 0.03


def test_a_pair_longer_than_the_budget_is_a_batch_of_its_own() -> None:
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
