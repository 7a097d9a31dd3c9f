"""Writing lines as they were meant: entities, mojibake, Unicode normalisation, control characters, spaces."""

import html
import html.entities
import re
from collections.abc import Callable, Sequence

from nmt.cleaning.measures import patterns
from nmt.corpus.block_text import SideText
from nmt.text.composition import compose, is_composed
from nmt.text.controls import replace_controls

_MARK = "\ufeff"


def mend_side(side: SideText, mends: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """The lines of ``side`` after ``mends``, and how many each of them changed."""
    lines, counts = side.lines, dict[str, int]()
    for name, (may_be_there, mend) in _MENDS.items():
        if name in mends and may_be_there(side, counts):
            mended = [mend(line) for line in lines]
            changed = sum(map(str.__ne__, lines, mended))
            if changed:
                lines, counts[name] = mended, changed
    return lines, counts


def _entities(line: str) -> str:
    if "&" not in line:
        return line
    once = patterns.ENTITY_IN_TEXT.sub(_named, line)
    return patterns.ENTITY_IN_TEXT.sub(_named, once) if once != line else line  # &amp;amp; is common


def _named(entity: re.Match[str]) -> str:
    """What an entity names; what would end a line or a column, and other control characters, become blanks."""
    if entity[0][1] != "#" and entity[0][1:] not in html.entities.html5:
        return entity[0]  # of which html.unescape would take the beginning
    return replace_controls(html.unescape(entity[0])).replace("\t", " ")


def _controls(line: str) -> str:
    return replace_controls(line.replace(_MARK, "") if _MARK in line else line) if not line.isprintable() else line


def _composed(line: str) -> str:
    return compose(line)


def _tags(line: str) -> str:
    return patterns.TAG_IN_TEXT.sub(" ", line) if "<" in line else line


def _spaces(line: str) -> str:
    return " ".join(filter(None, line.replace("\t", " ").split(" "))) if _is_spacious(line) else line


def _is_spacious(line: str) -> bool:
    return "  " in line or "\t" in line or line.startswith(" ") or line.endswith(" ")


# Whether a side may hold any, told quickly; mends that were made before may have left some.
_Look = Callable[[SideText, dict[str, int]], bool]
_MENDS: dict[str, tuple[_Look, Callable[[str], str]]] = {
    "entities": (lambda side, _: b"&" in side.data, _entities),
    "mojibake": (lambda side, made: bool(made) or bool(patterns.maybe_mojibake(side.text)), patterns.without_mojibake),
    "nfc": (lambda side, made: bool(made) or not is_composed(side.text), _composed),
    "tags": (lambda side, made: "entities" in made or b"<" in side.data, _tags),
    "controls": (
        lambda side, made: bool(made) or patterns.may_hold_controls(side.data, side.classes.controls),
        _controls,
    ),
    "spaces": (
        lambda side, made: bool(made) or any(part in side.data for part in (b"  ", b"\t", b" \n", b"\n "))
        or side.data.startswith(b" "),
        _spaces,
    ),
}  # fmt: skip
