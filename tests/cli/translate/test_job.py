import os
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from nmt import NMTError
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.translation import stream
from nmt.translation.requests import Request
from nmt.translation.results import Candidate, Translation
from nmt_cli.translate.formats import OutputFormat, text_reader, write_text
from nmt_cli.translate.job import TranslationJob


class Fake:
    """A translator that gives lines back in capitals, and records when a window is submitted and its result is used."""

    search = SearchConfig(beam_size=5)

    def __init__(self, fails_at: str = "", error: type[BaseException] = NMTError) -> None:
        self.fails_at = fails_at
        self.error = error
        self.calls: list[tuple[str, str]] = []

    def submit(self, requests: list[Request], *, details: bool) -> PendingResult[list[Translation]]:
        first = requests[0].text
        self.calls.append(("submit", first))

        def result() -> list[Translation]:
            self.calls.append(("result", first))
            if first == self.fails_at:
                raise self.error("it failed")
            candidates = [Candidate(text=each.text.upper(), score=0.0, log_probability=0.0) for each in requests]
            return [
                Translation(source=each.text, candidates=(best,), split=False, cleaned=False)
                for each, best in zip(requests, candidates, strict=True)
            ]

        return PendingResult(result, lambda: self.calls.append(("cancel", first)))


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FEWEST_LINES", 2)
    monkeypatch.setattr(stream, "WINDOW_ROWS", 10)


def job(translator: Fake, output: Any) -> TranslationJob:
    text = OutputFormat(text_reader(Request("")), write_text, details=False)
    return TranslationJob(translator, text, output)  # type: ignore[arg-type]


def test_a_window_of_a_file_is_submitted_before_the_previous_one_is_written(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a\nb\nc\nd\ne\n")
    output, translator = BytesIO(), Fake()
    done = job(translator, output)
    done.translate(str(tmp_path / "text"))
    assert output.getvalue() == b"A\nB\nC\nD\nE\n"
    assert (done.lines, done.failed) == (5, 0)
    assert translator.calls == [
        ("submit", "a"), ("submit", "c"), ("result", "a"), ("submit", "e"), ("result", "c"), ("result", "e"),
    ]  # fmt: skip


def test_a_window_is_written_before_a_pipe_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    answers, answered = os.pipe()
    stream, output = os.fdopen(reading, "rb"), os.fdopen(answered, "wb")
    monkeypatch.setattr("nmt.files.lines.open_binary", lambda _: stream)

    def translate() -> None:
        with output:  # closed on failure, too, so that the reader does not wait
            job(Fake(), output).translate("-")

    thread = threading.Thread(target=translate)
    thread.start()
    with os.fdopen(answers, "rb") as lines, os.fdopen(writing, "wb", buffering=0) as pipe:
        for sent in (b"a\n", b"b\nc\nd\n"):  # windows that are full and that are not
            pipe.write(sent)
            for line in sent.split():
                assert lines.readline() == line.upper() + b"\n"  # while the pipe is open
    thread.join()


def test_lines_before_an_unreadable_line_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.files.lines.MAX_LINE_BYTES", 1 << 16)
    (tmp_path / "text").write_bytes(b"a\nb\nc\nd\n" + b"x" * (1 << 18) + b"\ny\n")
    output = BytesIO()
    with pytest.raises(NMTError, match=":5: this line is longer"):
        job(Fake(), output).translate(str(tmp_path / "text"))
    assert output.getvalue() == b"A\nB\nC\nD\n"


@pytest.mark.parametrize("error", [NMTError, KeyboardInterrupt])
def test_after_a_failure_or_an_interrupt_nothing_more_is_written_and_what_is_pending_is_cancelled(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "text").write_text("a\nb\nc\nd\ne\nf\n")
    output, translator = BytesIO(), Fake(fails_at="c", error=error)
    with pytest.raises(error, match="it failed"):
        job(translator, output).translate(str(tmp_path / "text"))
    assert output.getvalue() == b"A\nB\n"
    assert translator.calls[-3:] == [("result", "c"), ("cancel", "c"), ("cancel", "e")]


def test_an_output_that_cannot_be_written_cancels_what_is_pending(tmp_path: Path) -> None:
    class Full(BytesIO):
        def writelines(self, lines: object) -> None:
            raise OSError("no space left")

    (tmp_path / "text").write_text("a\nb\nc\nd\n")
    translator = Fake()
    with pytest.raises(OSError, match="no space left"):
        job(translator, Full()).translate(str(tmp_path / "text"))
    assert translator.calls == [("submit", "a"), ("submit", "c"), ("result", "a"), ("cancel", "c")]
