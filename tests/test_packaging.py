"""A wheel holds every file of the packages, so that a new folder or a new kind of file cannot be forgotten."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INSTALLED_AS = {"nmt": "nmt", "cli": "nmt_cli", "corpora": "nmt_corpora"}
NOT_INSTALLED = ROOT / "corpora" / "grammar"  # it generates the bundled corpus; users need only the corpus
BUILD_FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")


def files_of_the_tree() -> set[str]:
    """The files that a wheel must hold, by their names in it."""
    return {
        (Path(installed) / path.relative_to(ROOT / folder)).as_posix()
        for folder, installed in INSTALLED_AS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.is_relative_to(NOT_INSTALLED)
    }


@pytest.mark.slow
def test_a_wheel_holds_exactly_the_files_of_the_tree(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a copy, so that an older build/ folder adds nothing
    source.mkdir()
    for name in BUILD_FILES:
        shutil.copy(ROOT / name, source)
    for folder in INSTALLED_AS:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, source]
    subprocess.run(command, check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == files_of_the_tree()


def test_the_tree_holds_code_styles_scripts_texts_and_tables() -> None:
    suffixes = {Path(name).suffix for name in files_of_the_tree()}
    assert {".py", ".css", ".js", ".toml", ".tsv"} <= suffixes
