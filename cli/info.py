"""``nmt info``: what a model directory holds."""

import json
import logging
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nmt.doctor.finding import size

from .console.output import check_output
from .options import PATH, examples, format_option, model_option, verbosity_options

if TYPE_CHECKING:
    from nmt.model_dir.info import ModelInfo

logger = logging.getLogger("nmt.info")


@click.command(epilog=examples("nmt info", "nmt info model --format json", "nmt info model --plot curves.png"))
@click.argument("directory", metavar="[MODEL]", type=PATH, required=False)
@model_option()
@click.option("--plot", metavar="FILE", type=PATH, help="Draw the training curves into a .png or .svg file.")
@format_option()
@verbosity_options
def info(directory: str | None, model: str | None, plot: str | None, output_format: str) -> None:
    """Show what a model is, how it was trained, how good it is and how large."""
    from nmt.model_dir.info import load_info
    from nmt.model_dir.layout import WEIGHTS, resolve_model_path
    from nmt.model_dir.weights import read_header

    if directory is not None and model is not None:
        raise click.UsageError("name the model once, as MODEL or with -m.")
    path = resolve_model_path(directory or model)
    if plot is not None:
        check_output(plot, [])
    found = load_info(path)
    parameters = read_header(path / WEIGHTS).parameters
    if plot is not None:
        _draw(path, plot, found, parameters)
    click.echo(_json(path, found, parameters) if output_format == "json" else _text(path, found, parameters))


def _draw(path: Path, plot: str, found: "ModelInfo", parameters: int) -> None:
    from nmt.model_dir.card import title
    from nmt.model_dir.layout import TRAINING
    from nmt.training.reporting.curves import draw_curves
    from nmt.training.reporting.log import LOG

    shape = f"{found.model.encoder_layers}+{found.model.decoder_layers} layers, dimension {found.model.dimension}"
    remark = f"{shape}, {parameters:,} parameters"
    draw_curves(path / TRAINING / LOG, plot, title=title(found), remark=remark)
    logger.info("the training curves are in %s", plot)


def _json(path: Path, found: "ModelInfo", parameters: int) -> str:
    from nmt.model_dir.layout import disk_usage
    from nmt.settings import to_mapping

    needed, training = disk_usage(path)
    sizes = {"parameters": parameters, "bytes": needed, "training_bytes": training}
    return json.dumps({"directory": str(path), **sizes, **to_mapping(found)}, ensure_ascii=False, indent=2)


def _text(path: Path, found: "ModelInfo", parameters: int) -> str:
    from nmt.files.lines import display_name
    from nmt.model_dir.card import facts, score_remarks, score_rows, title
    from nmt.model_dir.layout import disk_usage
    from nmt.settings import to_mapping

    needed, training = disk_usage(path)
    named = display_name(shlex.quote(str(path)))
    general = [
        ("directory", display_name(path)),
        ("format", str(found.format_version)),
        ("parameters", f"{parameters:,}"),
        ("size", size(needed)),
        *([("training/", f"{size(training)}, only to go on training")] if training else []),
        ("longest line", f"{found.max_source_length:,} subwords; longer ones are split"),
    ]
    scores = [(name, f"{score:.2f}  {signature}") for name, score, signature in score_rows(found.scores)]
    sections = {
        title(found): general,
        "Validation scores": [*scores, *score_remarks(found.scores)],
        "Architecture": facts(to_mapping(found.model)),
        "Data and training": facts(found.training),
        "Search": facts(to_mapping(found.search)),
        "Use": [
            ("translate", f"nmt translate -m {named} FILE"),
            ("evaluate", f"nmt evaluate -m {named} -s FILE -r FILE"),
        ],
    }
    return "\n\n".join(_section(heading, rows) for heading, rows in sections.items())


def _section(heading: str, entries: Iterable[tuple[str, str]]) -> str:
    rows = list(entries) or [("none recorded", "")]
    width = max(len(name) for name, _ in rows)
    return "\n".join([heading, *(f"  {name:<{width}}  {value}".rstrip() for name, value in rows)])
