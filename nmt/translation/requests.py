"""What is asked for the translation of a line."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nmt.files.lines import decode_line
from nmt.runtime.repeated_warnings import RepeatedWarnings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A line to translate, the text its translation must begin with, and the words it must not contain."""

    text: str
    prefix: str = ""
    forbid: tuple[str, ...] = ()
    cleaned: bool = False  # whether something in it was replaced already, such as bytes that are not UTF-8


@dataclass(frozen=True)
class InputLine:
    """A line of input: its request, or the problem of a line that cannot be translated."""

    request: Request | None
    fields: dict[str, Any] = field(default_factory=dict)  # of its JSON object
    problem: str = ""


NO_DEFAULTS = Request("")
REPLACED = "lines with characters that were replaced before translating"


def decode_requests(
    window: Sequence[bytes],
    *,
    name: str | None = None,
    number: int = 1,
    defaults: Request = NO_DEFAULTS,
    warnings: RepeatedWarnings | None = None,
) -> list[Request]:
    """The raw lines of a ``window`` as text; the first few that are not clean are named in warnings.

    ``name`` is the file they come from and ``number`` that of the first line in it. All lines have the prefix and the
    forbidden words of ``defaults``. With ``warnings`` the first few of all windows are named, and the caller closes it.
    """
    requests = []
    replaced = warnings or RepeatedWarnings(logger, REPLACED)
    for line_number, raw in enumerate(window, start=number):
        text, problem = decode_line(raw)
        if problem is not None:
            where = f"{name}, " if name else ""
            replaced.add("%sline %d: %s, replaced before translating", where, line_number, problem)
        requests.append(Request(text, defaults.prefix, defaults.forbid, cleaned=problem is not None))
    if warnings is None:
        replaced.close()
    return requests
