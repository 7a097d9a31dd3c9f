"""``nmt score``: the probabilities of existing translations by a model."""

import json
import logging
import math
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .console.output import check_output, partial_output
from .console.repeated_warnings import closed_at_the_end
from .options import (
    device_option,
    examples,
    format_option,
    model_option,
    output_option,
    source_option,
    target_option,
    threads_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from nmt.runtime.repeated_warnings import RepeatedWarnings
    from nmt.translation.scorer import LineScore, LineScorer

WINDOW_LINES = 1024

logger = logging.getLogger("nmt")


@click.command(
    epilog=examples(
        "nmt score -m model -s test.de -t test.en",
        "nmt score -m model -s test.de -t other-system.en --normalize --format tsv",
        "nmt translate -m model test.de | nmt score -m model -s test.de -t - --tokens",
    )
)
@model_option(multiple=True, help="Model directory; repeat -m for an ensemble of models with the same tokenizer.")
@source_option(required=True, help="Text, one sentence per line.")
@target_option(required=True, help="Its translations, line-aligned.")
@output_option()
@click.option("--tokens", is_flag=True, help="Show each subword with its log-probability, too.")
@click.option("--normalize", is_flag=True, help="Divide by the number of subwords, including the end mark.")
@format_option(
    type=click.Choice(["text", "tsv", "json"]),
    help="text: numbers; tsv: columns with a header; json: one object per line.",
)
@click.option(
    "--tag", metavar="NAME", default="", help="Put this tag, one the model was trained with, before each source."
)
@threads_option()
@device_option()
@verbosity_options
def score(
    model: tuple[str, ...],
    source: str,
    target: str,
    output: str | None,
    tokens: bool,
    normalize: bool,
    output_format: str,
    tag: str,
    threads: int | None,
    device: str,
) -> None:
    """Score translations by their log-probability (natural logarithm), line by line: N pairs in, N lines out.

    The score of a line is the sum over its subwords and the end mark, as in a search. A pair of empty lines has 0. The
    summary on standard error has the perplexity of the whole text, exp(-sum / subwords).
    """
    from nmt.files.lines import check_readable
    from nmt.model_dir.layout import resolve_model_path

    if source == target == "-":
        raise click.UsageError("only one file can be standard input (-).")
    for path in (source, target):
        check_readable(path)
    models = [resolve_model_path(path) for path in model or (None,)]
    goal = output or "-"
    if goal != "-":
        check_output(goal, (source, target))
    _check_counts(source, target)

    from nmt.translation.loading import load_together
    from nmt.translation.scorer import LineScorer

    scorer = LineScorer(load_together(models, device=device, threads=threads), tag=tag)
    total, subwords, lines = 0.0, 0, 0
    with partial_output(goal) as stream:
        if output_format == "tsv":
            stream.write("\t".join(("log_probability", "subwords", *["tokens"] * tokens)).encode() + b"\n")
        for scores in _score_windows(scorer, source, target):
            rows = [_row(each, output_format, tokens=tokens, normalize=normalize) for each in scores]
            stream.write("".join(f"{row}\n" for row in rows).encode("utf-8", "backslashreplace"))
            stream.flush()
            total += math.fsum(each.log_probability for each in scores)
            subwords += sum(len(each.pieces) for each in scores)
            lines += len(scores)
    scorer.close()
    if subwords:
        summary = "%s lines, %s subwords with end marks; log-probability %.2f, %.4f a subword; perplexity %.4f"
        mean = total / subwords
        logger.info(summary, f"{lines:,}", f"{subwords:,}", total, mean, math.exp(-mean))


def _check_counts(source: str, target: str) -> None:
    """Raise an NMTError with both counts unless the files have equally many lines; only for files, not for pipes."""
    from nmt.corpus.blocks import ParallelFiles, raw_blocks

    if all(Path(path).is_file() for path in (source, target)):
        deque(raw_blocks(ParallelFiles(source, target), WINDOW_LINES), maxlen=0)


def _score_windows(scorer: "LineScorer", source: str, target: str) -> Iterator[list["LineScore"]]:
    """The scores of each window of pairs; NMTError if one file ends before the other."""
    from nmt.corpus.blocks import ParallelFiles, raw_blocks

    replaced = closed_at_the_end("lines replaced before scoring")
    first = 1
    for windows in raw_blocks(ParallelFiles(source, target), WINDOW_LINES):
        texts = [_decode(path, window, first, replaced) for path, window in zip((source, target), windows, strict=True)]
        yield scorer.score(texts[0], texts[1], first_line=first)
        first += len(texts[0])


def _decode(path: str, window: list[bytes], number: int, replaced: "RepeatedWarnings") -> list[str]:
    """The lines as text; the first few that are not clean are named in warnings."""
    from nmt.files.lines import decode_line, display_name

    texts = []
    for line_number, raw in enumerate(window, start=number):
        text, problem = decode_line(raw.removesuffix(b"\n"))
        if problem is not None:
            replaced.add("%s, line %d: %s, replaced before scoring", display_name(path), line_number, problem)
        texts.append(text)
    return texts


def _row(score: "LineScore", output_format: str, *, tokens: bool, normalize: bool) -> str:
    value = score.mean if normalize else score.log_probability
    pairs = list(zip(score.pieces, score.log_probabilities, strict=True))
    if output_format == "json":
        row: dict[str, object] = {"log_probability": round(value, 6), "subwords": len(pairs)}
        if tokens:
            row["tokens"] = [{"piece": piece, "log_probability": round(number, 6)} for piece, number in pairs]
        return json.dumps(row, ensure_ascii=False)
    columns = [f"{value:.4f}"]
    if output_format == "tsv":
        columns.append(str(len(pairs)))
    if tokens:
        columns.append(" ".join(f"{piece} {number:.4f}" for piece, number in pairs))
    return "\t".join(columns)
