"""Attention, neighbours and heads as text, aligned in a terminal's columns, in which ideographs take two."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len

from nmt.tokenization.pieces import SPACE_MARK

if TYPE_CHECKING:
    from nmt.explain.neighbours import Neighbourhood

# From how much weight on a cell is so dark.
SHADES = ((0.7, "█"), (0.4, "▓"), (0.2, "▒"), (0.07, "░"))
LEAST_COLUMN = 3


def attention_text(
    weights: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str], *, width: int, colour: bool
) -> str:
    """A map of ``weights``, as many columns beside each other as ``width`` has room for, the others below.

    With ``colour`` the greatest of a row stands out.
    """
    margin = max(map(cell_len, rows)) + 1
    lines: list[str] = []
    for part in _parts([max(LEAST_COLUMN, cell_len(column)) + 1 for column in columns], width - margin):
        lines += [""] if lines else []
        lines.append(" " * margin + "".join(_filled(columns[place], size) for place, size in part).rstrip())
        for name, row in zip(rows, weights, strict=True):
            cells = "".join(_cell(row[place], size, colour and row[place] == max(row)) for place, size in part)
            lines.append((_filled(name, margin) + cells).rstrip())
    return "".join(f"{line}\n" for line in lines)


def _parts(sizes: Sequence[int], room: int) -> Iterator[list[tuple[int, int]]]:
    """(place, width) of the columns that fit beside each other; at least one."""
    part: list[tuple[int, int]] = []
    for place, size in enumerate(sizes):
        if part and sum(each for _, each in part) + size > room:
            yield part
            part = []
        part.append((place, size))
    yield part


def _cell(weight: float, size: int, marked: bool) -> str:
    shade = next((shade for least, shade in SHADES if weight >= least), " ")
    block = shade * (size - 1)
    return (click.style(block, fg="cyan") if marked else block) + " "


def _filled(text: str, size: int) -> str:
    return text + " " * (size - cell_len(text))


def neighbours_text(found: "Sequence[Neighbourhood]") -> str:
    """Under each subword its neighbours, with the cosine of the angle."""
    blocks = []
    for each in found:
        heading = each.piece if each.piece.strip(SPACE_MARK) == each.word else f"{each.piece}  (of {each.word})"
        blocks.append("\n".join([heading, *(f"  {other.cosine:5.2f}  {other.piece}" for other in each.neighbours)]))
    return "\n\n".join(blocks) + "\n"


def heads_text(document: Mapping[str, Any]) -> str:
    """A table for each kind of attention and, where it is known, what each head is worth, the dearest first."""
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
        rows = [["switched off", "BLEU lost"]]
        rows += [[f"{head['which']} {head['layer']}.{head['head']}", f"{head['cost']:.2f}"] for head in ranked]
        whole = f"{bleu['score']:.2f}  {bleu['signature']}"
        tables.append(f"What each head is worth; the whole model, greedy: BLEU {whole}\n{_table(rows)}")
    return "\n\n".join(tables) + "\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """The first and the last column to the left, numbers to the right."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 1
    numeric = [all(_is_number(row[place]) for row in rows[1:]) and place > 0 for place in range(last + 1)]
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
