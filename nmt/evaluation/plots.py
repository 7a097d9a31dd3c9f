"""The curves of an evaluation as PNG and SVG files for papers; needs the extra ``plots`` and no screen."""

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

Drawing = Callable[["Axes", SetResult], None]


def check_plots(directory: StrPath) -> None:
    """NMTError unless plots can be drawn, and into ``directory``, which is made if need be."""
    check_matplotlib()
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(f"{directory} cannot be made: {(error.strerror or str(error)).lower()}") from error


def draw_plots(results: Sequence[SetResult], directory: StrPath) -> Iterator[Path]:
    """Draw what there is into ``directory``, each plot as .png and .svg, and tell the names of the files."""
    check_plots(directory)
    import matplotlib
    from matplotlib.figure import Figure  # without pyplot, which would look for a screen

    for result in results:
        start = f"{_file_name(result.test_set.name)}-" if len(results) > 1 else ""
        for name, draw in _drawings(result).items():
            with matplotlib.rc_context(STYLE_OF_CURVES):
                figure = Figure(figsize=(5.2, 3.4), layout="constrained")
                draw(figure.subplots(), result)
                for suffix, kind in FORMATS.items():
                    path = Path(directory) / f"{start}{name}{suffix}"
                    with atomic_writer(path) as file:
                        metadata = {"Date": None} if kind == "svg" else None
                        figure.savefig(file, format=kind, dpi=200, metadata=metadata)
                    yield path


def _drawings(result: SetResult) -> dict[str, Drawing]:
    found: dict[str, Drawing] = {"scores": _scores, "by-length": _lengths, "segment-scores": _segment_scores}
    if result.frequencies:
        found["by-frequency"] = _frequencies
    if result.kinds:
        found["by-kind"] = _kinds
    return found


def _scores(axes: "Axes", result: SetResult) -> None:
    """Each score with the interval in which 95 in 100 resampled test sets lie."""
    systems = len(result.systems)
    keys = [key for key in result.systems[0].shown() if key != "comet"]
    for number, system in enumerate(result.systems):
        places = [place + (number - (systems - 1) / 2) * 0.6 / systems for place in range(len(keys))]
        shown = [system.scores[key] for key in keys]
        intervals = [0.0 if score.confidence is None else score.confidence.interval for score in shown]
        style: dict[str, Any] = {
            "fmt": "o",
            "markersize": 4,
            "capsize": 3,
            "color": _colour(number),
            "label": system.output.name,
        }
        axes.errorbar(places, [score.score for score in shown], yerr=intervals, **style)
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
    axes.set_xlabel("times that a word came in the training text")
    axes.set_ylabel("F1 of words")
    axes.set_ylim(0, None)


def _kinds(axes: "Axes", result: SetResult) -> None:
    systems = len(result.systems)
    width = 0.8 / systems
    for number, values in enumerate(_f1(result.kinds)):
        places = [place + (number - (systems - 1) / 2) * width for place in range(len(values))]
        heights = [value or 0.0 for value in values]
        axes.bar(places, heights, width * 0.92, color=_colour(number), label=result.systems[number].output.name)
    axes.set_xticks(range(len(result.kinds)), [each.label for each in result.kinds])
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
