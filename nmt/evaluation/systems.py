"""The systems under evaluation: models that translate a test set, and files with translations of any system."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nmt.corpus.pairs import check_aligned
from nmt.corpus.word_counts import WordCounts, read_word_counts
from nmt.errors import NMTError
from nmt.evaluation.datasets import EvaluationSet
from nmt.files.lines import check_readable, display_name, read_lines
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import WEIGHTS, WORD_COUNTS, disk_usage, resolve_model_path
from nmt.model_dir.weights import read_header
from nmt.tokenization.tags import check_known
from nmt.translation.line_translator import LineTranslator
from nmt.translation.results import Link

if TYPE_CHECKING:
    from nmt.translation.translator import Translator

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SystemOutput:
    """A system's translations of one test set; a model also has a size and its speed on this machine."""

    name: str
    hypotheses: list[str]
    model: str | None = None
    file: str | None = None
    seconds: float | None = None
    parameters: int | None = None
    bytes: int | None = None
    all_hypotheses: list[str] | None = None  # of all lines, if some of them are left out of the scores

    def scored(self, test_set: EvaluationSet) -> "SystemOutput":
        """The same with only the hypotheses of the lines in ``test_set``."""
        if test_set.kept is None:
            return self
        return replace(
            self, hypotheses=[self.hypotheses[line] for line in test_set.kept], all_hypotheses=self.hypotheses
        )

    @property
    def sentences_per_second(self) -> float | None:
        """The speed of a model; None for a file."""
        if self.seconds is None:
            return None
        return len(self.all_hypotheses or self.hypotheses) / max(self.seconds, 1e-9)


class ModelSystem:
    """A model directory, checked immediately and loaded when it translates for the first time."""

    def __init__(self, path: str | None, **translator_settings: Any) -> None:
        """NMTError if the directory is not a valid model or does not have the tag in ``translator_settings``."""
        self.directory = resolve_model_path(path)
        self.name = display_name(self.directory)
        self.info = load_info(self.directory)
        try:
            check_known(translator_settings.get("tag", ""), self.info.tags)
        except NMTError as error:
            raise NMTError(f"{self.name}: {error}") from None
        self._translator_settings = translator_settings
        self._translator: Translator | None = None

    @property
    def translator(self) -> "Translator":
        """The loaded model."""
        if self._translator is None:
            from nmt.translation.translator import Translator

            self._translator = Translator(self.directory, **self._translator_settings)
        return self._translator

    def word_counts(self) -> WordCounts | None:
        """How often words occur in its training text; None if the directory does not say."""
        return read_word_counts(self.directory / WORD_COUNTS)

    def translate(self, test_set: EvaluationSet) -> SystemOutput:
        """Translate the sources of ``test_set``, which must be known."""
        sources = test_set.sources or []
        translate: Callable[[Sequence[str]], list[str]] = self.translator.translate
        logger.info("%s: translating %s lines of %s", self.name, f"{len(sources):,}", test_set.name)
        start = time.perf_counter()
        hypotheses = translate(sources)
        output = SystemOutput(
            name=self.name,
            hypotheses=hypotheses,
            model=self.name,
            seconds=time.perf_counter() - start,
            parameters=read_header(self.directory / WEIGHTS).parameters,
            bytes=disk_usage(self.directory)[0],
        )
        logger.info("translated in %.1f s, %.1f sentences/s", output.seconds, output.sentences_per_second)
        return output


class FileSystem:
    """Files with the translations of one system, one for each test set."""

    def __init__(self, paths: Sequence[str], test_sets: Sequence[EvaluationSet]) -> None:
        """NMTErrors name files that cannot be read or whose number of lines differs from that of their reference."""
        self.name = " + ".join(map(display_name, paths))
        self._outputs = [_read_output(path, test_set) for path, test_set in zip(paths, test_sets, strict=True)]

    def output(self, number: int) -> SystemOutput:
        """The translations of the test set with this ``number``, from 0."""
        return self._outputs[number]


def check_names(names: Sequence[str]) -> None:
    """NMTError if two systems have the same name."""
    for number, name in enumerate(names):
        if name in names[:number]:
            raise NMTError(f"{name} is given twice; compare it with other systems, not with itself")


def _read_output(path: str, test_set: EvaluationSet) -> SystemOutput:
    check_readable(path)
    hypotheses = list(read_lines(path))
    reference = test_set.reference_names[0]
    check_aligned({display_name(path): len(hypotheses), display_name(reference): len(test_set)})
    return SystemOutput(name=display_name(path), hypotheses=hypotheses, file=path)


def align_words(translator: LineTranslator, sources: Sequence[str], hypotheses: Sequence[str]) -> list[Sequence[Link]]:
    """The word links of each of ``hypotheses``, which are the translations of ``sources`` by ``translator``.

    The sources are translated again, with details. A line whose translation is different this time has no links, nor
    does any line if the engine does not show attention.
    """
    translations = translator.translations(sources)
    return [
        (each.candidates[0].links or ()) if each.text == hypothesis else ()
        for each, hypothesis in zip(translations, hypotheses, strict=True)
    ]
