from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.decoding.engines.fallback import FallbackEngine
from nmt.decoding.hypothesis import NO_CONSTRAINT, Hypothesis, LexicalConstraint

CONFIG = SearchConfig()


class Fake:
    """An engine that finds its own mark before each source, and cannot do what is wished or is longer than 3."""

    name = "fake"

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.constraints: list[LexicalConstraint] = []

    def unable(
        self,
        source: Sequence[int],
        config: SearchConfig,
        constraint: LexicalConstraint = NO_CONSTRAINT,
        *,
        details: bool,
    ) -> str:
        return "this" if len(source) > 3 or constraint != NO_CONSTRAINT or details else ""

    def search(
        self, sources: Sequence[Sequence[int]], config: SearchConfig, constraints: Any = None, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.constraints += constraints or []
        return [[Hypothesis([self.mark, *source], -1.0, -1.0)] for source in sources]

    def submit(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> PendingResult[list[list[Hypothesis]]]:
        return PendingResult(lambda: self.search(sources, config), lambda: None)

    def describe(
        self, sources: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        return [[replace(each, attention=[[self.mark]]) for each in of_sentence] for of_sentence in hypotheses]


def test_each_sentence_goes_to_the_fast_engine_unless_it_cannot() -> None:
    opened: list[Fake] = []

    def open_other() -> Fake:
        opened.append(Fake(2))
        return opened[-1]

    engine = FallbackEngine(Fake(1), open_other)  # type: ignore[arg-type]
    assert engine.search([], CONFIG) == []
    assert [found[0].ids for found in engine.search([[5], [6, 7]], CONFIG)] == [[1, 5], [1, 6, 7]]
    assert not opened
    constraint = LexicalConstraint(prefix=(9,))
    found = engine.search([[5], [5] * 4, [6], [7]], CONFIG, [NO_CONSTRAINT, NO_CONSTRAINT, constraint, NO_CONSTRAINT])
    assert [each[0].ids for each in found] == [[1, 5], [2, 5, 5, 5, 5], [2, 6], [1, 7]]
    assert len(opened) == 1
    assert opened[0].constraints[:2] == [NO_CONSTRAINT, constraint]


def test_the_other_engine_tells_the_details_of_what_the_fast_one_found() -> None:
    engine = FallbackEngine(Fake(1), lambda: Fake(2))  # type: ignore[arg-type]
    found = engine.search([[5], [5] * 4, [6]], CONFIG, details=True)
    assert [each[0].ids for each in found] == [[1, 5], [2, 5, 5, 5, 5], [1, 6]]
    assert [each[0].attention for each in (found[0], found[2])] == [[[2]], [[2]]]
