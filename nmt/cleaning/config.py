"""What nmt clean mends and drops: settings, their defaults, and the TOML file that holds them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.pairs import FilterConfig
from nmt.errors import NMTError
from nmt.settings import did_you_mean, error_context, from_mapping, to_mapping

# What is written anew, in this order.
MENDS = {
    "entities": "HTML entities become the characters they name",
    "mojibake": "text that was decoded wrongly (Ã¤) becomes what was meant (ä)",
    "nfc": "characters written in pieces (e and ◌́) become one character (é): Unicode NFC",
    "tags": "HTML and XML tags go",
    "controls": "byte order marks go; NUL, CR, U+2028 and other control characters become blanks",
    "spaces": "one blank between words, none at the ends",
}
# What is dropped; the first reason that holds is the one that is told.
FILTERS = {
    "invalid-utf8": "a side is not UTF-8",
    "replacement": "a side holds U+FFFD: something was lost",
    DropReason.EMPTY: "a side is empty",
    "wordless": "a side has no letter or digit",
    DropReason.TOO_LONG: "a side has more than max_characters characters",
    DropReason.LENGTH_RATIO: "one side is more than max_ratio times as long as the other, and 60 bytes, in bytes",
    "unusual-ratio": "the lengths are more than max_deviation standard deviations from what is usual in this corpus",
    "incomplete": "a side is short by more than incomplete_deviation of these and has fewer sentences, or no end",
    "identical": "both sides are the same but for case and punctuation, and more than a name",
    "script": "a side is in another script than most of the corpus",
    "language": "a side is in another language than it should be (needs the extra langid)",
    "unrelated": "the words of the sides do not translate each other, as far as this corpus shows",
    "numbers": "the sides hold different digits",
    "urls": "the sides hold different URLs or addresses",
    "placeholders": "the sides hold different placeholders (%s, {name})",
    "overlap": "a side stands in the test or validation text",
    DropReason.DUPLICATE: "the same pair stood there before",
    DropReason.NEAR_DUPLICATE: "a pair that differs in case, spacing and punctuation only stood there before",
}


@dataclass(frozen=True, kw_only=True)
class CleaningConfig:
    """What is mended and what is dropped. The defaults let all that might be a translation stay."""

    mends: tuple[str, ...] = ("entities", "mojibake", "nfc", "controls", "spaces")
    filters: tuple[str, ...] = (
        "invalid-utf8",
        "replacement",
        "empty",
        "too-long",
        "length-ratio",
        "unusual-ratio",
        "incomplete",
        "identical",
        "script",
        "overlap",
        "duplicate",
    )
    max_characters: int = FilterConfig.max_characters
    max_ratio: float = FilterConfig.max_ratio
    max_deviation: float = 6.0
    incomplete_deviation: float = 3.5
    language_margin: float = 8.0  # natural logarithm of how much more probable another language must be
    chance_margin: float = 5.0  # the same of the words of a pair coming together by chance

    def __post_init__(self) -> None:
        for given, known, what in ((self.mends, MENDS, "mend"), (self.filters, FILTERS, "filter")):
            for name in given:
                if name not in known:
                    raise NMTError(
                        f"there is no {what} {name!r}{did_you_mean(name, known)}; there are {', '.join(known)}"
                    )
        for name in ("max_characters", "max_ratio", "max_deviation", "incomplete_deviation"):
            if not getattr(self, name) >= 1:
                raise NMTError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("language_margin", "chance_margin"):
            if math.isnan(getattr(self, name)):
                raise NMTError(f"{name} must be a number, not nan")

    def changed(self, *, filters: Sequence[str], mends: Sequence[str], without: Sequence[str]) -> "CleaningConfig":
        """With these filters and mends too, and without those."""
        for name in without:
            if name not in {*FILTERS, *MENDS}:
                raise NMTError(f"there is no filter or mend {name!r}{did_you_mean(name, [*FILTERS, *MENDS])}")
        return replace(
            self,
            filters=tuple(name for name in dict.fromkeys([*self.filters, *filters]) if name not in without),
            mends=tuple(name for name in dict.fromkeys([*self.mends, *mends]) if name not in without),
        )


def config_from(mapping: Mapping[str, Any], *, where: str) -> CleaningConfig:
    """The settings of a TOML file; NMTError for what is unknown or of the wrong kind."""
    with error_context(where):
        return from_mapping(CleaningConfig, mapping, where=where)


def config_as_toml(config: CleaningConfig) -> str:
    """The settings as a TOML file, with a word on each mend and filter."""
    values = to_mapping(config)
    lines = []
    for name, known in (("mends", MENDS), ("filters", FILTERS)):
        chosen = values.pop(name)
        lines.append(f"{name} = [")
        width = max(len(each) for each in known) + 3
        for each, meaning in known.items():
            entry = f'"{each}",'
            lines.append(f"  {entry:<{width}}  # {meaning}" if each in chosen else f"  # {entry:<{width}}  # {meaning}")
        lines += ["]", ""]
    lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"
