"""How translation of the other toolkits is measured: a model of the same shape made once, then their own commands.

Their models are hardly trained, which costs the same a subword; so that this does not make their translations long or
short, they are asked for translations of ``Job.pieces`` subwords, and what has come is counted. They are given the
text encoded, as words such as w4711, and write it so.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from peers.system import Commands, SystemFailed, Task, child_environment, run_before

LAUNCHER = Path(__file__).with_name("launched.py")
MADE = "made"  # a file in a model's folder: it is complete
UPDATES = 2  # of a model; enough that every trainer saves it


@dataclass(frozen=True, kw_only=True)
class Job:
    """One text to translate with one model. ``environment`` is the toolkit's virtual environment."""

    task: Task  # the model is in its folder
    environment: Path
    precision: str
    source: Path
    output: Path  # for toolkits that do not write to standard output
    beam: int
    batch: int  # sentences
    pieces: int  # subwords to be written for each sentence
    source_pieces: float  # subwords and the end mark of the mean sentence of the whole text


def read_lines(job: Job, written: str) -> list[str]:
    """The translations where they are all of standard output."""
    return written.splitlines()


def read_file(job: Job, written: str) -> list[str]:
    """The translations where the toolkit writes a file."""
    return job.output.read_text("utf-8").splitlines()


def convert_nothing(task: Task, environment: Path, precision: str) -> Commands:
    """All precisions are made of the same file, while it is loaded."""
    return []


@dataclass(frozen=True, kw_only=True)
class Decoder:
    """How one toolkit translates."""

    toolkit: str  # the folder of its virtual environment
    save: Callable[[Task, Path], Commands]  # writes files, and says which commands leave a model in the task's folder
    command: Callable[[Job], Sequence[str | Path]]
    precisions: Sequence[str] = ("float32",)
    convert: Callable[[Task, Path, str], Commands] = convert_nothing  # makes a file for one precision
    read: Callable[[Job, str], list[str]] = read_lines
    by_input: bool = False  # reads the text from standard input
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One process: how long it took, its largest memory and what it wrote."""

    seconds: float
    peak_bytes: int
    output: str


def run(
    command: Sequence[str | Path],
    *,
    text: bytes = b"",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    limit: float | None = None,
) -> Run:
    """Run ``command`` to its end; SystemFailed with the end of its messages if it fails or takes above ``limit``."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as messages:
        given.write(text)
        given.seek(0)
        reading, writing = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(LAUNCHER), str(writing), *map(str, command)],
            stdin=given,
            stdout=out,
            stderr=messages,
            env=environment,
            cwd=folder,
            start_new_session=True,
            pass_fds=[writing],
        )
        os.close(writing)
        status, seconds, peak = _wait(process, reading, limit)
        out.seek(0)
        messages.seek(0)
        written = out.read().decode("utf-8", errors="replace")
        if status:
            said = messages.read().decode("utf-8", errors="replace") or written
            why = f"took more than {limit:,.0f} s" if limit and seconds >= limit else f"ended with {status}"
            raise SystemFailed(f"{Path(command[0]).name} {why}: {last_line(said)}")
        return Run(seconds, peak, written)


def _wait(process: "subprocess.Popen[bytes]", reading: int, limit: float | None) -> tuple[int, float, int]:
    """How the command ended, its seconds and its largest memory; it and its children are ended after ``limit``."""
    began = time.perf_counter()
    try:
        process.wait(limit)
    except BaseException as error:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
    with os.fdopen(reading) as stream:
        written = stream.read().split()
    if not written:
        return -signal.SIGKILL, time.perf_counter() - began, 0
    status, seconds, peak = written
    return int(status), float(seconds), int(peak)


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no message"


def make_model(decoder: Decoder, task: Task, environment: Path, precision: str) -> None:
    """Have the toolkit make its model in the task's folder, unless one is there; SystemFailed if it cannot."""
    made = task.work / MADE
    if not made.exists():
        task.work.mkdir(parents=True, exist_ok=True)
        _prepare(decoder.save(task, environment), task, decoder)
        made.touch()
    converted = task.work / f"{MADE}-{precision}"
    if not converted.exists():
        _prepare(decoder.convert(task, environment, precision), task, decoder)
        converted.touch()


def _prepare(commands: Commands, task: Task, decoder: Decoder) -> None:
    """Run the commands; SystemFailed with the last line that they wrote, too."""
    try:
        run_before(commands, task, decoder.variables)
    except SystemFailed as error:
        log = task.work / "prepare.log"
        raise SystemFailed(f"{error}: {last_line(log.read_text('utf-8', errors='replace'))}") from error


def translate(decoder: Decoder, job: Job, *, limit: float) -> tuple[Run, int]:
    """One run, and how many subwords its translations have, an end mark for each; SystemFailed if it fails.

    An end mark is counted even where the toolkit has cut the sentence off instead.
    """
    job.output.unlink(missing_ok=True)
    ended = run(
        decoder.command(job),
        text=job.source.read_bytes() if decoder.by_input else b"",
        environment=child_environment(job.task.threads, decoder.variables),
        folder=job.output.parent,
        limit=limit,
    )
    lines = decoder.read(job, ended.output)
    wanted = len(job.source.read_text("utf-8").splitlines())
    if len(lines) != wanted:
        raise SystemFailed(f"wrote {len(lines)} translations of {wanted} sentences")
    return ended, sum(len(line.split()) + 1 for line in lines)
