"""Statistics of one side of a corpus: lengths, words, characters, scripts, case."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmt.cleaning.inspection import EXAMPLES, LONGEST, SideFacts
from nmt.corpus.block_text import Example
from nmt.corpus.hashes import DistinctCount
from nmt.corpus.line_classes import NO_SCRIPT, SCRIPT_NAMES

_CLEAR_MAJORITY = 0.8  # share of the lines in a script that makes it the main script
_FEWEST_LINES = 50  # to decide anything about a whole file
_FEWEST_LETTERS = 1000
_LOWER_CASE = 0.001  # share of capital letters below which text is lower case
_TOKENISED = 0.5  # share of the final marks that have a space before them; more than typing habits explain
RAREST = 10
_CASELESS = range(0x10D0, 0x1100)  # Georgian: lower case in Unicode, but written without capitals


@dataclass
class SideStatistics:
    """Counts over all blocks."""

    lines: int = 0
    words: int = 0
    ended: int = 0
    ended_apart: int = 0
    subword_marks: int = 0
    scripts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(NO_SCRIPT + 1, dtype=np.int64))
    lengths: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LONGEST + 1, dtype=np.int64))
    characters: dict[int, int] = field(default_factory=dict)  # occurrences of each code point
    distinct: DistinctCount = field(default_factory=DistinctCount)
    script_examples: dict[int, list[Example]] = field(default_factory=dict)

    def add(self, facts: SideFacts) -> None:
        """Add the counts of a block."""
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
            kept = self.script_examples.setdefault(script, [])
            kept += examples[: EXAMPLES - len(kept)]

    @property
    def main_script(self) -> str | None:
        """The script of a clear majority of the lines, or None."""
        counts = self.scripts[:NO_SCRIPT]
        best = int(counts.argmax())
        return SCRIPT_NAMES[best] if counts[best] and counts[best] >= _CLEAR_MAJORITY * counts.sum() else None

    def other_scripts(self) -> dict[str, int]:
        """The number of lines in each other script than the main one."""
        if self.main_script is None:
            return {}
        counts = zip(SCRIPT_NAMES, self.scripts.tolist(), strict=False)
        return {name: count for name, count in counts if count and name != self.main_script}

    def examples_of(self, script: str) -> list[Example]:
        """Some lines in ``script``."""
        return self.script_examples.get(SCRIPT_NAMES.index(script), [])

    def looks_tokenised(self) -> bool:
        """Whether punctuation is separated from words by spaces, or subwords are marked."""
        if self.lines < _FEWEST_LINES:
            return False
        is_separated = self.ended >= _FEWEST_LINES and self.ended_apart > _TOKENISED * self.ended
        return is_separated or self.subword_marks > 0.1 * self.lines

    def tokenised_lines(self) -> int:
        """How many lines look tokenised."""
        return max(self.ended_apart, self.subword_marks)

    def case(self) -> str:
        """lower, mixed, or none: for scripts without case and for too little text."""
        upper = lower = 0
        for code, count in self.characters.items():
            category = unicodedata.category(chr(code)) if code not in _CASELESS else ""
            upper += count if category == "Lu" else 0
            lower += count if category == "Ll" else 0
        if upper + lower < _FEWEST_LETTERS:
            return "none"
        return "lower" if upper < _LOWER_CASE * (upper + lower) else "mixed"

    def quantile(self, share: float) -> int:
        """The length in characters that a ``share`` of the lines does not exceed."""
        if not self.lines:
            return 0
        return int(np.searchsorted(np.cumsum(self.lengths), share * self.lines))

    def as_mapping(self) -> dict[str, Any]:
        """The statistics as values for JSON."""
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
