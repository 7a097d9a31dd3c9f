"""One output of ``nmt translate``: windows of lines come in, are translated and go out as soon as they are done."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from nmt import NMTError

from ..console.progress import translation_progress
from .formats import Line, OutputFormat, as_lines, write_alignment
from .interactive import show_details, shows_details, typed_lines

if TYPE_CHECKING:
    from nmt import Translator
    from nmt.decoding.engines import PendingResult
    from nmt.translation.results import Translation

# A window is translated as a whole, its lines sorted by length, and written as a whole: 2048 lines if a beam of 5 is
# followed for each. Greedy search is faster where more of its lines have the same length.
WINDOW_ROWS = 5 * 2048
FEWEST_LINES = 256
WINDOW_BYTES = 1 << 20
_CHECKED = 64  # lines in which binary data would show
# So many windows are being translated while the one before them is written and the next one is read.
AHEAD = 1


@dataclass(frozen=True)
class PendingWindow:
    """A window that is being translated."""

    window: list[bytes]
    lines: list[Line]
    translations: "PendingResult[list[Translation]]"


class TranslationJob:
    """Translates one input after the other into one output, and counts."""

    def __init__(
        self,
        translator: "Translator",
        form: OutputFormat,
        output: BinaryIO,
        aligned: BinaryIO | None = None,
        *,
        interactive: bool = False,
    ) -> None:
        """``aligned`` gets a line of word pairs for each line; ``interactive``: somebody types the lines."""
        self.translator = translator
        self.form = form
        self.output = output
        self.aligned = aligned
        self.interactive = interactive
        self._verbose = interactive and shows_details()
        self._needs_details = form.details or aligned is not None or self._verbose
        self.lines = 0
        self.failed = 0

    def translate(self, path: str) -> None:
        """Translate the file ``path`` ("-" is standard input), each window written as soon as it is done."""
        from nmt.files.lines import open_binary, read_windows

        name = None if path == "-" else path
        with ExitStack() as stack:
            windows: Iterable[list[bytes]]
            if self.interactive:
                windows = typed_lines()
            else:
                stream = stack.enter_context(open_binary(path))
                most = max(FEWEST_LINES, WINDOW_ROWS // self.translator.search.rows)
                windows = read_windows(stream, max_lines=most, max_bytes=WINDOW_BYTES)
            progress = stack.enter_context(translation_progress(path))
            waiting: deque[PendingWindow] = deque()
            try:
                for pending in self._begin(windows, name):
                    if pending is not None:
                        waiting.append(pending)
                    while len(waiting) > (0 if pending is None else AHEAD):
                        done = waiting.popleft()
                        self._write(done.lines, done.translations.result())
                        progress.advance(done.window)
            finally:
                for pending in waiting:
                    pending.translations.cancel()

    def _begin(self, windows: Iterable[list[bytes]], name: str | None) -> Iterator[PendingWindow | None]:
        """The windows, begun; None wherever all that was begun must be finished before one goes on."""
        from nmt.files.file_types import binary_problem

        number = 1
        try:
            for window in windows:
                if window:
                    start = b"\n".join(window[:_CHECKED]) if number == 1 else b""
                    if problem := binary_problem(start, name or "standard input"):
                        raise NMTError(problem)
                    lines = self.form.read(window, name, number)
                    requests = [line.request for line in lines if line.request is not None]
                    yield PendingWindow(window, lines, self.translator.submit(requests, details=self._needs_details))
                    number += len(window)
                else:
                    yield None
        except NMTError:  # what came before the line that cannot be read is translated nevertheless
            yield None
            raise
        yield None

    def _write(self, lines: list[Line], translations: list["Translation"]) -> None:
        """Write one window."""
        following = iter(translations)
        results = [(line, None if line.request is None else next(following)) for line in lines]
        for output, write in ((self.output, self.form.write), (self.aligned, write_alignment)):
            if output is not None:
                output.writelines(as_lines(write(self.lines + index, *result) for index, result in enumerate(results)))
                output.flush()
        if self._verbose:
            for translation in translations:
                show_details(translation)
        self.lines += len(lines)
        self.failed += len(lines) - len(translations)
