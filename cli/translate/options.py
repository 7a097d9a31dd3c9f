"""Options of ``nmt translate`` that say in which form text comes and results go."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from ..options import PATH, Command, beam_size_option, length_penalty_option

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


NUMBER = click.IntRange(min=0)

LENGTH_HELP = """Hypotheses are ranked by log P(y|x) / |y|^X, with |y| in subwords, the end mark included: 0 favours
short translations, 1 ranks by the mean."""
# In the order in which they are shown.
SETTINGS: tuple[tuple[str, str, Any, str], ...] = (
    ("--max-length-ratio", "X", float, "A translation has at most X times the subwords of its source, and a few more."),
    ("--min-length", "N", NUMBER, "A translation has at least N subwords."),
    (
        "--coverage-penalty",
        "X",
        float,
        "Add X * sum over source subwords of log(min(attention to it, 1)) to the score: rewards leaving nothing out; "
        "0.2 is usual.",
    ),
    ("--no-repeat-ngram", "N", NUMBER, "No N subwords come twice in a translation; 0: they may."),
    ("--repetition-penalty", "X", float, "Log-probabilities of subwords that are there already count X times."),
    ("--alternatives", "N", NUMBER, "N translations that begin differently, each the best that begins so."),
    ("--temperature", "X", float, "With --sample, log-probabilities are divided by X: below 1 surer, above 1 freer."),
    ("--top-k", "N", NUMBER, "With --sample, draw from the N most probable subwords only; 0: from all."),
    ("--top-p", "X", float, "With --sample, draw from the fewest subwords that have X of the probability."),
    ("--epsilon", "X", float, "With --sample, never draw a subword less probable than X, unless it is the best."),
    ("--seed", "N", int, "With --sample, other seeds draw others; the same line and seed always the same."),
)


def search_options(command: Command) -> Command:
    """All options of the search, and the parameters ``prefix``, ``forbid`` and ``forbid_file``."""
    options = [
        beam_size_option(),
        length_penalty_option(help=LENGTH_HELP),
        *(
            click.option(name, metavar=metavar, type=kind, default=None, show_default="the model's", help=text)
            for name, metavar, kind, text in SETTINGS
        ),
        click.option(
            "--sample",
            is_flag=True,
            default=None,
            help="Draw each subword at random, as probable as the model finds it, instead of searching.",
        ),
        click.option("--prefix", metavar="TEXT", default="", help="Every translation begins with TEXT."),
        click.option(
            "--forbid",
            metavar="WORD",
            multiple=True,
            help="No translation holds WORD, in lower case in any capitalisation; repeat for several. Longer words "
            "that begin with it may be avoided, too.",
        ),
        click.option("--forbid-file", metavar="FILE", type=PATH, help="Forbidden words, one a line."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def forbidden_words(forbid: Sequence[str], forbid_file: str | None) -> tuple[str, ...]:
    """The words of ``--forbid`` and the lines of ``--forbid-file``, empty ones left out."""
    from nmt.files.lines import read_lines

    lines = [] if forbid_file is None else list(read_lines(forbid_file))
    return (*forbid, *(line.strip() for line in lines if line.strip()))
