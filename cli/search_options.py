"""The options of ``nmt translate`` that shape the search; left out, the model's own search settings hold."""

from collections.abc import Sequence
from typing import Any

import click

from .options import PATH, Command, beam_size_option, length_penalty_option

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
    from nmt.text.lines import read_lines

    lines = [] if forbid_file is None else list(read_lines(forbid_file))
    return (*forbid, *(line.strip() for line in lines if line.strip()))
