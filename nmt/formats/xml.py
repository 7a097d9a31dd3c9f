"""Reading TMX and XLIFF (1.2 and 2.x) in chunks, so that files of any size need little memory.

For safety, defusedxml refuses documents that declare entities, and external entities are never loaded: a file cannot
expand without limit or include other files.
"""

from collections.abc import Callable
from xml.sax import SAXException, SAXParseException  # nosec - the parser is defusedxml's
from xml.sax.handler import feature_external_ges  # nosec

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from nmt.corpus.pairs import Units
from nmt.errors import NMTError
from nmt.files.lines import StrPath, display_name, open_binary, reading_errors
from nmt.formats.handler import Handler
from nmt.formats.tmx import TmxHandler
from nmt.formats.xliff import XliffHandler

_CHUNK = 1 << 16


class XmlImport:
    """The pairs of a TMX or XLIFF file; ``languages`` are known after the first unit was read."""

    def __init__(self, path: StrPath, file_format: str, languages: tuple[str | None, str | None]) -> None:
        self._path = path
        handler = TmxHandler if file_format == "tmx" else XliffHandler
        self._handler: Handler = handler(display_name(path), *languages)

    @property
    def languages(self) -> tuple[str | None, str | None]:
        """The language codes of both sides, None where not yet known."""
        return self._handler.languages[0], self._handler.languages[1]

    @property
    def available(self) -> tuple[str, ...]:
        """The codes of all languages read so far, as spelled in the file."""
        return tuple(self._handler.available)

    def units(self) -> Units:
        """The pairs in order. Raises NMTError for invalid XML, and for documents that declare entities."""
        parser = make_parser()
        # Most TMX files refer to a DTD. It is ignored: nothing outside the file is read.
        parser.forbid_external = False
        parser.setFeature(feature_external_ges, False)
        parser.setContentHandler(self._handler)
        with open_binary(self._path) as stream, reading_errors(display_name(self._path)):
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
                f"{display_name(self._path)} declares entities, which could expand without limit, so it is not read"
            ) from error
        except SAXParseException as error:
            raise NMTError(
                f"{display_name(self._path)}:{error.getLineNumber()}: this is not XML ({error.getMessage()}); fix the "
                "line, or the file with xmllint --recover"
            ) from error
        except (LookupError, ValueError) as error:  # an encoding that Python does not know
            raise NMTError(
                f"{display_name(self._path)} has an encoding that cannot be read ({error}); convert it to UTF-8, "
                "and correct its first line"
            ) from error
        except SAXException as error:
            raise NMTError(f"{display_name(self._path)}: this is not XML ({error})") from error
