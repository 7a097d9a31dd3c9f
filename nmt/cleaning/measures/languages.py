"""The language of lines, identified with py3langid (extra ``langid``).

A line counts as wrong only if another language is far more probable than the expected one, because identification of
short lines is often wrong.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from nmt.cleaning.config import CleaningConfig
from nmt.corpus.block_text import BlockText, Example
from nmt.corpus.blocks import Block
from nmt.errors import NMTError
from nmt.text.languages import check_language, known_codes, similar_languages

FEWEST_LETTER_BYTES = 12  # of a line that is checked; four Chinese characters
MARGIN = CleaningConfig.language_margin
SAMPLE = 2000  # lines of each side that a check samples, about


class OtherLanguage(NamedTuple):
    """The most probable language of a line that is not in the expected one."""

    language: str
    margin: float  # log-probability above that of the expected language


def is_available() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("py3langid") is not None


def known_code(language: str | None) -> str | None:
    """The identifier's code for ``language`` (de, deu, de-AT), None if it has none; NMTError without the extra."""
    codes = known_codes(language)
    return next((code for code in codes if code in _languages()), None) if codes else None


def find_other_language(line: str, expected: str, margin: float = MARGIN) -> OtherLanguage | None:
    """The language of ``line`` if it is clearly not ``expected``, a code from known_code; otherwise None."""
    if len("".join(filter(str.isalpha, line)).encode("utf-8", "replace")) < FEWEST_LETTER_BYTES:
        return None
    identifier = _identifier()
    if identifier.classify(line)[0] == expected:
        return None
    scores = identifier.rank(line)
    similar = similar_languages(expected)
    best_language, best_score = scores[0]
    expected_score = max(score for language, score in scores if language in similar)
    difference = float(best_score) - float(expected_score)
    return OtherLanguage(str(best_language), difference) if difference > margin else None


@dataclass(frozen=True)
class SideLanguages:
    """The languages found in the sample of one side."""

    expected: str
    checked: int
    others: dict[str, int]  # lines in each other language
    examples: tuple[Example, ...]

    def description(self) -> str:
        """A text such as ``of 2,000 lines checked for de: 12 en, 3 fr``."""
        counts = sorted(self.others.items(), key=lambda item: (-item[1], item[0]))
        return f"of {self.checked:,} lines checked for {self.expected}: " + ", ".join(
            f"{count:,} {language}" for language, count in counts
        )


@dataclass
class LanguageSample:
    """Identifies the languages of a sample of lines, spread over a corpus."""

    languages: tuple[str | None, str | None]  # the expected ones, codes from known_code; None: not checked
    blocks: int = 0
    checked: list[int] = field(default_factory=lambda: [0, 0])
    others: list[dict[str, int]] = field(default_factory=lambda: [{}, {}])
    examples: list[list[Example]] = field(default_factory=lambda: [[], []])

    def add(self, block: Block) -> None:
        """Check some lines of ``block``; fewer of later blocks, so that the time is bounded for any corpus."""
        self.blocks += 1
        quota = max(SAMPLE // 64, SAMPLE // (2 * self.blocks)) if self.blocks <= 64 else (SAMPLE // 1000)
        step = max(1, block.count // quota)
        text: BlockText | None = None
        for side, language in enumerate(self.languages):
            if language is None:
                continue
            text = text or BlockText(block)
            for row in range(0, block.count, step):
                self._check(text, row, side, language)

    def _check(self, text: BlockText, row: int, side: int, expected: str) -> None:
        self.checked[side] += 1
        other = find_other_language(text.sides[side].lines[row], expected)
        if other is not None:
            self.others[side][other.language] = self.others[side].get(other.language, 0) + 1
            self.examples[side].append(text.example(row, side))

    def result(self, side: int) -> SideLanguages | None:
        """The languages of one side, None if it was not checked."""
        expected = self.languages[side]
        if expected is None:
            return None
        return SideLanguages(expected, self.checked[side], self.others[side], tuple(self.examples[side]))


@cache
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as error:
        raise NMTError(
            "identifying languages needs py3langid, which is not installed: pip install 'nmt[langid]'"
        ) from error
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@cache
def _languages() -> frozenset[str]:
    return frozenset(map(str, _identifier().labels))


def check_languages(languages: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    """The identifier's codes for ``languages``; NMTError for a language that it does not know."""
    codes = []
    for language in languages:
        code = known_code(language and check_language(language))
        if language is not None and code is None:
            raise NMTError(f"py3langid does not know the language {language!r}")
        codes.append(code)
    return codes[0], codes[1]
