"""TMX 1.1 to 1.4."""

from collections.abc import Mapping
from typing import Any

from nmt.corpus.pairs import unit_of
from nmt.formats.handler import Handler
from nmt.text.languages import canonical_code, check_language_code, differ


class TmxHandler(Handler):
    """TMX 1.1 to 1.4: units with variants in any number of languages; the first text in each language counts."""

    def __init__(self, name: str, source: str | None, target: str | None) -> None:
        super().__init__(name)
        self.languages = [source, target]
        self.header: str | None = None
        self.variants: dict[str, str] = {}
        self.language = ""

    def begin(self, name: str, attributes: Mapping[str, Any]) -> None:
        if name == "header":
            self.header = attributes.get("srclang")
        elif name == "tu":
            self.variants = {}
        elif name == "tuv":
            self.language = attributes.get("xml:lang") or attributes.get("lang") or ""
            self.add_available(self.language)
        elif name == "seg":
            self.start_text()

    def end(self, name: str) -> None:
        if name == "seg":
            text = str(self.take_text())
            if text.strip():
                self.variants.setdefault(self.language, text)
        elif name == "tu":
            self._choose()
            source, target = (self._variant(language) for language in self.languages)
            self.units.append(unit_of(source, target))

    def _choose(self) -> None:
        """Choose languages that were not requested: that of the header, and those of the first unit with two."""
        source, target = self.languages
        known = [language for language in self.variants if language]
        if any(requested and all(differ(one, requested) for one in known) for requested in (source, target)):
            return  # a unit without a requested language does not determine the other one
        if source is None:
            sources = [one for one in known if any(differ(one, other) for other in ([target] if target else known))]
            named = (language for language in sources if not differ(language, self.header))
            header = self.header if self.header and self.header.lower() != "*all*" else None
            first = sources[0] if sources else None
            source = next(named, first) if header else first
        if target is None:
            target = next((language for language in known if differ(language, source)), None)
        if source is not None and target is not None:
            self.languages = [check_language_code(language, self.name) for language in (source, target)]

    def _variant(self, language: str | None) -> str:
        """The text in ``language``, or in another region of it unless the other side is in that language, too."""
        if language is None:
            return ""
        exact = [text for other, text in self.variants.items() if _normal(other) == _normal(language)]
        near = [text for other, text in self.variants.items() if other and not differ(other, language)]
        return next(iter([*exact, *near] if differ(*self.languages) else exact), "")


def _normal(language: str) -> str:
    return (canonical_code(language) or language.replace("_", "-")).lower()
