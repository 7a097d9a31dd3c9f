"""The manual: its links lead somewhere, every page is in the contents, and built pages ask no network for anything."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import nmt

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    files = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [name for name in files if not (page.parent / name).exists()] == []


def test_every_page_of_the_manual_is_in_its_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {
        line.strip()
        for block in re.findall(r"```{toctree}(.*?)```", index, flags=re.DOTALL)
        for line in block.splitlines()
    }
    assert {path.stem for path in DOCS.glob("*.md")} - {"index"} <= listed


def test_the_map_and_the_drawing_show_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "nmt").glob("*/__init__.py")}
    drawing = (DOCS / "architecture.svg").read_text(encoding="utf-8")
    assert packages | {"cli"} <= set(re.findall(r'class="name">(\w+)<', drawing))
    [plan] = re.findall(
        r"^```text\n(.*?)^```", (DOCS / "architecture.md").read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    folders = {path.parent.name for path in (ROOT / "nmt").rglob("*/__init__.py")}
    assert folders <= set(re.findall(r"\b(\w+)/", plan))


@pytest.mark.parametrize("page", [path for path in PAGES if path.name != "CHANGELOG.md"], ids=lambda path: path.name)
def test_every_module_that_is_named_exists(page: Path) -> None:
    names = re.findall(r"`((?:\w+/)+\w+\.(?:py|toml|sh))`", page.read_text(encoding="utf-8"))
    assert [name for name in names if not any((folder / name).exists() for folder in (ROOT, ROOT / "nmt"))] == []


def imported_names() -> list[tuple[str, str]]:
    """The module and the name of every import from this project in the manual's programs and examples."""
    programs = [path.read_text(encoding="utf-8") for path in DOCS.glob("*.py")]
    for page in PAGES:
        programs += re.findall(
            r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
        )
    return [
        (node.module, alias.name)
        for program in programs
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nmt")
        for alias in node.names
    ]


@pytest.mark.parametrize(("module", "name"), dict.fromkeys(imported_names()))
def test_every_name_that_the_manual_imports_exists(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_the_changelog_has_a_section_for_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{nmt.__version__}]" in changelog


def checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("external_requests", ROOT / "scripts" / "external_requests.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://example.org/x.js"></script>',
        '<img src="//example.org/badge.svg">',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<link rel="preconnect" href="https://example.org">',
        "<style>@font-face { src: url('https://example.org/font.woff') }</style>",
        '<p style="background: url(https://example.org/x.png)">',
    ],
)
def test_a_page_that_asks_a_network_is_found(page: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert checker().main(tmp_path) == 1


def test_links_to_follow_and_local_files_are_no_requests(tmp_path: Path) -> None:
    page = (
        '<a href="https://example.org">x</a><script src="x.js"></script><link rel="next" href="https://example.org/2">'
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (tmp_path / "page.css").write_text("p { background: url(x.png) }", encoding="utf-8")
    assert checker().main(tmp_path) == 0
