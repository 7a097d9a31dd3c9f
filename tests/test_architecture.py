"""The house as it was planned: layers, what is imported when, and the size of files."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from nmt_cli.main import nmt

ROOT = Path(__file__).parent.parent
FOLDERS = {"nmt": "nmt", "nmt_cli": "cli", "nmt_corpora": "corpora"}

# Lowest first. A module imports only from its own layer and from lower ones; the longest name that fits decides.
LAYERS = (
    ("nmt", "nmt.errors", "nmt.special_ids"),
    ("nmt.settings", "nmt.runtime", "nmt.text", "nmt.pages"),
    ("nmt.files",),
    ("nmt.tokenization",),
    ("nmt.corpus", "nmt.models"),
    ("nmt.formats", "nmt.data", "nmt.decoding"),
    ("nmt.cleaning", "nmt.model_dir"),
    ("nmt.ctranslate2",),
    ("nmt.translation",),
    ("nmt.evaluation",),
    ("nmt.conversion", "nmt.explain"),
    ("nmt.training",),
    ("nmt.doctor",),
    ("nmt_corpora",),
    ("nmt_cli",),
)
LEVELS = {name: level for level, layer in enumerate(LAYERS) for name in layer}
# `from nmt import Translator` is a name that nmt looks up when it is asked for.
LAZY_NAMES = {"nmt.Translator": "nmt.translation.translator"}


def modules() -> dict[str, Path]:
    """Every module of the three packages by its name."""
    found = {}
    for package, folder in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = [package, *path.relative_to(ROOT / folder).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def level(name: str) -> int:
    """The layer of a module or of a name in it."""
    while name not in LEVELS:
        name = name.rpartition(".")[0]
        assert name, "a package that is in no layer"
    return LEVELS[name]


def imports(module: str, tree: ast.AST) -> Iterator[str]:
    """The names of this project that the code of ``module`` imports, wherever it does so."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [base])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (LAZY_NAMES.get(name, name) for name in names if name.partition(".")[0] in FOLDERS)


@pytest.mark.parametrize("module", MODULES)
def test_modules_import_only_from_their_own_or_lower_layers(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    if module == "nmt":
        tree.body = [node for node in tree.body if isinstance(node, ast.ImportFrom)]  # without the lazy names
    above = [name for name in imports(module, tree) if level(name) > level(module)]
    assert not above


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("nmt_")])
def test_the_library_knows_no_terminal(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert "print" not in calls
    roots = {name.partition(".")[0] for name in imported_names(tree)}
    assert not roots & {"click", "rich", "nmt_cli"}


def imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


HEAVY = (
    "torch", "numpy", "sentencepiece", "sacrebleu", "safetensors", "ctranslate2", "matplotlib", "sentencex", "lxml",
    "tensorboard", "comet",
)  # fmt: skip


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    names = ["nmt", *(name for name in MODULES if name.startswith("nmt_cli") and not name.endswith("__main__"))]
    code = f"import sys, {', '.join(names)}; print(*(name for name in {HEAVY} if name in sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def command_paths(command: click.Command = nmt, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, those of its subcommands after it; the group itself has none."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            subcommand = command.get_command(context, name)
            assert subcommand is not None
            yield from command_paths(subcommand, (*path, name))


RUN = """
import os, sys
from nmt_cli.main import main
sys.argv = ["nmt", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    print("status", end.code)
print("loaded", *(name for name in {heavy} if name in sys.modules))
"""


def loaded_by(*arguments: str, **environment: str) -> tuple[str, list[str]]:
    """What ``nmt`` with ``arguments`` prints, and which heavy modules are in memory when it ends."""
    result = subprocess.run(
        [sys.executable, "-c", RUN.format(heavy=HEAVY), *arguments],
        capture_output=True, text=True, check=True, env={**os.environ, **environment}, timeout=60,
    )  # fmt: skip
    printed, _, loaded = result.stdout.rpartition("loaded")
    return printed, loaded.split()


@pytest.mark.parametrize("path", list(command_paths()), ids=" ".join)
def test_no_help_loads_anything_heavy(path: tuple[str, ...]) -> None:
    printed, loaded = loaded_by(*path, "--help")
    assert printed.startswith(" ".join(["Usage: nmt", *path]))
    assert "status 0" in printed
    assert loaded == []


def test_neither_the_version_nor_a_mistyped_option_loads_anything_heavy() -> None:
    printed, loaded = loaded_by("--version")
    assert "version" in printed
    assert loaded == []
    printed, loaded = loaded_by("train", "--sorce", "x")
    assert "status 2" in printed
    assert loaded == []


@pytest.mark.parametrize(("words", "expected"), [("nmt tr", "translate"), ("nmt train --opt", "--optimizer")])
def test_shell_completion_loads_nothing_heavy(words: str, expected: str) -> None:
    count = str(len(words.split()) - 1)
    printed, loaded = loaded_by(_NMT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert expected in printed
    assert loaded == []


@pytest.mark.parametrize("path", sorted(path for folder in FOLDERS.values() for path in (ROOT / folder).rglob("*.py")))
def test_files_stay_under_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400
