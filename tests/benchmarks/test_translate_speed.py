"""How the benchmark of translation speed runs other toolkits, and what it computes."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest


class Toolkit:
    """A toolkit whose model is a file of one word and whose translation is that word, for each sentence."""

    def __init__(self, load: Any, folder: Path, code: str) -> None:
        system = load("peers.system")
        self.translating = load("peers.translating")
        self.environment = folder
        self.task = system.Task(
            data=folder, work=folder / "model", source="source", target="target", threads=1, updates=2, batch_tokens=9
        )
        self.decoder = self.translating.Decoder(toolkit="word", save=self.save, command=self.command, by_input=True)
        self.code = code
        self.saved = 0

    def save(self, task: Any, environment: Path) -> list[list[str]]:
        self.saved += 1
        return [[sys.executable, "-c", "open('word', 'w').write('w7 w8')"]]

    def command(self, job: Any) -> Sequence[str | Path]:
        return [sys.executable, "-c", self.code, job.task.work / "word"]

    def translate(self, folder: Path) -> Any:
        """Three sentences."""
        source = folder / "text"
        source.write_text("w4 w5\nw6\nw4\n", "utf-8")
        self.translating.make_model(self.decoder, self.task, self.environment, "float32")
        job = self.translating.Job(
            task=self.task,
            environment=self.environment,
            precision="float32",
            source=source,
            output=folder / "out",
            beam=1,
            batch=64,
            pieces=2,
            source_pieces=7 / 3,
        )
        return self.translating.translate(self.decoder, job, limit=30)


def test_a_toolkit_makes_its_model_once_and_its_subwords_are_counted_with_an_end_mark(
    load: Any, tmp_path: Path
) -> None:
    toolkit = Toolkit(load, tmp_path, "import sys\nfor line in sys.stdin: print(open(sys.argv[1]).read())")
    for _ in range(2):
        ended, tokens = toolkit.translate(tmp_path)
    assert (toolkit.saved, tokens) == (1, 9)
    assert ended.output == "w7 w8\n" * 3
    assert ended.seconds > 0
    assert ended.peak_bytes > 1_000_000


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit('out of words\\n')", r"ended with 1: out of words"),
        ("print('w7')", r"wrote 1 translations of 3 sentences"),
    ],
)
def test_a_toolkit_that_fails_is_reported_with_the_reason(load: Any, tmp_path: Path, code: str, message: str) -> None:
    toolkit = Toolkit(load, tmp_path, code)
    with pytest.raises(load("peers.system").SystemFailed, match=message):
        toolkit.translate(tmp_path)


def test_a_run_above_its_limit_is_ended(load: Any, tmp_path: Path) -> None:
    with pytest.raises(load("peers.system").SystemFailed, match=r"took more than 0 s"):
        load("peers.translating").run([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.2)


def test_translations_of_fairseq_are_found_among_its_other_lines(load: Any) -> None:
    written = "S-0\tw4\nW-0\t0.1\tseconds\nH-0\t-1.5\tw17 w4711\nD-0\t-1.5\tw17 w4711\nP-0\t-1 -2\n"
    assert load("peers.fairseq").read(None, written) == ["w17 w4711"]


def test_ratios_say_how_many_times_faster_the_fast_engine_is(load: Any) -> None:
    row = load("translate_speed").row
    fast = {"tokens": 1000, "seconds": 3.0, "start": 1.0, "peak": 2**20}
    slow = {"tokens": 500, "seconds": 6.0, "start": 2.0, "peak": 2**20}
    cells = [cell.strip() for cell in row("slow", 5, 60, slow, fast).strip("|").split("|")]
    assert cells[:6] == ["slow", "5", "10.0", "15.0", "83", "125"]
    assert cells[-2:] == ["4.00", "4.00"]
