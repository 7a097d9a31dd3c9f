"""``nmt evaluate``: how good a model's translations, or given ones, are."""

import json
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from .options import (
    beam_size_option,
    device_option,
    engine_option,
    examples,
    format_option,
    input_option,
    length_penalty_option,
    model_option,
    output_option,
    reference_option,
    source_option,
    threads_option,
    verbosity_options,
)
from .partial_output import check_output

if TYPE_CHECKING:
    from nmt.evaluation.metrics import Evaluation, MetricScore

logger = logging.getLogger("nmt")

EXAMPLES = examples(
    "nmt evaluate -m model -s test.de -r test.en",
    "nmt evaluate -i translations.en -r test.en --format json",
    "nmt evaluate -i translations.en -r reference1.en -r reference2.en",
)
TOKENIZERS = ("13a", "intl", "zh", "char", "ja-mecab", "ko-mecab", "none", "flores101", "flores200")


@click.command(epilog=EXAMPLES)
@model_option()
@source_option(help="Text to translate with the model.")
@input_option(help="Translations to score instead, of any system; no model is needed.")
@reference_option(required=True)
@output_option(show_default=None, help="File to write the model's translations to.")
@beam_size_option()
@length_penalty_option()
@click.option(
    "--tokenize",
    metavar="NAME",
    type=click.Choice(TOKENIZERS),
    show_default="by the target language",
    help=f"How BLEU finds words: {', '.join(TOKENIZERS)}.",
)
@click.option("--lowercase", is_flag=True, help="Make no difference between upper and lower case.")
@format_option()
@engine_option()
@device_option()
@threads_option()
@verbosity_options
def evaluate(
    model: str | None,
    source: str | None,
    input_file: str | None,
    reference: tuple[str, ...],
    output: str | None,
    output_format: str,
    tokenize: str | None,
    lowercase: bool,
    **translating: Any,
) -> None:
    """Score translations with BLEU, chrF2++ and TER, as sacreBLEU computes them, with their signatures.

    Either translate a source (-s) with a model (-m), or score a file of translations (-i).
    """
    _check_usage(model, source, input_file, output, reference)
    settings = {"tokenize": tokenize, "lowercase": lowercase}
    if input_file is not None:
        result = _evaluate_file(input_file, reference, settings)
    else:
        result = _evaluate_model(model, str(source), reference, output, settings, translating)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if output_format == "json" else _text(result))


def _check_usage(
    model: str | None, source: str | None, input_file: str | None, output: str | None, references: tuple[str, ...]
) -> None:
    if (source is None) == (input_file is None):
        raise click.UsageError("give either -s SOURCE, to translate it with the model, or -i TRANSLATIONS.")
    if input_file is not None and (model is not None or output is not None):
        raise click.UsageError("-i scores what is already translated; it goes without -m and -o.")
    if output == "-":
        raise click.UsageError("standard output is for the scores; -o names a file for the translations.")
    if [source or input_file, *references].count("-") > 1:
        raise click.UsageError("only one file can be standard input (-).")


def _evaluate_file(hypotheses: str, references: Sequence[str], settings: dict[str, Any]) -> dict[str, Any]:
    from nmt.evaluation.metrics import score_translations

    lines, reference_lines = _read_aligned(hypotheses, references)
    language = _language_of(references)
    scores = score_translations(lines, reference_lines, target_language=language, **settings)
    return {"hypotheses": hypotheses, **_common(references, scores, len(lines))}


def _evaluate_model(
    model: str | None,
    source: str,
    references: Sequence[str],
    output: str | None,
    settings: dict[str, Any],
    translating: dict[str, Any],
) -> dict[str, Any]:
    from nmt.evaluation.metrics import evaluate as evaluate_system
    from nmt.model_dir import load_info, resolve_model_path
    from nmt.text.lines import atomic_writer

    if output is not None:
        check_output(output, (source, *references))
    directory = resolve_model_path(model)
    info = load_info(directory)
    lines, reference_lines = _read_aligned(source, references)
    settings["target_language"] = info.target_language or _language_of(references)
    with nullcontext() if output is None else atomic_writer(output) as stream:
        from nmt.decoding.translator import Translator

        given = {name: value for name, value in translating.items() if value is not None}
        translator = Translator(directory, **given)
        logger.info("translating %s lines", f"{len(lines):,}")
        evaluation = evaluate_system(translator.translate, lines, reference_lines, **settings)
        if stream is not None:
            stream.write("".join(f"{line}\n" for line in evaluation.hypotheses).encode("utf-8"))
    speed = _speed(evaluation)
    logger.info("translated in %.1f s, %.1f sentences/s", speed["seconds"], speed["sentences_per_second"])
    result = _common(references, evaluation.scores, len(lines))
    return {"model": str(directory), "source": source, **result, **speed}


def _read_aligned(first: str, references: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    from nmt.evaluation.metrics import check_aligned
    from nmt.text.lines import check_readable, read_lines

    for path in (first, *references):
        check_readable(path)
    lines, *reference_lines = [list(read_lines(path)) for path in (first, *references)]
    check_aligned({first: len(lines), **dict(zip(references, map(len, reference_lines), strict=True))})
    return lines, reference_lines


def _language_of(references: Sequence[str]) -> str | None:
    from nmt.evaluation.metrics import language_of_file

    return next((language for language in map(language_of_file, references) if language), None)


def _common(references: Sequence[str], scores: "Sequence[MetricScore]", sentences: int) -> dict[str, Any]:
    table = [asdict(score) for score in scores]
    return {"references": list(references), "sentences": sentences, "scores": table}


def _speed(evaluation: "Evaluation") -> dict[str, float]:
    seconds = evaluation.seconds
    return {"seconds": seconds, "sentences_per_second": len(evaluation.hypotheses) / max(seconds, 1e-9)}


def _text(result: dict[str, Any]) -> str:
    return "\n".join(f"{score['name']:<8} {score['score']:6.2f}  {score['signature']}" for score in result["scores"])
