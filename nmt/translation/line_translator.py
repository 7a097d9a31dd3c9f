"""Lines to lines: N lines in, N lines out, in order, and the same line always gives the same translation."""

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from nmt.corpus.line_profile import LineProfile
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import BackgroundEngine, Engine, PendingResult
from nmt.decoding.hypothesis import NO_CONSTRAINT, Hypothesis, LexicalConstraint, SearchInput
from nmt.errors import NMTError
from nmt.runtime.processes import watch
from nmt.runtime.repeated_warnings import RepeatedWarnings
from nmt.text.controls import clean_text
from nmt.text.languages import sentence_separator
from nmt.text.line_forms import LineForm, LineForms
from nmt.text.sentences import sentence_spans
from nmt.text.words import Span
from nmt.translation.assembly import SegmentTranslation, assemble, decode_hypothesis, restore
from nmt.translation.requests import Request
from nmt.translation.results import Candidate, Translation
from nmt.translation.segments import LineSplitter, Segment, Subwords
from nmt.translation.stream import WINDOWS_AHEAD, lines_per_window, stream_translations

if TYPE_CHECKING:
    from nmt.tokenization.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

# The most numbers that the attention of hypotheses in memory may have.
_MOST_ATTENTION = 2_000_000


@dataclass(frozen=True, kw_only=True)
class LineSettings:
    """How lines are split and assembled."""

    max_source_length: int  # the most subwords the model is given at once; longer lines are split
    separator: str = " "  # between the translations of a line's segments
    sentences: Callable[[str], list[Span]] | None = None  # finds those of a line; None: lines are split only by length
    sentences_at_once: int | None = 1  # the most sentences that are translated together; None: as many as fit
    forms: LineForms | None = None  # finds list markers and other text that is not translated; None: all text is


class _Task(NamedTuple):
    """A segment to translate and its constraints; equal tasks are searched once."""

    segment: Segment
    constraint: LexicalConstraint
    forbid: tuple[str, ...]


class ClosedEngine:
    """The engine of a translator that is closed: every use is an error."""

    name = "none"

    def search(
        self,
        inputs: Sequence[SearchInput],  # noqa: ARG002 - see Engine
        config: SearchConfig,  # noqa: ARG002
        *,
        details: bool = False,  # noqa: ARG002
    ) -> list[list[Hypothesis]]:
        """Always an NMTError."""
        raise self.error()

    @staticmethod
    def error() -> NMTError:
        """The error for every use of a closed translator."""
        return NMTError("this translator is closed; create another one")


class LineTranslator:
    """Translates lines with an engine: splits long lines into segments and assembles their translations.

    Several threads may use one translator; they take turns at the engine. As a context manager it is closed at the end.
    """

    def __init__(
        self,
        tokenizer: Subwords,
        engine: Engine,
        settings: LineSettings,
        *,
        search: SearchConfig,
        source_prefix: Sequence[int] = (),
    ) -> None:
        """``source_prefix``, such as a tag, is put before each segment."""
        self.tokenizer = tokenizer
        self.engine = engine
        self._background = engine if isinstance(engine, BackgroundEngine) else None
        self.search = search
        self.source_prefix = tuple(source_prefix)
        self._splitter = LineSplitter(
            tokenizer=tokenizer,
            longest=max(1, settings.max_source_length - len(self.source_prefix)),
            separator=settings.separator,
            sentences=settings.sentences,
            at_once=settings.sentences_at_once,
        )
        self._unfulfilled = RepeatedWarnings(logger, "lines that have no translation without the forbidden words")
        self._forms = settings.forms
        self._turn = threading.Lock()
        watch(self)

    def after_fork(self) -> None:
        """See nmt.runtime.processes: a thread of the parent may have held the lock."""
        self._turn = threading.Lock()

    def close(self) -> None:
        """Free the memory of the model and log totals of warnings; using the translator afterwards is an NMTError."""
        with self._turn:
            if self._background is not None:
                self._background.close()
            self._background, self.engine = None, ClosedEngine()
        self._unfulfilled.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def translate(self, lines: Sequence[str]) -> list[str]:
        """A translation for each line, in order; empty for a line without text. TypeError for a single string."""
        return [translation.text for translation in self.translations(lines, details=False)]

    def translations(self, lines: Sequence[str | Request], *, details: bool = True) -> list[Translation]:
        """The translations of each line with their scores, in order; TypeError for a single string.

        ``details`` adds the probability of each subword and the words that translate each other, which takes time.
        """
        return self.submit(lines, details=details).result()

    def stream(
        self,
        lines: Iterable[str | Request],
        *,
        details: bool = False,
        window_lines: int | None = None,
        ahead: int = WINDOWS_AHEAD,
    ) -> Generator[Translation, None, None]:
        """The translations of any number of lines, in order, while the lines are read: one for each line.

        Lines are translated in windows of ``window_lines`` (None: what suits the search settings, 256 to 10,240). A
        window is translated when it is full, has a million characters, or ``lines`` end; until then its lines wait, so
        a slow source, such as a person or a queue, needs small windows: with ``window_lines=1, ahead=0`` each line is
        answered before the next one is asked for. Nothing is read before the first translation is asked for, and then
        only as much as needed: when a line's translation is returned, its window and up to ``ahead`` more have been
        read, so memory is bounded. The larger the windows, the faster.

        An exception of ``lines`` is raised after the translations of all lines before it. An exception while
        translating a window is raised in place of the translations of that window, and ends the stream. Closing the
        generator cancels what is pending. ``details`` as in ``translations``. TypeError for a single string,
        ValueError for a window without lines.
        """
        _check_lines(lines)
        self._check_open()
        most = lines_per_window(self.search) if window_lines is None else window_lines
        if most < 1 or ahead < 0:
            raise ValueError(f"window_lines must be at least 1 and ahead at least 0, not {most} and {ahead}")
        return stream_translations(lines, partial(self.submit, details=details), window_lines=most, ahead=ahead)

    def submit(self, lines: Sequence[str | Request], *, details: bool = True) -> PendingResult[list[Translation]]:
        """``translations`` in the background, if the engine can do that; TypeError for a single string."""
        _check_lines(lines)
        self._check_open()
        requests = [Request(line) if isinstance(line, str) else line for line in lines]
        texts = [clean_text(request.text.removesuffix("\r")) for request in requests]
        forms = [self._form(request, text) for request, text in zip(requests, texts, strict=True)]
        segments = self._splitter.split([form.body for form in forms], spans=details)
        tasks = [self._tasks(request, of_line) for request, of_line in zip(requests, segments, strict=True)]
        pending = self._submit_tasks(list(dict.fromkeys(task for of_line in tasks for task in of_line)), details)

        def result() -> list[Translation]:
            translated = pending.result()
            return [
                Translation(
                    source=request.text,
                    candidates=self._restored(assemble(of_line, [translated[task] for task in line_tasks]), form),
                    split=len(of_line) > 1,
                    cleaned=request.cleaned or text != request.text.removesuffix("\r"),
                )
                for request, text, form, of_line, line_tasks in zip(
                    requests, texts, forms, segments, tasks, strict=True
                )
            ]

        return PendingResult(result, pending.cancel)

    begin = submit  # its former name

    def _check_open(self) -> None:
        if isinstance(self.engine, ClosedEngine):
            raise self.engine.error()

    def _form(self, request: Request, text: str) -> LineForm:
        """What of ``text`` is translated: all of it where the request has a prefix or forbids what would be copied."""
        raw = LineForm("", text)
        if self._forms is None or request.prefix:
            return raw
        form = self._forms.of(text, capitals=not request.forbid)
        return raw if any(word.strip() in form.before for word in request.forbid) else form

    def _restored(self, candidates: tuple[Candidate, ...], form: LineForm) -> tuple[Candidate, ...]:
        if self._forms is None:
            return candidates
        forms = self._forms
        return tuple(restore(candidate, form, forms) for candidate in candidates)

    def constraint_for(self, request: Request) -> LexicalConstraint:
        """The prefix and the forbidden words of ``request`` in subwords; NMTError if they cannot be met."""
        if not request.prefix and not request.forbid:
            return NO_CONSTRAINT
        from nmt.translation.lexical_constraints import constraint_from_text

        return constraint_from_text(cast("Tokenizer", self.tokenizer), request.prefix, request.forbid)

    wish_of = constraint_for  # its former name

    def _tasks(self, request: Request, segments: Sequence[Segment]) -> list[_Task]:
        """What is searched for; only the first segment begins with the prefix."""
        constraint = self.constraint_for(request)
        constraints = [constraint, LexicalConstraint(forbidden=constraint.forbidden)]
        # Segments that differ only in their position are the same.
        return [
            _Task(replace(segment, start=0, before=""), constraints[bool(number)], request.forbid)
            for number, segment in enumerate(segments)
        ]

    def _submit_tasks(
        self, tasks: Sequence[_Task], details: bool
    ) -> PendingResult[dict[_Task, list[SegmentTranslation]]]:
        """Start to search for the translations of each segment, the best first."""
        searches = [
            (batch, self._submit_search(batch, forbid, details))
            for forbid in dict.fromkeys(task.forbid for task in tasks)
            for batch in self._batches([task for task in tasks if task.forbid == forbid], details)
        ]

        def result() -> dict[_Task, list[SegmentTranslation]]:
            try:
                return {
                    task: translations
                    for batch, search in searches
                    for task, translations in zip(batch, self._decoded(batch, search.result()), strict=True)
                }
            except BaseException:  # an interrupt, too
                cancel()
                raise

        def cancel() -> None:
            for _, search in searches:
                search.cancel()

        return PendingResult(result, cancel)

    def _decoded(
        self, tasks: Sequence[_Task], results: Sequence[Sequence[Hypothesis]]
    ) -> list[list[SegmentTranslation]]:
        # All at once: in every call SentencePiece releases the interpreter and then waits for it.
        texts = iter(self.tokenizer.decode([each.ids for hypotheses in results for each in hypotheses]))
        prefix_length = len(self.source_prefix)
        return [
            [
                decode_hypothesis(self.tokenizer, task.segment, hypothesis, next(texts), prefix_length=prefix_length)
                for hypothesis in hypotheses
            ]
            for task, hypotheses in zip(tasks, results, strict=True)
        ]

    def _submit_search(
        self, tasks: Sequence[_Task], forbid: tuple[str, ...], details: bool
    ) -> PendingResult[list[list[Hypothesis]]]:
        """In the background if the engine can do that; otherwise when the result is asked for, one at a time."""
        engine = self._engine_for(forbid)
        inputs = [SearchInput((*self.source_prefix, *task.segment.ids), task.constraint) for task in tasks]
        if self._background is engine and not details:
            pending = self._background.submit(inputs, self.search)
        else:
            search = partial(engine.search, inputs, self.search, details=details)
            pending = PendingResult(search, cancel=lambda: None)

        def result() -> list[list[Hypothesis]]:
            with self._turn:
                self._check_open()
                return pending.result()

        return PendingResult(result, pending.cancel)

    def _batches(self, tasks: Sequence[_Task], details: bool) -> Iterator[list[_Task]]:
        """All ``tasks``, with ``details`` no more at a time than the memory for attention allows."""
        batch: list[_Task] = []
        size = 0
        for task in tasks:
            batch.append(task)
            size += len(task.segment.ids) ** 2 * self.search.n_best
            if details and size >= _MOST_ATTENTION:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _engine_for(self, forbid: tuple[str, ...]) -> Engine:
        if not forbid:
            return self.engine
        from nmt.translation.lexical_constraints import ExcludedWordsEngine

        return ExcludedWordsEngine(self.engine, cast("Tokenizer", self.tokenizer), forbid, self._unfulfilled)


def _check_lines(lines: Iterable[str | Request]) -> None:
    if isinstance(lines, str):
        raise TypeError("a translator takes a list of lines; put a single one in a list: [line]")


def line_settings(
    *,
    max_source_length: int,
    languages: tuple[str | None, str | None],
    profile: LineProfile,
    split_sentences: bool | None = None,
    raw: bool = False,
) -> LineSettings:
    """The settings of a LineTranslator for a model with this record.

    ``split_sentences``: True translates every sentence by itself, False as many at once as fit, and None as many as
    the lines have that the model learned from: one if that is not known, because most corpora have one. ``raw`` leaves
    list markers, lines without letters and capitals to the model.
    """
    at_once = {None: profile.sentences_per_line or 1, True: 1, False: None}[split_sentences]
    source, target = languages
    return LineSettings(
        max_source_length=max_source_length,
        separator=sentence_separator(target),
        sentences=partial(sentence_spans, language=source),
        sentences_at_once=at_once,
        forms=None if raw else LineForms(source=source, target=target, capitals=not profile.knows_capitals()),
    )
