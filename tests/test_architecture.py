"""The structure of the project: layers, cycles, names, what is imported when, and the size of files and folders."""

import ast
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
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
# `from nmt import Translator` is resolved on first use.
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


def test_no_modules_import_each_other_in_a_cycle() -> None:
    graph = {}
    for module, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {name if name in MODULES else name.rpartition(".")[0] for name in imports(module, tree)}
        # A package that re-exports a name of its own module, such as nmt or nmt_cli.train, is not imported by it.
        graph[module] = {name for name in imported & MODULES.keys() if not module.startswith(f"{name}.")} - {module}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_module_uses_a_private_name_of_another() -> None:
    for module, path in MODULES.items():
        for name in imports(module, ast.parse(path.read_text(encoding="utf-8"))):
            parent, _, last = name.rpartition(".")
            assert not last.startswith("_") or last.startswith("__") or parent not in MODULES, f"{module}: {name}"


def test_a_class_name_is_unique() -> None:
    places = defaultdict(list)
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_a_folder_can_be_read_at_a_glance() -> None:
    sizes = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    grammar = ROOT / "corpora" / "grammar"  # sentence patterns, one file a subject: data rather than code
    assert {str(folder): size for folder, size in sizes.items() if size > 15 and folder != grammar} == {}


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
