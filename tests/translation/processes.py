"""The programs of test_processes: ``python processes.py FUNCTION,... ENGINE MODEL...`` exits with status 0 on success.

No wait in it is without a limit: a child that hangs is killed.
"""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import Any

from nmt import NMTError, Translator

PATIENCE = 120  # seconds
LINES = [f"the {size} cat sees {number} birds" for number in range(3) for size in "ab"]


def fork(task: Callable[[], None]) -> int:
    """The id of a forked process that does ``task`` and then exits like any Python program."""
    if process := os.fork():
        return process
    task()
    sys.exit(0)  # with all that happens at the end of a process, such as destructors


def check_end(process: int) -> None:
    """Wait for the forked ``process``, but not forever, and fail unless it succeeded."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            assert status == 0, f"the child ended with {status}"
            return
        time.sleep(0.02)
    os.kill(process, 9)
    os.waitpid(process, 0)
    raise AssertionError("the child hangs")


def check_equal(found: Any, expected: Any) -> None:
    """Fail unless both are the same and not empty."""
    assert expected
    assert found == expected


def preloading_server(engine: str, *models: str) -> None:
    """A model is loaded and used, and then by several forked processes, one forked from a fork, and the parent."""
    translator = Translator(models, engine=engine, threads=2)
    expected = translator.translate(LINES)

    def translate() -> None:
        check_equal(translator.translate(LINES), expected)

    workers = [fork(translate) for _ in range(2)]
    workers.append(fork(lambda: check_end(fork(translate))))
    workers.append(fork(lambda: None))  # it never uses the translator
    workers.append(fork(lambda: check_equal(Translator(models, engine=engine, threads=2).translate(LINES), expected)))
    translate()
    for worker in workers:
        check_end(worker)


def details(engine: str, model: str) -> None:
    """Torch does what CTranslate2 cannot do in a forked process, too, if the parent has used torch."""
    translator = Translator(model, engine=engine, threads=2)
    expected = [translation.candidates for translation in translator.translations(LINES)]
    check_end(
        fork(lambda: check_equal([found.candidates for found in translator.translations(LINES)], expected)),
    )


def busy(engine: str, model: str) -> None:
    """A process is forked while another thread translates."""
    translator = Translator(model, engine=engine, threads=2)
    expected = translator.translate(LINES)
    ended = threading.Event()

    def translate_on() -> None:
        while not ended.is_set():
            translator.translate(LINES)

    thread = threading.Thread(target=translate_on)
    thread.start()
    try:
        for _ in range(2):
            check_end(fork(lambda: check_equal(translator.translate(LINES), expected)))
    finally:
        ended.set()
        thread.join()


def submitted(engine: str, model: str) -> None:
    """A translation that was submitted before a fork ends, or is an error, in the child as well."""
    translator = Translator(model, engine=engine, threads=2)
    pending = translator.submit(LINES, details=False)

    def take() -> None:
        try:
            found = pending.result()
        except NMTError:
            assert engine == "ctranslate2"
        else:
            check_equal([each.candidates[0].text for each in found], translator.translate(LINES))

    child = fork(take)
    check_equal([each.candidates[0].text for each in pending.result()], translator.translate(LINES))
    check_end(child)


def scorer(engine: str, model: str) -> None:
    """A LineScorer scores in a forked process as in its parent."""
    from nmt.translation.loading import load_together
    from nmt.translation.scorer import LineScorer

    assert engine == "torch"
    line_scorer = LineScorer(load_together([model], threads=2))
    expected = line_scorer.score(LINES, LINES)
    check_end(fork(lambda: check_equal(line_scorer.score(LINES, LINES), expected)))


def pools(engine: str, model: str) -> None:
    """Pools of processes, for every way to start them."""
    translator = Translator(model, engine=engine, threads=2)
    expected = translator.translate(LINES)
    halves = [LINES[:3], LINES[3:]]
    for method in ("fork", "forkserver", "spawn"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            check_equal(list(chain(*pool.map_async(translator.translate, halves).get(PATIENCE))), expected)
        with ProcessPoolExecutor(2, mp_context=context) as executor:
            futures = [executor.submit(translator.translate, half) for half in halves]
            check_equal(list(chain(*(future.result(PATIENCE) for future in futures))), expected)


if __name__ == "__main__":
    for name in sys.argv[1].split(","):
        globals()[name](*sys.argv[2:])
