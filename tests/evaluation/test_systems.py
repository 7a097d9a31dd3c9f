from collections.abc import Sequence
from typing import cast

from nmt.evaluation.systems import align_words
from nmt.translation.line_translator import LineTranslator
from nmt.translation.results import Candidate, Link, Translation


class ReversingTranslator:
    """Spells backwards and aligns all of a line with all of its translation; an empty line has no links."""

    def translations(self, lines: Sequence[str]) -> list[Translation]:
        return [Translation(source=line, candidates=(self.candidate(line),)) for line in lines]

    def candidate(self, line: str) -> Candidate:
        links = (Link((0, len(line)), (0, len(line))),) if line else None
        return Candidate(text=line[::-1], score=0.0, log_probability=0.0, links=links)


def test_only_a_translation_that_the_model_repeats_is_aligned() -> None:
    translator = cast(LineTranslator, ReversingTranslator())
    assert align_words(translator, ["abc", "abc", ""], ["cba", "other", ""]) == [(Link((0, 3), (0, 3)),), (), ()]
