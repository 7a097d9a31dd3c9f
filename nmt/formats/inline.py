"""The text of a TMX or XLIFF segment: variables are kept, line breaks become spaces, formatting is removed."""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nmt.corpus.pairs import LONGEST_SEGMENT

MOST_SEGMENTS = 10_000  # of a unit
_LONGEST_CODE = 1000  # characters of an inline code; longer ones are not variables
_PAIRED = frozenset({"bpt", "ept", "it", "ut", "bx", "ex", "sc", "ec"})  # elements that are, or may be, half of a pair
_CODES = frozenset({"ph", "x", *_PAIRED})
# Types of elements that break the line or are images, in TMX, XLIFF 1.2 and XLIFF 2.
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
    """The text that replaces an inline ``code``: a variable as it is, a space for a line break, nothing for formatting.

    ``paired`` codes are formatting unless they look like a variable.

    >>> [text_of_code(code) for code in ("%d", "{0}", "<br/>", "<b>", "&nbsp;")]
    ['%d', '{0}', ' ', '', '\\xa0']
    """
    match = _MEMOQ.match(code)
    code = html.unescape(match[1]) if match else code
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
    """An open element inside a segment."""

    name: str
    attributes: Mapping[str, Any]
    segment: str | None = None  # its id, if it is a segment
    start: int = 0  # index of its first piece of text
    is_hidden: bool = False  # its text is not part of the sentence


class InlineText:
    """Collects the text of one segment."""

    def __init__(self, code_of: Callable[[str, Mapping[str, Any]], str]) -> None:
        """``code_of`` returns the code of an element without content, given its name and attributes."""
        self.segments: dict[str, str] = {}  # text of the segments inside it, by id
        self._code_of = code_of
        self._pieces: list[str] = []
        self._open: list[_Element] = []
        self._hidden = 0  # number of open hidden elements
        self._code: list[str] = []
        self._length = 0
        self._segment_end = 0  # number of pieces when the last segment ended
        self._has_unknown = False  # whether the last code had no text

    def __str__(self) -> str:
        return "".join(self._pieces)

    def start(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Handle the start of an element."""
        mark_type = attributes.get("mtype") or ""
        is_deleted = name == "del" or (name == "mrk" and _DELETED.search(mark_type) is not None)
        is_hidden = is_deleted or name in _CODES or name == "sub"
        segment = None
        if mark_type == "seg" and not self._hidden and len(self.segments) < MOST_SEGMENTS:
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
        """Handle the end of the innermost element."""
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
            earlier = self.segments.get(element.segment)
            self.segments[element.segment] = text if earlier is None else f"{earlier} {text}"
            self._segment_end = len(self._pieces)

    def characters(self, content: str) -> None:
        """Handle a piece of text."""
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
        if self._length <= LONGEST_SEGMENT:
            self._pieces.append(text)
            self._length += len(text)
        self._has_unknown = False

    def _last(self) -> str:
        return self._pieces[-1][-1:] if self._pieces else ""


def _ends_unspaced(last: str) -> bool:
    """Whether no space is needed after ``last``: it is one, or its script has none between sentences."""
    return not last or last.isspace() or (unicodedata.east_asian_width(last) in "WF" and not "가" <= last <= "힣")
