"""Lines to lines: N lines in, N lines out, in order, and the same line always gives the same translation."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from nmt.corpus.line_profile import LineProfile
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import BackgroundEngine, Engine, PendingResult
from nmt.decoding.hypothesis import NO_CONSTRAINT, Hypothesis, LexicalConstraint
from nmt.errors import NMTError
from nmt.runtime.processes import watch
from nmt.runtime.repeated_warnings import RepeatedWarnings
from nmt.text.controls import clean_text
from nmt.text.languages import sentence_separator
from nmt.text.line_forms import LineForm, LineForms
from nmt.text.sentences import sentence_spans
from nmt.text.words import Span
from nmt.translation.assembly import SegmentTranslation, assemble, decode_hypothesis
from nmt.translation.requests import Request
from nmt.translation.restoring import restore
from nmt.translation.results import Candidate, Translation
from nmt.translation.segments import LineSplitter, Segment, Subwords

if TYPE_CHECKING:
    from nmt.tokenization.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

# How many numbers the attention of hypotheses may have that are in memory together.
_ATTENTION = 2_000_000


class _Wanted(NamedTuple):
    """What is searched for once, however often it is wanted."""

    part: Segment
    constraint: LexicalConstraint
    forbid: tuple[str, ...]


class ClosedEngine:
    """What a translator has in place of its engine when it is closed."""

    name = "none"

    def search(
        self,
        sources: Sequence[Sequence[int]],  # noqa: ARG002 - see Engine
        config: SearchConfig,  # noqa: ARG002
        constraints: Sequence[LexicalConstraint] | None = None,  # noqa: ARG002
        *,
        details: bool = False,  # noqa: ARG002
    ) -> list[list[Hypothesis]]:
        """Always an NMTError."""
        raise self.error()

    @staticmethod
    def error() -> NMTError:
        """What is said to those who use a closed translator."""
        return NMTError("this translator is closed; create another one")


class LineTranslator:
    """Translates lines with an engine: divides long ones and puts everything back in its place.

    Several threads may use one translator; they take turns at the engine. As a context manager it is closed at the end.
    """

    def __init__(
        self,
        tokenizer: Subwords,
        engine: Engine,
        *,
        search: SearchConfig,
        max_source_length: int,
        joiner: str = " ",
        source_prefix: Sequence[int] = (),
        sentences: Callable[[str], list[Span]] | None = None,
        sentences_at_once: int | None = 1,
        forms: LineForms | None = None,
    ) -> None:
        """``max_source_length`` is the most subwords the model is given at once; longer lines are divided.

        ``joiner`` stands between the parts of a divided line, and ``source_prefix``, such as a tag, before each part.
        ``sentences`` finds those of a line, of which at most ``sentences_at_once`` are translated together, or as many
        as fit if that is None. Without ``sentences`` lines are divided only by their length. ``forms`` finds list
        markers and the like, which are not translated; without it every line is translated as it is.
        """
        self.tokenizer = tokenizer
        self.engine = engine
        self._background = engine if isinstance(engine, BackgroundEngine) else None
        self.search = search
        self.source_prefix = tuple(source_prefix)
        longest = max(1, max_source_length - len(self.source_prefix))
        self._divider = LineSplitter(
            tokenizer=tokenizer, longest=longest, joiner=joiner, sentences=sentences, at_once=sentences_at_once
        )
        self._unfulfilled = RepeatedWarnings(logger, "lines that have no translation without the forbidden words")
        self._forms = forms
        self._turn = threading.Lock()
        watch(self)

    def after_fork(self) -> None:
        """See nmt.runtime.processes: a thread of the parent may have had its turn."""
        self._turn = threading.Lock()

    def close(self) -> None:
        """Give the memory of the model back and log totals of warnings; what is used after that raises an NMTError."""
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
        """All that can be said of the translation of each line, in order; TypeError for a single string.

        ``details`` are the probability of each subword and the words that translate each other; they take time.
        """
        return self.submit(lines, details=details).result()

    def submit(self, lines: Sequence[str | Request], *, details: bool = True) -> PendingResult[list[Translation]]:
        """``translations`` in the background, as far as the engine can; TypeError for a single string."""
        if isinstance(lines, str):
            raise TypeError("a translator takes a list of lines; put a single one in a list: [line]")
        self._check_open()
        requests = [Request(line) if isinstance(line, str) else line for line in lines]
        texts = [clean_text(request.text.removesuffix("\r")) for request in requests]
        forms = [self._form(request, text) for request, text in zip(requests, texts, strict=True)]
        divided = self._divider.divide([form.body for form in forms], spans=details)
        wanted = [self._wanted(request, parts) for request, parts in zip(requests, divided, strict=True)]
        pending = self._begin(list(dict.fromkeys(part for line in wanted for part in line)), details)

        def result() -> list[Translation]:
            found = pending.result()
            return [
                Translation(
                    source=request.text,
                    candidates=self._restored(assemble(parts, [found[part] for part in line]), form),
                    split=len(parts) > 1,
                    cleaned=request.cleaned or text != request.text.removesuffix("\r"),
                )
                for request, text, form, parts, line in zip(requests, texts, forms, divided, wanted, strict=True)
            ]

        return PendingResult(result, pending.cancel)

    def _check_open(self) -> None:
        if isinstance(self.engine, ClosedEngine):
            raise self.engine.error()

    def _form(self, request: Request, text: str) -> LineForm:
        """What of ``text`` is translated; all of it where its translation begins with words that were asked for."""
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
        """What ``request`` asks for, in subwords; NMTError if it cannot be."""
        if not request.prefix and not request.forbid:
            return NO_CONSTRAINT
        from nmt.translation.lexical_constraints import constraint_from_text

        return constraint_from_text(cast("Tokenizer", self.tokenizer), request.prefix, request.forbid)

    def _wanted(self, request: Request, parts: Sequence[Segment]) -> list[_Wanted]:
        """What is searched for; only the first part begins with the prefix."""
        constraint = self.constraint_for(request)
        constraints = [constraint, LexicalConstraint(forbidden=constraint.forbidden)]
        # Parts that differ only in where they stand are the same.
        return [
            _Wanted(replace(part, start=0, before=""), constraints[bool(number)], request.forbid)
            for number, part in enumerate(parts)
        ]

    def _begin(
        self, wanted: Sequence[_Wanted], details: bool
    ) -> PendingResult[dict[_Wanted, list[SegmentTranslation]]]:
        """Begin to search for the translations of each part, the best first."""
        searches = [
            (some, self._begin_search(some, forbid, details))
            for forbid in dict.fromkeys(each.forbid for each in wanted)
            for some in self._little_enough([each for each in wanted if each.forbid == forbid], details)
        ]

        def result() -> dict[_Wanted, list[SegmentTranslation]]:
            found = {}
            for some, search in searches:
                results = search.result()
                # All at once: in every call SentencePiece lets the interpreter go and then waits for it.
                texts = iter(self.tokenizer.decode([each.ids for hypotheses in results for each in hypotheses]))
                for each, hypotheses in zip(some, results, strict=True):
                    found[each] = [
                        decode_hypothesis(
                            self.tokenizer, each.part, hypothesis, next(texts), first=len(self.source_prefix)
                        )
                        for hypothesis in hypotheses
                    ]
            return found

        def cancel() -> None:
            for _, search in searches:
                search.cancel()

        return PendingResult(result, cancel)

    def _begin_search(
        self, wanted: Sequence[_Wanted], forbid: tuple[str, ...], details: bool
    ) -> PendingResult[list[list[Hypothesis]]]:
        """In the background if the engine can; otherwise when the result is wanted, and in turn."""
        engine = self._engine_for(forbid)
        sources = [(*self.source_prefix, *each.part.ids) for each in wanted]
        constraints = (
            [each.constraint for each in wanted] if any(each.constraint != NO_CONSTRAINT for each in wanted) else None
        )
        if self._background is engine and not details:
            pending = self._background.submit(sources, self.search, constraints)
        else:
            search = partial(engine.search, sources, self.search, constraints, details=details)
            pending = PendingResult(search, cancel=lambda: None)

        def result() -> list[list[Hypothesis]]:
            with self._turn:
                self._check_open()
                return pending.result()

        return PendingResult(result, pending.cancel)

    def _little_enough(self, wanted: Sequence[_Wanted], details: bool) -> Iterator[list[_Wanted]]:
        """All that is ``wanted``, with ``details`` as much at a time as the memory for attention allows."""
        some: list[_Wanted] = []
        size = 0
        for each in wanted:
            some.append(each)
            size += len(each.part.ids) ** 2 * self.search.n_best
            if details and size >= _ATTENTION:
                yield some
                some, size = [], 0
        if some:
            yield some

    def _engine_for(self, forbid: tuple[str, ...]) -> Engine:
        if not forbid:
            return self.engine
        from nmt.translation.lexical_constraints import ExcludedWordsEngine

        return ExcludedWordsEngine(self.engine, cast("Tokenizer", self.tokenizer), forbid, self._unfulfilled)


def line_settings(
    *,
    max_source_length: int,
    languages: tuple[str | None, str | None],
    profile: LineProfile,
    split_sentences: bool | None = None,
    raw: bool = False,
) -> dict[str, Any]:
    """The settings of a LineTranslator for a model, of which its record says these.

    ``split_sentences``: True translates every sentence by itself, False as many at once as fit, and None as many as
    the lines have that the model learned from: one where that is not known, for most corpora have one. ``raw``: list
    markers, lines without letters and capitals are left to the model.
    """
    at_once = {None: profile.sentences_per_line or 1, True: 1, False: None}[split_sentences]
    source, target = languages
    return {
        "max_source_length": max_source_length,
        "joiner": sentence_separator(target),
        "sentences": partial(sentence_spans, language=source),
        "sentences_at_once": at_once,
        "forms": None if raw else LineForms(source=source, target=target, capitals=not profile.knows_capitals()),
    }
