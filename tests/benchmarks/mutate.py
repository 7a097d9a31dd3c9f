"""Change one thing of a module at a time and see whether its tests notice.

    python tests/benchmarks/mutate.py [MODULE.py TESTS...] [--number 60] [--seed 1]

Without arguments the search, batching and checkpoint modules are mutated. A mutant swaps a comparison, an operator or a
truth value, moves a number by one, or takes a `not` or a statement away. The tests run in a copy of the project.
Prints the survivors with their lines.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MODULES = {
    "nmt/decoding/search.py": ["tests/decoding/test_search.py", "tests/decoding/test_search_equivalences.py"],
    "nmt/data/batching.py": ["tests/data/test_batching.py"],
    "nmt/training/run_directory/checkpoints.py": [
        "tests/training/run_directory/test_checkpoints.py",
        "tests/faults/test_damage.py",
    ],
}
SECONDS = 180.0  # a mutant that runs for longer has been noticed
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Pow: ast.Mult,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, what was changed, and the changed source."""
    tree = ast.parse(source)
    for number in range(sum(1 for _ in ast.walk(tree))):
        fresh = ast.parse(source)
        node = next(each for index, each in enumerate(ast.walk(fresh)) if index == number)
        for change in changes(node):
            before = ast.unparse(node) if not isinstance(node, ast.Module) else ""
            undo = change()
            after = ast.unparse(node)
            if before != after:
                yield (
                    getattr(node, "lineno", 0),
                    f"{before}  ->  {after}",
                    ast.unparse(ast.fix_missing_locations(fresh)),
                )
            undo()


def changes(node: ast.AST) -> Iterator[Callable[[], Callable[[], None]]]:
    """What can be done to ``node``; each gives back how to undo it."""

    def replacing(owner: object, name: str, value: object) -> Callable[[], Callable[[], None]]:
        def do() -> Callable[[], None]:
            old = getattr(owner, name)
            setattr(owner, name, value)
            return lambda: setattr(owner, name, old)

        return do

    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield replacing(node, "ops", [COMPARISONS[type(op)]()])
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield replacing(node, "op", OPERATORS[type(op)]())
        case ast.BoolOp(op=op):
            yield replacing(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not()):
            yield replacing(node, "op", ast.UAdd())
        case ast.UnaryOp(op=ast.USub()):
            yield replacing(node, "op", ast.UAdd())
        case ast.Constant(value=bool(value)):
            yield replacing(node, "value", not value)
        case ast.Constant(value=int(value)):
            yield replacing(node, "value", value + 1)
        case ast.IfExp():
            yield replacing(node, "test", ast.UnaryOp(ast.Not(), node.test))
        case ast.If():
            yield replacing(node, "test", ast.UnaryOp(ast.Not(), node.test))
        case ast.Expr(value=ast.Call()):
            yield replacing(node, "value", ast.Constant(None))
        case ast.AugAssign(op=op) if type(op) in OPERATORS:
            yield replacing(node, "op", OPERATORS[type(op)]())


def survives(copy: Path, tests: list[str]) -> bool:
    """Whether the tests pass in ``copy``."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        result = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--number", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    modules = {options.paths[0]: options.paths[1:]} if options.paths else MODULES
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "project"
        for name in ("nmt", "cli", "corpora", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for module, tests in modules.items():
            mutate(copy, module, tests, options)
    return 0


def mutate(copy: Path, module: str, tests: list[str], options: argparse.Namespace) -> None:
    """Try a random part of the mutants of one module, and print those that survive."""
    path = copy / module
    whole = path.read_text("utf-8")
    path.write_text(ast.unparse(ast.parse(whole)), encoding="utf-8")
    if not survives(copy, tests):
        raise SystemExit(f"{module}: the tests fail without any change")
    every = list(mutants(whole))
    chosen = random.Random(options.seed).sample(every, min(options.number, len(every)))
    began, surviving = time.monotonic(), []
    for line, change, source in sorted(chosen, key=lambda mutant: mutant[0]):
        path.write_text(source, encoding="utf-8")
        if survives(copy, tests):
            surviving.append((line, change))
            print(f"    {module}:{line}  {change}", flush=True)
    path.write_text(whole, encoding="utf-8")
    print(
        f"{module}: {len(chosen)} of {len(every)} mutants tried, {len(surviving)} survived, "
        f"{time.monotonic() - began:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
