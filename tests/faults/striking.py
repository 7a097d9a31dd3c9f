"""Strike every writing command with signals at random moments; look at what is left, and at the same command again.

    python tests/faults/striking.py DIRECTORY STRIKES SEED [COMMAND]...

prints a JSON object: for each command how its strikes ended it, and whatever was not as it should be. Each command is a
process forked from this one, so that it need not import torch first.
"""

import codecs
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import torch

import nmt_cli.demo
from nmt.ctranslate2.fast_copy import make_copy, read_copy
from nmt.errors import NMTError
from nmt.model_dir.weights import read_header
from nmt.training.reporting.log import LOG
from nmt_cli.main import nmt
from tests.conftest import talkative_model

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
OLD = b"what was there before\n"
ENDINGS = {"explain": ".html", "check": ".html", "plot": ".svg"}
COMMANDS = (
    *("translate", "score", "evaluate", "tokenizer", "export", "train"),
    *("check", "explain", "plot", "clean", "split", "dedupe", "import"),
)
SEVERAL = ("clean", "split", "dedupe", "import")  # write several files into a directory, which belong together
TRAINING = (
    *("--max-steps", "12", "--validate-every", "6", "--checkpoint-every", "4", "--batch-tokens", "400"),
    *("--encoder-layers", "1", "--decoder-layers", "1", "--dimension", "32", "--feed-forward", "32", "--heads", "2"),
    *("--model-type", "char", "--threads", "1", "--precision", "float32"),
)


class Range:
    """A model, texts, and the commands that write something from them below ``directory``."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory = directory
        self.random = random.Random(seed)
        directory.mkdir(parents=True, exist_ok=True)
        self.model = talkative_model(directory / "model")
        make_copy(self.model)
        lines = [f"the {size} cat {number} sees {number % 7} birds" for number in range(150) for size in "ab"]
        for name in ("text.de", "text.en", "big.de"):
            (directory / name).write_text("".join(f"{line}\n" for line in lines) * (4 if name == "big.de" else 1))
        (directory / "text.tsv").write_text("".join(f"{line}\t{codecs.encode(line, 'rot13')}\n" for line in lines * 20))
        points = [{"event": "progress", "step": step, "loss": 9 / step, "learning_rate": 1e-3} for step in range(1, 99)]
        (self.model / "training").mkdir()
        (self.model / "training" / LOG).write_text("".join(json.dumps(point) + "\n" for point in points))

    def arguments(self, command: str, goal: Path) -> list[str]:
        text, other, model = (str(self.directory / name) for name in ("text.de", "text.en", "model"))
        parallel = ("-s", text, "-t", other, "-o", str(goal))
        return {
            "translate": ["translate", "-m", model, str(self.directory / "big.de"), "-o", str(goal)],
            "score": ["score", "-m", model, "-s", text, "-t", other, "-o", str(goal)],
            "evaluate": ["evaluate", "-m", model, "-s", text, "-r", other, "-o", str(goal)],
            "tokenizer": ["tokenizer", "train", text, other, "-o", str(goal), "--vocabulary-size", "300"],
            "export": ["export", "-m", str(goal), "-s", text, "-r", other],
            "train": ["train", "-s", text, "-t", other, "-o", str(goal), *TRAINING],
            "demo": ["demo", "-o", str(goal)],
            "check": ["check", "--tsv", str(self.directory / "text.tsv"), "--report", str(goal)],
            "explain": ["explain", "-m", model, "a b cat", "-o", str(goal)],
            "plot": ["info", model, "--plot", str(goal)],
            "clean": ["clean", *parallel, "--without", "identical", "--rejected", str(goal / "rejected")],
            "split": ["corpus", "split", *parallel, "--valid", "50", "--test", "50"],
            "dedupe": ["corpus", "dedupe", *parallel],
            "import": ["corpus", "import", str(self.directory / "text.tsv"), "-o", str(goal)],
        }[command]

    def strike_all(self, command: str, strikes: int) -> tuple[dict[str, int], list[str]]:
        """So many strikes of ``command``; how it ended, by signal and status, and what was wrong."""
        whole = self._prepared(command, "whole")
        began = time.monotonic()
        status = self._finish(self._start(command, whole))
        seconds = time.monotonic() - began
        if status:
            raise RuntimeError((self.directory / "said").read_text())
        ended: dict[str, int] = {}
        wrong: list[str] = []
        for number in range(strikes):
            goal = self._prepared(command, f"struck{number}")
            struck = SIGNALS[number % len(SIGNALS)]
            process = self._start(command, goal)
            time.sleep(self.random.uniform(0, 1.05 * seconds))
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, struck)
            status = self._finish(process)
            key = f"{struck.name} {status}"
            ended[key] = ended.get(key, 0) + 1
            wrong += [f"{command}, {key}: {fault}" for fault in self._faults_left(command, goal, whole, status)]
            if self._finish(self._start(command, goal)):
                wrong.append(f"{command}, {key}, again: {(self.directory / 'said').read_text()[-500:]}")
            elif not self._same(command, goal, whole):
                wrong.append(f"{command}, {key}: another result when done again")
            wrong += [f"{command}, {key}: {path.name} stays" for path in self._leftovers(command, goal)]
        return ended, wrong

    def _prepared(self, command: str, name: str) -> Path:
        """Where ``command`` will write, and what is there before."""
        goal = self.directory / command / name / f"goal{ENDINGS.get(command, '')}"
        goal.parent.mkdir(parents=True)
        if command == "export":
            shutil.copytree(self.model, goal)
        elif command in SEVERAL:
            goal.mkdir()
            for path in (goal.parent.parent / "whole" / "goal").glob("*"):
                (goal / path.name).write_bytes(OLD)
        elif command not in ("train", "demo"):
            goal.write_bytes(OLD)
        return goal

    def _start(self, command: str, goal: Path) -> int:
        process = os.fork()
        if process:
            return process
        status = 1
        try:
            with (self.directory / "said").open("wb") as said:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
            nmt_cli.demo.TRAINING = ("--preset", "tiny", *TRAINING)
            nmt.main(self.arguments(command, goal), prog_name="nmt")
            status = 0
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        except KeyboardInterrupt:  # before or after the command proper
            status = 130
        except BaseException:  # noqa: BLE001 - this is the whole of a process
            traceback.print_exc()
            status = 99
        os._exit(status)

    def _finish(self, process: int) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def _faults_left(self, command: str, goal: Path, whole: Path, status: int) -> list[str]:
        """What is wrong with what a struck command has left."""
        said = (self.directory / "said").read_text()
        faults = ["a traceback: " + said[-800:]] if "Traceback" in said and status >= 0 else []
        if status == 0 and not self._same(command, goal, whole):
            faults.append("status 0 and another result")
        if command == "export":
            try:
                copy = read_copy(goal)
            except NMTError as error:
                faults.append(f"half a copy: {error}")
            else:
                faults += ["no copy"] if copy is None and status >= 0 else []
        elif command in SEVERAL:
            faults += half_written(files_in(goal), files_in(whole))
        elif command not in ("train", "demo") and goal.read_bytes() not in (OLD, whole.read_bytes()):
            faults.append("half a result under its name")
        return faults

    def _same(self, command: str, goal: Path, whole: Path) -> bool:
        if command == "export":
            made, expected = read_copy(goal), read_copy(whole)
            return made is not None and expected is not None and made.files == expected.files
        if command == "train":
            one, other = (read_header(place / "weights.safetensors").checksum for place in (goal, whole))
            return one == other
        if command == "demo":
            return all((place / "en-de/model/weights.safetensors").exists() for place in (goal, whole))
        if command in SEVERAL:
            return files_in(goal) == files_in(whole)
        return goal.read_bytes() == whole.read_bytes()

    def _leftovers(self, command: str, goal: Path) -> list[Path]:
        """Temporary files that a repeated command should have removed; those beside a user's files stay an hour."""
        inside = [*goal.rglob(".nmt-*")] if command == "train" else []
        return [*inside, *goal.parent.glob("*.partial")]


def files_in(directory: Path) -> dict[str, bytes]:
    """What the files in ``directory`` hold, by name, but for temporary ones."""
    return {path.name: path.read_bytes() for path in directory.iterdir() if not path.name.startswith(".nmt-")}


def half_written(left: dict[str, bytes], whole: dict[str, bytes]) -> list[str]:
    """What is wrong with files that belong together; a list of what was dropped belongs to no other file."""
    new = [left.get(name) == content for name, content in whole.items() if name != "rejected"]
    faults = [f"half of {name}" for name, content in left.items() if content not in (OLD, whole.get(name))]
    return faults if all(new) or not any(new) else [*faults, "some files are new and some are old"]


def main() -> None:
    torch.set_num_threads(1)
    directory, strikes, seed, *commands = sys.argv[1:]
    place = Range(Path(directory), int(seed))
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.default_int_handler if signal_number == signal.SIGINT else signal.SIG_DFL)
    tally: dict[str, dict[str, int]] = {}
    wrong: list[str] = []
    for command in commands or COMMANDS:
        tally[command], faults = place.strike_all(command, int(strikes))
        wrong += faults
    print(json.dumps({"ended": tally, "wrong": wrong}))  # noqa: T201 - a program


if __name__ == "__main__":
    main()
