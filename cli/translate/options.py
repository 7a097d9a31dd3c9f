"""Options of ``nmt translate``: formats of text and results, and the search."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from ..options import PATH, Command, beam_size_option, length_penalty_option

ALIGN_HELP = """File for the alignment of each line in the format of fast_align and eflomal: 0-0 1-2 are pairs of
words of the line and its translation, counted from 0. Words are separated by spaces; in scripts without spaces, each
character is a word."""

FORMAT_HELP = """text: one translation per line; with --n-best or --alternatives a list in the format of Moses,
LINE ||| TRANSLATION ||| SCORE, with lines counted from 0. tsv: translation, tab, score, then further translations with
their scores. json: objects with "text", and optionally "prefix" and "forbid", become objects with "translation",
"score", "tokens", "alignment" and more; other fields are kept."""

RAW_HELP = """Give the model whole lines, including lines without letters, list markers, indentation and
capitals."""

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
            "help": "Format of the lines to translate.",
        },
    ),
    (
        ("--n-best",),
        {
            "metavar": "N",
            "type": click.IntRange(min=1),
            "show_default": "the model's",
            "help": "Number of translations of each line; at most the beam size.",
        },
    ),
    (("--scores",), {"is_flag": True, "help": "Write text in the format of --n-best, LINE ||| TRANSLATION ||| SCORE."}),
    (("--align", "align_file"), {"metavar": "FILE", "type": PATH, "help": ALIGN_HELP}),
    (
        ("--split-sentences/--no-split-sentences",),
        {
            "default": None,
            "show_default": "as many sentences at once as lines of the training text had",
            "help": "Translate each sentence of a line by itself, or as many at once as fit into the model.",
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

LENGTH_HELP = """Hypotheses are ranked by log P(y|x) / |y|^X, with |y| in subwords including the end mark: 0 favours
short translations, 1 ranks by the mean."""
# In the order of the help text.
SETTINGS: tuple[tuple[str, str, Any, str], ...] = (
    ("--max-length-ratio", "X", float, "A translation has at most X times the subwords of its source, plus a few."),
    ("--min-length", "N", NUMBER, "A translation has at least N subwords."),
    (
        "--coverage-penalty",
        "X",
        float,
        "Add X * sum over source subwords of log(min(attention to it, 1)) to the score: rewards translations that "
        "leave nothing out; 0.2 is usual.",
    ),
    ("--no-repeat-ngram", "N", NUMBER, "No sequence of N subwords occurs twice in a translation; 0: no limit."),
    (
        "--repetition-penalty",
        "X",
        float,
        "Log-probabilities of subwords that the translation already contains count X times.",
    ),
    ("--alternatives", "N", NUMBER, "N translations with different beginnings, each the best one with its beginning."),
    (
        "--temperature",
        "X",
        float,
        "With --sample, divide log-probabilities by X: below 1 is safer, above 1 more varied.",
    ),
    ("--top-k", "N", NUMBER, "With --sample, draw only from the N most probable subwords; 0: from all."),
    ("--top-p", "X", float, "With --sample, draw from the fewest subwords whose probabilities add up to X."),
    ("--epsilon", "X", float, "With --sample, never draw a subword less probable than X, unless it is the best one."),
    (
        "--seed",
        "N",
        int,
        "With --sample, the same line and seed always give the same translation; other seeds give others.",
    ),
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
            help="Draw each subword at random with the model's probabilities instead of searching.",
        ),
        click.option("--prefix", metavar="TEXT", default="", help="Every translation begins with TEXT."),
        click.option(
            "--forbid",
            metavar="WORD",
            multiple=True,
            help="No translation contains WORD; a WORD in lower case stands for any capitalization. Repeat it for "
            "several words. Longer words that begin with WORD may be avoided, too.",
        ),
        click.option("--forbid-file", metavar="FILE", type=PATH, help="File of forbidden words, one per line."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def forbidden_words(forbid: Sequence[str], forbid_file: str | None) -> tuple[str, ...]:
    """The words of ``--forbid`` and the lines of ``--forbid-file``, empty ones left out."""
    from nmt.files.lines import read_lines

    lines = [] if forbid_file is None else list(read_lines(forbid_file))
    return (*forbid, *(line.strip() for line in lines if line.strip()))
