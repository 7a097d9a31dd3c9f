"""Says which built pages would load something from a network, and exits 1 if any would.

    python scripts/external_requests.py FOLDER

Links that a reader follows are allowed; scripts, styles, fonts, pictures and frames from other hosts are not.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

REMOTE = re.compile(r"\s*(?:https?:|wss?:|//)", re.IGNORECASE)
IN_STYLES = re.compile(
    r"url\(\s*['\"]?\s*((?:https?:)?//[^)'\"]*)|@import\s+['\"]((?:https?:)?//[^'\"]*)", re.IGNORECASE
)
LOADED = {"src", "srcset", "data", "poster", "background"}  # attributes whose address the browser requests by itself
LINKS_NOT_LOADED = {"canonical", "author", "license", "next", "prev", "index", "search", "help", "alternate"}


class RequestFinder(HTMLParser):
    """Collects the remote addresses that a browser requests when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        if tag == "link" and set(values.get("rel", "").split()) <= LINKS_NOT_LOADED:
            return
        names = LOADED | ({"href"} if tag in ("link", "use", "image", "base") else set())
        self.addresses += [value for name, value in values.items() if name in names and REMOTE.match(value)]
        self.addresses += remote_in_styles(values.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.addresses += remote_in_styles(data)


def remote_in_styles(text: str) -> list[str]:
    """The remote addresses that a style sheet loads."""
    return [first or second for first, second in IN_STYLES.findall(text)]


def requests(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each page or style sheet under ``folder`` with a remote address that it loads."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".svg"):
            finder = RequestFinder()
            finder.feed(path.read_text(encoding="utf-8"))
            yield from ((path, address) for address in finder.addresses)
        elif path.suffix == ".css":
            yield from ((path, address) for address in remote_in_styles(path.read_text(encoding="utf-8")))


def main(folder: Path) -> int:
    """Print what the pages in ``folder`` load; the exit status."""
    if not any(folder.rglob("*.html")):
        print(f"{folder} has no pages", file=sys.stderr)
        return 1
    found = list(requests(folder))
    for path, address in found:
        print(f"{path} loads {address}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
