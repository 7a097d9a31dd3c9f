"""``nmt translate``: lines in, as many lines out."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from nmt import NMTError

from .options import (
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
from .partial_output import SUFFIX, check_output, partial_output
from .search_options import forbidden_words, search_options
from .translation_progress import translation_progress

if TYPE_CHECKING:
    from nmt import Translator

# A window is translated as a whole, its lines sorted by length, and written as a whole.
WINDOW_LINES = 1024
WINDOW_BYTES = 1 << 20

OUTPUT_HELP = f"""File to write; with several FILEs, or if it is a directory, the directory that gets one file of the
same name for each. A file appears when it is complete; if something stops the translation before, what was finished is
in FILE{SUFFIX}."""


@click.command(
    epilog=examples(
        "nmt translate -m model news.de -o news.en",
        "nmt translate -m model a.de b.de -o english/",
        "zcat big.de.gz | nmt translate -m model | gzip > big.en.gz",
        "nmt translate -m model      (then type, line by line)",
    )
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=PATH)
@source_option(multiple=True, hidden=True)  # for those who expect the text to translate behind an option
@input_option(multiple=True, hidden=True)
@model_option(
    multiple=True, help="Model directory; repeat -m for models of one tokenizer that translate together, by torch."
)
@output_option(help=OUTPUT_HELP)
@search_options
@click.option(
    "--batch-size",
    metavar="N",
    type=click.IntRange(min=1),
    show_default="64",
    help="Sentences translated together, fewer if they are long. Changes the speed, not the result.",
)
@click.option("--tag", metavar="NAME", default="", help="Begin each source with this tag of the model's training.")
@engine_option()
@threads_option()
@device_option()
@verbosity_options
def translate(
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
    **search: Any,
) -> None:
    """Translate FILEs, or standard input, line by line: N lines in, N lines out, in order.

    Text is UTF-8, one sentence a line; longer lines are divided at their sentence ends and put together again. An
    empty line stays one. Names in .gz are compressed. Without FILE at a terminal, type and get an answer to each line.
    """
    from nmt import Translator
    from nmt.decoding.translation import Request
    from nmt.model_dir import resolve_model_path
    from nmt.text.lines import check_readable

    inputs = (*files, *source, *input_file) or ("-",)
    if inputs.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once.")
    for path in inputs:
        check_readable(path)
    outputs = _choose_outputs(inputs, output)
    settings: dict[str, Any] = {name: value for name, value in search.items() if value is not None}
    if batch_size is not None:
        settings["batch_sentences"] = batch_size
    wanted: dict[str, Any] = {"prefix": prefix, "forbid": forbidden_words(forbid, forbid_file)}
    models = [resolve_model_path(path) for path in model or (None,)]
    translator = Translator(models, engine=engine, device=device, threads=threads, tag=tag, **settings)
    translator.wish_of(Request("", **wanted))  # what cannot be wished fails here, not after some lines
    if inputs == ("-",) and sys.stdin.isatty():
        click.echo("Type a sentence and press Enter; Ctrl-D ends.", err=True)
    for goal, paths in outputs.items():
        with partial_output(goal) as stream:
            for path in paths:
                _translate_file(translator, path, stream, wanted)


def _translate_file(translator: "Translator", path: str, output: BinaryIO, wanted: dict[str, Any]) -> None:
    """Translate one input into ``output``, which gets each window as soon as it is done; see Request for ``wanted``."""
    from nmt.text.lines import open_binary, read_windows

    name = None if path == "-" else path
    with open_binary(path) as stream, translation_progress(path) as progress:
        windows = progress.watch(read_windows(stream, max_lines=WINDOW_LINES, max_bytes=WINDOW_BYTES))
        for translations in translator.translate_stream(windows, name=name, **wanted):
            output.write("".join(f"{line}\n" for line in translations).encode("utf-8"))
            output.flush()
            progress.advance(len(translations))


def _choose_outputs(inputs: Sequence[str], output: str | None) -> dict[str, list[str]]:
    """The inputs that go into each output, "-" being standard output; no output may be an input or be named twice."""
    if output is None or output == "-":
        return {"-": list(inputs)}
    if len(inputs) == 1 and not Path(output).is_dir() and not output.endswith("/"):
        outputs = {output: list(inputs)}
    else:
        outputs = _outputs_in_directory(inputs, Path(output))
    for goal in outputs:
        check_output(goal, inputs)
    return outputs


def _outputs_in_directory(inputs: Sequence[str], directory: Path) -> dict[str, list[str]]:
    """One file of the same name for each input, in ``directory``, which is made if need be."""
    outputs: dict[str, list[str]] = {}
    for path in inputs:
        if path == "-":
            raise NMTError(f"standard input has no name for a file in {directory}; name files, or one output file")
        goal = str(directory / Path(path).name)
        if goal in outputs:
            raise NMTError(f"{outputs[goal][0]} and {path} would both be written to {goal}; translate them apart")
        outputs[goal] = [path]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(f"{directory} cannot be made a directory: {(error.strerror or str(error)).lower()}") from error
    return outputs
