"""One output of ``nmt translate``: windows of lines are read, translated, and written as soon as they are done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from nmt import NMTError

from ..console.output import partial_output
from ..console.progress import translation_progress
from .formats import OutputFormat, write_alignment
from .interactive import show_details, shows_details, typed_lines

if TYPE_CHECKING:
    from nmt import Translator
    from nmt.decoding.engines import PendingResult
    from nmt.translation.requests import InputLine
    from nmt.translation.results import Translation

WINDOW_BYTES = 1 << 20
_CHECKED = 64  # lines in which binary data would show


@dataclass(frozen=True)
class InputWindow:
    """Lines that are translated as a whole and written as a whole."""

    raw: list[bytes]
    lines: "list[InputLine]"


def translate_files(
    translator: "Translator",
    output_format: OutputFormat,
    outputs: Mapping[str, Sequence[str]],
    align_file: str | None = None,
    *,
    interactive: bool = False,
) -> int:
    """Translate the inputs of each of ``outputs`` into it; returns the number of lines that could not be translated."""
    failed = 0
    with nullcontext() if align_file is None else partial_output(align_file) as aligned:
        for goal, paths in outputs.items():
            with partial_output(goal) as stream:
                job = TranslationJob(translator, output_format, stream, aligned, interactive=interactive)
                for path in paths:
                    job.translate(path)
                failed += job.failed
    return failed


class TranslationJob:
    """Translates one input after the other into one output, and counts."""

    def __init__(
        self,
        translator: "Translator",
        output_format: OutputFormat,
        output: BinaryIO,
        aligned: BinaryIO | None = None,
        *,
        interactive: bool = False,
    ) -> None:
        """``aligned`` gets a line of word pairs for each line; ``interactive``: somebody types the lines."""
        self.translator = translator
        self.format = output_format
        self.output = output
        self.aligned = aligned
        self.interactive = interactive
        self._verbose = interactive and shows_details()
        self._needs_details = output_format.details or aligned is not None or self._verbose
        self.lines = 0
        self.failed = 0

    def translate(self, path: str) -> None:
        """Translate the file ``path`` ("-" is standard input), each window written as soon as it is done."""
        from nmt.files.lines import open_binary, read_windows
        from nmt.translation.stream import lines_per_window, windows_in_flight

        name = None if path == "-" else path
        with ExitStack() as stack:
            windows: Iterable[list[bytes]]
            if self.interactive:
                windows = typed_lines()
            else:
                stream = stack.enter_context(open_binary(path))
                most = lines_per_window(self.translator.search)
                windows = read_windows(stream, max_lines=most, max_bytes=WINDOW_BYTES)
            progress = stack.enter_context(translation_progress(path))
            done = stack.enter_context(closing(windows_in_flight(self._parsed(windows, name), self._submit)))
            for window, translations in done:
                self._write(window.lines, translations)
                progress.advance(window.raw)

    def _parsed(self, windows: Iterable[list[bytes]], name: str | None) -> Iterator[InputWindow | None]:
        """The windows as requests; None where no more input is waiting, so everything submitted must be finished."""
        from nmt.files.file_types import binary_problem

        number = 1
        for window in windows:
            if not window:
                yield None
                continue
            start = b"\n".join(window[:_CHECKED]) if number == 1 else b""
            if problem := binary_problem(start, name or "standard input"):
                raise NMTError(problem)
            yield InputWindow(window, self.format.read(window, name, number))
            number += len(window)

    def _submit(self, window: InputWindow) -> "PendingResult[list[Translation]]":
        requests = [line.request for line in window.lines if line.request is not None]
        return self.translator.submit(requests, details=self._needs_details)

    def _write(self, lines: "list[InputLine]", translations: "list[Translation]") -> None:
        """Write one window."""
        from nmt.translation.jsonl import encode_lines

        following = iter(translations)
        results = [(line, None if line.request is None else next(following)) for line in lines]
        for output, write in ((self.output, self.format.write), (self.aligned, write_alignment)):
            if output is not None:
                output.writelines(
                    encode_lines(write(self.lines + index, *result) for index, result in enumerate(results))
                )
                output.flush()
        if self._verbose:
            for translation in translations:
                show_details(translation)
        self.lines += len(lines)
        self.failed += len(lines) - len(translations)
