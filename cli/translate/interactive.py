"""Interactive translation, line by line, at a terminal."""

import contextlib
import logging
import math
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nmt.translation.results import Translation

logger = logging.getLogger("nmt")


def is_interactive(inputs: tuple[str, ...]) -> bool:
    """Whether somebody types the lines at a terminal."""
    return inputs == ("-",) and sys.stdin is not None and sys.stdin.isatty()


def typed_lines() -> Iterator[list[bytes]]:
    """A window for each typed line, until Ctrl-D; arrow keys edit the line and recall earlier ones.

    As in ``read_windows``, an empty window says that no more input is waiting.
    """
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - input() uses it once it is imported
    click.echo("Type a sentence and press Enter; Ctrl-D ends.", err=True)
    prompt = "> " if sys.stdout is not None and sys.stdout.isatty() else ""  # it is written to standard output
    with contextlib.suppress(EOFError):
        while True:
            yield [input(prompt).encode("utf-8", "surrogateescape")]
            yield []


def shows_details() -> bool:
    """Whether debugging messages are shown, and with them the details of translations."""
    return logger.isEnabledFor(logging.DEBUG)


def show_details(translation: "Translation") -> None:
    """Write the score of the translation and which words translate which to standard error."""
    if not translation.text:
        return
    probability = math.exp(translation.candidates[0].log_probability)
    words = (
        f"{translation.source[slice(*link.source)]}→{translation.text[slice(*link.target)]}"
        for link in translation.links
    )
    click.secho(f"  score {translation.score:.2f}, probability {probability:.2g}", dim=True, err=True)
    click.secho(f"  {'  '.join(words)}", dim=True, err=True)
