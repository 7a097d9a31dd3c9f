"""Figures of one side of a corpus: lengths, words, characters, scripts, case."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.inspection import EXAMPLES, LONGEST, SideFacts
from nmt.corpus.block_text import Example
from nmt.corpus.hashes import DistinctCount
from nmt.corpus.line_classes import NO_SCRIPT, SCRIPT_NAMES

_CLEAR = 0.8  # share of the lines in one script that makes the others odd
_FEWEST_LINES = 50  # to say anything about a whole file
_FEWEST_LETTERS = 1000
_LOWER = 0.001  # share of capitals below which text is lower case
_APART = 0.5  # share of lines with their last mark set apart that is no habit of typing
RAREST = 10
_CASELESS = range(0x10D0, 0x1100)  # Georgian letters are lower case to Unicode, and begin sentences and names, too


@dataclass
class SideStatistics:
    """Figures that grow with every block."""

    lines: int = 0
    words: int = 0
    ended: int = 0
    ended_apart: int = 0
    subword_marks: int = 0
    scripts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(NO_SCRIPT + 1, dtype=np.int64))
    lengths: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LONGEST + 1, dtype=np.int64))
    characters: dict[int, int] = field(default_factory=dict)  # how often each code point stands there
    distinct: DistinctCount = field(default_factory=DistinctCount)
    script_examples: dict[int, list[Example]] = field(default_factory=dict)

    def add(self, facts: SideFacts) -> None:
        """Take in one more block."""
        self.lines += int(facts.lengths.sum())
        self.words += facts.words
        self.ended += facts.ended
        self.ended_apart += facts.ended_apart
        self.subword_marks += facts.subword_marks
        self.scripts += facts.scripts
        self.lengths[: len(facts.lengths)] += facts.lengths
        for code, count in zip(facts.codes.tolist(), facts.code_counts.tolist(), strict=True):
            self.characters[code] = self.characters.get(code, 0) + count
        self.distinct.add(facts.word_hashes)
        for script, examples in facts.script_examples.items():
            known = self.script_examples.setdefault(script, [])
            known += examples[: EXAMPLES - len(known)]

    @property
    def main_script(self) -> str | None:
        """The script of most lines, where that is clear."""
        known = self.scripts[:NO_SCRIPT]
        best = int(known.argmax())
        return SCRIPT_NAMES[best] if known[best] and known[best] >= _CLEAR * known.sum() else None

    def odd_scripts(self) -> dict[str, int]:
        """How many lines are in which other script than the main one."""
        if self.main_script is None:
            return {}
        counts = zip(SCRIPT_NAMES, self.scripts.tolist(), strict=False)
        return {name: count for name, count in counts if count and name != self.main_script}

    def examples_of(self, script: str) -> list[Example]:
        """A few lines in ``script``."""
        return self.script_examples.get(SCRIPT_NAMES.index(script), [])

    def looks_tokenised(self) -> bool:
        """Whether punctuation stands apart from words, or subwords are marked."""
        if self.lines < _FEWEST_LINES:
            return False
        apart = self.ended >= _FEWEST_LINES and self.ended_apart > _APART * self.ended
        return apart or self.subword_marks > 0.1 * self.lines

    def tokenised_lines(self) -> int:
        """How many lines show it."""
        return max(self.ended_apart, self.subword_marks)

    def case(self) -> str:
        """lower, mixed, or none for scripts without it and for too little text."""
        upper = lower = 0
        for code, count in self.characters.items():
            category = unicodedata.category(chr(code)) if code not in _CASELESS else ""
            upper += count if category == "Lu" else 0
            lower += count if category == "Ll" else 0
        if upper + lower < _FEWEST_LETTERS:
            return "none"
        return "lower" if upper < _LOWER * (upper + lower) else "mixed"

    def quantile(self, share: float) -> int:
        """The length in characters that this ``share`` of the lines stays within."""
        if not self.lines:
            return 0
        return int(np.searchsorted(np.cumsum(self.lengths), share * self.lines))

    def as_mapping(self) -> dict[str, Any]:
        """The figures as JSON can hold them."""
        characters = sum(self.characters.values())
        rare = sorted(self.characters.items(), key=lambda item: (item[1], item[0]))
        return {
            "lines": self.lines,
            "words": self.words,
            "distinct_words": self.distinct.estimate(),
            "characters": characters,
            "distinct_characters": len(self.characters),
            "characters_once": sum(count == 1 for count in self.characters.values()),
            "rarest_characters": [f"U+{code:04X} {_shown(code)}" for code, _ in rare[:RAREST]],
            "mean_characters": round(characters / max(1, self.lines), 2),
            "mean_words": round(self.words / max(1, self.lines), 2),
            "length_quantiles": {f"{share:.0%}": self.quantile(share) for share in (0.05, 0.5, 0.95, 0.99)},
            "script": self.main_script,
            "case": self.case(),
        }


def _shown(code: int) -> str:
    character = chr(code)
    return character if character.isprintable() else unicodedata.name(character, "a control character")
