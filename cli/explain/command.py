"""``nmt explain``: what a model computes for a sentence, and what its words and heads do."""

import sys
from pathlib import Path
from typing import Any

import click

from ..console.output import check_output
from ..options import (
    beam_size_option,
    device_option,
    examples,
    model_option,
    output_option,
    reference_option,
    source_option,
    threads_option,
    verbosity_options,
)
from ..unused_options import reject_given

USES = """choose what to explain:

  a sentence  nmt explain "Ein Hund läuft." -o page.html
  words       nmt explain --neighbours Hund --neighbours Katze -o map.svg
  the heads   nmt explain --heads -s test.de -r test.en -o heads.html

Without -o, the result is printed here."""
FORMATS = {
    "sentence": ("text", "html", "json", "png", "svg"),
    "words": ("text", "json", "png", "svg"),
    "heads": ("text", "html", "json"),
}
ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".png": "png", ".svg": "svg", ".txt": "text"}
PICTURES = ("png", "svg")
ATTENTIONS = ("encoder", "decoder", "cross")
NAMES = {"sentence": "a SENTENCE", "words": "--neighbours", "heads": "--heads"}
# The options that belong to some uses only.
BELONGING = {
    "target": ("sentence", "heads"),
    "beam_size": ("sentence",),
    "layer": ("sentence",),
    "head": ("sentence",),
    "which": ("sentence",),
    "tag": ("sentence", "heads"),
    "count": ("words",),
    "source": ("heads",),
    "reference": ("heads",),
    "lines": ("heads",),
}


@click.command(
    epilog=examples(
        'nmt explain -m model "Ein Hund läuft."',
        'nmt explain -m model "Ein Hund läuft." -o page.html',
        'nmt explain -m model "Ein Hund läuft." --target "A dog is running." -o page.html --lang zh',
        'nmt explain -m model "Ein Hund läuft." --which cross --layer 2 --head 1 -o map.svg',
        "nmt explain -m model --neighbours Hund --neighbours läuft -o words.png",
        "nmt explain -m model --heads -s test.de -r test.en -o heads.html",
    )
)
@click.argument("sentence", required=False)
@model_option()
@output_option(show_default="standard output", help="File to write: .html, .json, .png or .svg.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS["sentence"]),
    show_default="by the ending of -o, else text",
    help="Output format; for a sentence, png and svg show one attention map.",
)
@click.option("--lang", "language", metavar="CODE", default="en", help="Language of pages: en or zh.")
@click.option(
    "-t",
    "--target",
    metavar="TEXT",
    help="A translation to explain instead of the model's own; with --heads, a file of translations.",
)
@beam_size_option()
@click.option("--which", type=click.Choice(ATTENTIONS), show_default="cross", help="Attention to draw in a picture.")
@click.option("--layer", metavar="N", type=int, show_default="those that align words", help="Layer to draw, from 1.")
@click.option("--head", metavar="N", type=int, show_default="the mean of all", help="Head to draw, from 1.")
@click.option("--neighbours", metavar="WORD", multiple=True, help="Show the subwords nearest to WORD; repeatable.")
@click.option(
    "--count", metavar="N", type=click.IntRange(min=1), show_default="10", help="Number of neighbours of each subword."
)
@click.option("--heads", is_flag=True, help="Show what each attention head does on a text.")
@source_option(help="With --heads, the text to analyse.")
@reference_option(help="With --heads, its reference translations: BLEU is measured without each head; repeatable.")
@click.option(
    "--lines",
    metavar="N",
    type=click.IntRange(min=1),
    show_default="200",
    help="With --heads, the maximum number of lines.",
)
@click.option("--tag", metavar="NAME", help="Begin each source with this tag of the model's training.")
@device_option(default="cpu")
@threads_option()
@verbosity_options
@click.pass_context
def explain(context: click.Context, /, **given: Any) -> None:
    """Show how a model translates a sentence.

    A SENTENCE is traced through the model, from its subwords through all attention layers to the beam search: as an
    interactive page (-o page.html), or here as a small map of the source words that each word attends to. --neighbours
    shows which subwords the model treats as similar, --heads what each attention head does and, with -r, the BLEU lost
    without it.
    """
    use = _use_of(given)
    output_format = _format_of(use, given)
    _check_picture(use, output_format, given)
    if output_format != "html":
        reject_given(context, ["language"], "is the language of a page: write one with -o page.html, or leave it out.")
    if given["target"] is not None and output_format != "html" and output_format != "json":
        reject_given(context, ["beam_size"], "is for the search, which --target replaces: leave one of them out.")
    if given["output"] is not None:
        check_output(given["output"], [path for path in (given["source"], *given["reference"]) if path])

    from nmt.explain.texts import load_texts
    from nmt.model_dir.config_json import load_info
    from nmt.model_dir.layout import resolve_model_path

    path = resolve_model_path(given["model"])
    load_info(path)  # what can fail fast fails before torch is loaded
    if output_format == "html":
        load_texts(given["language"])

    from .answers import explain_heads, explain_sentence, explain_words

    run = {"sentence": explain_sentence, "words": explain_words, "heads": explain_heads}[use]
    _write(run(path, output_format, given), given["output"])


def _use_of(given: dict[str, Any]) -> str:
    """Which of the three uses is meant; UsageErrors for none, for several, and for options of another use."""
    requested = {"sentence": given["sentence"] is not None, "words": bool(given["neighbours"]), "heads": given["heads"]}
    uses = [use for use, is_requested in requested.items() if is_requested]
    if not uses:
        raise click.UsageError(USES)
    if len(uses) > 1:
        raise click.UsageError(f"{NAMES[uses[0]]} and {NAMES[uses[1]]} exclude each other; give one of them.")
    [use] = uses
    for name, owners in BELONGING.items():
        if given[name] not in (None, ()) and use not in owners:
            option = f"--{name.replace('_', '-')}"
            others = " or ".join(NAMES[owner] for owner in owners)
            raise click.UsageError(f"{option} is for {others}, not for {NAMES[use]}.")
    if use == "heads" and given["source"] is None:
        raise click.UsageError("--heads needs a text to analyse; name it with -s.")
    return use


def _format_of(use: str, given: dict[str, Any]) -> str:
    """The format asked for, or that of the output's ending; UsageErrors for formats that this use does not have."""
    known, output = FORMATS[use], given["output"]
    chosen = given["output_format"]
    if chosen is None:
        ending = Path(output).suffix.lower() if output not in (None, "-") else ".txt"
        if ending not in ENDINGS:
            endings = ", ".join(f".{name}" for name in known if name != "text")
            raise click.UsageError(f"the ending of {output} is not a known format; use {endings}, or give --format.")
        chosen = ENDINGS[ending]
    if chosen not in known:
        raise click.UsageError(f"{NAMES[use]} cannot be shown as {chosen}, only as {', '.join(known)}.")
    if chosen == "png" and output in (None, "-") and sys.stdout.isatty():
        raise click.UsageError("a picture cannot be shown in a terminal; name a file for it with -o.")
    return str(chosen)


def _check_picture(use: str, output_format: str, given: dict[str, Any]) -> None:
    chosen = [f"--{name}" for name in ("which", "layer", "head") if given[name] is not None]
    if chosen and output_format not in PICTURES:
        raise click.UsageError(f"{chosen[0]} is for pictures; add --format png or svg, or -o map.svg.")
    if use == "sentence" and given["head"] is not None and given["layer"] is None:
        raise click.UsageError("--head needs --layer; every layer has heads with these numbers.")


def _write(content: bytes, output: str | None) -> None:
    from nmt.files.atomic import atomic_writer

    with atomic_writer(output or "-") as stream:
        stream.write(content)
