"""Lines to lines: N lines in, N lines out, in order, and the same line always gives the same translation."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Engine
from nmt.decoding.splitting import split_subwords
from nmt.text.lines import decode_line, without_controls

logger = logging.getLogger(__name__)

# Written without blanks between sentences, so that the parts of a divided line are joined without one.
_LANGUAGES_WITHOUT_BLANKS = frozenset(("bo", "dz", "ja", "km", "lo", "my", "th", "wuu", "yue", "zh"))

Ids = tuple[int, ...]


class Subwords(Protocol):
    """What a translator needs of a tokenizer."""

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """The ids of each line."""

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """The text of each sequence of ids."""

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The subword of each id."""


class LineTranslator:
    """Translates lines with an engine: divides long ones and puts everything back in its place."""

    def __init__(
        self,
        tokenizer: Subwords,
        engine: Engine,
        *,
        search: SearchConfig,
        max_source_length: int,
        joiner: str = " ",
        first_ids: Sequence[int] = (),
    ) -> None:
        """``max_source_length`` is the most subwords the model is given at once; longer lines are divided.

        ``joiner`` stands between the parts of a divided line, and ``first_ids``, such as a tag, before each part.
        """
        self.tokenizer = tokenizer
        self.engine = engine
        self.search = search
        self.max_source_length = max_source_length
        self.joiner = joiner
        self.first_ids = tuple(first_ids)

    def translate(self, lines: Sequence[str]) -> list[str]:
        """A translation for each line, in order; empty for a line without text. TypeError for a single string."""
        if isinstance(lines, str):
            raise TypeError("translate() takes a list of lines; put a single one in a list: [line]")
        return self._translate([decode_line(line.encode("utf-8", "surrogatepass"))[0] for line in lines])

    def translate_stream(self, windows: Iterable[list[bytes]], *, name: str | None = None) -> Iterator[list[str]]:
        """One window of translations for each window of raw lines; a line that is not clean text is named in a warning.

        ``name`` is the file the lines come from, for those warnings.
        """
        prefix = f"{name}, " if name else ""
        number = 0
        for window in windows:
            texts = []
            for number, raw in enumerate(window, start=number + 1):  # noqa: B020 - goes on where the last window ended
                text, problem = decode_line(raw)
                if problem is not None:
                    logger.warning("%sline %d: %s, replaced before translating", prefix, number, problem)
                texts.append(text)
            yield self._translate(texts)

    def _translate(self, texts: Sequence[str]) -> list[str]:
        encoded = self.tokenizer.encode(texts)
        segments = [self._segments(ids) if text.strip() else [] for text, ids in zip(texts, encoded, strict=True)]
        distinct = list(dict.fromkeys(segment for line in segments for segment in line))
        translations = dict(zip(distinct, self._search(distinct), strict=True))
        return [self.joiner.join(translations[segment] for segment in line) for line in segments]

    def _segments(self, ids: Sequence[int]) -> list[Ids]:
        """The parts of a line, each short enough for the model; none for an empty line."""
        longest = max(1, self.max_source_length - len(self.first_ids))
        if len(ids) <= longest:
            return [(*self.first_ids, *ids)] if ids else []
        segments = []
        start = 0
        for length in split_subwords(self.tokenizer.pieces(ids), longest):
            segments.append((*self.first_ids, *ids[start : start + length]))
            start += length
        return segments

    def _search(self, sources: Sequence[Ids]) -> list[str]:
        """The best translation of each source."""
        hypotheses = self.engine.search(sources, self.search) if sources else []
        texts = self.tokenizer.decode([of_sentence[0].ids for of_sentence in hypotheses])
        return [without_controls(text).replace("\t", " ").strip() for text in texts]


def joiner_for(language: str | None) -> str:
    """What stands between two sentences of ``language``: a blank, or nothing where none is written."""
    return "" if language and language.lower().replace("_", "-").partition("-")[0] in _LANGUAGES_WITHOUT_BLANKS else " "
