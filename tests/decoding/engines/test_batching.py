from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.batching import BatchingEngine
from nmt.decoding.hypothesis import Hypothesis, LexicalConstraint, SearchInput

CONFIG = SearchConfig(beam_size=2)
T = TypeVar("T")
R = TypeVar("R")


class Echo:
    """An engine that gives each source its prefix and itself, and remembers its batches."""

    name = "echo"

    def __init__(self, at_once: int = 1) -> None:
        self.at_once = at_once
        self.batches: list[list[Sequence[int]]] = []

    def map(self, function: Callable[[T], R], batches: Sequence[T]) -> Iterable[R]:
        with ThreadPoolExecutor(self.at_once) as pool:
            yield from pool.map(function, batches)

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.batches.append([sentence.ids for sentence in inputs])
        return [[Hypothesis([*sentence.constraint.prefix, *sentence.ids], -1.0, -1.0)] for sentence in inputs]

    def describe(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        self.batches.append([sentence.ids for sentence in inputs])
        return [list(of_sentence) for of_sentence in hypotheses]


def test_batches_are_bounded_by_sentences_and_by_subwords_with_padding_and_beams() -> None:
    # Two beams; a source of n subwords takes (n + 1) * 2 of the 40.
    inner = Echo()
    inputs = [SearchInput([5] * length) for length in (1, 2, 3, 4, 9, 10, 15)]
    BatchingEngine(inner, batch_sentences=3, batch_tokens=40).search(inputs, CONFIG)
    assert [[len(source) for source in batch] for batch in inner.batches] == [[15], [10], [9, 4], [3, 2, 1]]


def test_one_sentence_is_searched_even_if_it_is_over_the_bound() -> None:
    inner = Echo()
    assert len(BatchingEngine(inner, batch_tokens=1).search([SearchInput([5, 6, 7]), SearchInput([8])], CONFIG)) == 2
    assert len(inner.batches) == 2


@given(st.lists(st.lists(st.integers(4, 9), max_size=20)), st.integers(1, 5), st.integers(1, 80))
def test_every_source_and_constraint_keeps_its_position(sources: list[list[int]], sentences: int, tokens: int) -> None:
    engine = BatchingEngine(Echo(), batch_sentences=sentences, batch_tokens=tokens)
    inputs = [SearchInput(ids, LexicalConstraint(prefix=(100 + index,))) for index, ids in enumerate(sources)]
    found = engine.search(inputs, CONFIG)
    assert [each[0].ids for each in found] == [[100 + index, *source] for index, source in enumerate(sources)]
    assert [each[0].ids for each in engine.search(list(map(SearchInput, sources)), CONFIG)] == sources
    assert engine.describe(inputs, found) == found


@pytest.mark.parametrize(
    ("sentences", "sizes"), [(5, [5]), (8, [8]), (20, [8, 8, 4]), (33, [9, 9, 9, 6]), (90, [20] * 4 + [10])]
)
def test_a_small_window_is_shared_among_all_threads(sentences: int, sizes: list[int]) -> None:
    inner = Echo(at_once=4)
    found = BatchingEngine(inner, batch_sentences=20).search([SearchInput([5, 6])] * sentences, CONFIG)
    assert sorted(map(len, inner.batches), reverse=True) == sizes
    assert len(found) == sentences


def test_an_error_raised_before_a_batch_is_passed_on() -> None:
    def stop() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        BatchingEngine(Echo(at_once=2), before_each=stop).search([SearchInput([5])] * 30, CONFIG)
