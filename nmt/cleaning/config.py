"""The repairs and filters of nmt clean: names, defaults, limits, and the TOML file with these settings."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nmt.corpus.drop_reasons import DropReason
from nmt.corpus.pairs import FilterConfig
from nmt.errors import NMTError
from nmt.settings import did_you_mean, error_context, from_mapping, to_mapping

# Applied in this order.
REPAIRS = {
    "entities": "replace HTML entities with the characters they name",
    "mojibake": "undo a wrong decoding: Ã¤ becomes ä",
    "nfc": "compose characters (e and ◌́ become é): Unicode NFC",
    "tags": "remove HTML and XML tags",
    "controls": "remove byte order marks; replace NUL, CR, U+2028 and other control characters with spaces",
    "spaces": "keep one space between words and none at the ends",
}
# Applied in this order: the reason of a dropped pair is the first filter that matches.
FILTERS = {
    "invalid-utf8": "a side is not UTF-8",
    "replacement": "a side has U+FFFD: a character was lost",
    DropReason.EMPTY: "a side is empty",
    "wordless": "a side has no letters or digits",
    DropReason.TOO_LONG: "a side has more than max_characters characters",
    DropReason.LENGTH_RATIO: "one side has more than max_ratio times as many bytes as the other, plus 60",
    "unusual-ratio": "the lengths are more than max_deviation standard deviations from the usual ratio in this corpus",
    "incomplete": "a side is too short by more than incomplete_deviation of these, with fewer sentences or no end mark",
    "identical": "both sides are the same except for case and punctuation, and longer than a name",
    "script": "a side is in a different script from most of the corpus",
    "language": "a side is in the wrong language (needs the extra langid)",
    "unrelated": "the words of the two sides do not translate each other, judging by this corpus",
    "numbers": "the sides have different digits",
    "urls": "the sides have different URLs or e-mail addresses",
    "placeholders": "the sides have different placeholders (%s, {name})",
    "overlap": "a side is in the test or validation text",
    DropReason.DUPLICATE: "the pair is a copy of an earlier one",
    DropReason.NEAR_DUPLICATE: "the pair differs from an earlier one only in case, spacing or punctuation",
}


@dataclass(frozen=True, kw_only=True)
class CleaningConfig:
    """The repairs and filters to apply, and their limits. The defaults keep every pair that may be a translation."""

    repairs: tuple[str, ...] = ("entities", "mojibake", "nfc", "controls", "spaces")
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
    # Natural logarithms of how much more probable the other language must be, or a chance meeting of the words.
    language_margin: float = 8.0
    chance_margin: float = 5.0

    def __post_init__(self) -> None:
        for names, known, what in ((self.repairs, REPAIRS, "repair"), (self.filters, FILTERS, "filter")):
            for name in names:
                if name not in known:
                    raise NMTError(f"unknown {what} {name!r}{did_you_mean(name, known)}; known: {', '.join(known)}")
        for name in ("max_characters", "max_ratio", "max_deviation", "incomplete_deviation"):
            if not getattr(self, name) >= 1:
                raise NMTError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("language_margin", "chance_margin"):
            if math.isnan(getattr(self, name)):
                raise NMTError(f"{name} must be a number, not nan")

    def changed(self, *, filters: Sequence[str], repairs: Sequence[str], without: Sequence[str]) -> "CleaningConfig":
        """A copy with ``filters`` and ``repairs`` added, and those named in ``without`` removed."""
        for name in without:
            if name not in {*FILTERS, *REPAIRS}:
                raise NMTError(f"unknown filter or repair {name!r}{did_you_mean(name, [*FILTERS, *REPAIRS])}")
        return replace(
            self,
            filters=tuple(name for name in dict.fromkeys([*self.filters, *filters]) if name not in without),
            repairs=tuple(name for name in dict.fromkeys([*self.repairs, *repairs]) if name not in without),
        )


def config_from(mapping: Mapping[str, Any], *, where: str) -> CleaningConfig:
    """The settings of a TOML file; NMTError for unknown keys and values of the wrong type."""
    with error_context(where):
        return from_mapping(CleaningConfig, _with_current_keys(mapping), where=where)


def _with_current_keys(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """``mapping`` with the key ``repairs``, which was once called ``mends``."""
    if "mends" in mapping and "repairs" in mapping:
        raise NMTError("repairs and mends are two names of one setting; keep repairs")
    return {"repairs" if key == "mends" else key: value for key, value in mapping.items()}


def config_as_toml(config: CleaningConfig) -> str:
    """The settings as a TOML file, with a comment on each repair and filter."""
    values = to_mapping(config)
    lines = []
    for name, descriptions in (("repairs", REPAIRS), ("filters", FILTERS)):
        chosen = values.pop(name)
        lines.append(f"{name} = [")
        width = max(map(len, descriptions)) + 3
        for entry_name, description in descriptions.items():
            entry = f'"{entry_name}",'
            row = f"{entry:<{width}}  # {description}"
            lines.append(f"  {row}" if entry_name in chosen else f"  # {row}")
        lines += ["]", ""]
    lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"
