from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Begun
from nmt.decoding.engines.fallback import FastestEngine
from nmt.decoding.hypothesis import NO_WISH, Hypothesis, Wish

CONFIG = SearchConfig()


class Fake:
    """An engine that finds its own mark before each source, and cannot do what is wished or is longer than 3."""

    name = "fake"

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.wishes: list[Wish] = []

    def unable(self, source: Sequence[int], config: SearchConfig, wish: Wish = NO_WISH, *, details: bool) -> str:
        return "this" if len(source) > 3 or wish != NO_WISH or details else ""

    def search(
        self, sources: Sequence[Sequence[int]], config: SearchConfig, wishes: Any = None, *, details: bool = False
    ) -> list[list[Hypothesis]]:
        self.wishes += wishes or []
        return [[Hypothesis([self.mark, *source], -1.0, -1.0)] for source in sources]

    def begin(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> Begun[list[list[Hypothesis]]]:
        return Begun(lambda: self.search(sources, config), lambda: None)

    def describe(
        self, sources: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[Hypothesis]]
    ) -> list[list[Hypothesis]]:
        return [[replace(each, attention=[[self.mark]]) for each in of_sentence] for of_sentence in hypotheses]


def test_each_sentence_goes_to_the_fast_engine_unless_it_cannot() -> None:
    opened: list[Fake] = []

    def open_other() -> Fake:
        opened.append(Fake(2))
        return opened[-1]

    engine = FastestEngine(Fake(1), open_other)  # type: ignore[arg-type]
    assert engine.search([], CONFIG) == []
    assert [found[0].ids for found in engine.search([[5], [6, 7]], CONFIG)] == [[1, 5], [1, 6, 7]]
    assert not opened
    wish = Wish(prefix=(9,))
    found = engine.search([[5], [5] * 4, [6], [7]], CONFIG, [NO_WISH, NO_WISH, wish, NO_WISH])
    assert [each[0].ids for each in found] == [[1, 5], [2, 5, 5, 5, 5], [2, 6], [1, 7]]
    assert len(opened) == 1
    assert opened[0].wishes[:2] == [NO_WISH, wish]


def test_the_other_engine_tells_the_details_of_what_the_fast_one_found() -> None:
    engine = FastestEngine(Fake(1), lambda: Fake(2))  # type: ignore[arg-type]
    found = engine.search([[5], [5] * 4, [6]], CONFIG, details=True)
    assert [each[0].ids for each in found] == [[1, 5], [2, 5, 5, 5, 5], [1, 6]]
    assert [each[0].attention for each in (found[0], found[2])] == [[[2]], [[2]]]
