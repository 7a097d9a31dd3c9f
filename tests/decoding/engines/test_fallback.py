from collections.abc import Sequence
from dataclasses import replace

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.decoding.engines.fallback import FallbackEngine
from nmt.decoding.hypothesis import NO_CONSTRAINT, Hypothesis, LexicalConstraint, SearchInput

CONFIG = SearchConfig()


class Fake:
    """An engine that puts its mark before each source, and supports neither constraints nor sources longer than 3."""

    name = "fake"

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.constraints: list[LexicalConstraint] = []

    def unsupported_reason(self, sentence: SearchInput, config: SearchConfig, *, details: bool) -> str:
        return "this" if len(sentence.ids) > 3 or sentence.constraint != NO_CONSTRAINT or details else ""

    def search(
        self, inputs: Sequence[SearchInput], config: SearchConfig, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.constraints += [sentence.constraint for sentence in inputs]
        return [[Hypothesis([self.mark, *sentence.ids], -1.0, -1.0)] for sentence in inputs]

    def submit(self, inputs: Sequence[SearchInput], config: SearchConfig) -> PendingResult[list[list[Hypothesis]]]:
        return PendingResult(lambda: self.search(inputs, config), lambda: None)

    def describe(
        self, inputs: Sequence[SearchInput], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        return [[replace(each, attention=[[self.mark]]) for each in of_sentence] for of_sentence in hypotheses]


def test_each_sentence_goes_to_the_fast_engine_unless_it_cannot() -> None:
    opened: list[Fake] = []

    def open_other() -> Fake:
        opened.append(Fake(2))
        return opened[-1]

    engine = FallbackEngine(Fake(1), open_other)  # type: ignore[arg-type]
    assert engine.search([], CONFIG) == []
    assert [found[0].ids for found in engine.search([SearchInput([5]), SearchInput([6, 7])], CONFIG)] == [
        [1, 5],
        [1, 6, 7],
    ]
    assert not opened
    constraint = LexicalConstraint(prefix=(9,))
    inputs = [SearchInput([5]), SearchInput([5] * 4), SearchInput([6], constraint), SearchInput([7])]
    found = engine.search(inputs, CONFIG)
    assert [each[0].ids for each in found] == [[1, 5], [2, 5, 5, 5, 5], [2, 6], [1, 7]]
    assert len(opened) == 1
    assert opened[0].constraints[:2] == [NO_CONSTRAINT, constraint]


def test_the_other_engine_adds_details_to_the_hypotheses_of_the_fast_one() -> None:
    engine = FallbackEngine(Fake(1), lambda: Fake(2))  # type: ignore[arg-type]
    found = engine.search([SearchInput([5]), SearchInput([5] * 4), SearchInput([6])], CONFIG, details=True)
    assert [each[0].ids for each in found] == [[1, 5], [2, 5, 5, 5, 5], [1, 6]]
    assert [each[0].attention for each in (found[0], found[2])] == [[[2]], [[2]]]
