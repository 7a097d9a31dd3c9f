"""One output of ``nmt translate``: windows of lines come in, are translated and go out as soon as they are done."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from .interactive import show_details, shows_details, typed_lines
from .translation_formats import Form, Line, as_lines, write_alignment
from .translation_progress import translation_progress

if TYPE_CHECKING:
    from nmt import Translator

# A window is translated as a whole, its lines sorted by length, and written as a whole.
WINDOW_LINES = 1024
WINDOW_BYTES = 1 << 20


class TranslationJob:
    """Translates one input after the other into one output, and counts."""

    def __init__(
        self,
        translator: "Translator",
        form: Form,
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
        self.lines = 0
        self.failed = 0

    def translate(self, path: str) -> None:
        """Translate the file ``path`` ("-" is standard input), each window written as soon as it is done."""
        from nmt.text.lines import open_binary, read_windows

        name = None if path == "-" else path
        number = 1
        with ExitStack() as stack:
            windows: Iterable[list[bytes]]
            if self.interactive:
                windows = typed_lines()
            else:
                stream = stack.enter_context(open_binary(path))
                windows = read_windows(stream, max_lines=WINDOW_LINES, max_bytes=WINDOW_BYTES)
            progress = stack.enter_context(translation_progress(path))
            for window in progress.watch(windows):
                self._translate(self.form.read(window, name, number))
                number += len(window)
                progress.advance(len(window))

    def _translate(self, lines: list[Line]) -> None:
        """Translate and write one window."""
        verbose = self.interactive and shows_details()
        details = self.form.details or self.aligned is not None or verbose
        requests = [line.request for line in lines if line.request is not None]
        translations = iter(self.translator.translations(requests, details=details))
        results = [(line, None if line.request is None else next(translations)) for line in lines]
        for output, write in ((self.output, self.form.write), (self.aligned, write_alignment)):
            if output is not None:
                output.write(as_lines([write(self.lines + index, *result) for index, result in enumerate(results)]))
                output.flush()
        if verbose:
            for _, translation in results:
                if translation is not None:
                    show_details(translation)
        self.lines += len(lines)
        self.failed += len(lines) - len(requests)
