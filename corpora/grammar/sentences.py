"""The sentence that a pattern returns, and the registry of all patterns."""

from collections.abc import Callable
from typing import NamedTuple

from .draw import Draw

FULL_WIDTH = {".": "。", "?": "？", "!": "！"}


class Triple(NamedTuple):
    """One sentence in three languages."""

    english: str
    german: str
    chinese: str


Maker = Callable[[Draw], Triple | None]


class Pattern(NamedTuple):
    """A pattern: its family for the datasheet, its maximum number of sentences, and the function that generates one."""

    name: str
    family: str
    cap: int
    make: Maker


def sentence(english: str, german: str, chinese: str, end: str = ".") -> Triple:
    """Add capitals and final punctuation as each language requires."""
    return Triple(_capital(english) + end, _capital(german) + end, chinese + FULL_WIDTH[end])


def dialogue(first: Triple, second: Triple) -> Triple:
    """A sentence and the reply to it, on one line."""
    return Triple(
        f"{first.english} – {second.english}",
        f"{first.german} – {second.german}",
        f"{first.chinese}——{second.chinese}",
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


class Family:
    """Collects the patterns of one family in order of definition."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.patterns: list[Pattern] = []

    def pattern(self, cap: int = 260) -> Callable[[Maker], Maker]:
        def register(make: Maker) -> Maker:
            self.patterns.append(Pattern(make.__name__, self.name, cap, make))
            return make

        return register
