"""``nmt doctor``: what is in order, what is not, and how to mend it."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nmt.text.printable import printable

from .options import examples, format_option, model_option, verbosity_options
from .unused_options import reject_given

if TYPE_CHECKING:
    from nmt.doctor.finding import CheckResult

MARKS = {"ok": "✓", "broken": "✗", "absent": "–"}
COLOURS = {"ok": "green", "broken": "red", "absent": None}


@click.command(epilog=examples("nmt doctor", "nmt doctor -m model", "nmt doctor --format json > report.json"))
@model_option(show_default="$NMT_MODEL, else ./model, else none")
@click.option("--no-speed", is_flag=True, help="Leave out the measurement of speed, which takes ten seconds.")
@click.option("--paths", is_flag=True, help="Keep the names of directories in --format json.")
@format_option()
@verbosity_options
@click.pass_context
def doctor(ctx: click.Context, /, model: str | None, no_speed: bool, paths: bool, output_format: str) -> None:
    """Look at software, machine and a model directory; say what is broken and how to mend it.

    ✓ is in order, – is not there and need not be, ✗ is broken, with the way to mend it below. The exit status is 1 if
    anything is broken. --format json is for bug reports: it holds no names of directories, users or machines unless
    asked with --paths.
    """
    from nmt.doctor.checkup import run_checks
    from nmt.doctor.finding import known_places
    from nmt.model_dir.layout import resolve_model_path

    if output_format != "json":
        reject_given(ctx, ["paths"], "is for --format json; the text holds the names of directories in any case.")
    there = model is not None or os.environ.get("NMT_MODEL") or Path("model").is_dir()
    path = resolve_model_path(model) if there else None
    findings: list[CheckResult] = []
    for finding in run_checks(path, speed=not no_speed):
        if output_format == "text":
            _tell(finding, findings[-1].section if findings else "")
        findings.append(finding)
    broken = sum(finding.state == "broken" for finding in findings)
    if output_format == "json":
        places = known_places(path)
        told = findings if paths else [finding.without_paths(places) for finding in findings]
        report = {"broken": broken, "findings": [vars(finding) for finding in told]}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        click.echo("\nEverything is in order." if not broken else f"\n{broken} broken; see the lines with ✗.")
    if broken:
        ctx.exit(1)


def _tell(finding: "CheckResult", section_before: str) -> None:
    """A line about one thing, below the heading of its section, and how to mend it."""
    if finding.section != section_before:
        click.echo(f"{'' if not section_before else chr(10)}{finding.section.capitalize()}")
    mark = click.style(MARKS[finding.state], fg=COLOURS[finding.state])
    click.echo(f"  {mark} {finding.name:<18} {printable(finding.value)}")
    if finding.remedy:
        click.echo(f"    → {printable(finding.remedy)}")
