"""The run's log: a resumed run forgets what it will do again, and whatever a kill or a crash left of a line."""

import json
from pathlib import Path

import pytest

from nmt.training.reporting.log import JsonLog
from tests.conftest import RecordingReporter


@pytest.mark.parametrize(
    "tail", [b"", b'{"event": "stage", "text": "M\xc3', b"\x00" * 40, b"\xbb\n", b"5\n", b'{"step": null}\n']
)
def test_what_comes_after_a_step_and_broken_lines_are_forgotten(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "log.jsonl"
    log = JsonLog(path, RecordingReporter())
    log.stage("M\u00fcll \u2028 first")
    for step in (1, 2, 3):
        log.write({"event": "progress", "step": step})
    with path.open("ab") as file:
        file.write(tail)
    log.forget_after(2)
    log.write({"event": "progress", "step": 3})
    entries = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [entry.get("step") for entry in entries] == [None, 1, 2, 3]
    assert entries[0]["text"] == "M\u00fcll \u2028 first"


def test_there_need_not_be_a_log(tmp_path: Path) -> None:
    log = JsonLog(tmp_path / "log.jsonl", RecordingReporter())
    log.forget_after(5)
    assert (tmp_path / "log.jsonl").read_bytes() == b""


def test_a_line_that_was_cut_short_does_not_swallow_the_next(tmp_path: Path) -> None:
    log = JsonLog(tmp_path / "log.jsonl", RecordingReporter())
    log.path.write_bytes(b'{"event": "sta')
    log.stage("n\udcff")
    assert json.loads(log.path.read_bytes().splitlines()[1])["text"] == "n\udcff"


def test_a_log_that_cannot_be_written_is_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reporter = RecordingReporter()
    log = JsonLog(tmp_path / "gone" / "log.jsonl", reporter)
    for text in ("one", "two"):
        log.stage(text)
    assert reporter.stages == ["one", "two"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "log.jsonl cannot be written (No such file or directory)" in caplog.text


def test_what_is_not_finite_is_null_because_json_has_nothing_else(tmp_path: Path) -> None:
    log = JsonLog(tmp_path / "log.jsonl", RecordingReporter())
    log.write({"event": "progress", "step": 1, "loss": float("nan"), "gradient_norm": float("inf"), "rate": 0.5})
    line = log.path.read_text()
    assert "NaN" not in line
    assert json.loads(line) | {"time": 0} == {
        "time": 0, "event": "progress", "step": 1, "loss": None, "gradient_norm": None, "rate": 0.5
    }  # fmt: skip
