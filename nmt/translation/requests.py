"""What may be asked of a line's translation."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.files.lines import decode_line
from nmt.runtime.repeated_warnings import RepeatedWarnings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A line to translate, and what its translation must begin with and must not hold."""

    text: str
    prefix: str = ""
    forbid: tuple[str, ...] = ()
    cleaned: bool = False  # whether something in it was replaced already, such as bytes that are not UTF-8


REPLACED = "lines with characters that were replaced before translating"


def decode_requests(
    window: Sequence[bytes],
    *,
    name: str | None = None,
    number: int = 1,
    prefix: str = "",
    forbid: tuple[str, ...] = (),
    warnings: RepeatedWarnings | None = None,
) -> list[Request]:
    """The raw lines of a ``window`` as text; those that are not clean are named in a warning, the first few of them.

    With ``warnings`` these are the first few of all windows, and who made it closes it.

    ``name`` is the file they come from and ``number`` that of the first of them there. ``prefix`` and ``forbid`` hold
    for all of them.
    """
    requests = []
    replaced = warnings or RepeatedWarnings(logger, REPLACED)
    for place, raw in enumerate(window, start=number):
        text, problem = decode_line(raw)
        if problem is not None:
            where = f"{name}, " if name else ""
            replaced.add("%sline %d: %s, replaced before translating", where, place, problem)
        requests.append(Request(text, prefix, forbid, cleaned=problem is not None))
    if warnings is None:
        replaced.close()
    return requests
