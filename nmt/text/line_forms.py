"""The parts of a line that are not translated: indentation, list markers, lines without letters, and capitals."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from nmt.text.languages import (
    capitalizes_nouns,
    capitals_keep_accents,
    has_dotted_i,
    primary_language,
    writes_ordinals_with_stop,
)
from nmt.text.sentence_ends import OPENERS
from nmt.text.sentences import sentence_spans

_INDENTATION = re.compile("[ \t\u00a0]*")
_MARKER = re.compile(
    r"""(?: (?: [-–*+·⁃→✓✔✗✘☐☑☒] | [#]{1,6} | >+ | \[[ xX]?\] | \(?(?:\d{1,3} | [A-Za-z] | [ivxIVX]{2,5})\) )
            [ \t\u00a0]+
        | [•‣▪▫●○■□◆◇◦►▸▶➢➤①-⑳] [ \t\u00a0]* )""",
    re.VERBOSE,
)
_NUMBER = re.compile("\\d{1,3}\\.[ \t\u00a0]+")
_MOST_MARKERS = 4  # one after the other, as in "> - 1. "
# What German counts with ordinals at the start of a line; before other nouns a number with a full stop is a marker.
_COUNTED = """
    januar jänner februar feber märz april mai juni juli august september oktober november dezember
    advent auflage ausgabe bataillon bezirk bundesliga division etage fc generation geburtstag halbjahr halbzeit jahr
    jahrestag jahrhundert jahrtausend kapitel klasse kompanie liga mal mannschaft monat obergeschoss platz preis quartal
    rang reich runde saison semester senat sitzung staffel stock strafsenat strafkammer stunde tag teil
    weihnachtsfeiertag weihnachtstag weltkrieg woche zivilsenat
    """
_LONG_WORD = re.compile(r"[^\W\d_]{7,}")  # one word in capitals that is not an acronym
_I = re.compile(r"\bi\b")


class LineForm(NamedTuple):
    """A line in two parts: ``before`` is copied and ``body`` translated; together they are as long as the line."""

    before: str  # indentation and list markers, or all of a line without letters
    body: str
    capitals: bool = False  # whether the body was in capitals; then it is in sentence case here


@dataclass(frozen=True, kw_only=True)
class LineForms:
    """Splits lines of the language ``source`` and capitalizes text in ``target``; codes such as de, or None."""

    source: str | None = None
    target: str | None = None
    capitals: bool = True  # whether lines in capitals are changed

    def of(self, line: str, *, capitals: bool = True) -> LineForm:
        """What of ``line`` is translated; without ``capitals`` its case stays.

        >>> LineForms(source="de").of("  - EIN HUND LÄUFT.")
        LineForm(before='  - ', body='Ein hund läuft.', capitals=True)
        """
        if not any(map(str.isalpha, line)):
            return LineForm(line, "") if line.strip() else LineForm("", line)
        language = primary_language(self.source) or "en"
        start = marker_end(line, language)
        body = line[start:]
        if self.capitals and capitals and is_capitals(body):
            return LineForm(line[:start], sentence_case(body, language), capitals=True)
        return LineForm(line[:start], body)

    def capitalized(self, text: str) -> list[str]:
        """Each character of ``text`` in capitals; one may become several: ß becomes SS."""
        language = primary_language(self.target)
        return [_capital(character, language) for character in text]


def marker_end(line: str, language: str) -> int:
    """The length of the indentation and the list markers of ``line``; ``language`` is a bare code such as de.

    >>> marker_end("  1. Ein Hund", "de"), marker_end("3. Oktober", "de"), marker_end("-5 Grad", "de")
    (5, 0, 0)
    """
    start = _end(_INDENTATION, line, 0)
    for _ in range(_MOST_MARKERS):
        end = _end(_MARKER, line, start)
        if end == start and not _is_ordinal(line, _end(_NUMBER, line, start), language):
            end = _end(_NUMBER, line, start)
        if end == start or not any(map(str.isalpha, line[end:])):
            break
        start = end
    return start


def is_capitals(text: str) -> bool:
    """Whether ``text`` is in capitals as a style: two words or a long one, because USB and CD-ROM are acronyms.

    >>> is_capitals("KEIN ZUTRITT"), is_capitals("ACHTUNG!"), is_capitals("NATO"), is_capitals("USB 中国")
    (True, True, False, False)
    """
    text = text.replace("ß", "ẞ")  # which most write as it is: STRAßE
    if not text.isupper() or not all(character.isupper() for character in text if character.isalpha()):
        return False
    words = sum(1 for word in text.split() if sum(map(str.isalpha, word)) > 1)
    return words > 1 or _LONG_WORD.search(text) is not None


def sentence_case(text: str, language: str) -> str:
    """``text``, which is in capitals, in small letters except the first of each sentence; its length stays the same."""
    small = text.translate({ord("I"): "ı", ord("İ"): "i"}) if has_dotted_i(language) else text
    lowered = small.lower()
    if len(lowered) != len(text):
        lowered = "".join(each.lower() if len(each.lower()) == 1 else each for each in small)
    if language == "en":
        lowered = _I.sub("I", lowered)
    characters = list(lowered)
    for start, end in sentence_spans(text, language):
        first = next((index for index in range(start, end) if text[index].isalpha()), None)
        # Georgian has capitals only for whole words.
        if first is not None and characters[first].title() != characters[first]:
            characters[first] = text[first]
    return "".join(characters)


def _end(pattern: "re.Pattern[str]", line: str, start: int) -> int:
    match = pattern.match(line, start)
    return match.end() if match else start


def _is_ordinal(line: str, start: int, language: str) -> bool:
    """Whether a number with a full stop before ``line[start:]`` is an ordinal, as in 3. Oktober."""
    if not writes_ordinals_with_stop(language):
        return False
    following = line[start:].lstrip(OPENERS)
    if following[:1].islower() or following[:1].isdecimal():
        return True
    if not capitalizes_nouns(language):
        return is_capitals(following)
    word = re.match(r"\w*", following)
    return word is not None and word[0].casefold() in _COUNTED.split()


def _capital(character: str, language: str | None) -> str:
    if character == "i" and has_dotted_i(language):
        return "İ"
    if not capitals_keep_accents(language):
        plain = unicodedata.normalize("NFD", character).replace("\u0301", "")
        character = unicodedata.normalize("NFC", plain) or character
    return character.upper() if character.title() != character else character
