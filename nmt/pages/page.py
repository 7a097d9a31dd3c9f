"""One HTML file from a body, data, style and script that makes no network requests.

Users' text enters a page in two ways only: through ``escape`` into the body, or as JSON into ``data``; the scripts
insert it into the document as text (``textContent``), never as markup.
"""

import html
import json
from importlib import resources
from typing import Any

from nmt.text.printable import without_surrogates

# The browser loads nothing from outside the file, whatever it contains.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def escape(text: object) -> str:
    """``text`` for the body of a page or for an attribute in double quotes."""
    return html.escape(without_surrogates(str(text)), quote=True)


def asset(package: str, name: str) -> str:
    """The text of the file ``name`` (a style sheet or a script) in the directory of ``package``."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def build_page(
    *, title: str, body: str, data: Any = None, style: str = "", script: str = "", language: str = "en"
) -> str:
    """The text of an HTML file.

    ``body`` is markup; ``data`` is any JSON value, which the script reads from the text of the element ``#data``;
    ``style`` follows the style that all pages share (base.css, whose colours are variables).
    """
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{escape(language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{asset('nmt.pages', 'base.css')}\n{style}</style>",
            "</head>",
            "<body>",
            body,
            f'<script type="application/json" id="data">{embedded(data)}</script>',
            f"<script>\n{script}</script>",
            "</body>",
            "</html>",
            "",
        )
    )


def embedded(data: Any) -> str:
    """``data`` as JSON that cannot end the element around it; infinite numbers are an error."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = without_surrogates(text, backslash=r"\\")
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
