import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import SearchInput
from nmt.decoding.search import beam_search, best_candidates, search
from nmt.errors import NMTError
from nmt.models.cache import DecoderCache, EncoderStates
from nmt.models.config import Heads
from nmt.special_ids import BOS, EOS, PAD, UNK

A, B, C = 4, 5, 6
VOCABULARY_SIZE = 7

Prefix = tuple[int, ...]


class TableModel:
    """P(next | source, prefix) comes from a function; the cache is used as a Transformer would use it.

    The prefix is read back from the cached "keys", so a search that reorders the cache wrongly finds wrong values.
    """

    def __init__(self, table: Callable[[Prefix, Prefix], dict[int, float]]) -> None:
        self.vocabulary_size = VOCABULARY_SIZE
        self.table = table
        self.calls = 0
        self.device = torch.device("cpu")

    def encode(self, source: Tensor) -> EncoderStates:
        """The "states" are the ids themselves."""
        return EncoderStates(source.unsqueeze(2).float(), source != PAD)

    def start(self, memory: EncoderStates, heads: Heads = ()) -> DecoderCache:
        return DecoderCache(1, heads)

    def default_alignment_heads(self) -> Heads:
        return [(0, head) for head in range(4)]

    def check_alignment_heads(self, heads: Heads) -> None:
        """It has any."""

    def decode(self, target: Tensor, memory: EncoderStates, cache: DecoderCache | None = None) -> Tensor:
        """Logits (B*K, T, V), which are log-probabilities plus 1 to show that the softmax is taken."""
        self.calls += 1
        known = 0
        if cache is not None:
            known = cache.length
            keys, _ = cache.layers[0].extend(*[target[:, None, :, None].float()] * 2)
            cache.length += target.size(1)
            target = keys[:, 0, :, 0].long()
            if cache.layers[0].memory is None:
                cache.layers[0].memory = (memory.states, memory.states)
            assert torch.equal(cache.layers[0].memory[0], memory.states)
        beams = target.size(0) // memory.states.size(0)
        sources = [tuple(row) for row in memory.states.squeeze(2).long().tolist()]
        rows = []
        for index, row in enumerate(target.tolist()):
            assert row[0] == BOS
            source = tuple(id_ for id_ in sources[index // beams] if id_ not in (PAD, EOS))
            rows.append([self.log_probabilities(source, tuple(row[1 : end + 1])) for end in range(known, len(row))])
        return torch.tensor(rows) + 1

    def log_probabilities(self, source: Prefix, prefix: Prefix) -> list[float]:
        """The table's row as logarithms."""
        row = self.table(source, prefix)
        assert abs(sum(row.values()) - 1) < 1e-6
        return [torch.tensor(row.get(id_, 0.0)).log().item() for id_ in range(VOCABULARY_SIZE)]


PLAIN = SearchConfig(beam_size=2, length_penalty=0.0, max_length_ratio=1.0, max_length_offset=2)


def search_inputs(*sources: Sequence[int]) -> list[SearchInput]:
    return [SearchInput(ids) for ids in sources]


def garden_path(source: Prefix, prefix: Prefix) -> dict[int, float]:
    """The most probable first step, A, leads to nothing good; B first is better in the end.

    Whole hypotheses:                      log P                    / |y|
        A EOS    0.50 * 0.40 = 0.200      -1.609                   -0.805
        A C EOS  0.50 * 0.30 * 1 = 0.150  -1.897                   -0.632
        B EOS    0.40 * 0.90 = 0.360      -1.022                   -0.511
        B A EOS  0.40 * 0.10 * 1 = 0.040  -3.219                   -1.073
        C EOS    0.10 * 1    = 0.100      -2.303                   -1.151
        A A EOS, A B EOS: 0.50 * 0.15 = 0.075 each
    """
    if prefix == ():
        return {A: 0.5, B: 0.4, C: 0.1}
    if prefix == (A,):
        return {EOS: 0.4, C: 0.3, A: 0.15, B: 0.15}
    if prefix == (B,):
        return {EOS: 0.9, A: 0.1}
    return {EOS: 1.0}


def test_a_beam_of_one_takes_the_most_probable_step_each_time() -> None:
    [[best]] = beam_search(TableModel(garden_path), search_inputs([A, B]), replace(PLAIN, beam_size=1))
    assert best.ids == [A]
    assert best.log_probability == pytest.approx(math.log(0.5 * 0.4))


def test_a_beam_of_two_finds_the_better_path() -> None:
    # Step 1 keeps A (0.5) and B (0.4). Step 2: B EOS 0.36, A EOS 0.20, A C 0.15: both endings are among the two best
    # candidates, two have ended, done.
    [[best, second]] = beam_search(TableModel(garden_path), search_inputs([A, B]), replace(PLAIN, n_best=2))
    assert (best.ids, second.ids) == ([B], [A])
    assert best.log_probability == pytest.approx(math.log(0.36))
    assert best.score == pytest.approx(best.log_probability)
    assert second.log_probability == pytest.approx(math.log(0.20))


def test_the_length_penalty_divides_by_the_length_with_its_end_mark() -> None:
    config = replace(PLAIN, beam_size=5, n_best=5, length_penalty=1.0)
    [found] = beam_search(TableModel(garden_path), search_inputs([A, B]), config)
    scores = {tuple(hypothesis.ids): hypothesis.score for hypothesis in found}
    assert scores[(B,)] == pytest.approx(math.log(0.36) / 2)
    assert scores[(A, C)] == pytest.approx(math.log(0.15) / 3)
    assert [hypothesis.ids for hypothesis in found[:3]] == [[B], [A, C], [A]]


def test_an_ending_outside_the_beam_does_not_end() -> None:
    # After A the end has 0.1 and two continuations 0.45 each: with two beams the end is the third candidate.
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        rows = {(): {A: 1.0}, (A,): {A: 0.45, B: 0.45, EOS: 0.1}}
        return rows.get(prefix, {EOS: 1.0})

    [found] = beam_search(TableModel(table), search_inputs([A, B]), replace(PLAIN, n_best=2))
    assert sorted(hypothesis.ids for hypothesis in found) == [[A, A], [A, B]]


def test_a_wider_beam_keeps_what_ends_late() -> None:
    # With two beams one hypothesis has ended after a step (A, 0.5 * 0.5 = 0.25); the other branch, B C, reaches 0.5.
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        rows = {(): {A: 0.5, B: 0.5}, (A,): {EOS: 0.5, C: 0.5}, (B,): {C: 1.0}}
        return rows.get(prefix, {EOS: 1.0})

    [[best]] = beam_search(TableModel(table), search_inputs([A, B]), PLAIN)
    assert best.ids == [B, C]
    assert best.log_probability == pytest.approx(math.log(0.5))


def test_the_search_stops_when_no_better_hypothesis_is_possible() -> None:
    # The end after A has 0.9; all that is left shares 0.1 and cannot beat it without a length penalty.
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {A: 0.9, B: 0.1} if not prefix else {EOS: 0.9, C: 0.1}

    model = TableModel(table)
    beam_search(model, search_inputs([A] * 10), replace(PLAIN, beam_size=4))
    assert model.calls == 2


@pytest.mark.parametrize(("second", "margin"), [(0.3, math.log(0.5 / 0.3)), (0.49999, math.log(0.5 / 0.49999))])
def test_the_margin_is_that_of_the_closest_decision(second: float, margin: float) -> None:
    # One beam: A (0.5) rather than B. Then the end, by log(0.99 / 0.01), which is clearer.
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {A: 0.5, B: second, C: 0.5 - second} if not prefix else {EOS: 0.99, A: 0.01}

    [found] = search(TableModel(table), search_inputs([A]), replace(PLAIN, beam_size=1))
    assert found.margin == pytest.approx(margin, abs=1e-6)


def test_the_margin_counts_the_choice_between_finished_hypotheses() -> None:
    # Two beams keep A and B by far (C is 0); A EOS 0.5 * 0.7 = 0.35, B EOS 0.5 * 0.71 = 0.355; A C 0.15, B C 0.145.
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {(): {A: 0.5, B: 0.5}, (A,): {EOS: 0.7, C: 0.3}, (B,): {EOS: 0.71, C: 0.29}}.get(prefix, {EOS: 1.0})

    [found] = search(TableModel(table), search_inputs([A]), PLAIN)
    assert found.hypotheses[0].ids == [B]
    assert found.margin == pytest.approx(math.log(0.355 / 0.35), abs=1e-6)


def random_table(source: Prefix, prefix: Prefix) -> dict[int, float]:
    """Any probabilities, fixed by source and prefix, on EOS, A, B, C; UNK, PAD and BOS take a part too."""
    generator = torch.Generator().manual_seed(hash((source, prefix)) % 2**31)
    weights = (torch.randn(VOCABULARY_SIZE, generator=generator) * 2).softmax(0).double()
    return dict(enumerate((weights / weights.sum()).tolist()))


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0])
def test_a_beam_as_wide_as_the_space_finds_the_true_best(length_penalty: float) -> None:
    config = SearchConfig(
        beam_size=200, n_best=10, length_penalty=length_penalty, max_length_ratio=1.0, max_length_offset=1
    )
    sources = [(A, B), (C,), (B, B, A)]
    model = TableModel(random_table)
    found = beam_search(model, search_inputs(*sources), config)
    for source, hypotheses in zip(sources, found, strict=True):
        scored = []
        for length in range(config.length_limit(len(source)) + 1):
            for ids in itertools.product((A, B, C), repeat=length):
                steps = [model.log_probabilities(source, ids[:t])[id_] for t, id_ in enumerate((*ids, EOS))]
                scored.append((sum(steps) / (length + 1) ** length_penalty, list(ids)))
        truth = sorted(scored, reverse=True)[:10]
        assert [hypothesis.ids for hypothesis in hypotheses] == [ids for _, ids in truth]
        assert [hypothesis.score for hypothesis in hypotheses] == pytest.approx([score for score, _ in truth])


def never_ending(source: Prefix, prefix: Prefix) -> dict[int, float]:
    return {A: 0.6, B: 0.39, EOS: 0.01}


def test_at_the_length_limit_the_best_unfinished_one_is_ended_by_force() -> None:
    found = beam_search(TableModel(never_ending), search_inputs([A], [A, B, C]), PLAIN)
    # Limits: 1 + 2 and 3 + 2 subwords, each sentence by its own length although they share a batch.
    assert [hypotheses[0].ids for hypotheses in found] == [[A] * 3, [A] * 5]
    assert found[0][0].log_probability == pytest.approx(math.log(0.6**3 * 0.01))


def test_min_length_delays_the_end() -> None:
    [[best]] = beam_search(TableModel(garden_path), search_inputs([A, B]), replace(PLAIN, min_length=2))
    # Of two subwords: A C EOS 0.15 is the most probable.
    assert best.ids == [A, C]


def test_pad_unk_and_bos_are_forbidden_without_redistributing_their_probability() -> None:
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {PAD: 0.3, UNK: 0.2, BOS: 0.2, A: 0.2, EOS: 0.1} if not prefix else {UNK: 0.5, EOS: 0.5}

    [[best]] = beam_search(TableModel(table), search_inputs([A]), PLAIN)
    assert best.ids in ([A], [])
    assert best.log_probability == pytest.approx(math.log(0.1))


def test_a_model_without_finite_probabilities_is_an_error() -> None:
    class Broken(TableModel):
        def decode(self, *arguments: object, **more: object) -> Tensor:
            return super().decode(*arguments, **more) * math.nan  # type: ignore[arg-type]

    with pytest.raises(NMTError, match="no finite probabilities"):
        beam_search(Broken(garden_path), search_inputs([A]), PLAIN)


@pytest.mark.parametrize(("rows", "columns", "count"), [(3, 5000, 5), (2, 5000, 20), (4, 50, 5), (1, 3, 9)])
def test_best_candidates_is_topk(rows: int, columns: int, count: int) -> None:
    candidates = torch.randn(rows, columns)
    values, indices = best_candidates(candidates, count)
    expected = candidates.topk(min(count, columns))
    assert torch.equal(values, expected.values)
    assert torch.equal(indices, expected.indices)


@pytest.mark.parametrize(
    "wrong",
    [
        {"beam_size": 0},
        {"n_best": 6},
        {"length_penalty": math.nan},
        {"length_penalty": -1.0},
        {"max_length_ratio": 0.0, "max_length_offset": 0},
        {"min_length": -1},
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, float]) -> None:
    with pytest.raises(NMTError, match=next(iter(wrong))):
        SearchConfig(**wrong)  # type: ignore[arg-type]
