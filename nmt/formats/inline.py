"""The text of a segment of TMX or XLIFF as a translator sees it.

Variables stay, line breaks are spaces, and formatting goes.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nmt.corpus.units import LONGEST

MOST_SEGMENTS = 10_000  # that are told apart in a unit
_LONGEST_CODE = 1000  # characters of an inline code; what is longer is no variable
_PAIRED = frozenset({"bpt", "ept", "it", "ut", "bx", "ex", "sc", "ec"})  # each is half of a pair, or may be
_CODES = frozenset({"ph", "x", *_PAIRED})
# How an element says that it breaks the line or is a picture: TMX and XLIFF 1.2, and XLIFF 2.
_BREAKING = frozenset(
    {"lb", "pb", "image", "x-br", "x-tab", "x-html-br", "x-html-img", "x-html-hr", "xlf:lb", "xlf:pb"}
)
_BREAK = re.compile(
    r"""(?: \s | \\[nrtv](?![a-z]) | \\(?:line|par|tab|page)\b | &\#(?:10|13|x0?[AaDd]);
    | </?(?:\w{1,20}:)?(?:br|p|div|li|[uo]l|hr|t[rdh]|table|h[1-6]|img|tab|line-break|softreturn)\b[^<>]*> )+""",
    re.VERBOSE | re.IGNORECASE,
)
_TAGS = re.compile(r"(?:</?[A-Za-z!][^<>]*>\s*)+|\[/?(?:b|i|u|s|url|img|color|size|quote|code)\b[^\[\]]*\]")
_VARIABLE = re.compile(r"%[-+#0 .*$'\d]*[\w@({%] | \{[^{}\\]+\} | \$\w | [@&:]\w | \[\w+\] | <[%?] | __\w", re.VERBOSE)
_MEMOQ = re.compile(r"""<mq:[^<>]*?\s(?:displaytext|val)=["']([^"'<>]*)["']""")
_DELETED = re.compile(r"(?:^|[-_:])del(?:ete|eted|etion)?$")


def text_of_code(code: str, *, paired: bool = False) -> str:
    """What of the inline ``code`` belongs to the text: a variable, a space for a line break, nothing of formatting.

    Of ``paired`` codes, which are formatting unless they look like a variable, all else goes.

    >>> [text_of_code(code) for code in ("%d", "{0}", "<br/>", "<b>", "&nbsp;")]
    ['%d', '{0}', ' ', '', '\\xa0']
    """
    found = _MEMOQ.match(code)
    code = html.unescape(found[1]) if found else code
    if _BREAK.fullmatch(code):
        return " "
    code = html.unescape(code.strip()) if code.strip().startswith("&") else code.strip()
    if len(code) > _LONGEST_CODE or _TAGS.fullmatch(code):
        return ""
    if _VARIABLE.search(code):
        return code
    is_text = not paired and not set("<>\\") & set(code) and (len(code) == 1 or any(map(str.isalnum, code)))
    return code if is_text else ""


class _Element(NamedTuple):
    """An element within the text that has not ended."""

    name: str
    attributes: Mapping[str, Any]
    segment: str | None = None  # its id, if it is a segment
    start: int = 0  # where its text begins
    is_hidden: bool = False  # its text is no part of the sentence


class InlineText:
    """Gathers the text of one segment from the elements and characters in it."""

    def __init__(self, code_of: Callable[[str, Mapping[str, Any]], str]) -> None:
        """``code_of`` finds the code of an element without content by its name and attributes."""
        self.segments: dict[str, str] = {}  # the text of each segment in it, by its id
        self._code_of = code_of
        self._pieces: list[str] = []
        self._open: list[_Element] = []
        self._hidden = 0  # how many of those are hidden
        self._code: list[str] = []
        self._length = 0
        self._segment_end = 0  # number of pieces where the last segment ended
        self._has_unknown = False  # whether a code of which nothing is known came last

    def __str__(self) -> str:
        return "".join(self._pieces)

    def start(self, name: str, attributes: Mapping[str, Any]) -> None:
        """An element begins."""
        kind = attributes.get("mtype") or ""
        is_deleted = name == "del" or (name == "mrk" and _DELETED.search(kind) is not None)
        is_hidden = is_deleted or name in _CODES or name == "sub"
        segment = None
        if kind == "seg" and not self._hidden and len(self.segments) < MOST_SEGMENTS:
            segment = attributes.get("mid") or ""
            if self.segments and self._segment_end == len(self._pieces) and not _ends_unspaced(self._last()):
                self._add(" ")
        if name in _CODES and not self._hidden:
            self._code = []
        elif any(attributes.get(key) in _BREAKING for key in ("type", "ctype", "subType")):
            self.characters(" ")
        self._open.append(_Element(name, attributes, segment, len(self._pieces), is_hidden))
        self._hidden += is_hidden

    def end(self) -> None:
        """The innermost element ends."""
        if not self._open:
            return
        element = self._open.pop()
        self._hidden -= element.is_hidden
        if self._hidden:
            return
        if element.name in _CODES:
            self._end_code(element)
        elif element.segment is not None:
            text = "".join(self._pieces[element.start :])
            before = self.segments.get(element.segment)
            self.segments[element.segment] = text if before is None else f"{before} {text}"
            self._segment_end = len(self._pieces)

    def characters(self, content: str) -> None:
        """Text, in pieces."""
        if not self._hidden:
            last = self._last()
            if self._has_unknown and last.isalnum() and content[:1].isalnum() and not _ends_unspaced(last):
                self._add(" ")
            self._add(content)
        elif self._open[-1].name in _CODES and sum(map(len, self._code)) <= _LONGEST_CODE:
            self._code.append(content)

    def _end_code(self, element: _Element) -> None:
        code = "".join(self._code) or self._code_of(element.name, element.attributes)
        if any(element.attributes.get(key) in _BREAKING for key in ("type", "ctype", "subType")):
            code = "\n"
        paired = element.name in _PAIRED
        if text := text_of_code(code, paired=paired):
            self._add(text)
        elif not code and not paired:
            self._has_unknown = True

    def _add(self, text: str) -> None:
        if self._length <= LONGEST:
            self._pieces.append(text)
            self._length += len(text)
        self._has_unknown = False

    def _last(self) -> str:
        return self._pieces[-1][-1:] if self._pieces else ""


def _ends_unspaced(last: str) -> bool:
    """Whether no space is due after the character ``last``: there is one, or its script has none between sentences."""
    return not last or last.isspace() or (unicodedata.east_asian_width(last) in "WF" and not "가" <= last <= "힣")
