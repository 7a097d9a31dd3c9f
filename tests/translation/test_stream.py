"""Windows in flight and ``LineTranslator.stream``, with engines that record what they are asked for."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from nmt import NMTError, Translator
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import PendingResult
from nmt.decoding.hypothesis import Hypothesis, SearchInput
from nmt.translation import stream
from nmt.translation.line_translator import LineSettings, LineTranslator
from nmt.translation.requests import Request
from nmt.translation.stream import lines_per_window, windows_in_flight
from tests.conftest import talkative_model
from tests.translation.test_line_translator import Characters

Events = list[tuple[str, str]]


class RecordingEngine:
    """An engine that gives each source back, searches in the background, and records when it is asked for what."""

    name = "recording"

    def __init__(self, tokenizer: Characters, events: Events, fails_at: str = "", error: type = NMTError) -> None:
        self.tokenizer = tokenizer
        self.events = events
        self.fails_at = fails_at
        self.error = error
        self.closed = False

    def search(
        self,
        inputs: Sequence[SearchInput],
        config: SearchConfig,
        *,
        details: bool = False,
    ) -> list[list[Hypothesis]]:
        assert not details
        return self.submit(inputs, config).result()

    def submit(self, inputs: Sequence[SearchInput], config: SearchConfig) -> PendingResult[list[list[Hypothesis]]]:
        first = self.tokenizer.decode([inputs[0].ids])[0]
        self.events.append(("submit", first))

        def result() -> list[list[Hypothesis]]:
            self.events.append(("result", first))
            if first == self.fails_at:
                raise self.error("it failed")
            return [[Hypothesis(list(each.ids), -1.0, -1.0)] for each in inputs]

        return PendingResult(result, lambda: self.events.append(("cancel", first)))

    def close(self) -> None:
        self.closed = True


def recording_translator(fails_at: str = "", error: type = NMTError) -> tuple[LineTranslator, Events]:
    tokenizer, events = Characters(), Events()
    engine = RecordingEngine(tokenizer, events, fails_at, error)
    return LineTranslator(tokenizer, engine, LineSettings(max_source_length=20), search=SearchConfig()), events


def recorded_lines(events: Events, lines: str = "abcdefgh") -> Iterator[str]:
    for line in lines:
        events.append(("read", line))
        yield line


def test_lines_come_back_in_order_one_translation_each() -> None:
    translator, _ = recording_translator()
    lines = ["b", "", "a", "b", Request("c"), "  ", "d", "a"]
    for window_lines in (1, 2, 3, 100):
        for ahead in (0, 1, 5):
            found = list(translator.stream(lines, window_lines=window_lines, ahead=ahead))
            assert [each.text for each in found] == ["b", "", "a", "b", "c", "", "d", "a"]
            assert [each.source for each in found] == ["b", "", "a", "b", "c", "  ", "d", "a"]
    assert list(translator.stream([])) == []


def test_a_stream_gives_what_its_windows_give(tmp_path: Path) -> None:
    translator = Translator(talkative_model(tmp_path / "model"))
    lines = ["the a cat", "", "the b dog sees", "the a cat", "sees the " * 20]
    windows = [lines[:2], lines[2:4], lines[4:]]
    for details in (False, True):
        expected = [each for window in windows for each in translator.translations(window, details=details)]
        assert list(translator.stream(iter(lines), window_lines=2, details=details)) == expected


def test_lines_are_read_only_when_they_are_needed() -> None:
    translator, events = recording_translator()
    results = translator.stream(recorded_lines(events), window_lines=2, ahead=1)
    assert not events
    assert next(results).text == "a"
    first_two_windows = [
        ("read", "a"), ("read", "b"), ("submit", "a"), ("read", "c"), ("read", "d"), ("submit", "c"), ("result", "a"),
    ]  # fmt: skip
    assert events == first_two_windows
    assert next(results).text == "b"
    assert events == first_two_windows
    assert next(results).text == "c"
    assert events[7:] == [("read", "e"), ("read", "f"), ("submit", "e"), ("result", "c")]


@pytest.mark.parametrize("ahead", [0, 1, 3])
def test_no_more_than_the_windows_ahead_are_in_memory(ahead: int) -> None:
    translator, _ = recording_translator()
    read: list[str] = []

    def endless() -> Iterator[str]:
        for number in itertools.count():
            read.append(str(number))
            yield read[-1]

    results = translator.stream(endless(), window_lines=4, ahead=ahead)
    for number, translation in enumerate(itertools.islice(results, 100)):
        assert translation.text == str(number)
        windows = number // 4 + 1  # whose translations were returned, the current one included
        assert len(read) == 4 * (windows + ahead)


def test_long_lines_close_a_window_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "WINDOW_CHARACTERS", 5)
    translator, events = recording_translator()
    assert [each.text for each in translator.stream(["abc", "def", "g", "h"], window_lines=100)] == [
        "abc", "def", "g", "h",
    ]  # fmt: skip
    assert [first for kind, first in events if kind == "submit"] == ["abc", "g"]


def test_a_window_of_one_line_is_answered_before_the_next_line_is_asked_for() -> None:
    translator, _ = recording_translator()
    answers: list[str] = []

    def conversation() -> Iterator[str]:
        for line in ("a", "b"):
            yield line
            assert answers[-1] == line  # a source that waits for the answer is not left waiting

    for translation in translator.stream(conversation(), window_lines=1, ahead=0):
        answers.append(translation.text)
    assert answers == ["a", "b"]


def test_an_error_of_the_source_comes_after_the_translations_of_all_lines_before_it() -> None:
    translator, events = recording_translator()

    def lines() -> Iterator[str]:
        yield from recorded_lines(events, "abc")
        raise OSError("the disk is gone")

    found = []
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(each.text for each in translator.stream(lines(), window_lines=2))
    assert [first for kind, first in events if kind == "result"] == ["a", "c"]
    results = translator.stream(lines(), window_lines=2)
    assert [next(results).text for _ in "abc"] == ["a", "b", "c"]


@pytest.mark.parametrize("error", [NMTError, KeyboardInterrupt])
def test_an_error_while_translating_ends_the_stream_and_cancels_what_is_pending(error: type[BaseException]) -> None:
    translator, events = recording_translator(fails_at="c", error=error)
    results = translator.stream(recorded_lines(events), window_lines=2, ahead=2)
    assert [next(results).text for _ in "ab"] == ["a", "b"]
    with pytest.raises(error, match="it failed"):
        next(results)
    assert {first for kind, first in events if kind == "cancel"} == {"c", "e", "g"}
    assert list(results) == []


def test_closing_the_stream_cancels_what_is_pending() -> None:
    translator, events = recording_translator()
    results = translator.stream(recorded_lines(events), window_lines=2, ahead=2)
    assert next(results).text == "a"
    results.close()
    assert events[-2:] == [("cancel", "c"), ("cancel", "e")]
    assert ("submit", "g") not in events


def test_an_interrupt_cancels_every_search_of_a_window() -> None:
    translator, events = recording_translator(fails_at="a", error=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        translator.submit(["a", "b"], details=False).result()
    assert events == [("submit", "a"), ("result", "a"), ("cancel", "a")]


def test_invalid_arguments_of_a_stream_are_rejected_at_once() -> None:
    translator, _ = recording_translator()
    with pytest.raises(TypeError, match=r"\[line\]"):
        translator.stream("a line")
    with pytest.raises(ValueError, match="at least 1"):
        translator.stream(["a"], window_lines=0)
    with pytest.raises(ValueError, match="at least 0"):
        translator.stream(["a"], ahead=-1)
    translator.close()
    with pytest.raises(NMTError, match="closed"):
        translator.stream(["a"])


def test_the_number_of_lines_in_a_window_depends_on_the_search() -> None:
    assert lines_per_window(SearchConfig(beam_size=1)) == 10_240
    assert lines_per_window(SearchConfig(beam_size=5)) == 2048
    assert lines_per_window(SearchConfig(beam_size=100)) == 256


def test_everything_submitted_is_finished_before_input_that_may_take_any_time() -> None:
    events: Events = []

    def submit(window: str) -> PendingResult[str]:
        events.append(("submit", window))
        return PendingResult(window.upper, lambda: events.append(("cancel", window)))

    def windows() -> Iterator[str | None]:
        yield from ("a", "b", None)
        assert finished == [("a", "A"), ("b", "B")]
        yield "c"

    finished = []
    for each in windows_in_flight(windows(), submit):
        finished.append(each)
    assert finished == [("a", "A"), ("b", "B"), ("c", "C")]
    assert events == [("submit", "a"), ("submit", "b"), ("submit", "c")]


def test_former_names_of_a_translators_methods_still_work() -> None:
    translator, _ = recording_translator()
    assert translator.begin(["a"], details=False).result() == translator.submit(["a"], details=False).result()
    assert translator.wish_of(Request("a")) == translator.constraint_for(Request("a"))
