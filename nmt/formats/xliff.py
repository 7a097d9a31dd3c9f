"""XLIFF 1.2, also as SDL Trados, memoQ and Memsource (Phrase) write it, and 2.x: a pair for each segment."""

from collections.abc import Iterator, Mapping
from typing import Any

from nmt.corpus.units import Unit, check_code, unit_of
from nmt.formats.handler import Handler
from nmt.formats.inline import MOST_SEGMENTS, InlineText
from nmt.text.languages import differ

# States of a translation that nobody has begun, whatever stands in the target, and that somebody has approved.
_NEW = frozenset({"new", "needs-translation", "initial"})
_DONE = frozenset({"translated", "reviewed", "signed-off", "final"})
_APPROVED = frozenset({"signed-off", "final"})
# Where a target comes from that is only proposed, until it is approved.
_PROPOSED = frozenset({"mt-suggestion", "leveraged-mt", "tm-suggestion", "fuzzy-match"})
_OF_TRADOS = frozenset({"Translated", "ApprovedTranslation", "ApprovedSignOff"})  # what is done, by its name there
_DONE_IN_MEMOQ = ("confirmed", "proofread")
_MOST_DEFINITIONS = 100_000  # of inline codes that are kept, of a file
_TEXTS = ("source", "seg-source", "target")
_LANGUAGE_KEYS = (("source-language", "srcLang"), ("target-language", "trgLang"))


class XliffHandler(Handler):
    """The units of XLIFF, of which those that are not translated, or not finished, are left out."""

    def __init__(self, name: str, source: str | None, target: str | None) -> None:
        super().__init__(name)
        self.languages = [source, target]
        self._of_file: list[str | None] = [None, None]  # languages of the file that is being read
        self._own: list[str | None] = [None, None]  # languages of the unit that is being read
        self._first: list[str | None] | None = None  # languages of the first unit
        self._texts: dict[str, InlineText] = {}
        self._problem = ""  # why the unit that is being read gives no pair
        self._is_rejected = False  # whether it says that it is not approved
        self._problems: dict[str, str] = {}  # the same for each of its segments
        self._translate: list[bool] = [True]  # whether the elements around are to be translated
        self._codes: dict[str, str] = {}  # the code that an id stands for: Trados' tag-defs, XLIFF 2's originalData
        self._code_id = ""

    def begin(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Note what matters where an element begins."""
        if name in ("xliff", "file", "group", "unit", "trans-unit"):
            own = attributes.get("translate")
            self._translate.append(own != "no" and (own == "yes" or self._translate[-1]))
        if name in ("xliff", "file"):
            self._read_languages(attributes)
        if name in ("file", "unit"):
            self._codes = {}
        elif name in ("trans-unit", "segment"):
            self._texts, self._problems, self._own = {}, {}, list(self._of_file)
            self._first = self._first or self._own
            self._is_rejected = attributes.get("approved") == "no"
            self._problem = _problem_of_unit(attributes) if self._translate[-1] else "not to be translated"
        elif name in _TEXTS and self._is_own():
            if name == "target":
                self._problem = self._problem or _problem_of_target(attributes, self._is_rejected)
            if language := attributes.get("xml:lang"):
                side = int(name == "target")
                self._own[side] = self._own[side] or language
            self.start_text()
        elif name == "seg" and self.path[-2:-1] == ["seg-defs"] and len(self._problems) < MOST_SEGMENTS:
            done = attributes.get("conf") in _OF_TRADOS
            self._problems[attributes.get("id") or ""] = "" if done else "unfinished"
        elif name == "cp":  # a character that XML cannot hold
            self.characters(" ")
        elif self._is_definition():
            self.start_text()
        if name in ("data", "tag"):
            self._code_id = attributes.get("id") or ""

    def end(self, name: str) -> None:
        """Gather what was read where an element ends."""
        if name in ("xliff", "file", "group", "unit", "trans-unit"):
            self._translate.pop()
        if name in _TEXTS and self._is_own():
            self._texts.setdefault(name, self.take_text())
        elif name in ("trans-unit", "segment"):
            self.units.extend(self._units())
        elif self._is_definition():
            code = str(self.take_text())
            if len(self._codes) < _MOST_DEFINITIONS:
                self._codes[self._code_id] = code[:1000]

    def endDocument(self) -> None:  # noqa: N802 - SAX's name
        """Where no unit gave a pair, the languages are those of the first."""
        self.languages = [known or first for known, first in zip(self.languages, self._first or self._own, strict=True)]

    def code_of(self, _name: str, _attributes: Mapping[str, Any]) -> str:
        """What the document says of an inline code without content: the code, how it is shown, or its equivalent."""
        code = self._codes.get(_attributes.get("id" if _name == "x" else "dataRef") or "")
        said = (_attributes.get(key) for key in ("disp", "equiv-text", "equiv"))
        return code or next(filter(None, said), "")

    def _units(self) -> Iterator[Unit]:
        """The pairs of the unit that ends, or why there are none."""
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
        """A pair; the first that there is tells the languages that were not asked for."""
        if any(map(differ, self._own, self.languages)):
            return Unit(skipped="other languages")
        unit = unit_of(source, target)
        if problem and not unit.skipped:
            return Unit(skipped=problem)
        if not unit.skipped:
            for place, language in enumerate(self._own):
                if language and not self.languages[place]:
                    self.languages[place] = check_code(language, self.name)
        return unit

    def _read_languages(self, attributes: Mapping[str, Any]) -> None:
        found = [next(filter(None, map(attributes.get, keys)), None) for keys in _LANGUAGE_KEYS]
        for language in filter(None, found):
            self.has(language)
        if any(found) or self.path[-1] == "xliff":
            self._of_file = found

    def _is_definition(self) -> bool:
        """The code that inline elements name by its id, XLIFF 2's and Trados'."""
        return self.path[-2:] == ["originalData", "data"] or self.path[-3:-1] == ["tag-defs", "tag"]

    def _is_own(self) -> bool:
        """Not one of the suggestions that tools add (alt-trans, matches)."""
        return len(self.path) > 1 and self.path[-2] in ("trans-unit", "segment")


def _problem_of_unit(attributes: Mapping[str, Any]) -> str:
    """Why the unit or segment with these attributes is not translated, as far as they tell."""
    status, state = attributes.get("mq:status"), attributes.get("state")  # memoQ's, XLIFF 2's
    if status is not None:
        if status == "NotStarted":
            return "untranslated"
        return "" if any(done in status.lower() for done in _DONE_IN_MEMOQ) else "unfinished"
    if attributes.get("m:confirmed") == "0":  # Memsource's
        return "unfinished"
    return "untranslated" if state in _NEW else ""


def _problem_of_target(attributes: Mapping[str, Any], is_rejected: bool) -> str:
    """Why a target with these attributes, of XLIFF 1.2, is no translation; some tools approve of nothing by default."""
    state, qualifier = attributes.get("state") or "", attributes.get("state-qualifier") or ""
    if state in _NEW:
        return "untranslated"
    is_proposed = qualifier in _PROPOSED and state not in _APPROVED
    is_rejected = (is_rejected and state not in _DONE) or qualifier.startswith("rejected-")
    return "unfinished" if state.startswith("needs-") or is_rejected or is_proposed else ""
