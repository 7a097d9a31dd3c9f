"""Lexical constraints, compared with every hypothesis of a small space and with results by hand."""

import itertools
import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import NO_CONSTRAINT, LexicalConstraint, SearchInput
from nmt.decoding.search import beam_search
from nmt.models.cache import DecoderCache, EncoderStates
from nmt.special_ids import EOS
from tests.decoding.test_search import PLAIN, A, B, C, Prefix, TableModel, random_table, search_inputs

SPACE = SearchConfig(beam_size=200, n_best=5, max_length_ratio=1.0, max_length_offset=1)


def holds(ids: Prefix, sequence: Prefix) -> bool:
    return any(ids[start : start + len(sequence)] == sequence for start in range(len(ids) - len(sequence) + 1))


def repeats(ids: Prefix, size: int) -> bool:
    ngrams = [ids[start : start + size] for start in range(len(ids) - size + 1)]
    return bool(size) and len(set(ngrams)) < len(ngrams)


def true_best(
    model: TableModel, source: Prefix, config: SearchConfig, constraint: LexicalConstraint
) -> list[tuple[float, Prefix]]:
    """The best of all hypotheses that satisfy the constraint; the subwords of the prefix may break the rules."""
    results = []
    for length in range(config.length_limit(len(source), len(constraint.prefix)) + 1):
        for ids in itertools.product((A, B, C), repeat=length):
            free = ids[len(constraint.prefix) :]
            if ids[: len(constraint.prefix)] != constraint.prefix or length < config.min_length:
                continue
            if any(holds(ids, sequence) for sequence in constraint.forbidden) or repeats(ids, config.no_repeat_ngram):
                continue
            assert len(free) <= length
            steps = [model.log_probabilities(source, ids[:t])[id_] for t, id_ in enumerate((*ids, EOS))]
            results.append((sum(steps) / (length + 1) ** config.length_penalty, ids))
    return sorted(results, reverse=True)[: config.n_best]


CONSTRAINTS = [
    NO_CONSTRAINT,
    LexicalConstraint(forbidden=((A,), (B, C))),
    LexicalConstraint(forbidden=((A, A), (C, B, A), (B,))),
    LexicalConstraint(prefix=(B, A)),
    LexicalConstraint(prefix=(C,), forbidden=((C, C), (A, B))),
]


@pytest.mark.parametrize("changes", [{}, {"no_repeat_ngram": 1}, {"no_repeat_ngram": 2}, {"min_length": 2}])
def test_a_beam_as_wide_as_the_space_finds_the_best_that_satisfies_the_constraint(changes: dict[str, int]) -> None:
    config = replace(SPACE, **changes)  # type: ignore[arg-type]
    sources = [(A, B), (C,), (B, B, A), (A,), (C, B)]
    model = TableModel(random_table)
    results = beam_search(model, list(map(SearchInput, sources, CONSTRAINTS)), config)
    compared = 0
    for source, constraint, hypotheses in zip(sources, CONSTRAINTS, results, strict=True):
        truth = true_best(model, source, config, constraint)
        if not truth:  # so short that nothing is left: the end is all that remains
            continue
        assert [tuple(hypothesis.ids) for hypothesis in hypotheses] == [ids for _, ids in truth]
        assert [hypothesis.score for hypothesis in hypotheses] == pytest.approx([score for score, _ in truth])
        compared += len(truth)
    assert compared > 15


sequences = st.lists(st.lists(st.sampled_from((A, B, C)), min_size=1, max_size=3).map(tuple), max_size=4).map(tuple)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(sequences, st.lists(st.sampled_from((A, B, C)), max_size=2).map(tuple)), min_size=1, max_size=3),
    st.integers(0, 2),
    st.integers(1, 3),
)
def test_no_hypothesis_contains_a_forbidden_sequence_and_each_begins_with_its_prefix(
    drawn: list[tuple[tuple[Prefix, ...], Prefix]], no_repeat: int, beam_size: int
) -> None:
    constraints = [LexicalConstraint(prefix=prefix, forbidden=forbidden) for forbidden, prefix in drawn]
    config = replace(PLAIN, beam_size=beam_size, no_repeat_ngram=no_repeat, min_length=2)
    results = beam_search(TableModel(random_table), [SearchInput((A, B), each) for each in constraints], config)
    for constraint, hypotheses in zip(constraints, results, strict=True):
        ids = tuple(hypotheses[0].ids)
        assert ids[: len(constraint.prefix)] == constraint.prefix
        for end in range(len(constraint.prefix) + 1, len(ids) + 1):  # what was chosen, not forced
            assert not any(ids[:end][-len(sequence) :] == sequence for sequence in constraint.forbidden)
            grown = [ids[start : start + no_repeat] for start in range(end - no_repeat + 1)] if no_repeat else []
            assert not grown or grown[-1] not in grown[:-1]


def test_a_forbidden_word_is_excluded_without_redistributing_its_probability() -> None:
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {A: 0.7, B: 0.2, EOS: 0.1} if not prefix else {EOS: 1.0}

    [[best]] = beam_search(TableModel(table), [SearchInput([A], LexicalConstraint(forbidden=((A,),)))], PLAIN)
    assert best.ids == [B]
    assert best.log_probability == pytest.approx(math.log(0.2))


def test_if_no_subword_is_allowed_the_end_comes_before_the_least_length() -> None:
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {A: 0.9, EOS: 0.1}

    [[best]] = beam_search(TableModel(table), search_inputs([A]), replace(PLAIN, min_length=3, no_repeat_ngram=1))
    assert best.ids == [A]


def test_a_repeated_subword_is_penalized_and_the_reported_probability_is_the_models() -> None:
    # After A: A again 0.6, B 0.4. With a penalty of 2 the logarithm of 0.6 counts twice, as if it were 0.36.
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {(): {A: 1.0}, (A,): {A: 0.6, B: 0.4}}.get(prefix, {EOS: 1.0})

    config = replace(PLAIN, beam_size=2, n_best=2)
    plain = beam_search(TableModel(table), search_inputs([A]), config)[0]
    penalized = beam_search(TableModel(table), search_inputs([A]), replace(config, repetition_penalty=2.0))[0]
    assert [each.ids for each in plain] == [[A, A], [A, B]]
    assert [each.ids for each in penalized] == [[A, B], [A, A]]
    assert [each.log_probability for each in penalized] == pytest.approx([math.log(0.4), math.log(0.6)], abs=1e-6)
    assert [each.score for each in penalized] == pytest.approx([math.log(0.4), 2 * math.log(0.6)], abs=1e-6)


class AttendingModel(TableModel):
    """Attends to the first source subword when it writes A or begins, and half to each of the first two after B."""

    def decode(self, target: Tensor, memory: EncoderStates, cache: DecoderCache | None = None) -> Tensor:
        newest = target[:, -1]
        weights = torch.zeros(newest.size(0), 4, 1, memory.states.size(1))
        weights[:, :, :, 0] = 1.0
        weights[newest == B, :, :, :2] = 0.5
        assert cache is not None
        cache.layers[0].cross_weights = weights
        return super().decode(target, memory, cache)


def test_coverage_by_hand() -> None:
    # A EOS: attention (1, 0) and (1, 0), so the second of the two positions gets none: log(1e-10).
    # B EOS: (1, 0), then (0.5, 0.5): sums 1.5 and 0.5, capped to 1 and 0.5: log(0.5).
    def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
        return {A: 0.6, B: 0.4} if not prefix else {EOS: 1.0}

    config = replace(PLAIN, beam_size=2, n_best=2, coverage_penalty=0.2)
    results = beam_search(AttendingModel(table), search_inputs([C], [C, B, A]), config)[0]
    assert [each.ids for each in results] == [[B], [A]]
    # The source is padded to four positions, two of which are padding and need no attention.
    expected = [math.log(0.4) + 0.2 * math.log(0.5), math.log(0.6) + 0.2 * math.log(1e-10)]
    assert [each.score for each in results] == pytest.approx(expected, rel=1e-5)
    assert [each.log_probability for each in results] == pytest.approx([math.log(0.4), math.log(0.6)], rel=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"coverage_penalty": -0.1},
        {"no_repeat_ngram": -1},
        {"repetition_penalty": 0.0},
        {"temperature": 0.0, "sample": True},
        {"top_p": 0.0, "sample": True},
        {"top_p": 1.1, "sample": True},
        {"epsilon": 1.0, "sample": True},
        {"top_k": -1, "sample": True},
        {"alternatives": -1},
        {"alternatives": 2, "n_best": 2},
        {"alternatives": 2, "sample": True},
        {"temperature": 0.5},
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, float]) -> None:
    with pytest.raises(Exception, match=next(iter(wrong))):
        SearchConfig(**wrong)  # type: ignore[arg-type]
