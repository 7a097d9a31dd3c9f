"""``nmt doctor``: what is broken and how to fix it."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nmt.text.printable import printable

from .options import examples, format_option, model_option, verbosity_options
from .unused_options import reject_given

if TYPE_CHECKING:
    from nmt.doctor.check_result import CheckResult

MARKS = {"ok": "✓", "broken": "✗", "absent": "–"}
COLOURS = {"ok": "green", "broken": "red", "absent": None}


@click.command(epilog=examples("nmt doctor", "nmt doctor -m model", "nmt doctor --format json > report.json"))
@model_option(show_default="$NMT_MODEL, else ./model, else none")
@click.option("--no-speed", is_flag=True, help="Skip the measurement of speed, which takes ten seconds.")
@click.option("--paths", is_flag=True, help="Keep paths in --format json.")
@format_option()
@verbosity_options
@click.pass_context
def doctor(ctx: click.Context, /, model: str | None, no_speed: bool, paths: bool, output_format: str) -> None:
    """Check the software, the machine and a model directory: what is broken and how to fix it.

    ✓ is in order, – is optional and not there, ✗ is broken, with the way to fix it below. The exit status is 1 if
    anything is broken. --format json is for bug reports: it contains no names of directories, users or machines, unless
    you add --paths.
    """
    from nmt.doctor.check_result import names_of_paths
    from nmt.doctor.run_checks import run_checks
    from nmt.model_dir.layout import resolve_model_path

    if output_format != "json":
        reject_given(ctx, ["paths"], "is for --format json; the text always contains paths.")
    has_model = model is not None or os.environ.get("NMT_MODEL") or Path("model").is_dir()
    path = resolve_model_path(model) if has_model else None
    results: list[CheckResult] = []
    for result in run_checks(path, speed=not no_speed):
        if output_format == "text":
            _print(result, results[-1].section if results else "")
        results.append(result)
    broken = sum(result.state == "broken" for result in results)
    if output_format == "json":
        if not paths:
            names = names_of_paths(path)
            results = [result.without_paths(names) for result in results]
        report = {"broken": broken, "findings": [vars(result) for result in results]}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        click.echo("\nEverything is in order." if not broken else f"\n{broken} broken; see the lines with ✗.")
    if broken:
        ctx.exit(1)


def _print(result: "CheckResult", previous_section: str) -> None:
    """Print a result below the heading of its section, and how to fix what is broken."""
    if result.section != previous_section:
        click.echo(f"{'' if not previous_section else chr(10)}{result.section.capitalize()}")
    mark = click.style(MARKS[result.state], fg=COLOURS[result.state])
    click.echo(f"  {mark} {result.name:<18} {printable(result.value)}")
    if result.remedy:
        click.echo(f"    → {printable(result.remedy)}")
