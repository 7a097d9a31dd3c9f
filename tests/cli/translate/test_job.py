import os
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import nmt_cli.translate.job
from nmt import NMTError
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.translation.requests import Request
from nmt.translation.results import Candidate, Translation
from nmt_cli.translate.formats import OutputFormat, text_reader, write_text
from nmt_cli.translate.job import TranslationJob


class Fake:
    """A translator that gives lines back in capitals, and notes when it began and when a result was wanted."""

    search = SearchConfig(beam_size=5)

    def __init__(self, fails_at: str = "") -> None:
        self.fails_at = fails_at
        self.noted: list[tuple[str, str]] = []

    def submit(self, requests: list[Request], *, details: bool) -> PendingResult[list[Translation]]:
        first = requests[0].text
        self.noted.append(("begin", first))

        def result() -> list[Translation]:
            self.noted.append(("result", first))
            if first == self.fails_at:
                raise NMTError("it failed")
            candidates = [Candidate(text=each.text.upper(), score=0.0, log_probability=0.0) for each in requests]
            return [
                Translation(source=each.text, candidates=(best,), split=False, cleaned=False)
                for each, best in zip(requests, candidates, strict=True)
            ]

        return PendingResult(result, lambda: self.noted.append(("cancel", first)))


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmt_cli.translate.job, "FEWEST_LINES", 2)
    monkeypatch.setattr(nmt_cli.translate.job, "WINDOW_ROWS", 10)


def job(translator: Fake, output: Any) -> TranslationJob:
    form = OutputFormat(text_reader(Request("")), write_text, details=False)
    return TranslationJob(translator, form, output)  # type: ignore[arg-type]


def test_a_window_of_a_file_is_begun_before_the_one_before_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a\nb\nc\nd\ne\n")
    output, translator = BytesIO(), Fake()
    done = job(translator, output)
    done.translate(str(tmp_path / "text"))
    assert output.getvalue() == b"A\nB\nC\nD\nE\n"
    assert (done.lines, done.failed) == (5, 0)
    assert translator.noted == [
        ("begin", "a"), ("begin", "c"), ("result", "a"), ("begin", "e"), ("result", "c"), ("result", "e"),
    ]  # fmt: skip


def test_a_window_is_written_before_a_pipe_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    answers, answered = os.pipe()
    stream, output = os.fdopen(reading, "rb"), os.fdopen(answered, "wb")
    monkeypatch.setattr("nmt.files.lines.open_binary", lambda _: stream)

    def translate() -> None:
        with output:  # whose end is seen, should this fail
            job(Fake(), output).translate("-")

    thread = threading.Thread(target=translate)
    thread.start()
    with os.fdopen(answers, "rb") as lines, os.fdopen(writing, "wb", buffering=0) as pipe:
        for sent in (b"a\n", b"b\nc\nd\n"):  # windows that are full and that are not
            pipe.write(sent)
            for line in sent.split():
                assert lines.readline() == line.upper() + b"\n"  # while the pipe is open
    thread.join()


def test_what_came_before_an_unreadable_line_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.files.lines.MAX_LINE_BYTES", 1 << 16)
    (tmp_path / "text").write_bytes(b"a\nb\nc\nd\n" + b"x" * (1 << 18) + b"\ny\n")
    output = BytesIO()
    with pytest.raises(NMTError, match=":5: this line is longer"):
        job(Fake(), output).translate(str(tmp_path / "text"))
    assert output.getvalue() == b"A\nB\nC\nD\n"


def test_after_a_failure_nothing_more_is_written_and_what_was_begun_is_cancelled(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a\nb\nc\nd\ne\nf\n")
    output, translator = BytesIO(), Fake(fails_at="c")
    with pytest.raises(NMTError, match="it failed"):
        job(translator, output).translate(str(tmp_path / "text"))
    assert output.getvalue() == b"A\nB\n"
    assert translator.noted[-2:] == [("result", "c"), ("cancel", "e")]
