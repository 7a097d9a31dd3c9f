"""``nmt translate``: N lines in, N lines out."""

from collections.abc import Sequence
from typing import Any

import click

from nmt import NMTError

from ..console.output import SUFFIX, check_output
from ..options import (
    PATH,
    device_option,
    engine_option,
    examples,
    input_option,
    model_option,
    output_option,
    source_option,
    threads_option,
    verbosity_options,
)
from ..unused_options import reject_given, reject_unused_search_options
from .formats import choose_format
from .interactive import is_interactive
from .job import translate_files
from .options import forbidden_words, result_options, search_options
from .outputs import choose_outputs

OUTPUT_HELP = f"""File to write; with several FILEs, or if it is a directory, the directory for one output file of the
same name per FILE. A file appears when it is complete; if something stops the translation earlier, the finished part is
in FILE{SUFFIX}."""


@click.command(
    epilog=examples(
        "nmt translate -m model news.de -o news.en",
        "nmt translate -m model a.de b.de -o english/",
        "nmt translate -m model --format json < lines.jsonl > translations.jsonl",
        "nmt translate -m model news.de -o news.en --align news.de-en",
        "zcat big.de.gz | nmt translate -m model | gzip > big.en.gz",
        "nmt translate -m model      (then type, line by line)",
    )
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=PATH)
@source_option(multiple=True, hidden=True)  # for users who expect an option for the text to translate
@input_option(multiple=True, hidden=True)
@model_option(
    multiple=True, help="Model directory; repeat -m for an ensemble of models with the same tokenizer, run by torch."
)
@output_option(help=OUTPUT_HELP)
@search_options
@click.option(
    "--batch-size",
    metavar="N",
    type=click.IntRange(min=1),
    show_default="64",
    help="Sentences translated together, fewer if they are long. Changes the speed, not the translations.",
)
@click.option(
    "--tag", metavar="NAME", default="", help="Put this tag, one the model was trained with, before each source."
)
@engine_option()
@threads_option()
@device_option()
@result_options
@verbosity_options
@click.pass_context
def translate(
    context: click.Context,
    /,
    files: tuple[str, ...],
    source: tuple[str, ...],
    input_file: tuple[str, ...],
    model: tuple[str, ...],
    output: str | None,
    engine: str,
    device: str,
    threads: int | None,
    batch_size: int | None,
    tag: str,
    prefix: str,
    forbid: tuple[str, ...],
    forbid_file: str | None,
    output_format: str,
    input_format: str | None,
    scores: bool,
    align_file: str | None,
    split_sentences: bool | None,
    raw: bool,
    **search: Any,
) -> None:
    """Translate FILEs, or standard input, line by line: N lines in, N lines out, in order.

    Text is UTF-8. A line with more sentences than the model learned from, or too long for it, is split at sentence
    ends, and the translations are put together again. Lines without letters, list markers and indentation are copied;
    a line in capitals is translated in sentence case and capitalized again. An empty line stays empty. Files may be
    compressed (.gz .xz .bz2 .zst). Without FILE at a terminal, each line you type is translated at once; -v also shows
    its score and which words translate which.

    With JSON, a line that cannot be translated becomes an object with "error", and the exit status is 1.
    """
    from nmt import Translator
    from nmt.model_dir.config_json import load_info
    from nmt.model_dir.layout import resolve_model_path
    from nmt.translation.requests import Request

    inputs = (*files, *source, *input_file) or ("-",)
    _check_inputs(inputs)
    other_inputs = [] if forbid_file is None else [forbid_file]
    outputs = choose_outputs(inputs, output, other_inputs)
    if align_file is not None:
        check_output(align_file, (*inputs, *other_inputs, *(goal for goal in outputs if goal != "-")))
    if output_format != "text":
        reject_given(context, ["scores"], f"is for --format text; --format {output_format} always has them.")
    models = [resolve_model_path(path) for path in model or (None,)]
    reject_unused_search_options(context, [bool(search["sample"]) or load_info(models[0]).search.sample])
    settings: dict[str, Any] = {name: value for name, value in search.items() if value is not None}
    if batch_size is not None:
        settings["batch_sentences"] = batch_size
    defaults = Request("", prefix, forbidden_words(forbid, forbid_file))
    with Translator(
        models,
        engine=engine,
        device=device,
        threads=threads,
        tag=tag,
        split_sentences=split_sentences,
        raw=raw,
        **settings,
    ) as translator:
        translator.constraint_for(defaults)  # a constraint that cannot be met fails now, not after some lines
        chosen = choose_format(translator, output_format, input_format, scores=scores, defaults=defaults)
        failed = translate_files(translator, chosen, outputs, align_file, interactive=is_interactive(inputs))
    if failed:
        raise NMTError(f"{failed:,} {'line was' if failed == 1 else 'lines were'} not translated; see the errors above")


def _check_inputs(inputs: Sequence[str]) -> None:
    """Raise an error for inputs that cannot be read, or are not text, before the model is loaded."""
    from nmt.files.lines import check_readable, describe_non_text

    if inputs.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once.")
    for path in inputs:
        check_readable(path)
        if problem := describe_non_text(path):
            raise NMTError(problem)
