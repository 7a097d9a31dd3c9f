"""The SAX handler that TMX and XLIFF share."""

import html
from collections import deque
from collections.abc import Mapping
from typing import Any
from xml.sax.handler import ContentHandler  # nosec - the parser is defusedxml's

from nmt.corpus.pairs import Unit
from nmt.errors import NMTError
from nmt.formats.inline import InlineText
from nmt.text.controls import clean_text

_DEEPEST = 100  # nested elements
_MOST_CODES = 100  # languages that are listed for a file


class Handler(ContentHandler):
    """Collects the text of segments; ``path`` has the names of the open elements."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.units: deque[Unit] = deque()
        self.languages: list[str | None] = [None, None]
        self.available: dict[str, None] = {}  # the languages in the file, in order
        self.path: list[str] = []
        self._text: InlineText | None = None

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        """Handle the start of an element."""
        local = name.rpartition(":")[2]
        self.path.append(local)
        if len(self.path) > _DEEPEST:
            raise NMTError(f"{self.name}: more than {_DEEPEST} nested elements; this is not a TMX or XLIFF file")
        if self._text is not None:
            self._text.start(local, attrs)
        self.begin(local, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Handle the end of an element."""
        local = name.rpartition(":")[2]
        if self._text is not None:
            self._text.end()
        self.end(local)
        self.path.pop()

    def characters(self, content: str) -> None:
        """Handle a piece of text."""
        if self._text is not None:
            self._text.characters(content)

    def skippedEntity(self, name: str) -> None:  # noqa: N802
        """Handle an entity of a DTD that was not read, such as &nbsp;."""
        self.characters(html.unescape(f"&{name};"))

    def start_text(self) -> None:
        """Start to collect the text of a segment."""
        self._text = InlineText(self.code_of)

    def take_text(self) -> InlineText:
        """The text of the segment that has ended."""
        text, self._text = self._text, None
        return text or InlineText(self.code_of)

    def code_of(self, _name: str, _attributes: Mapping[str, Any]) -> str:
        """The code of an inline element without content."""
        return ""

    def add_available(self, language: str) -> None:
        """Record that the file has text in ``language``."""
        if language and len(self.available) < _MOST_CODES:
            self.available[clean_text(language[:40])] = None

    def begin(self, name: str, attributes: Mapping[str, Any]) -> None:
        """What a format does at the start of an element."""

    def end(self, name: str) -> None:
        """What a format does at the end of an element."""
