"""The files that ``nmt evaluate`` leaves: translations, the report, plots."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..console.output import check_output
from .inputs import Inputs

if TYPE_CHECKING:
    from nmt.evaluation.report import TrainingCurves
    from nmt.evaluation.results import SetResult
    from nmt.evaluation.systems import FileSystem, ModelSystem

logger = logging.getLogger("nmt.output")


@dataclass(frozen=True, kw_only=True)
class EvaluationOutputs:
    """Their names; None: it is not wanted."""

    translations: str | None
    report: str | None
    plots: str | None

    def show_pictures(self) -> bool:
        """Whether there will be anything to look at."""
        return self.report is not None or self.plots is not None

    def check(self, inputs: Inputs) -> None:
        """What would fail at the end fails now."""
        if "-" in (self.translations, self.report):
            raise click.UsageError("standard output is for the scores; -o and --report name files.")
        if self.translations is not None and (
            not inputs.uses_models() or len(inputs.models) > 1 or inputs.number_of_sets() > 1
        ):
            raise click.UsageError("-o keeps what one model makes of one test set; it goes without -i alone, and more.")
        for path in filter(None, (self.translations, self.report)):
            check_output(path, (*inputs.sources, *inputs.references, *inputs.files))
        if self.plots is not None:
            from nmt.evaluation.plots import check_plots

            check_plots(self.plots)

    def write(self, results: "Sequence[SetResult]", systems: "Sequence[ModelSystem | FileSystem]") -> None:
        """Write all that is wanted."""
        from nmt.files.atomic import write_lines

        if self.translations is not None:
            made = next(each.output for each in results[0].systems if each.output.model is not None)
            write_lines(self.translations, made.every or made.hypotheses)
        if self.report is not None:
            self._write_report(self.report, results, systems)
        if self.plots is not None:
            from nmt.evaluation.plots import draw_plots

            for path in draw_plots(results, self.plots):
                logger.info("a plot is in %s", path)

    def _write_report(
        self, path: str, results: "Sequence[SetResult]", systems: "Sequence[ModelSystem | FileSystem]"
    ) -> None:
        from nmt.evaluation.evaluate import add_alignments
        from nmt.evaluation.report import lines_aligned, report_page
        from nmt.evaluation.systems import ModelSystem
        from nmt.files.atomic import atomic_writer

        models = [(number, each) for number, each in enumerate(systems) if isinstance(each, ModelSystem)]
        for result in results:
            lines = lines_aligned(result)
            for number, model in models:
                logger.info("%s: aligning words of %s lines for the report", model.name, f"{len(lines):,}")
                add_alignments(result, number, model, lines)
        curves = [found for _, model in models if (found := _curves(model.directory)) is not None]
        with atomic_writer(path) as file:
            file.write(report_page(results, curves).encode("utf-8"))
        logger.info("the report is in %s", path)


def _curves(model: Path) -> "TrainingCurves | None":
    """What the log of a model's training tells, if it is there."""
    from nmt.errors import NMTError
    from nmt.evaluation.report import TrainingCurves
    from nmt.files.lines import display_name
    from nmt.model_dir.layout import TRAINING
    from nmt.training.reporting.curves import read_curves
    from nmt.training.reporting.log import LOG

    try:
        found = read_curves(model / TRAINING / LOG)
    except NMTError as error:
        logger.debug("%s", error)
        return None
    named = {"training loss": found.loss, "validation loss": found.validation_loss, "validation BLEU": found.bleu}
    named["learning rate"] = found.learning_rate
    return TrainingCurves(
        display_name(model), {name: (curve.steps, curve.values) for name, curve in named.items() if curve.steps}
    )
