"""Kill trainings at random instants until enough kills have struck; compare what comes out with a run left in peace.

    python tests/end_to_end/killing.py DIRECTORY KILLS SEED

prints a JSON object: the kills by what was going on, the runs that ended, and whatever differed. Each training is a
process of its own, forked from this one so that it need not import torch first. Half of the kills come at a random
time, half while a file is being written.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from nmt.model_dir.load import load_model
from nmt.training.context import RunOptions
from nmt.training.preparation.data_config import DataConfig
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.run import train
from nmt.training.run_directory.checkpoints import CheckpointStore
from tests.conftest import RecordingReporter

SETTINGS = {
    "model": {"encoder_layers": 1, "decoder_layers": 1, "dimension": 16, "heads": 2, "feed_forward": 16},
    "training": {
        "precision": "float32",
        "batch_tokens": 200,
        "max_steps": 40,
        "validate_every": 6,
        "checkpoint_every": 4,
        "patience": 2,
        "averaged": 2,
        "learning_rate": 0.01,
    },
    "search": {"beam_size": 2, "max_length_ratio": 1.0, "max_length_offset": 2},
}
OF_THIS_MACHINE = ("minutes", "sentences_per_second")  # what a record says of the time it took
POLL = 0.0005  # seconds between two looks at what a training is writing


class Campaign:
    """Trainings of one small corpus below ``directory``."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory = directory
        self.random = random.Random(seed)
        self.files = self._write_corpus()
        self.recipe = merge_recipe(Recipe(), SETTINGS, where="test")
        self.whole = directory / "whole"
        began = time.monotonic()
        self.writes = self._wait(self._start(self.whole), None, None, self.whole)
        self.seconds = time.monotonic() - began

    def run(self, kills: int) -> dict[str, Any]:
        """Kill so often, then let the last run end too; the tally."""
        struck: dict[str, int] = {}
        differences: list[str] = []
        runs = 0
        while sum(struck.values()) < kills:
            runs += 1
            output = self.directory / f"run{runs}"
            while sum(struck.values()) < kills and self._kill_one(output):
                doing = _going_on(output)
                struck[doing] = struck.get(doing, 0) + 1
            self._wait(self._start(output), None, None, output)
            differences += [f"run {runs}: {difference}" for difference in compare(self.whole, output)]
        return {"kills": struck, "runs": runs, "differences": differences}

    def _kill_one(self, output: Path) -> bool:
        """Start a training and kill it at a random instant; False if it ended before."""
        process = self._start(output)
        if self.random.random() < 0.5:
            return self._wait(process, self.random.uniform(0, self.seconds), None, output) < 0
        return self._wait(process, None, self.random.randint(1, self.writes), output) < 0

    def _start(self, output: Path) -> int:
        process = os.fork()
        if process:
            return process
        status = 1
        try:
            report = train(
                self.files, output, self.recipe, RunOptions(device="cpu", threads=1), reporter=RecordingReporter()
            )
            status = 0 if report.finished else 1
        except BaseException:  # noqa: BLE001 - this is the whole of a process
            (self.directory / "error.txt").write_text(traceback.format_exc())
        os._exit(status)

    def _wait(self, process: int, seconds: float | None, write: int | None, output: Path) -> int:
        """Until ``process`` ends, or is killed after ``seconds`` or at its ``write``-th file: the files, or -1."""
        began = time.monotonic()
        seen: set[str] = set()
        while True:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                if status:
                    raise RuntimeError((self.directory / "error.txt").read_text())
                return len(seen)
            seen |= {path.name for place in (output, output / "training") for path in place.glob(".nmt-*.tmp")}
            late = seconds is not None and time.monotonic() - began > seconds
            if late or (write is not None and len(seen) >= write):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
                return -1
            time.sleep(POLL)

    def _write_corpus(self) -> DataConfig:
        self.directory.mkdir(parents=True, exist_ok=True)
        generator = random.Random(1)
        words = ["eins", "zwei", "drei", "vier", "Haus", "Baum"]
        sources = [" ".join(generator.choices(words, k=generator.randint(3, 6))) + f" {n}" for n in range(120)]
        for name, lines in (("text.de", sources), ("text.en", [line.upper() for line in sources])):
            (self.directory / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return DataConfig(source=(str(self.directory / "text.de"),), target=(str(self.directory / "text.en"),))


def _going_on(output: Path) -> str:
    """What a training that was just killed was doing."""
    if any(output.glob(".nmt-*.tmp")):
        return "publishing"
    if any((output / "training").glob(".nmt-*.tmp")):
        return "writing a checkpoint, snapshot or log"
    try:
        entry = json.loads((output / "training" / "log.jsonl").read_bytes().splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return "preparation"
    return "final scoring" if "scoring" in entry.get("text", "") else f"after {entry['event']}"


def compare(whole: Path, killed: Path) -> list[str]:
    """What differs between two models that should be the same, with all that training needs to go on."""
    differences = []
    expected, found = (load_model(place)[0].state_dict() for place in (whole, killed))
    differences += [f"published {name}" for name in expected if not torch.equal(expected[name], found[name])]
    if (whole / "tokenizer.model").read_bytes() != (killed / "tokenizer.model").read_bytes():
        differences.append("tokenizer")
    records = [_timeless(json.loads((place / "config.json").read_text("utf-8"))) for place in (whole, killed)]
    if records[0] != records[1]:
        differences.append(f"record: {records[0]} and {records[1]}")
    states, tensors = zip(*(_checkpoint(place / "training") for place in (whole, killed)), strict=True)
    if states[0] != states[1]:
        differences.append(f"state: {states[0]} and {states[1]}")
    differences += [f"checkpoint {name}" for name in _unequal(*tensors)]
    logs = [_validations(place / "training" / "log.jsonl") for place in (whole, killed)]
    if logs[0] != logs[1]:
        differences.append(f"validations in the log: {logs[0]} and {logs[1]}")
    left = {path.name for path in killed.rglob("*")} ^ {path.name for path in whole.rglob("*")}
    return differences + [f"file {name}" for name in sorted(left)]


def _checkpoint(directory: Path) -> tuple[Any, dict[str, Any]]:
    found = CheckpointStore(directory, keep=1).load_newest()
    assert found is not None
    state, tensors = found
    timing = replace(state.timing, seconds=0, preparation_seconds=0, validation_seconds=0, saving_seconds=0)
    return replace(state, timing=timing), tensors


def _unequal(one: Any, other: Any, name: str = "") -> list[str]:
    """The names of what differs in two nested dictionaries and lists of tensors."""
    if isinstance(one, torch.Tensor):
        return [] if torch.equal(one, other) else [name]
    if isinstance(one, dict):
        return [each for key in one for each in _unequal(one[key], other[key], f"{name} {key}")]
    if isinstance(one, list):
        return [each for number, part in enumerate(one) for each in _unequal(part, other[number], f"{name} {number}")]
    return [] if one == other else [name]


def _validations(log: Path) -> list[tuple[Any, ...]]:
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    return [(entry["step"], entry["loss"], entry["bleu"]) for entry in entries if entry["event"] == "validation"]


def _timeless(record: Any) -> Any:
    if isinstance(record, dict):
        return {key: _timeless(value) for key, value in record.items() if key not in OF_THIS_MACHINE}
    return record


if __name__ == "__main__":
    torch.set_num_threads(1)
    directory, kills, seed = sys.argv[1:]
    print(json.dumps(Campaign(Path(directory), int(seed)).run(int(kills))))  # noqa: T201 - a program
