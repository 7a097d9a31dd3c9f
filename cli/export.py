"""``nmt export``: a model in the format of another program."""

import logging
from typing import TYPE_CHECKING

import click

from .options import (
    PATH,
    device_option,
    examples,
    model_option,
    output_option,
    source_option,
    threads_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from nmt.corpus.pairs import Pair

FORMATS = ("ctranslate2",)
DEFAULT_QUANTIZATION = "int8"

logger = logging.getLogger("nmt.conversion.export")


@click.command(
    epilog=examples(
        "nmt export -m model",
        "nmt export -m model --quantization int8_float16 -o for-gpu/",
        "nmt export -m model -s test.de -r test.en",
    )
)
@model_option()
@click.option("--to", "to_format", type=click.Choice(FORMATS), default=FORMATS[0], help="Format.")
@click.option(
    "--quantization",
    metavar="TYPE",
    default=DEFAULT_QUANTIZATION,
    help="int8, int8_float32, int8_float16, int16, bfloat16, float16 or float32.",
)
@output_option(metavar="DIR", show_default="MODEL/ctranslate2", help="Directory to write, replacing an older export.")
@source_option(
    show_default="the validation text of the training", help="Text for the comparison, one sentence per line."
)
@click.option("-r", "--reference", metavar="FILE", type=PATH, help="Its reference translation, line-aligned.")
@threads_option()
@device_option()
@verbosity_options
def export(
    model: str | None,
    to_format: str,  # noqa: ARG001 - only one so far
    quantization: str,
    output: str | None,
    source: str | None,
    reference: str | None,
    threads: int | None,
    device: str,
) -> None:
    """Convert a model to the format of CTranslate2, which translates several times as fast.

    nmt translate uses the copy in MODEL/ctranslate2, which nmt train writes; without -o, this command replaces it. The
    copy and torch translate up to 200 sentences, and if their BLEU differs by more than 1.0, nothing is written.
    """
    from nmt.conversion.export import export as export_model
    from nmt.ctranslate2.fast_copy import check_output, check_quantization
    from nmt.files.lines import display_name
    from nmt.model_dir.layout import FAST_COPY, TRAINING, resolve_model_path

    if (source is None) != (reference is None):
        raise click.UsageError("-s and -r go together: a text for the comparison and its translation.")
    check_quantization(quantization)
    path = resolve_model_path(model)
    check_output(path / FAST_COPY if output is None else output)
    if source is not None and reference is not None:
        pairs = _read_pairs(source, reference)
    else:
        from nmt.training.preparation.prepared import stored_validation

        pairs = stored_validation(path / TRAINING)
    exported = export_model(path, pairs, quantization=quantization, output=output, device=device, threads=threads)
    if exported.comparison is None:
        logger.warning("nothing was compared, as the model has no validation text; name a text with -s and -r")
    click.echo(f"{display_name(exported.path)}: {exported.comparison or quantization}")


def _read_pairs(source: str, reference: str) -> "list[Pair]":
    from nmt.corpus.pairs import Pair, check_aligned
    from nmt.files.lines import read_lines

    lines, reference_lines = list(read_lines(source)), list(read_lines(reference))
    check_aligned({source: len(lines), reference: len(reference_lines)})
    return [Pair(*pair) for pair in zip(lines, reference_lines, strict=True) if all(map(str.strip, pair))]
