"""Rows of the settings tables as picked words, so that their combinations can be held out."""

from dataclasses import dataclass

from .draw import Draw


@dataclass(frozen=True)
class Row:
    """One row of a settings table, named by its first column."""

    columns: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.columns[0]


def pick_row(draw: Draw, table: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Draw a row as a content word."""
    return draw.pick([Row(columns) for columns in table]).columns
