"""The files that ``nmt evaluate`` writes: translations, the report, plots."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..console.output import check_output
from .inputs import EvaluationInputs

if TYPE_CHECKING:
    from nmt.evaluation.report import TrainingCurves
    from nmt.evaluation.results import SetResult
    from nmt.evaluation.systems import FileSystem, ModelSystem

logger = logging.getLogger("nmt.output")


@dataclass(frozen=True, kw_only=True)
class EvaluationOutputs:
    """The names of the files; None: not asked for."""

    translations: str | None
    report: str | None
    plots: str | None

    def have_charts(self) -> bool:
        """Whether charts are drawn, in a report or as plots."""
        return self.report is not None or self.plots is not None

    def check(self, inputs: EvaluationInputs) -> None:
        """Check now what would otherwise fail at the end."""
        if "-" in (self.translations, self.report):
            raise click.UsageError("scores go to standard output; name files with -o and --report.")
        if self.translations is not None and (
            not inputs.uses_models() or len(inputs.models) > 1 or inputs.number_of_sets() > 1
        ):
            raise click.UsageError(
                "-o writes the translations of one model for one test set; name one -m and one -s, or leave it out."
            )
        for path in filter(None, (self.translations, self.report)):
            check_output(path, (*inputs.sources, *inputs.references, *inputs.files))
        if self.plots is not None:
            from nmt.evaluation.plots import check_plots

            check_plots(self.plots)

    def write(self, results: "Sequence[SetResult]", systems: "Sequence[ModelSystem | FileSystem]") -> None:
        """Write the files that were asked for."""
        from nmt.files.atomic import write_lines

        if self.translations is not None:
            output = next(each.output for each in results[0].systems if each.output.model is not None)
            write_lines(self.translations, output.all_hypotheses or output.hypotheses)
        if self.report is not None:
            self._write_report(self.report, results, systems)
        if self.plots is not None:
            from nmt.evaluation.plots import draw_plots

            for path in draw_plots(results, self.plots):
                logger.info("wrote the plot %s", path)

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
        curves = [curves for _, model in models if (curves := _training_curves(model.directory)) is not None]
        with atomic_writer(path) as file:
            file.write(report_page(results, curves).encode("utf-8"))
        logger.info("wrote the report %s", path)


def _training_curves(model: Path) -> "TrainingCurves | None":
    """The curves from the training log of a model, if it has one."""
    from nmt.errors import NMTError
    from nmt.evaluation.report import TrainingCurves
    from nmt.files.lines import display_name
    from nmt.model_dir.layout import TRAINING
    from nmt.training.reporting.curves import read_curves
    from nmt.training.reporting.log import LOG

    try:
        log = read_curves(model / TRAINING / LOG)
    except NMTError as error:
        logger.debug("%s", error)
        return None
    curves = {"training loss": log.loss, "validation loss": log.validation_loss, "validation BLEU": log.bleu}
    curves["learning rate"] = log.learning_rate
    return TrainingCurves(
        display_name(model), {name: (curve.steps, curve.values) for name, curve in curves.items() if curve.steps}
    )
