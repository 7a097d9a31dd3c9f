"""What systems make of test sets: models of ours translate them, files hold what others have translated."""

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
from nmt.model_dir.info import load_info
from nmt.model_dir.layout import WEIGHTS, WORD_COUNTS, disk_usage, resolve_model_path
from nmt.model_dir.weights import read_header
from nmt.tokenization.tags import check_known
from nmt.translation.line_translator import LineTranslator
from nmt.translation.results import Link

if TYPE_CHECKING:
    from nmt.translation.translator import Translator

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Output:
    """A system's translations of one test set; a model has a size, and a speed on this machine."""

    name: str
    hypotheses: list[str]
    model: str | None = None
    file: str | None = None
    seconds: float | None = None
    parameters: int | None = None
    bytes: int | None = None
    every: list[str] | None = None  # the translations of all lines, where some have no reference and are not scored

    def scored(self, test_set: EvaluationSet) -> "Output":
        """With the hypotheses of the lines that are in ``test_set``."""
        if test_set.kept is None:
            return self
        return replace(self, hypotheses=[self.hypotheses[line] for line in test_set.kept], every=self.hypotheses)

    @property
    def sentences_per_second(self) -> float | None:
        """How fast it was; None for a file."""
        return None if self.seconds is None else len(self.every or self.hypotheses) / max(self.seconds, 1e-9)


class ModelSystem:
    """A model directory, checked at once and loaded when it is to translate."""

    def __init__(self, path: str | None, **translating: Any) -> None:
        """``translating`` are settings of Translator; NMTError for what is wrong with the directory and the tag."""
        self.directory = resolve_model_path(path)
        self.name = display_name(self.directory)
        self.info = load_info(self.directory)
        try:
            check_known(translating.get("tag", ""), self.info.tags)
        except NMTError as error:
            raise NMTError(f"{self.name}: {error}") from None
        self._translating = translating
        self._translator: Translator | None = None

    @property
    def translator(self) -> "Translator":
        """What translates with it."""
        if self._translator is None:
            from nmt.translation.translator import Translator

            self._translator = Translator(self.directory, **self._translating)
        return self._translator

    def word_counts(self) -> WordCounts | None:
        """How often words came in its training text; None where the directory does not tell."""
        return read_word_counts(self.directory / WORD_COUNTS)

    def translate(self, test_set: EvaluationSet) -> Output:
        """Its translations of the sources, which must be there."""
        sources = test_set.sources or []
        translate: Callable[[Sequence[str]], list[str]] = self.translator.translate
        logger.info("%s: translating %s lines of %s", self.name, f"{len(sources):,}", test_set.name)
        start = time.perf_counter()
        hypotheses = translate(sources)
        output = Output(
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
    """Files of translations, one for each test set."""

    def __init__(self, paths: Sequence[str], test_sets: Sequence[EvaluationSet]) -> None:
        """NMTError, naming the files, for those that cannot be read or have not as many lines as their references."""
        self.name = " + ".join(map(display_name, paths))
        self._outputs = [_read_output(path, test_set) for path, test_set in zip(paths, test_sets, strict=True)]

    def output(self, number: int) -> Output:
        """What it made of the test set of that ``number``."""
        return self._outputs[number]


def check_names(names: Sequence[str]) -> None:
    """NMTError if two systems have the same name."""
    for number, name in enumerate(names):
        if name in names[:number]:
            raise NMTError(f"{name} is given twice; a system is compared with others, not with itself")


def _read_output(path: str, test_set: EvaluationSet) -> Output:
    check_readable(path)
    hypotheses = list(read_lines(path))
    reference = test_set.reference_names[0]
    check_aligned({display_name(path): len(hypotheses), display_name(reference): len(test_set)})
    return Output(name=display_name(path), hypotheses=hypotheses, file=path)


def align(translator: LineTranslator, sources: Sequence[str], hypotheses: Sequence[str]) -> list[Sequence[Link]]:
    """The links of each of ``hypotheses``, which ``translator`` made of the sources.

    They are translated once more, with details; none are told of a line that comes out otherwise, or by an engine that
    has no attention to show.
    """
    found = translator.translations(sources)
    return [
        (each.candidates[0].links or ()) if each.text == hypothesis else ()
        for each, hypothesis in zip(found, hypotheses, strict=True)
    ]
