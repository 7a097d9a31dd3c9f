"""Warnings that many lines of a command's input can cause: the first few are logged, and the total at the end."""

import logging
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nmt.runtime.repeated_warnings import RepeatedWarnings

logger = logging.getLogger("nmt")


def closed_at_the_end(what: str, level: int = logging.WARNING) -> "RepeatedWarnings":
    """Messages whose total is logged when the command ends; ``what`` names them."""
    from nmt.runtime.repeated_warnings import RepeatedWarnings

    warnings = RepeatedWarnings(logger, what, level=level)
    if context := click.get_current_context(silent=True):
        context.call_on_close(warnings.close)
    return warnings
