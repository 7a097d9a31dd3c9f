"""The charts of an evaluation as PNG and SVG files for papers; needs the extra ``plots``, but no display."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt.errors import NMTError
from nmt.evaluation.breakdowns import WordBin
from nmt.evaluation.results import SetResult
from nmt.files.atomic import atomic_writer
from nmt.files.lines import StrPath
from nmt.pages.plotting import COLOURS, FORMATS, STYLE_OF_CURVES, check_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SCORE_BARS = 20

_Drawing = Callable[["Axes", SetResult], None]


def check_plots(directory: StrPath) -> None:
    """NMTError unless plots can be drawn and written to ``directory``, which is created if needed."""
    check_matplotlib()
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(f"{directory} cannot be created: {(error.strerror or str(error)).lower()}") from error


def draw_plots(results: Sequence[SetResult], directory: StrPath) -> Iterator[Path]:
    """Draw each available plot as .png and .svg in ``directory``, and yield the paths of the files."""
    check_plots(directory)
    import matplotlib
    from matplotlib.figure import Figure  # without pyplot, which would look for a display

    for result in results:
        prefix = f"{_file_name(result.test_set.name)}-" if len(results) > 1 else ""
        for name, draw in _drawings(result).items():
            with matplotlib.rc_context(STYLE_OF_CURVES):
                figure = Figure(figsize=(5.2, 3.4), layout="constrained")
                draw(figure.subplots(), result)
                for suffix, kind in FORMATS.items():
                    path = Path(directory) / f"{prefix}{name}{suffix}"
                    with atomic_writer(path) as file:
                        metadata = {"Date": None} if kind == "svg" else None
                        figure.savefig(file, format=kind, dpi=200, metadata=metadata)
                    yield path


def _drawings(result: SetResult) -> dict[str, _Drawing]:
    drawings: dict[str, _Drawing] = {"scores": _scores, "by-length": _lengths, "segment-scores": _segment_scores}
    if result.frequencies:
        drawings["by-frequency"] = _frequencies
    if result.categories:
        drawings["by-kind"] = _categories
    return drawings


def _scores(axes: "Axes", result: SetResult) -> None:
    """Each score with the 95 % interval of resampled test sets."""
    systems = len(result.systems)
    keys = [key for key in result.systems[0].shown() if key != "comet"]
    for number, system in enumerate(result.systems):
        positions = [index + (number - (systems - 1) / 2) * 0.6 / systems for index in range(len(keys))]
        shown = [system.scores[key] for key in keys]
        intervals = [0.0 if score.confidence is None else score.confidence.interval for score in shown]
        style: dict[str, Any] = {
            "fmt": "o",
            "markersize": 4,
            "capsize": 3,
            "color": _colour(number),
            "label": system.output.name,
        }
        axes.errorbar(positions, [score.score for score in shown], yerr=intervals, **style)
    axes.set_xticks(range(len(keys)), [result.systems[0].scores[key].name for key in keys])
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("score")
    _legend(axes, result)


def _lengths(axes: "Axes", result: SetResult) -> None:
    values = [[each.scores[number]["chrf"] for each in result.lengths] for number in range(len(result.systems))]
    _lines(axes, result, [each.label for each in result.lengths], values)
    axes.set_xlabel(f"words of the {'source' if result.test_set.sources is not None else 'reference'}")
    axes.set_ylabel("chrF2++")


def _frequencies(axes: "Axes", result: SetResult) -> None:
    _lines(axes, result, [each.label for each in result.frequencies], _f1(result.frequencies))
    axes.set_xlabel("occurrences of the word in the training text")
    axes.set_ylabel("F1 of words")
    axes.set_ylim(0, None)


def _categories(axes: "Axes", result: SetResult) -> None:
    systems = len(result.systems)
    width = 0.8 / systems
    for number, values in enumerate(_f1(result.categories)):
        positions = [index + (number - (systems - 1) / 2) * width for index in range(len(values))]
        heights = [value or 0.0 for value in values]
        axes.bar(positions, heights, width * 0.92, color=_colour(number), label=result.systems[number].output.name)
    axes.set_xticks(range(len(result.categories)), [each.label for each in result.categories])
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("F1")
    _legend(axes, result)


def _segment_scores(axes: "Axes", result: SetResult) -> None:
    for number, system in enumerate(result.systems):
        style: dict[str, Any] = {
            "histtype": "step",
            "color": _colour(number),
            "label": system.output.name,
            "linewidth": 1.4,
        }
        axes.hist(system.scores["chrf"].segments, bins=_SCORE_BARS, range=(0, 100), **style)
    axes.set_xlabel("chrF2++ of a line")
    axes.set_ylabel("lines")
    _legend(axes, result)


def _lines(axes: "Axes", result: SetResult, labels: Sequence[str], values: Sequence[Sequence[float | None]]) -> None:
    for number, row in enumerate(values):
        heights = [float("nan") if value is None else value for value in row]
        style: dict[str, Any] = {
            "marker": "o",
            "markersize": 4,
            "color": _colour(number),
            "label": result.systems[number].output.name,
        }
        axes.plot(range(len(labels)), heights, **style)
    axes.set_xticks(range(len(labels)), labels)
    _legend(axes, result)


def _f1(bins: Sequence[WordBin]) -> list[list[float | None]]:
    return [[each.systems[number].f1 for each in bins] for number in range(len(bins[0].systems))]


def _legend(axes: "Axes", result: SetResult) -> None:
    if len(result.systems) < 2:
        return
    for text in axes.legend().get_texts():
        text.set_parse_math(False)


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)
