"""The repairs of nmt clean: entities, mojibake, Unicode normalisation, tags, control characters, spaces."""

import html
import html.entities
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from nmt.cleaning.measures import patterns
from nmt.corpus.block_text import SideText
from nmt.text.controls import replace_controls
from nmt.text.nfc import compose, is_composed

_BYTE_ORDER_MARK = "\ufeff"


def repair_side(side: SideText, repairs: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """The lines of ``side`` after ``repairs``, and how many lines each repair changed."""
    lines, counts = side.lines, dict[str, int]()
    for name, repair in _REPAIRS.items():
        if name in repairs and repair.may_apply(side, counts):
            repaired = [repair.apply(line) for line in lines]
            changed = sum(map(str.__ne__, lines, repaired))
            if changed:
                lines, counts[name] = repaired, changed
    return lines, counts


def _decode_entities(line: str) -> str:
    if "&" not in line:
        return line
    once = patterns.ENTITY_IN_TEXT.sub(_character_of, line)
    return patterns.ENTITY_IN_TEXT.sub(_character_of, once) if once != line else line  # &amp;amp; is common


def _character_of(entity: re.Match[str]) -> str:
    """The character of an entity; a space for line ends, tabs and other control characters."""
    if entity[0][1] != "#" and entity[0][1:] not in html.entities.html5:
        return entity[0]  # html.unescape would replace a prefix of it
    return replace_controls(html.unescape(entity[0])).replace("\t", " ")


def _replace_controls(line: str) -> str:
    return replace_controls(line.replace(_BYTE_ORDER_MARK, "")) if not line.isprintable() else line


def _remove_tags(line: str) -> str:
    return patterns.TAG_IN_TEXT.sub(" ", line) if "<" in line else line


def _normalise_spaces(line: str) -> str:
    has_extra = "  " in line or "\t" in line or line.startswith(" ") or line.endswith(" ")
    return " ".join(filter(None, line.replace("\t", " ").split(" "))) if has_extra else line


class _Repair(NamedTuple):
    """A repair of lines."""

    # A fast test of a whole side, given the counts of earlier repairs, after which a line may need this one.
    may_apply: Callable[[SideText, dict[str, int]], bool]
    apply: Callable[[str], str]


_REPAIRS = {
    "entities": _Repair(lambda side, _: b"&" in side.data, _decode_entities),
    "mojibake": _Repair(
        lambda side, earlier: bool(earlier) or bool(patterns.maybe_mojibake(side.text)), patterns.without_mojibake
    ),
    "nfc": _Repair(lambda side, earlier: bool(earlier) or not is_composed(side.text), compose),
    "tags": _Repair(lambda side, earlier: "entities" in earlier or b"<" in side.data, _remove_tags),
    "controls": _Repair(
        lambda side, earlier: bool(earlier) or patterns.may_hold_controls(side.data, side.classes.controls),
        _replace_controls,
    ),
    "spaces": _Repair(
        lambda side, earlier: (
            bool(earlier)
            or any(part in side.data for part in (b"  ", b"\t", b" \n", b"\n "))
            or side.data.startswith(b" ")
        ),
        _normalise_spaces,
    ),
}
