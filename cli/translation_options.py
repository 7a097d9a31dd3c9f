"""Options of ``nmt translate`` that say in which form text comes and results go."""

from collections.abc import Callable
from typing import Any

import click

from .options import PATH, Command

ALIGN_HELP = """File for the alignment of each line, as fast_align and eflomal write it: 0-0 1-2 are pairs of words of
the line and its translation, counted from 0. A word is what stands between blanks; in scripts without blanks, each
character."""

FORMAT_HELP = """text: a translation a line; where several are wanted a list in the form of Moses, each as
LINE ||| TRANSLATION ||| SCORE with lines counted from 0. tsv: with its score behind a tab, then further ones with
theirs. json: objects with "text", and if you like "prefix" and "forbid", become objects with "translation",
"score", "tokens", "alignment" and more; all else in them stays."""

RAW_HELP = """Give the model whole lines: lines without letters, list markers, indentation and capitals are left to
it."""

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
            "help": "Translations found of each line; at most the beam size.",
        },
    ),
    (("--scores",), {"is_flag": True, "help": "Write text as with --n-best, LINE ||| TRANSLATION ||| SCORE."}),
    (("--align", "align_file"), {"metavar": "FILE", "type": PATH, "help": ALIGN_HELP}),
    (
        ("--split-sentences/--no-split-sentences",),
        {
            "default": None,
            "show_default": "as many sentences at once as the model's training lines have",
            "help": "Translate each sentence of a line by itself, or as many at once as the model can take.",
        },
    ),
    (("--raw",), {"is_flag": True, "help": RAW_HELP}),
)


def result_options(command: Command) -> Command:
    """The options of this module, in this order."""
    for names, settings in reversed(_OPTIONS):
        add: Callable[[Command], Command] = click.option(*names, **settings)
        command = add(command)
    return command
