"""What TMX and XLIFF have in common: units of text in elements, read piece by piece."""

import html
from collections import deque
from collections.abc import Mapping
from typing import Any
from xml.sax.handler import ContentHandler  # nosec - the parser is defusedxml's

from nmt.corpus.units import Unit
from nmt.errors import NMTError
from nmt.formats.inline import InlineText
from nmt.text.controls import clean_text

_DEEPEST = 100  # elements within each other
_MOST_CODES = 100  # of languages that a file is said to have


class Handler(ContentHandler):
    """Gathers the text of segments; knows where it is by the names of the elements around."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.units: deque[Unit] = deque()
        self.languages: list[str | None] = [None, None]
        self.available: dict[str, None] = {}  # the languages that the file has, in their order
        self.path: list[str] = []
        self._text: InlineText | None = None

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        """An element begins."""
        local = name.rpartition(":")[2]
        self.path.append(local)
        if len(self.path) > _DEEPEST:
            raise NMTError(f"{self.name}: elements stand more than {_DEEPEST} deep in each other; this is no such file")
        if self._text is not None:
            self._text.start(local, attrs)
        self.begin(local, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        """An element ends."""
        local = name.rpartition(":")[2]
        if self._text is not None:
            self._text.end()
        self.end(local)
        self.path.pop()

    def characters(self, content: str) -> None:
        """Text, in pieces."""
        if self._text is not None:
            self._text.characters(content)

    def skippedEntity(self, name: str) -> None:  # noqa: N802
        """An entity that the DTD declares which was not read, such as &nbsp;."""
        self.characters(html.unescape(f"&{name};"))

    def start_text(self) -> None:
        """A segment begins."""
        self._text = InlineText(self.code_of)

    def take_text(self) -> InlineText:
        """The text of the segment that ends."""
        text, self._text = self._text, None
        return text or InlineText(self.code_of)

    def code_of(self, _name: str, _attributes: Mapping[str, Any]) -> str:
        """The code of an inline element that has no content."""
        return ""

    def has(self, language: str) -> None:
        """The file has text in ``language``."""
        if language and len(self.available) < _MOST_CODES:
            self.available[clean_text(language[:40])] = None

    def begin(self, name: str, attributes: Mapping[str, Any]) -> None:
        """What a format does where an element begins."""

    def end(self, name: str) -> None:
        """What a format does where an element ends."""
