"""Which language lines are in, by py3langid (extra ``langid``), for those that are long enough to tell.

A line counts as wrong only if its best language is far more probable than the one it should have, for on short lines
the identifier is often wrong.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from nmt.cleaning.config import CleaningConfig
from nmt.corpus.block_text import BlockText, Example
from nmt.corpus.blocks import Block
from nmt.errors import NMTError
from nmt.text.languages import check_language, known_codes, similar_languages

FEWEST_LETTER_BYTES = 12  # four Chinese characters
MARGIN = CleaningConfig.language_margin
SAMPLE = 2000  # lines of a side that a check looks at


class Judgement(NamedTuple):
    """The best language of a line, and by how much it is more probable than the wanted one."""

    language: str
    margin: float


def is_available() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("py3langid") is not None


def known_code(language: str | None) -> str | None:
    """The identifier's code for ``language`` (de, deu, de-AT), None if it knows none; NMTError without the extra."""
    codes = known_codes(language)
    return next((code for code in codes if code in _languages()), None) if codes else None


def judge(line: str, wanted: str, margin: float = MARGIN) -> Judgement | None:
    """What language ``line`` is in if it is certainly not ``wanted``, a code that known_code gave; None otherwise."""
    if len("".join(filter(str.isalpha, line)).encode("utf-8", "replace")) < FEWEST_LETTER_BYTES:
        return None
    identifier = _identifier()
    if identifier.classify(line)[0] == wanted:
        return None
    scores = identifier.rank(line)
    alike = similar_languages(wanted)
    best = scores[0]
    own = max(score for language, score in scores if language in alike)
    ahead = float(best[1]) - float(own)
    return Judgement(str(best[0]), ahead) if ahead > margin else None


@dataclass(frozen=True)
class SideLanguages:
    """What a sample of one side is in."""

    language: str
    looked_at: int
    wrong: dict[str, int]
    examples: tuple[Example, ...]

    def described(self) -> str:
        """Such as ``of 2,000 lines looked at for being de: 12 en, 3 fr``."""
        counts = sorted(self.wrong.items(), key=lambda item: (-item[1], item[0]))
        return f"of {self.looked_at:,} lines looked at for being {self.language}: " + ", ".join(
            f"{count:,} {language}" for language, count in counts
        )


@dataclass
class LanguageSample:
    """Lines spread over a corpus whose languages are looked at."""

    languages: tuple[str | None, str | None]  # codes from known_code
    blocks: int = 0
    looked_at: list[int] = field(default_factory=lambda: [0, 0])
    wrong: list[dict[str, int]] = field(default_factory=lambda: [{}, {}])
    examples: list[list[Example]] = field(default_factory=lambda: [[], []])

    def add(self, block: Block) -> None:
        """Look at some lines of ``block``, of later blocks at fewer, so that no corpus takes longer than a sample."""
        self.blocks += 1
        quota = max(SAMPLE // 64, SAMPLE // (2 * self.blocks)) if self.blocks <= 64 else (SAMPLE // 1000)
        step = max(1, block.count // quota)
        text: BlockText | None = None
        for side, language in enumerate(self.languages):
            if language is None:
                continue
            text = text or BlockText(block)
            for row in range(0, block.count, step):
                self._look(text, row, side, language)

    def _look(self, text: BlockText, row: int, side: int, language: str) -> None:
        self.looked_at[side] += 1
        judgement = judge(text.sides[side].lines[row], language)
        if judgement is not None:
            self.wrong[side][judgement.language] = self.wrong[side].get(judgement.language, 0) + 1
            self.examples[side].append(text.example(row, side))

    def findings(self, side: int) -> SideLanguages | None:
        """What one side is in, None if it was not looked at."""
        language = self.languages[side]
        if language is None:
            return None
        return SideLanguages(language, self.looked_at[side], self.wrong[side], tuple(self.examples[side]))


@cache
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as error:
        raise NMTError("languages are told by py3langid, which is not installed: pip install 'nmt[langid]'") from error
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@cache
def _languages() -> frozenset[str]:
    return frozenset(map(str, _identifier().labels))


def check_languages(languages: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    """The codes of ``languages``; NMTError for one that is given and not known."""
    codes = []
    for language in languages:
        code = known_code(language and check_language(language))
        if language is not None and code is None:
            raise NMTError(f"py3langid does not know the language {language!r}")
        codes.append(code)
    return codes[0], codes[1]
