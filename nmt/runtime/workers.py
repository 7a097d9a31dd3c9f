"""Helper processes: one function applied to many tasks, with the results in order for any number of helpers.

A helper is a new process of this interpreter, so it shares no threads or locks with its parent. It reads tasks from its
standard input and ends when that ends, which happens when the parent dies for whatever reason. It has its own session,
so it does not receive the terminal's Ctrl-C.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, TypeVar

from nmt.errors import NMTError
from nmt.runtime.processors import available_processors

Task = TypeVar("Task")
Result = TypeVar("Result")
MOST_HELPERS = 8  # as many as one reader can supply; each takes about 60 MB of memory
FEWEST_BYTES = 8_000_000  # of text; for less, starting helpers takes longer than it saves


def worthwhile_helpers(size: int, processes: int | None = None) -> int:
    """``processes``, or one for each processor, for ``size`` bytes of text; 1 for too few bytes to be worth a start."""
    if size < FEWEST_BYTES:
        return 1
    return available_processors() if processes is None else processes


def fresh_interpreter(
    code: str, *arguments: object, stdout: int, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A new process of this interpreter that runs ``code`` in its own session; OSError if it cannot be started.

    It finds the same modules. Its standard input is a pipe, which ends when this process does.
    """
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    return subprocess.Popen(  # noqa: S603 - this interpreter, a module of this program
        [sys.executable, "-P", "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=stdout,
        env={**os.environ, "PYTHONPATH": paths, **(environment or {})},
        start_new_session=True,
    )


def ordered_map(function: Callable[[Task], Result], tasks: Iterable[Task], *, helpers: int) -> Iterator[Result]:
    """The result of ``function`` for each task, in order; with fewer than 2 ``helpers``, computed in this process.

    Only a few tasks are read ahead. The function, tasks and results are pickled. An NMTError of the function or of the
    iterator of tasks is raised after the results before it; a helper that dies is an NMTError, too.
    """
    if helpers < 2:
        yield from map(function, tasks)
        return
    pool = _Pool(function, min(helpers, MOST_HELPERS))
    try:
        yield from pool.map(tasks)
    finally:
        pool.close()


class _Pool:
    def __init__(self, function: Callable[..., Any], helpers: int) -> None:
        self._helpers: list[_Helper] = []
        try:
            for _ in range(helpers):
                self._helpers.append(_Helper())
            for helper in self._helpers:
                helper.send(function)
        except BaseException:
            self._kill()
            raise
        self._idle: SimpleQueue[_Helper] = SimpleQueue()
        for helper in self._helpers:
            self._idle.put(helper)
        # One thread for each helper, which waits for it without holding the interpreter.
        self._threads = ThreadPoolExecutor(helpers)

    def map(self, tasks: Iterable[Any]) -> Iterator[Any]:
        waiting: deque[Future[Any]] = deque()
        try:
            for task in tasks:
                waiting.append(self._threads.submit(self._ask, task))
                if len(waiting) > 2 * len(self._helpers):
                    yield waiting.popleft().result()
        except NMTError:
            while waiting:  # an error in an earlier task comes first
                yield waiting.popleft().result()
            raise
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        self._kill()
        self._threads.shutdown(cancel_futures=True)

    def _ask(self, task: Any) -> Any:
        helper = self._idle.get()
        try:
            return helper.ask(task)
        finally:
            self._idle.put(helper)

    def _kill(self) -> None:
        for helper in self._helpers:
            helper.process.kill()
        for helper in self._helpers:
            helper.process.wait()
            for stream in (helper.input, helper.output):
                with suppress(OSError):
                    stream.close()


class _Helper:
    """One process and the pipes to it."""

    def __init__(self) -> None:
        code = f"from {__name__} import serve; serve()"
        try:
            self.process = fresh_interpreter(code, stdout=subprocess.PIPE, environment={"OMP_NUM_THREADS": "1"})
        except OSError as error:
            raise NMTError(
                f"no helper process can be started: {error.strerror}; --threads 1, or --processes 1, needs none"
            ) from error
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("Popen was asked for pipes")
        self.input: IO[bytes] = self.process.stdin
        self.output: IO[bytes] = self.process.stdout

    def send(self, message: Any) -> None:
        try:
            pickle.dump(message, self.input, protocol=pickle.HIGHEST_PROTOCOL)
            self.input.flush()
        except OSError as error:
            raise self._death() from error

    def ask(self, task: Any) -> Any:
        self.send(task)
        try:
            result = pickle.load(self.output)  # noqa: S301 - from a process of our own
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._death() from error
        if isinstance(result, NMTError):
            raise result
        return result

    def _death(self) -> NMTError:
        return NMTError(
            f"a helper process ended unexpectedly (status {self.process.wait()}), perhaps because memory ran out; "
            "--threads 1, or --processes 1, needs none"
        )


def serve() -> None:
    """Run a helper: read the function, then return the result of one task after the other until the input ends."""
    tasks = sys.stdin.buffer
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(
        os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
    )  # so that no output of a library gets between the results
    try:
        function = pickle.load(tasks)  # noqa: S301 - from the process that started this one
        while True:
            task = pickle.load(tasks)  # noqa: S301
            try:
                result = function(task)
            except NMTError as error:
                result = error
            pickle.dump(result, results, protocol=pickle.HIGHEST_PROTOCOL)
            results.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the parent needs no more results, or has ended
