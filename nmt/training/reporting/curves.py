"""Training curves from the log of a run, drawn into a file; needs the extra ``plots``, but no torch and no screen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt.errors import NMTError
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath, open_binary
from nmt.pages.plotting import BLUE, FORMATS, GREEN, GREY, ORANGE, STYLE_OF_CURVES, check_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass
class Curve:
    """Values by update."""

    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, step: int, value: float) -> None:
        """Add a point; it replaces points of this and later steps, from before the run went back."""
        value = float(value)  # before the step is added; it may be None in a log
        if self.steps and self.steps[-1] >= step:
            self.forget_after(step - 1)
        self.steps.append(step)
        self.values.append(value)

    def forget_after(self, step: int) -> None:
        """Drop the points after ``step``."""
        kept = sum(known <= step for known in self.steps)
        del self.steps[kept:], self.values[kept:]


@dataclass
class Curves:
    """The curves in the log of a run."""

    loss: Curve = field(default_factory=Curve)  # plain cross-entropy in nats per token, of the weights that learn
    learning_rate: Curve = field(default_factory=Curve)
    validation_loss: Curve = field(default_factory=Curve)  # of the averaged weights
    bleu: Curve = field(default_factory=Curve)
    score: Curve = field(default_factory=Curve)  # that ranks: BLEU, chrF2++ or one computed from the loss
    signature: str = ""  # of BLEU

    def all(self) -> tuple[Curve, ...]:
        """Every curve."""
        return self.loss, self.learning_rate, self.validation_loss, self.bleu, self.score


def read_curves(path: StrPath) -> Curves:
    """The curves in the log.jsonl of a run; NMTError if there is no log, or no point in it yet.

    Lines cut short by a kill are left out, and so is what a run did after the checkpoint from which it resumed.
    """
    if not Path(path).exists():
        raise NMTError(f"{path} does not exist, so there are no curves to draw; it is written while a model is trained")
    curves = Curves()
    for entry in _entries(path):
        try:
            _take(entry, curves)
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    if not any(curve.steps for curve in curves.all()):
        raise NMTError(f"{path} has no points to draw yet; the first comes after a few updates")
    return curves


def _entries(path: StrPath) -> Iterator[dict[str, Any]]:
    with open_binary(path) as file:
        for line in file:
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict):
                yield entry


def _take(entry: dict[str, Any], curves: Curves) -> None:
    match entry.get("event"):
        case "started":
            for curve in curves.all():
                curve.forget_after(int(entry["step"]))
        case "progress":
            curves.loss.add(int(entry["step"]), entry["loss"])
            curves.learning_rate.add(int(entry["step"]), entry["learning_rate"])
        case "validation":
            score = float(entry["score"])
            curves.validation_loss.add(int(entry["step"]), entry["loss"])
            curves.bleu.add(int(entry["step"]), entry["bleu"])
            curves.score.add(int(entry["step"]), score)
            curves.signature = str(entry.get("signature", ""))


def draw_curves(log: StrPath, goal: StrPath, *, title: str, remark: str) -> None:
    """Draw the loss, BLEU and learning rate in ``log`` into the PNG or SVG file ``goal``, under a title and a remark.

    Raises NMTError for an ending that is neither, without matplotlib, without a log, and if ``goal`` cannot be written.
    """
    file_format = FORMATS.get(Path(goal).suffix.lower())
    if file_format is None:
        raise NMTError(f"{goal}: the name of a plot must end in {' or '.join(FORMATS)}")
    check_matplotlib()
    import matplotlib

    curves = read_curves(log)
    with matplotlib.rc_context(STYLE_OF_CURVES):
        figure = _figure(curves, title, remark)
        with atomic_writer(goal) as file:
            figure.savefig(file, format=file_format, dpi=150, metadata={"Date": None} if file_format == "svg" else None)


def _figure(curves: Curves, title: str, remark: str) -> "Figure":
    """The panels that have points, one above the other, with a shared axis of updates."""
    from matplotlib.figure import Figure  # without pyplot, which needs a screen

    panels = [(_draw_loss, 3.0, curves.loss.steps or curves.validation_loss.steps)]
    panels += [(_draw_bleu, 3.0, curves.bleu.steps), (_draw_rate, 1.6, curves.learning_rate.steps)]
    drawn = [(draw, height) for draw, height, steps in panels if steps]
    heights = [height for _, height in drawn]
    figure = Figure(figsize=(8, sum(heights) + 1.2), layout="constrained")
    axes = figure.subplots(len(drawn), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for (draw, _), panel in zip(drawn, axes, strict=True):
        draw(panel, curves)
    figure.align_ylabels(axes)
    last = max(max(curve.steps, default=1) for curve in curves.all())
    axes[-1].set_xlim(0, last * 1.02)
    axes[-1].set_xlabel("updates")
    axes[-1].xaxis.set_major_formatter("{x:,.0f}")
    axes[-1].xaxis.get_major_locator().set_params(integer=True)
    axes[0].set_title(title, loc="left", pad=24, fontsize=13, fontweight="bold", parse_math=False)
    _remark(axes[0], remark)
    return figure


def _remark(axes: "Axes", text: str) -> None:
    """A line above a panel."""
    style: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "color": GREY}
    axes.annotate(text, (0, 1), xytext=(0, 7), fontsize=9, parse_math=False, **style)


def _draw_loss(axes: "Axes", curves: Curves) -> None:
    _plot(axes, curves.loss, label="training text, with dropout", color=BLUE, linewidth=1.1, markers=False)
    _plot(axes, curves.validation_loss, label="validation text, averaged weights", color=ORANGE)
    axes.set_ylabel("loss (nats per token)")
    axes.legend()


def _draw_bleu(axes: "Axes", curves: Curves) -> None:
    _plot(axes, curves.bleu, color=GREEN)
    losses = (-loss for loss in curves.validation_loss.values)
    _, _, best, step = max(zip(curves.score.values, losses, curves.bleu.values, curves.bleu.steps, strict=True))
    axes.plot([step], [best], "o", markersize=9, markerfacecolor="none", color=GREEN, clip_on=False)
    axes.set_ylim(0, max(1.0, *(1.1 * value for value in curves.bleu.values)))
    _remark(axes, f"best: {best:.2f} after {step:,} updates   {curves.signature}".rstrip())
    axes.set_ylabel("BLEU on validation text")


def _draw_rate(axes: "Axes", curves: Curves) -> None:
    _plot(axes, curves.learning_rate, color=GREY, markers=False)
    axes.set_ylabel("learning rate")
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter("{x:g}")


def _plot(axes: "Axes", curve: Curve, *, markers: bool = True, **style: Any) -> None:
    """Draw a line, with dots if there are few points; a single point is always a dot."""
    if not curve.steps:
        return
    marker = "o" if len(curve.steps) == 1 or (markers and len(curve.steps) <= 60) else None
    axes.plot(curve.steps, curve.values, marker=marker, markersize=3.5, clip_on=False, **style)
