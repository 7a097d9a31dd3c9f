"""``nmt info``: what a model is, how it was trained and how good it is."""

import json
import logging
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nmt.text.sizes import readable_size

from .console.output import check_output
from .options import PATH, examples, format_option, model_option, verbosity_options

if TYPE_CHECKING:
    from nmt.model_dir.config_json import ModelInfo

logger = logging.getLogger("nmt.info")


@click.command(epilog=examples("nmt info", "nmt info model --format json", "nmt info model --plot curves.png"))
@click.argument("directory", metavar="[MODEL]", type=PATH, required=False)
@model_option()
@click.option("--plot", metavar="FILE", type=PATH, help="Draw the training curves into a .png or .svg file.")
@format_option()
@verbosity_options
def info(directory: str | None, model: str | None, plot: str | None, output_format: str) -> None:
    """Show what a model is, how it was trained, its scores and its size."""
    from nmt.model_dir.config_json import load_info
    from nmt.model_dir.layout import WEIGHTS, resolve_model_path
    from nmt.model_dir.weights import read_header

    if directory is not None and model is not None:
        raise click.UsageError("name the model only once, as MODEL or with -m.")
    path = resolve_model_path(directory or model)
    if plot is not None:
        check_output(plot, [])
    model_info = load_info(path)
    parameters = read_header(path / WEIGHTS).parameters
    if plot is not None:
        _draw(path, plot, model_info, parameters)
    click.echo(_json(path, model_info, parameters) if output_format == "json" else _text(path, model_info, parameters))


def _draw(path: Path, plot: str, model_info: "ModelInfo", parameters: int) -> None:
    from nmt.model_dir.card import title
    from nmt.model_dir.layout import TRAINING
    from nmt.training.reporting.curves import draw_curves
    from nmt.training.reporting.log import LOG

    remark = f"{model_info.model}, {parameters:,} parameters"
    draw_curves(path / TRAINING / LOG, plot, title=title(model_info), remark=remark)
    logger.info("wrote the training curves to %s", plot)


def _json(path: Path, model_info: "ModelInfo", parameters: int) -> str:
    from nmt.model_dir.layout import disk_usage
    from nmt.settings import to_mapping

    needed, training = disk_usage(path)
    sizes = {"parameters": parameters, "bytes": needed, "training_bytes": training}
    return json.dumps({"directory": str(path), **sizes, **to_mapping(model_info)}, ensure_ascii=False, indent=2)


def _text(path: Path, model_info: "ModelInfo", parameters: int) -> str:
    from nmt.files.lines import display_name
    from nmt.model_dir.card import facts, score_remarks, score_rows, title
    from nmt.model_dir.layout import disk_usage
    from nmt.settings import to_mapping

    needed, training = disk_usage(path)
    quoted = display_name(shlex.quote(str(path)))
    general = [
        ("directory", display_name(path)),
        ("format", str(model_info.format_version)),
        ("parameters", f"{parameters:,}"),
        ("size", readable_size(needed)),
        *([("training/", f"{readable_size(training)}, needed only to resume training")] if training else []),
        ("longest line", f"{model_info.max_source_length:,} subwords; longer ones are split"),
    ]
    scores = [(name, f"{score:.2f}  {signature}") for name, score, signature in score_rows(model_info.scores)]
    sections = {
        title(model_info): general,
        "Validation scores": [*scores, *score_remarks(model_info.scores)],
        "Architecture": facts(to_mapping(model_info.model)),
        "Data and training": facts(model_info.training),
        "Search": facts(to_mapping(model_info.search)),
        "Use": [
            ("translate", f"nmt translate -m {quoted} FILE"),
            ("evaluate", f"nmt evaluate -m {quoted} -s FILE -r FILE"),
        ],
    }
    return "\n\n".join(_section(heading, rows) for heading, rows in sections.items())


def _section(heading: str, entries: Iterable[tuple[str, str]]) -> str:
    rows = list(entries) or [("none recorded", "")]
    width = max(len(name) for name, _ in rows)
    return "\n".join([heading, *(f"  {name:<{width}}  {value}".rstrip() for name, value in rows)])
