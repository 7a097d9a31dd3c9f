"""Reading the PO files of gettext as msgfmt does. They are small, so they are read whole."""

import codecs
import gettext
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nmt.corpus.pairs import Unit, Units, unit_of
from nmt.errors import NMTError
from nmt.files.lines import StrPath, display_name, open_binary, reading_errors
from nmt.text.controls import clean_text

logger = logging.getLogger(__name__)

_LARGEST = 200_000_000  # bytes
_CHARSET = re.compile(rb'"Content-Type:[^"\n]*charset= *([A-Za-z0-9_.:-]+)', re.IGNORECASE)
_HEADER_BYTES = 1 << 16  # that contain the charset in the header
_TOKEN = re.compile(
    r"""[ \t\r\f\v]*(?:
    (?P<keyword> msgctxt | msgid_plural | msgid | msgstr | domain )(?![\w-])
    | \[ \s* (?P<form> \d{1,3} ) \s* \]
    | "(?P<string> [^"\\]* (?: \\. [^"\\]* )* )"
    | (?P<comment> \# .*) )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))")
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_FORMS_OF_ARABIC = 6  # the first is for zero, the second for one


@dataclass
class _Entry:
    """A message and its translations."""

    line: int
    is_obsolete: bool
    is_fuzzy: bool = False
    texts: dict[str, str] = field(default_factory=dict)  # by keyword; plural forms as msgstr[N]

    @property
    def forms(self) -> dict[int, str]:
        return {int(key[7:-1]): text for key, text in self.texts.items() if key.startswith("msgstr[")}


class PoImport:
    """The pairs of a PO file: messages that are translated, and neither fuzzy nor obsolete."""

    def __init__(self, path: StrPath) -> None:
        """Read the file; NMTError, with the line number, if it is not a PO file."""
        self._name = display_name(path)
        with open_binary(path) as stream, reading_errors(self._name):
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise NMTError(f"{self._name} is over {_LARGEST // 1_000_000} MB, too large for a PO file")
        entries = list(_entries(_decoded(data, self._name), self._name))
        headers = [entry for entry in entries if not entry.texts["msgid"] and "msgctxt" not in entry.texts]
        self._entries = [entry for entry in entries if entry.texts["msgid"] or "msgctxt" in entry.texts]
        header = next((entry.texts.get("msgstr", "") for entry in headers if not entry.is_obsolete), "")
        fields = dict(line.split(":", 1) for line in header.split("\n") if ":" in line)
        self._plural_forms = fields.get("Plural-Forms", "").strip()
        # gettext has its own notation for variants: sr@latin, ca@valencia
        self.language: str | None = fields.get("Language", "").strip().replace("@", "-") or None

    def units(self) -> Units:
        """The pairs in order; for plurals, the forms that the formula of the file gives for 1 and for 5."""
        choose = self._form_chooser()
        for entry in self._entries:
            if entry.is_obsolete:
                yield Unit(skipped="obsolete")
            elif entry.is_fuzzy:
                yield Unit(skipped="fuzzy")
            elif "msgid_plural" in entry.texts:
                forms = entry.forms
                one, many = choose(max(forms, default=0) + 1)
                if one != many:  # otherwise the language has a single form for both
                    yield unit_of(entry.texts["msgid"], forms.get(one, ""))
                yield unit_of(entry.texts["msgid_plural"], forms.get(many, ""))
            else:
                yield unit_of(entry.texts["msgid"], entry.texts.get("msgstr", ""))

    def _form_chooser(self) -> Callable[[int], tuple[int, int]]:
        """A function from the number of forms to the forms for 1 and for 5."""
        if any("msgid_plural" in entry.texts for entry in self._entries):
            try:
                formula = gettext.c2py(self._plural_forms.partition("plural=")[2].partition(";")[0])
                chosen = formula(1), formula(5)
                return lambda _: chosen
            except (ValueError, ArithmeticError, SyntaxError, MemoryError):
                logger.warning(
                    "%s: the header has no valid Plural-Forms (%r); using the first and the last form of each plural "
                    "for singular and plural",
                    self._name,
                    self._plural_forms[:80],
                )
        return lambda count: (1, count - 1) if count == _FORMS_OF_ARABIC else (0, count - 1)


def _decoded(data: bytes, name: str) -> str:
    """The text, in the encoding of the header; without one, in UTF-8 or else in Latin-1."""
    header = None if data.startswith(codecs.BOM_UTF8) else _CHARSET.search(data[:_HEADER_BYTES])
    charset = header[1].decode("ascii") if header else "utf-8-sig"
    try:
        text = data.decode("utf-8" if charset == "CHARSET" else charset)  # the placeholder in unfilled templates
        return text.encode("utf-8", "replace").decode("utf-8")  # without lone surrogates, which UTF-7 may contain
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = f"{name}:{line}: byte 0x{data[error.start]:02x} is not {'UTF-8' if header is None else charset}"
        if header is None:
            logger.warning("%s, and the header has no charset; reading the file as ISO-8859-1", where)
            return data.decode("latin-1")
        raise NMTError(f"{where}, the charset in the header; correct the header") from error
    except (LookupError, ValueError) as error:
        raise NMTError(f"{name} has an encoding that cannot be read ({charset}); run msgconv -t UTF-8") from error


def _entries(text: str, name: str) -> Iterator[_Entry]:
    """The messages of a file; NMTError, with the line number, for anything that msgfmt would not read."""
    entry: _Entry | None = None
    key = ""  # keyword of the strings that follow
    is_fuzzy = False  # according to a comment before the next message
    for number, is_obsolete, token in _tokens(text, name):
        word, form, string, comment = token.group("keyword", "form", "string", "comment")
        if comment:
            is_fuzzy |= comment.startswith("#,") and "fuzzy" in re.split(r"[\s,]+", comment)
        elif word == "msgctxt" or (word == "msgid" and (entry is None or word in entry.texts)):
            if entry is not None:
                yield _checked(entry, name)
            entry, is_fuzzy, key = _Entry(number, is_obsolete, is_fuzzy), False, word
        elif word:
            key = word
        elif form and key == "msgstr":
            key = f"msgstr[{int(form)}]"
        elif key == "domain":
            continue
        elif string is None or entry is None:
            raise _error(name, number, token[0])
        else:
            entry.texts[key] = entry.texts.get(key, "") + _unescaped(string)
    if entry is not None:
        yield _checked(entry, name)


def _tokens(text: str, name: str) -> Iterator[tuple[int, bool, re.Match[str]]]:
    """The line number, whether it is obsolete, and the match of each keyword, string and comment."""
    for number, whole in enumerate(text.split("\n"), start=1):
        is_obsolete = whole.startswith("#~")
        line = whole.removeprefix("#~").rstrip()
        if is_obsolete and line.startswith("|"):
            continue  # the previous text of an obsolete message
        position = 0
        while position < len(line):
            token = _TOKEN.match(line, position)
            if token is None:
                raise _error(name, number, line[position:])
            yield number, is_obsolete, token
            position = token.end()


def _unescaped(string: str) -> str:
    """The text of a string; its octal and hexadecimal escapes are bytes of UTF-8."""
    if "\\" not in string:
        return string
    return _ESCAPE.sub(_character, string).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _character(escape: re.Match[str]) -> str:
    hexadecimal, octal, letter = escape.groups()
    if letter is not None:
        return _ESCAPED.get(letter, letter)
    byte = (int(hexadecimal, 16) if hexadecimal else int(octal, 8)) & 0xFF
    return chr(byte if byte < 0x80 else 0xDC00 + byte)


def _checked(entry: _Entry, name: str) -> _Entry:
    if "msgid" not in entry.texts or not ("msgstr" in entry.texts or entry.forms):
        raise NMTError(f"{name}:{entry.line}: this is not a PO file: a message has no msgid or no msgstr")
    return entry


def _error(name: str, number: int, text: str) -> NMTError:
    return NMTError(f"{name}:{number}: this is not a PO file: unexpected {clean_text(text.strip()[:60])!r}")
