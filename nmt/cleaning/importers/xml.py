"""TMX and XLIFF (1.2 and 2.x), read piece by piece, so that a file of any size takes little memory.

Entities of a document's own are refused by defusedxml, and external ones are never fetched: what a file says cannot
grow by itself, nor bring in other files.
"""

import html
from collections import deque
from collections.abc import Callable
from typing import Any
from xml.sax import SAXException, SAXParseException  # nosec - the parser is defusedxml's
from xml.sax.handler import ContentHandler, feature_external_ges  # nosec

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from nmt.cleaning.importers.units import LONGEST, Unit, Units, check_code, unit_of
from nmt.errors import NMTError
from nmt.text.language_codes import differ
from nmt.text.lines import StrPath, clean_text, name_of, open_binary, reading_errors

_CHUNK = 1 << 16
_DEEPEST = 100  # elements within each other
# Elements whose text is code of the program a text was in, and no part of the sentence.
_CODE = frozenset({"bpt", "ept", "it", "ph", "ut", "sub"})
# How such an element says that it breaks the line: TMX and XLIFF 1.2, and XLIFF 2. The words around it are two.
_LINE_BREAK = (("type", "lb"), ("ctype", "lb"), ("subType", "xlf:lb"))
_UNTRANSLATED = frozenset({"new", "needs-translation", "initial"})  # states, whatever stands in the target
_MOST_CODES = 100  # of languages that a file is said to have


class _Handler(ContentHandler):
    """Gathers the text of segments; knows where it is by the names of the elements around."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.units: deque[Unit] = deque()
        self.languages: list[str | None] = [None, None]
        self.there: dict[str, None] = {}  # the languages that the file has, in their order
        self.path: list[str] = []
        self._text: list[str] | None = None
        self._length = 0
        self._code = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        """An element begins."""
        local = name.rpartition(":")[2]
        self.path.append(local)
        if len(self.path) > _DEEPEST:
            raise NMTError(f"{self.name}: elements stand more than {_DEEPEST} deep in each other; this is no such file")
        if self._text is not None and any(attrs.get(key) == value for key, value in _LINE_BREAK):
            self.characters(" ")
        self._code += local in _CODE
        self.begin(local, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        """An element ends."""
        local = name.rpartition(":")[2]
        self._code -= local in _CODE
        self.end(local)
        self.path.pop()

    def characters(self, content: str) -> None:
        """Text, in pieces."""
        if self._text is not None and not self._code and self._length <= LONGEST:
            self._text.append(content)
            self._length += len(content)

    def skippedEntity(self, name: str) -> None:  # noqa: N802
        """An entity that the DTD declares which was not read, such as &nbsp;."""
        self.characters(html.unescape(f"&{name};"))

    def start_text(self) -> None:
        """A segment begins."""
        self._text, self._length = [], 0

    def take_text(self) -> str:
        """The text of the segment that ends."""
        text = "".join(self._text or ())
        self._text = None
        return text

    def has(self, language: str) -> None:
        """The file has text in ``language``."""
        if language and len(self.there) < _MOST_CODES:
            self.there[clean_text(language[:40])] = None

    def begin(self, name: str, attributes: Any) -> None:
        """What a format does where an element begins."""

    def end(self, name: str) -> None:
        """What a format does where an element ends."""


class _Tmx(_Handler):
    """TMX 1.1 to 1.4: units of variants in any number of languages, of which the first text in each counts."""

    def __init__(self, name: str, source: str | None, target: str | None) -> None:
        super().__init__(name)
        self.languages = [source, target]
        self.header: str | None = None
        self.variants: dict[str, str] = {}
        self.language = ""

    def begin(self, name: str, attributes: Any) -> None:
        if name == "header":
            self.header = attributes.get("srclang")
        elif name == "tu":
            self.variants = {}
        elif name == "tuv":
            self.language = attributes.get("xml:lang") or attributes.get("lang") or ""
            self.has(self.language)
        elif name == "seg":
            self.start_text()

    def end(self, name: str) -> None:
        if name == "seg":
            text = self.take_text()
            if text.strip():
                self.variants.setdefault(self.language, text)
        elif name == "tu":
            self._choose()
            source, target = (self._variant(language) for language in self.languages)
            self.units.append(unit_of(source, target))

    def _choose(self) -> None:
        """Languages that were not asked for are those of the header and of the first unit in two."""
        source, target = self.languages
        known = [language for language in self.variants if language]
        if any(asked and all(differ(one, asked) for one in known) for asked in (source, target)):
            return  # a unit without a language that was asked for does not tell the other one
        if source is None:
            sources = [one for one in known if any(differ(one, other) for other in ([target] if target else known))]
            named = (language for language in sources if not differ(language, self.header))
            header = self.header if self.header and self.header.lower() != "*all*" else None
            first = sources[0] if sources else None
            source = next(named, first) if header else first
        if target is None:
            target = next((language for language in known if differ(language, source)), None)
        if source is not None and target is not None:
            self.languages = [check_code(language, self.name) for language in (source, target)]

    def _variant(self, language: str | None) -> str:
        """The text in ``language``, or in another of its regions, which must not be that of the other side."""
        if language is None:
            return ""
        exact = [text for other, text in self.variants.items() if _normal(other) == _normal(language)]
        near = [text for other, text in self.variants.items() if other and not differ(other, language)]
        return next(iter([*exact, *near] if differ(*self.languages) else exact), "")


class _Xliff(_Handler):
    """XLIFF 1.2 (trans-unit) and 2.x (segment)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.texts: dict[str, str] = {}
        self.own: list[str | None] = [None, None]  # languages of the file that is being read
        self.is_translated = True

    def begin(self, name: str, attributes: Any) -> None:
        if name in ("xliff", "file"):
            self._read_languages(attributes)
        elif name in ("trans-unit", "segment"):
            self.texts = {}
            self.is_translated = attributes.get("state") not in _UNTRANSLATED
        elif name in ("source", "target") and self._is_own():
            self.is_translated &= attributes.get("state") not in _UNTRANSLATED
            self.start_text()
        elif name == "cp" and self._text is not None:  # a character that XML cannot hold
            self.characters(" ")

    def end(self, name: str) -> None:
        if name in ("source", "target") and self._is_own():
            self.texts.setdefault(name, self.take_text())
        elif name in ("trans-unit", "segment"):
            target = self.texts.get("target", "") if self.is_translated else ""
            others = any(map(differ, self.own, self.languages))
            self.units.append(
                Unit(skipped="other languages") if others else unit_of(self.texts.get("source", ""), target)
            )

    def _read_languages(self, attributes: Any) -> None:
        keys = (("source-language", "srcLang"), ("target-language", "trgLang"))
        found = [next((attributes.get(key) for key in names if attributes.get(key)), None) for names in keys]
        for place, language in enumerate(found):
            if language:
                self.has(language)
                self.languages[place] = self.languages[place] or check_code(language, self.name)
        if any(found):
            self.own = found

    def _is_own(self) -> bool:
        """Not one of the suggestions that tools add (alt-trans, matches)."""
        return len(self.path) > 1 and self.path[-2] in ("trans-unit", "segment")


def _normal(language: str) -> str:
    return language.replace("_", "-").lower()


class XmlImport:
    """The pairs of a TMX or XLIFF file; ``languages`` are known once the first unit was read."""

    def __init__(self, path: StrPath, kind: str, languages: tuple[str | None, str | None]) -> None:
        self._path = path
        self._handler: _Handler = _Tmx(name_of(path), *languages) if kind == "tmx" else _Xliff(name_of(path))
        if kind == "xliff":
            self._handler.languages = list(languages)

    @property
    def languages(self) -> tuple[str | None, str | None]:
        """The codes of both sides, as far as they are known."""
        return self._handler.languages[0], self._handler.languages[1]

    @property
    def there(self) -> tuple[str, ...]:
        """The codes of all languages that were met so far, as the file has them."""
        return tuple(self._handler.there)

    def units(self) -> Units:
        """The pairs in their order. Raises NMTError for what is no XML, and for entities of the document's own."""
        parser = make_parser()
        # Most TMX files name a DTD, which is left alone: nothing outside the file is read. Entities are refused.
        parser.forbid_external = False
        parser.setFeature(feature_external_ges, False)
        parser.setContentHandler(self._handler)
        with open_binary(self._path) as stream, reading_errors(name_of(self._path)):
            while chunk := stream.read(_CHUNK):
                self._guarded(parser.feed, chunk)
                while self._handler.units:
                    yield self._handler.units.popleft()
            self._guarded(parser.close)
        yield from self._handler.units

    def _guarded(self, parse: Callable[..., None], *arguments: bytes) -> None:
        try:
            parse(*arguments)
        except DefusedXmlException as error:
            raise NMTError(
                f"{name_of(self._path)} declares entities, which could make it grow without end, so it is not read"
            ) from error
        except SAXParseException as error:
            raise NMTError(
                f"{name_of(self._path)}:{error.getLineNumber()}: this is not XML ({error.getMessage()}); mend the "
                "line, or the file with xmllint --recover"
            ) from error
        except (LookupError, ValueError) as error:  # what it says of its encoding, which Python is asked for
            raise NMTError(
                f"{name_of(self._path)} has an encoding that cannot be read ({error}); convert it to UTF-8, "
                "and say so in its first line"
            ) from error
        except SAXException as error:
            raise NMTError(f"{name_of(self._path)}: this is not XML ({error})") from error
