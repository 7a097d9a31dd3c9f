"""XLIFF 1.2, including the dialects of SDL Trados, memoQ and Memsource (Phrase), and 2.x: a pair for each segment."""

from collections.abc import Iterator, Mapping
from typing import Any

from nmt.corpus.pairs import Unit, unit_of
from nmt.formats.handler import Handler
from nmt.formats.inline import MOST_SEGMENTS, InlineText
from nmt.text.languages import check_language_code, differ

# States of a translation that has not been started, whatever the target contains; that is done; that is approved.
_NEW = frozenset({"new", "needs-translation", "initial"})
_DONE = frozenset({"translated", "reviewed", "signed-off", "final"})
_APPROVED = frozenset({"signed-off", "final"})
# Origins of a target that is only a proposal until it is approved.
_PROPOSED = frozenset({"mt-suggestion", "leveraged-mt", "tm-suggestion", "fuzzy-match"})
_DONE_IN_TRADOS = frozenset(
    {"Translated", "ApprovedTranslation", "ApprovedSignOff"}
)  # states of finished translations in Trados
_DONE_IN_MEMOQ = ("confirmed", "proofread")
_MOST_DEFINITIONS = 100_000  # of inline codes, for each file element
_TEXTS = ("source", "seg-source", "target")
_LANGUAGE_KEYS = (("source-language", "srcLang"), ("target-language", "trgLang"))


class XliffHandler(Handler):
    """XLIFF units; units that are not translated, or not finished, are skipped."""

    def __init__(self, name: str, source: str | None, target: str | None) -> None:
        super().__init__(name)
        self.languages = [source, target]
        self._file_languages: list[str | None] = [None, None]  # of the current file element
        self._unit_languages: list[str | None] = [None, None]  # of the current unit
        self._first_languages: list[str | None] | None = None  # of the first unit
        self._texts: dict[str, InlineText] = {}
        self._problem = ""  # why the current unit is skipped
        self._is_rejected = False  # whether it is marked as not approved
        self._problems: dict[str, str] = {}  # why each of its segments is skipped
        self._translate: list[bool] = [True]  # the attribute of each enclosing element
        self._codes: dict[str, str] = {}  # by id, from tag-defs (Trados) and originalData (XLIFF 2)
        self._code_id = ""

    def begin(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Handle the start of an element."""
        if name in ("xliff", "file", "group", "unit", "trans-unit"):
            translate = attributes.get("translate")
            self._translate.append(translate != "no" and (translate == "yes" or self._translate[-1]))
        if name in ("xliff", "file"):
            self._read_languages(attributes)
        if name in ("file", "unit"):
            self._codes = {}
        elif name in ("trans-unit", "segment"):
            self._texts, self._problems, self._unit_languages = {}, {}, list(self._file_languages)
            self._first_languages = self._first_languages or self._unit_languages
            self._is_rejected = attributes.get("approved") == "no"
            self._problem = _problem_of_unit(attributes) if self._translate[-1] else "not to be translated"
        elif name in _TEXTS and self._is_in_unit():
            if name == "target":
                self._problem = self._problem or _problem_of_target(attributes, self._is_rejected)
            if language := attributes.get("xml:lang"):
                side = int(name == "target")
                self._unit_languages[side] = self._unit_languages[side] or language
            self.start_text()
        elif name == "seg" and self.path[-2:-1] == ["seg-defs"] and len(self._problems) < MOST_SEGMENTS:
            done = attributes.get("conf") in _DONE_IN_TRADOS
            self._problems[attributes.get("id") or ""] = "" if done else "unfinished"
        elif name == "cp":  # a character that XML cannot hold
            self.characters(" ")
        elif self._is_definition():
            self.start_text()
        if name in ("data", "tag"):
            self._code_id = attributes.get("id") or ""

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        if name in ("xliff", "file", "group", "unit", "trans-unit"):
            self._translate.pop()
        if name in _TEXTS and self._is_in_unit():
            self._texts.setdefault(name, self.take_text())
        elif name in ("trans-unit", "segment"):
            self.units.extend(self._units())
        elif self._is_definition():
            code = str(self.take_text())
            if len(self._codes) < _MOST_DEFINITIONS:
                self._codes[self._code_id] = code[:1000]

    def endDocument(self) -> None:  # noqa: N802 - SAX's name
        """If no unit had a pair, take the languages of the first unit."""
        self.languages = [
            known or first
            for known, first in zip(self.languages, self._first_languages or self._unit_languages, strict=True)
        ]

    def code_of(self, _name: str, _attributes: Mapping[str, Any]) -> str:
        """The text of an inline code without content: its definition, its display text, or its equivalent."""
        code = self._codes.get(_attributes.get("id" if _name == "x" else "dataRef") or "")
        substitutes = (_attributes.get(key) for key in ("disp", "equiv-text", "equiv"))
        return code or next(filter(None, substitutes), "")

    def _units(self) -> Iterator[Unit]:
        """The pairs of the unit that has ended, or why there are none."""
        empty = InlineText(self.code_of)
        source, target = self._texts.get("source", empty), self._texts.get("target", empty)
        sources = self._texts.get("seg-source", empty).segments or source.segments
        if sources and target.segments:
            for number in dict.fromkeys([*sources, *target.segments]):
                problem = self._problem or self._problems.get(number, "")
                yield self._unit(sources.get(number, ""), target.segments.get(number, ""), problem)
        else:
            problem = self._problem or next(filter(None, self._problems.values()), "")
            yield self._unit(str(source), str(target), problem)

    def _unit(self, source: str, target: str, problem: str) -> Unit:
        """A pair or a skipped unit; the first pair determines the languages that were not requested."""
        if any(map(differ, self._unit_languages, self.languages)):
            return Unit(skipped="other languages")
        unit = unit_of(source, target)
        if problem and not unit.skipped:
            return Unit(skipped=problem)
        if not unit.skipped:
            for side, language in enumerate(self._unit_languages):
                if language and not self.languages[side]:
                    self.languages[side] = check_language_code(language, self.name)
        return unit

    def _read_languages(self, attributes: Mapping[str, Any]) -> None:
        languages = [next(filter(None, map(attributes.get, keys)), None) for keys in _LANGUAGE_KEYS]
        for language in filter(None, languages):
            self.add_available(language)
        if any(languages) or self.path[-1] == "xliff":
            self._file_languages = languages

    def _is_definition(self) -> bool:
        """Whether the current element defines an inline code by id, as XLIFF 2 and Trados do."""
        return self.path[-2:] == ["originalData", "data"] or self.path[-3:-1] == ["tag-defs", "tag"]

    def _is_in_unit(self) -> bool:
        """Whether the current element belongs to the unit itself, not to a suggestion (alt-trans, matches)."""
        return len(self.path) > 1 and self.path[-2] in ("trans-unit", "segment")


def _problem_of_unit(attributes: Mapping[str, Any]) -> str:
    """Why the unit or segment with these attributes is skipped; empty if it is not."""
    status, state = attributes.get("mq:status"), attributes.get("state")  # of memoQ and of XLIFF 2
    if status is not None:
        if status == "NotStarted":
            return "untranslated"
        return "" if any(done in status.lower() for done in _DONE_IN_MEMOQ) else "unfinished"
    if attributes.get("m:confirmed") == "0":  # Memsource
        return "unfinished"
    return "untranslated" if state in _NEW else ""


def _problem_of_target(attributes: Mapping[str, Any], is_rejected: bool) -> str:
    """Why a target of XLIFF 1.2 with these attributes is skipped; some tools mark everything as not approved."""
    state, qualifier = attributes.get("state") or "", attributes.get("state-qualifier") or ""
    if state in _NEW:
        return "untranslated"
    is_proposed = qualifier in _PROPOSED and state not in _APPROVED
    is_rejected = (is_rejected and state not in _DONE) or qualifier.startswith("rejected-")
    return "unfinished" if state.startswith("needs-") or is_rejected or is_proposed else ""
