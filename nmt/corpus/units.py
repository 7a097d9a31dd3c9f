"""Translation units, which all importers produce: a pair, or the reason why there is none."""

from collections.abc import Iterator
from typing import NamedTuple

from nmt.corpus.drop_reasons import DropReason
from nmt.errors import NMTError
from nmt.text.controls import clean_text
from nmt.text.languages import LANGUAGE_CODE

LONGEST = 100_000  # characters of a segment; anything longer is not a sentence, and is not kept in memory


class Unit(NamedTuple):
    """A pair of lines, or the reason why it was skipped."""

    source: str = ""
    target: str = ""
    skipped: str = ""


Units = Iterator[Unit]


def unit_of(source: str, target: str) -> Unit:
    """The unit of two texts, whose line ends become spaces; skipped if a side is empty or too long."""
    if max(len(source), len(target)) > LONGEST:
        return Unit(skipped=DropReason.TOO_LONG)
    source, target = (clean_text(text).strip() for text in (source, target))
    if not source or not target:
        return Unit(skipped="untranslated" if source else DropReason.EMPTY)
    return Unit(source, target)


def check_code(language: str, where: str) -> str:
    """``language`` if it is a language code, which is safe in a file name; otherwise raises NMTError."""
    if not LANGUAGE_CODE.fullmatch(language):
        raise NMTError(f"{where}: {language[:40]!r} is not a language code such as de, zh or pt-BR")
    return language
