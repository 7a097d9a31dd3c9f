"""Facts about languages: codes, names, scripts, what separates sentences, how ordinals, nouns and capitals are written.

Codes are accepted as people write them: BCP 47 (zh-TW, sr-Latn), ISO 639-1, -2 and -3 (de, ger, deu), names of FLORES
(zho_Hans), locales (pt_BR, sr@latin). languages.tsv has the codes and English names of the IANA language subtag
registry, and the usual scripts and native names of CLDR. An unknown code carries no information.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from nmt.errors import NMTError

LANGUAGE_CODE = re.compile("[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")  # BCP 47, and what people make of it

# Endings of the files of tools, even where one is the code of a language: .src is not Sardinian.
_SUFFIXES = """
    src tgt trg ref hyp pe sys out pred gold txt tsv csv raw tok bpe sp spm seg low lc tc norm clean dedup filt filtered
    train dev test devtest valid val tune gz xz zst bz2 zip tar tgz lz4 tmp bak old new org orig dat data jsonl json xml
    sgm sgml tmx xlf xliff po pot md log ids pos tag lem all set source target snt plain text
"""
_TOOL_SUFFIXES = frozenset(_SUFFIXES.split())
# What people write for a language, but is the code of a country or no code at all.
_NOT_CODES = {
    "cn": "zh", "jp": "ja", "kr": "ko", "cz": "cs", "ua": "uk", "gr": "el", "dk": "da", "vn": "vi", "ir": "fa",
    "il": "he", "ge": "ka", "rs": "sr", "al": "sq", "kh": "km", "np": "ne", "pk": "ur", "us": "en", "gb": "en",
    "uk-ua": "uk", "eng-us": "en", "chs": "zh-Hans", "cht": "zh-Hant", "zhs": "zh-Hans", "zht": "zh-Hant",
}  # fmt: skip
_SCRIPT_VARIANTS = {
    "latin": "Latn",
    "cyrillic": "Cyrl",
    "arabic": "Arab",
    "devanagari": "Deva",
    "chs": "Hans",
    "cht": "Hant",
}
_PLAIN = {"Hans": "Hani", "Hant": "Hani", "Hrkt": "Jpan", "Hira": "Jpan", "Kana": "Jpan", "Hang": "Kore"}
_WITH_DEFAULT_SCRIPT = {"sh": "Latn"}  # codes that imply a script


# Facts about languages, by bare codes such as de.
_ORDINALS_WITH_STOP = frozenset((
    "bar", "bs", "cs", "cnr", "da", "de", "dsb", "et", "eu", "fi", "fo", "fy", "gsw", "hr", "hsb", "hu", "is", "ksh",
    "lb", "lv", "nb", "nds", "nn", "no", "pl", "sh", "sk", "sl", "sr", "tr", "vro",
))  # fmt: skip
_CAPITALIZED_NOUNS = frozenset(("bar", "de", "gsw", "ksh", "lb", "nds"))
_DOTTED_I = frozenset(("az", "crh", "gag", "tr"))
_CAPITALS_WITHOUT_ACCENTS = frozenset(("el",))
_SIMILAR = tuple(
    frozenset(codes.split())
    for codes in ("no nb nn da", "hr bs sr", "id ms jv", "cs sk", "zu xh", "pt gl", "zh wuu yue")
)


class Language(NamedTuple):
    """A language, with its script and region if a code names them and they are not the usual ones."""

    code: str  # two letters if there is such a code, else three: de, not deu
    script: str | None = None  # ISO 15924
    region: str | None = None

    @property
    def tag(self) -> str:
        """The canonical form in BCP 47, such as de, zh-Hans or pt-BR."""
        return "-".join(filter(None, self))


class _Row(NamedTuple):
    code: str
    others: tuple[str, ...]
    script: str
    names: tuple[str, ...]


@cache
def _lines() -> dict[str, str]:
    """The lines of the table, by every code."""
    lines: dict[str, str] = {}
    for line in (files("nmt.text") / "languages.tsv").read_text(encoding="utf-8").splitlines():
        code, others, _ = line.split("\t", 2)
        lines[code] = line
        if others:
            lines |= dict.fromkeys(others.split(), line)
    return lines


def _row(code: str) -> _Row:
    code, others, script, names = _lines()[code].split("\t")
    return _Row(code, tuple(others.split()), script, tuple(names.split("; ")))


@lru_cache(1000)
def find_language(code: str | None) -> Language | None:
    """The language that ``code`` names in any of the usual forms; None for an unknown code.

    >>> [find_language(code).tag for code in ("DEU", "de_at", "zho_Hans", "zh_tw", "deu_Latn", "sr@latin", "cmn")]
    ['de', 'de-AT', 'zh-Hans', 'zh-TW', 'de', 'sr-Latn', 'zh']
    """
    if not code or not code.isascii():
        return None
    first, *others = re.split("[-_@]", code.partition(".")[0].lower())
    if first not in _lines() or (not others and first in _TOOL_SUFFIXES):
        return None
    row = _row(first)
    script, region = _WITH_DEFAULT_SCRIPT.get(first), None
    for part in others:
        if part in _SCRIPT_VARIANTS:
            script = _SCRIPT_VARIANTS[part]
        elif len(part) == 4 and part.isalpha():
            script = part.title()
        elif re.fullmatch("[a-z]{2}|[0-9]{3}", part):
            region = part.upper()
        elif len(part) == 3 and part in _lines() and script is None and region is None:
            row = _row(part)  # an extended language, as in zh-yue
        elif len(part) == 1:
            break  # what follows is an extension, or private
    return Language(row.code, None if script == row.script else script, region)


def canonical_code(code: str | None) -> str | None:
    """The canonical form of a code in BCP 47, None for an unknown one."""
    language = find_language(code)
    return None if language is None else language.tag


def primary_language(code: str | None) -> str | None:
    """The language of a code without script and region, in two letters if there is such a code; None if unknown."""
    language = find_language(code)
    return None if language is None else language.code


def known_codes(code: str | None) -> tuple[str, ...]:
    """Every code of the language that ``code`` names, the canonical one first; none for an unknown one."""
    language = find_language(code)
    return () if language is None else (language.code, *_row(language.code).others)


def differ(one: str | None, other: str | None) -> bool:
    """Whether both codes are given and name different languages; regions and scripts do not count.

    Unknown codes are compared by their letters.

    >>> [differ("de", other) for other in ("de", "DE_at", "deu_Latn", "nl", None)]
    [False, False, False, True, False]
    """
    if not one or not other:
        return False
    return _comparable(one) != _comparable(other)


def _comparable(code: str) -> str:
    return primary_language(code) or code.replace("_", "-").partition("-")[0].lower()


def script_of(code: str | None) -> str | None:
    """The script that its code names or that a language is usually written in; None if it is not known.

    Codes of ISO 15924: Hani for all forms of Chinese characters, Jpan and Kore for Japanese and Korean.

    >>> [script_of(code) for code in ("de", "zh-TW", "jpn_Jpan", "sr-Latn", "ka", "xx")]
    ['Latn', 'Hani', 'Jpan', 'Latn', 'Geor', None]
    """
    language = find_language(code)
    if language is None:
        return None
    script = language.script or _row(language.code).script
    return _PLAIN.get(script, script) or None


def script_of_text_in(code: str | None, lines: Sequence[str]) -> str | None:
    """The script of a text in the language of a code: that of the language, unless the text contradicts it.

    The text decides if the code is unknown, or if the text is in Hangul or in a script without spaces between words.
    Japanese may be in Chinese characters alone.
    """
    from nmt.text.scripts import is_unsegmented, script_of_text

    usual, actual = script_of(code), script_of_text(lines)
    if usual is None or ((is_unsegmented(actual) or actual == "Kore") and (usual, actual) != ("Jpan", "Hani")):
        return actual
    return usual


def sentence_separator(code: str | None) -> str:
    """What separates two sentences of a language: a space, or nothing in Chinese and Japanese.

    For an unknown language it is a space, which the text itself overrules: see ``scripts.joins_without_space``.
    """
    return "" if script_of(code) in ("Hani", "Jpan") else " "


def writes_ordinals_with_stop(language: str | None) -> bool:
    """Whether ordinals have a full stop (19. Jahrhundert, 19. století) in ``language``, a bare code such as de."""
    return language in _ORDINALS_WITH_STOP


def capitalizes_nouns(language: str | None) -> bool:
    """Whether all nouns begin with a capital in ``language``, a bare code such as de."""
    return language in _CAPITALIZED_NOUNS


def has_dotted_i(language: str | None) -> bool:
    """Whether i and İ are one letter, and ı and I another one, in ``language``, a bare code such as tr."""
    return language in _DOTTED_I


def capitals_keep_accents(language: str | None) -> bool:
    """Whether words in capitals keep their accents in ``language``, a bare code: not in Greek."""
    return language not in _CAPITALS_WITHOUT_ACCENTS


def similar_languages(language: str) -> frozenset[str]:
    """The bare codes of languages whose short sentences cannot be told from those of ``language``, itself included.

    >>> sorted(similar_languages("cs")), sorted(similar_languages("de"))
    (['cs', 'sk'], ['de'])
    """
    return next((group for group in _SIMILAR if language in group), frozenset((language,)))


def language_name(code: str | None) -> str | None:
    """The English name of a language, None for an unknown code."""
    language = find_language(code)
    return None if language is None else _row(language.code).names[0]


def language_suffix(path: str | os.PathLike[str]) -> str | None:
    """The language code in the name of a file, as it is written: de of train.de.gz, deu_Latn of deu_Latn.dev.

    Suffixes of tools and compressions are skipped. None for a name without a code, such as train.cn.

    >>> [language_suffix(name) for name in ("train.de", "train.zh-CN.txt.gz", "train.src", "train.cn", "zho_Hans.dev")]
    ['de', 'zh-CN', None, None, 'zho_Hans']
    """
    parts = Path(path).name.split(".")
    while len(parts) > 1 and parts[-1].lower() in _TOOL_SUFFIXES:
        parts.pop()
    last = parts[-1]
    language = find_language(last) if LANGUAGE_CODE.fullmatch(last) else None
    if language is None or (len(parts) == 1 and not re.fullmatch("[a-z]{2,3}[-_][A-Z][a-z]{3}", last)):
        return None
    return last


def language_of(paths: Sequence[str | os.PathLike[str]]) -> str | None:
    """The language, in canonical form, in the names of all ``paths``; None if they name none, or several."""
    codes = {canonical_code(language_suffix(path)) for path in paths}
    return codes.pop() if len(codes) == 1 else None


def check_language(name: str) -> str:
    """The canonical code of a language that a user names by a code or by its name, as in Chinese or Deutsch.

    Raises NMTError, with suggestions, for anything else.

    >>> [check_language(name) for name in ("deu", "pt_BR", "chinese", "Deutsch")]
    ['de', 'pt-BR', 'zh', 'de']
    """
    code = canonical_code(name)
    if code is not None:
        return code
    codes = _names().get(name.strip().casefold()) or _names().get(_without_accents(name.strip()), ())
    if len(codes) == 1:
        return codes[0]
    raise NMTError(f"{name[:40]!r} is not a language code{_hint(name, codes)}")


def check_language_code(code: str, where: str) -> str:
    """``code`` as it is if it has the form of a language code, which is safe in a file name; otherwise an NMTError."""
    if not LANGUAGE_CODE.fullmatch(code):
        raise NMTError(f"{where}: {code[:40]!r} is not a language code such as de, zh or pt-BR")
    return code


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """The codes of languages by their names; a language with a code of two letters hides all others of its name."""
    codes: dict[str, tuple[str, ...]] = {}
    for row in map(_row, dict.fromkeys(line.partition("\t")[0] for line in _lines().values())):
        for name in dict.fromkeys([*map(str.casefold, row.names), *map(_without_accents, row.names)]):
            before = codes.get(name, ())
            if not (before and len(before[0]) < len(row.code)):
                codes[name] = (*before, row.code)
    return codes


def _without_accents(name: str) -> str:
    letters = (each for each in unicodedata.normalize("NFD", name.casefold()) if not "\u0300" <= each <= "\u036f")
    return "".join(letters)


def _hint(name: str, codes: Sequence[str]) -> str:
    """Suggestions, as the end of a message."""
    folded = name.strip().casefold()
    base = re.split("[-_]", folded)[0]
    instead = _NOT_CODES.get(folded) or _NOT_CODES.get(base)
    suggestions = list(codes[:5]) or ([instead] if instead else [])
    if not suggestions and len(folded) > 3:
        import difflib

        similar = difflib.get_close_matches(folded, _common_names(), n=3, cutoff=0.75)
        similar = similar or difflib.get_close_matches(folded, list(_names()), n=3, cutoff=0.8)
        suggestions = list(dict.fromkeys(_names()[each][0] for each in similar))
    if not suggestions:
        return "; give one such as de, zh or pt-BR"
    listed = " or ".join(f"{code} ({language_name(code)})" for code in suggestions)
    return f"; did you mean {listed}?"


def _common_names() -> list[str]:
    """The names of languages with a code of two letters, which are meant more often."""
    return [name for name, codes in _names().items() if len(codes[0]) == 2]
