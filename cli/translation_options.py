"""Options of ``nmt translate`` that say in which form text comes and results go."""

from collections.abc import Callable
from typing import Any

import click

from .options import PATH, Command

ALIGN_HELP = """File for the alignment of each line, as fast_align and eflomal write it: 0-0 1-2 are pairs of words of
the line and its translation, counted from 0. A word is what stands between blanks; in scripts without blanks, each
character."""

FORMAT_HELP = """text: a translation a line. tsv: with its score behind a tab, then further translations and their
scores. json: objects with "text", and if you like "prefix" and "forbid", become objects with "translation", "score",
"tokens", "alignment" and more; all else in them stays."""

_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--format", "output_format"),
        {"type": click.Choice(["text", "tsv", "json"]), "default": "text", "help": FORMAT_HELP},
    ),
    (
        ("--input-format",),
        {
            "type": click.Choice(["text", "json"]),
            "show_default": "json for --format json, else text",
            "help": "Form of the lines to translate.",
        },
    ),
    (
        ("--n-best",),
        {
            "metavar": "N",
            "type": click.IntRange(min=1),
            "show_default": "the model's",
            "help": "The N best translations of each line, at most as many as beams; as text in the form of Moses, "
            "LINE ||| TRANSLATION ||| SCORE, with lines counted from 0.",
        },
    ),
    (("--scores",), {"is_flag": True, "help": "Write text in the form of --n-best even if N is 1."}),
    (("--align", "align_file"), {"metavar": "FILE", "type": PATH, "help": ALIGN_HELP}),
    (
        ("--split-sentences",),
        {"is_flag": True, "help": "Lines are paragraphs: translate their sentences one by one and keep the blanks."},
    ),
)


def result_options(command: Command) -> Command:
    """The options of this module, in this order."""
    for names, settings in reversed(_OPTIONS):
        add: Callable[[Command], Command] = click.option(*names, **settings)
        command = add(command)
    return command
