"""Every regular expression of the project takes time in proportion to the text, however hostile the text is."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import time
import types
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

import nmt
import nmt_cli

# Characters of a line, and the seconds of processor time that a search may take: a thousand times what a search in
# linear time takes, and less than one in quadratic time does.
SHORT, LONG = (20_000, 0.3), (1_000_000, 10.0)
SEARCHES = re.compile(r"\b(?:(\w+)\.)?(\w+)(?:\(\))?\.(search|sub|subn|split|findall|finditer)\b")
REPEATED = (
    *(".", " ", "a", "A", "1", "(", "[", "<", "&", "%", "_", "-", "{", "'", "\t", "/", "\u0301", "中", "Ã¤", "😀"),
    *(
        ". ",
        "a ",
        "a.",
        "1,",
        "1.",
        "a-",
        "a@",
        "<a ",
        "<a",
        "%(a",
        "&a",
        "&#1",
        "__A",
        "${",
        "[[a",
        ".)",
        "!)",
        "e\u0301",
    ),
    *(
        "http://",
        "www.",
        "a@b.",
        "a'",
        "A. ",
        "1) ",
        "- ",
        "/a",
        "@@ ",
        "<0x0",
        "ab1 .,;:<%&@",
        "x: ",
        "1h",
        "\\(",
        '"',
    ),
)
STARTS = (
    "<a ",
    "a@",
    "a@b.",
    "%(",
    "%1",
    "http://",
    "__A",
    "&#x",
    "&a",
    "[[",
    "{",
    "<1",
    "<",
    "1",
    ".",
    "A",
    "(1",
    "/",
)


def hostile_lines(length: int) -> Iterator[str]:
    """What repeats itself, and what begins like a match, each with an end that nothing expects."""
    for unit in REPEATED:
        yield (unit * (length // len(unit) + 1))[:length] + "\u2603"
    for start in STARTS:
        for unit in (" ", "a", "1."):
            yield f"{start}{unit * (length // len(unit))}\u2603"


def patterns_in(value: object, depth: int = 3) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The compiled patterns that ``value`` is or holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from patterns_in([*value, *value.values()], depth - 1)
    elif depth and isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from patterns_in(each, depth - 1)
    elif hasattr(value, "cache_info") and callable(value):
        signature = inspect.signature(value)
        if not signature.parameters and "Pattern" in str(signature.return_annotation):
            yield from patterns_in(value(), depth)


def modules() -> Iterator[types.ModuleType]:
    for package in (nmt, nmt_cli):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def inline_patterns(module: types.ModuleType) -> Iterator[tuple[str, str | bytes | None]]:
    """Where in the source of ``module`` a pattern is given to a function of re, and the pattern, None: no constant."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr != "escape":
            first = node.args[0]
            constant = (
                first.value if isinstance(first, ast.Constant) and isinstance(first.value, (str, bytes)) else None
            )
            yield f"{module.__name__}:{node.lineno} re.{node.func.attr}", constant


def all_patterns() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, pattern in enumerate(patterns_in(value)):
                found.setdefault(f"{module.__name__}.{name}" + f"[{number}]" * bool(number), pattern)
        for place, constant in inline_patterns(module):
            if constant is not None and not place.endswith("re.compile"):
                found[place] = re.compile(constant)
    return found


def main(length: int, seconds: float) -> None:
    """Print the name of each pattern, apply it to all lines as the project does, and end at one that takes long."""
    searched = {
        f"{found[0] or module.__name__.rpartition('.')[2]}.{found[1]}"
        for module in modules()
        for found in SEARCHES.findall(inspect.getsource(module))
    }
    lines = list(hostile_lines(length))
    raw = [line.encode() for line in lines]
    done: set[re.Pattern[str] | re.Pattern[bytes]] = set()
    for name, pattern in all_patterns().items():
        if pattern in done:
            continue
        done.add(pattern)
        is_searched = ".".join(name.split(".")[-2:]) in searched or "[" in name or ":" in name
        apply = pattern.finditer if is_searched else pattern.fullmatch
        for line in lines if isinstance(pattern.pattern, str) else raw:
            print(name, repr(line[:12]), flush=True)  # noqa: T201
            began = time.process_time()
            found = apply(line)
            if is_searched:
                deque(found, maxlen=0)  # type: ignore[arg-type]
            if time.process_time() - began > seconds:
                sys.exit(f"{name} takes {time.process_time() - began:.0f} s for {line[:12]!r}")
    print(len(done), "patterns")  # noqa: T201


@pytest.mark.parametrize(("length", "seconds"), [SHORT, pytest.param(*LONG, marks=pytest.mark.slow)])
def test_no_pattern_takes_more_than_linear_time(length: int, seconds: float) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.test_patterns", str(length), str(seconds)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        output, errors = running.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        running.kill()
        output, errors = running.communicate()
        errors += "hangs"
    *_, last = output.splitlines()
    assert running.returncode == 0, f"{last}: {errors}"
    assert int(last.split()[0]) > 30


def test_patterns_are_compiled_by_name_or_are_constants() -> None:
    """So that the test above sees them; what is made of the text at hand is listed here, having been looked at."""
    known = {"nmt.doctor.check_result", "nmt.corpus.block_text", "nmt.translation.lexical_constraints"}
    unnamed = {
        place
        for module in modules()
        for place, constant in inline_patterns(module)
        if constant is None and not place.endswith("re.compile")
    }
    assert {place.partition(":")[0] for place in unnamed} <= known
    assert "nmt.cleaning.measures.patterns._URL" in all_patterns()
    assert "nmt.corpus.hashes._ignored" in all_patterns()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
