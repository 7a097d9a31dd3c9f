"""How Sphinx builds the manual: scripts/docs runs it."""

import os

from nmt import __version__

os.environ["COLUMNS"] = "100"  # help texts are wrapped alike on every machine

project = "nmt"
author = "The nmt contributors"
copyright = author  # noqa: A001 - Sphinx's name
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"

html_theme = "furo"
html_title = f"nmt {version}"
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
