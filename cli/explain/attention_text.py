"""Attention, neighbours and heads as text in aligned columns; ideographs are two columns wide."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len

from nmt.tokenization.pieces import SPACE_MARK

if TYPE_CHECKING:
    from nmt.explain.neighbours import Neighbourhood

# The shade of a cell by its lowest weight.
SHADES = ((0.7, "█"), (0.4, "▓"), (0.2, "▒"), (0.07, "░"))
SMALLEST_COLUMN = 3


def attention_text(
    weights: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str], *, width: int, colour: bool
) -> str:
    """A map of ``weights``; columns that do not fit into ``width`` follow below.

    With ``colour`` the largest weight of each row is highlighted.
    """
    margin = max(map(cell_len, rows)) + 1
    lines: list[str] = []
    for part in _parts([max(SMALLEST_COLUMN, cell_len(column)) + 1 for column in columns], width - margin):
        lines += [""] if lines else []
        lines.append(" " * margin + "".join(_padded(columns[column], size) for column, size in part).rstrip())
        for name, row in zip(rows, weights, strict=True):
            cells = "".join(_cell(row[column], size, colour and row[column] == max(row)) for column, size in part)
            lines.append((_padded(name, margin) + cells).rstrip())
    return "".join(f"{line}\n" for line in lines)


def _parts(sizes: Sequence[int], room: int) -> Iterator[list[tuple[int, int]]]:
    """(index, width) of the columns that fit side by side; at least one."""
    part: list[tuple[int, int]] = []
    for column, size in enumerate(sizes):
        if part and sum(used for _, used in part) + size > room:
            yield part
            part = []
        part.append((column, size))
    yield part


def _cell(weight: float, size: int, marked: bool) -> str:
    shade = next((shade for lowest, shade in SHADES if weight >= lowest), " ")
    block = shade * (size - 1)
    return (click.style(block, fg="cyan") if marked else block) + " "


def _padded(text: str, size: int) -> str:
    return text + " " * (size - cell_len(text))


def neighbours_text(neighbourhoods: "Sequence[Neighbourhood]") -> str:
    """Each subword with its neighbours and the cosines of their angles."""
    blocks = []
    for each in neighbourhoods:
        heading = each.piece if each.piece.strip(SPACE_MARK) == each.word else f"{each.piece}  (of {each.word})"
        blocks.append("\n".join([heading, *(f"  {other.cosine:5.2f}  {other.piece}" for other in each.neighbours)]))
    return "\n\n".join(blocks) + "\n"


def heads_text(document: Mapping[str, Any]) -> str:
    """A table for each kind of attention and, if BLEU was measured, the BLEU lost without each head, largest first."""
    tables = []
    for which, title in (
        ("encoder", "Encoder self-attention"),
        ("decoder", "Decoder self-attention"),
        ("cross", "Cross-attention"),
    ):
        heads = [head for head in document["heads"] if head["which"] == which]
        names = list(heads[0]["shares"])
        rows = [["layer.head", *(f"{name} %" for name in names), "entropy", "role"]]
        for head in heads:
            shares = [f"{100 * head['shares'][name]:.0f}" for name in names]
            rows.append([f"{head['layer']}.{head['head']}", *shares, f"{head['entropy']:.2f}", head["role"]])
        tables.append(f"{title}, {document['lines']} lines; entropy in bits\n{_table(rows)}")
    if document["bleu"]:
        bleu = document["bleu"]
        ranked = sorted(document["heads"], key=lambda head: -head["cost"])
        rows = [["ablated", "BLEU lost"]]
        rows += [[f"{head['which']} {head['layer']}.{head['head']}", f"{head['cost']:.2f}"] for head in ranked]
        whole = f"{bleu['score']:.2f}  {bleu['signature']}"
        tables.append(f"BLEU lost without each head; the whole model, greedy: BLEU {whole}\n{_table(rows)}")
    return "\n\n".join(tables) + "\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """The rows with aligned columns: numbers flush right, text flush left."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 1
    numeric = [all(_is_number(row[column]) for row in rows[1:]) and column > 0 for column in range(last + 1)]
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    )


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
