"""How Sphinx builds the manual; scripts/docs runs it."""

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from nmt import __version__

os.environ["COLUMNS"] = "100"  # help texts are wrapped alike on every machine

project = "nmt"
author = "The nmt contributors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
smartquotes = False  # commands are to be copied
autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = f"nmt {version}"
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False

# Pages that include a file from elsewhere in the repository. Links to the file, which work where the repository is
# browsed, become links to the page.
INCLUDED = {
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CODE_OF_CONDUCT.md": "conduct.md",
    "CHANGELOG.md": "changelog.md",
    "corpora/README.md": "phrasebook.md",
    "tests/benchmarks/RESULTS.md": "results.md",
}
ROOT = Path(__file__).parent.parent


def with_links_to_pages(text: str, folder: Path) -> str:
    """``text`` of a file in ``folder`` with its links to files of the repository as a page of the manual needs them."""

    def adapt(match: re.Match[str]) -> str:
        name, _, anchor = match[1].partition("#")
        path = (folder / name).resolve()
        if not name or re.match("[a-z]+:", name) or not path.is_relative_to(ROOT):
            return match[0]
        relative = path.relative_to(ROOT).as_posix()
        target = INCLUDED.get(relative) or os.path.relpath(path, ROOT / "docs")
        return f"]({target}{'#' if anchor else ''}{anchor})"

    return re.sub(r"\]\(([^)\s]+)\)", adapt, text)


def adapt_page(_app: Sphinx, name: str, source: list[str]) -> None:
    """Adapt the links of a page."""
    source[0] = with_links_to_pages(source[0], (ROOT / "docs" / name).parent)


def adapt_included(_app: Sphinx, path: Path, _parent: str, source: list[str]) -> None:
    """Adapt the links of a file that a page includes."""
    source[0] = with_links_to_pages(source[0], (ROOT / "docs" / path).resolve().parent)


def escape(_app: Sphinx, _context: Any, lines: list[str]) -> None:
    """Escape in help texts what reStructuredText would take for markup: a bar, but not that of a line block."""
    lines[:] = [re.sub(r"(?<!^)(?<!\\)\|(?=\S)|(?<=\S)\|", r"\\|", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Connect the functions above; Sphinx calls it."""
    app.connect("source-read", adapt_page)
    app.connect("include-read", adapt_included)
    for part in ("description", "options", "epilog"):
        app.connect(f"sphinx-click-process-{part}", escape)
