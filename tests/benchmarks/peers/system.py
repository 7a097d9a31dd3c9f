"""What every measured system is given, what it has to tell, and how a child process is watched."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The model that every system trains: post-norm or pre-norm as is its custom, which costs the same."""

    vocabulary: int = 8000  # of both sides together; source, target and output embeddings are one matrix
    layers: int = 3  # of the encoder, and of the decoder
    dimension: int = 256
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.3  # on embeddings and on the output of every sublayer
    label_smoothing: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Task:
    """One system's work. ``data`` holds train.SOURCE and train.TARGET; every subword there is a word such as w4711."""

    data: Path
    work: Path  # the system's own folder
    source: str
    target: str
    threads: int
    updates: int
    batch_tokens: int  # padded tokens of the wider side
    shape: Shape = field(default_factory=Shape)

    def side(self, language: str) -> Path:
        """The encoded training text of one language."""
        return self.data / f"train.{language}"

    def few(self, language: str) -> Path:
        """The first few lines of it, for systems that will not train without validation text."""
        return self.data / f"few.{language}"

    def words(self) -> list[str]:
        """All words that the encoded text may hold; the first four ids are the special ones."""
        return [f"w{number}" for number in range(4, self.shape.vocabulary)]


@dataclass(frozen=True)
class Step:
    """What a system says of one update. Target tokens count each sentence's EOS, and no padding."""

    update: int
    target_tokens: float
    padded_share: float | None = None  # of all positions of the update, both sides together, where it is known


Commands = Sequence[Sequence[str | Path]]


@dataclass(frozen=True, kw_only=True)
class Peer:
    """How one toolkit is run. ``environment`` below is its virtual environment's folder."""

    name: str
    prepare: Callable[[Task, Path], Commands]  # writes files, and says which commands come before training
    command: Callable[[Task, Path], Sequence[str | Path]]  # trains, one line a step on standard output or error
    parse: Callable[[str], Step | None]  # a step out of a line of that
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Watched:
    """A child process that has ended: the steps it told with the time of each, and its largest memory."""

    steps: list[tuple[float, Step]]
    peak_bytes: int  # of the process or of the largest of its children


class SystemFailed(Exception):  # noqa: N818 - reads better where it is caught
    """A system did not come to its last update; the message says where its log is."""


def child_environment(threads: int, extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a measured process: so many threads, no GPU, no network."""
    forced = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "CUDA_VISIBLE_DEVICES": ""}
    return {**os.environ, **forced, "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1", **extra}


def run_before(commands: Commands, task: Task, variables: Mapping[str, str]) -> None:
    """Run the commands that come before training; SystemFailed if one fails."""
    log = task.work / "prepare.log"
    with log.open("ab") as file:
        for command in commands:
            done = subprocess.run(
                [str(part) for part in command],
                stdout=file,
                stderr=subprocess.STDOUT,
                env=child_environment(task.threads, variables),
                cwd=task.work,
                check=False,
            )
            if done.returncode:
                raise SystemFailed(f"{command[0]} ended with status {done.returncode}; see {log}")


def watch(
    command: Sequence[str | Path],
    task: Task,
    *,
    parse: Callable[[str], Step | None],
    variables: Mapping[str, str],
    limit: float,
) -> Watched:
    """Run ``command`` until its last update has been told, or until it ends, at most ``limit`` seconds."""
    log = task.work / "train.log"
    steps: list[tuple[float, Step]] = []
    with log.open("w", encoding="utf-8") as file, _child(command, task, variables, limit) as child:
        assert child.stdout is not None
        for line in child.stdout:
            now = time.monotonic()
            file.write(line)
            step = parse(line)
            if step is not None:
                steps.append((now, step))
                if step.update >= task.updates:
                    break
        peak, status = _end(child, kill=bool(steps) and steps[-1][1].update >= task.updates)
    if status:
        why = f"was ended after {limit:,.0f} seconds, at update {len(steps)}" if status < 0 else f"ended with {status}"
        raise SystemFailed(f"{Path(command[0]).name} {why}; see {log}")
    return Watched(steps, peak)


@contextmanager
def _child(
    command: Sequence[str | Path], task: Task, variables: Mapping[str, str], limit: float
) -> Iterator["subprocess.Popen[str]"]:
    child = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=child_environment(task.threads, variables),
        cwd=task.work,
        start_new_session=True,
    )
    timer = threading.Timer(limit, _kill, [child])
    timer.start()
    try:
        yield child
    finally:
        timer.cancel()
        if child.returncode is None:
            _kill(child)
            child.wait()
        assert child.stdout is not None
        child.stdout.close()


def _kill(child: "subprocess.Popen[str]") -> None:
    """End the child and all processes it began; what it would have saved at its end is of no interest."""
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)


def _end(child: "subprocess.Popen[str]", *, kill: bool) -> tuple[int, int]:
    """The child's largest memory in bytes and how it ended: 0 also if it was ``kill``-ed here."""
    if kill:
        _kill(child)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * 1024, 0 if kill else child.returncode


def number_after(pattern: str, line: str) -> float | None:
    """The number that ``pattern`` captures in ``line``, thousands' commas dropped; None if it does not match."""
    found = re.search(pattern, line)
    return float(found[1].replace(",", "")) if found else None
