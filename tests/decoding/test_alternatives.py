from dataclasses import replace

import pytest

from nmt.decoding.alternatives import find_alternatives
from nmt.decoding.hypothesis import LexicalConstraint, SearchInput
from nmt.decoding.search import search
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS
from tests.decoding.test_search import PLAIN, A, B, C, Prefix, TableModel, search_inputs
from tests.decoding.test_search_equivalences import CONFIG, random_sources, without_eos


def table(source: Prefix, prefix: Prefix) -> dict[int, float]:
    """A first 0.5, but what follows is unsure; C 0.3 and B 0.2 end at once."""
    return {(): {A: 0.5, C: 0.3, B: 0.2}, (A,): {B: 0.5, EOS: 0.5}}.get(prefix, {EOS: 1.0})


def test_alternatives_begin_with_the_most_probable_subwords_and_are_sorted_by_score() -> None:
    # C 0.3; A, and A B, 0.25 each: with a length penalty of 0 they are equal, but only the best of A's is given.
    [result] = find_alternatives(TableModel(table), search_inputs([A]), replace(PLAIN, alternatives=2))
    assert [hypothesis.ids[0] for hypothesis in result.hypotheses] == [C, A]
    [result] = find_alternatives(TableModel(table), search_inputs([A]), replace(PLAIN, alternatives=5))
    assert [hypothesis.ids[0] for hypothesis in result.hypotheses] == [C, A, B]


def test_alternatives_follow_the_prefix() -> None:
    inputs = [SearchInput([A], LexicalConstraint(prefix=(A,), forbidden=((C,),))), SearchInput([B])]
    config = replace(PLAIN, alternatives=2)
    first, second = find_alternatives(TableModel(table), inputs, config)
    assert [hypothesis.ids for hypothesis in first.hypotheses] == [[A, B]]  # nothing but B and the end has a share
    assert {hypothesis.ids[0] for hypothesis in second.hypotheses} == {A, C}


def test_each_alternative_is_the_best_of_those_that_begin_so(transformer: Transformer) -> None:
    sources = random_sources(12)
    config = replace(CONFIG, n_best=1, alternatives=3)
    for source, result in zip(sources, find_alternatives(transformer, without_eos(sources), config), strict=True):
        assert len({hypothesis.ids[0] for hypothesis in result.hypotheses}) == 3
        for hypothesis in result.hypotheses:
            constraint = LexicalConstraint(prefix=(hypothesis.ids[0],))
            [alone] = search(transformer, [SearchInput(source[:-1], constraint)], replace(config, alternatives=0))
            assert alone.hypotheses[0].ids == hypothesis.ids
            assert alone.hypotheses[0].log_probability == pytest.approx(hypothesis.log_probability, abs=1e-4)
