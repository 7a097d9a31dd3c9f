"""Attention and embeddings as PNG and SVG pictures for papers; needs the extra ``plots``, but no torch or display."""

import io
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt.explain.sentence import Matrix
from nmt.pages.plotting import BLUE, GREY, ORANGE, STYLE, check_matplotlib
from nmt.tokenization.pieces import SPACE_MARK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nmt.explain.neighbours import Map, Point

_MAP_INCHES = (8.0, 6.0)
_SMALL = 16  # rows or columns; larger maps have no room for numbers

_Box = tuple[float, float, float, float]  # left, bottom, width, height

logger = logging.getLogger(__name__)


def attention_picture(
    weights: Matrix, rows: Sequence[str], columns: Sequence[str], *, title: str, image_format: str
) -> bytes:
    """A heat map of ``weights``: ``rows`` attend to ``columns``; NMTError without matplotlib."""
    check_matplotlib()
    import matplotlib

    with matplotlib.rc_context(_style((title, *rows, *columns))):
        from matplotlib.figure import Figure  # without pyplot, which would look for a display

        size = (max(1.8 + 0.36 * len(columns), 0.1 * len(title)), 1.5 + 0.3 * len(rows))
        figure = Figure(figsize=(max(size[0], 4), max(size[1], 2.5)), layout="constrained")
        axes = figure.subplots()
        image = axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_xticks(range(len(columns)), map(_plain, columns), rotation=50, ha="left", rotation_mode="anchor")
        axes.set_yticks(range(len(rows)), map(_plain, rows))
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        if max(len(rows), len(columns)) <= _SMALL:
            _write_numbers(axes, weights)
        figure.colorbar(image, ax=axes, shrink=0.8, label="attention weight")
        figure.suptitle(_plain(title), fontsize=11, fontweight="bold", x=0.02, ha="left")
        return _bytes(figure, image_format)


def _write_numbers(axes: Any, weights: Matrix) -> None:
    for row, values in enumerate(weights):
        for column, value in enumerate(values):
            if value >= 0.1:
                colour = "white" if value > 0.6 else "black"
                axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=7.5, color=colour)


def map_picture(points_map: "Map", *, title: str, image_format: str) -> bytes:
    """A map of subwords: the requested ones in orange, their neighbours in blue."""
    check_matplotlib()
    import matplotlib

    with matplotlib.rc_context(_style((title, *(point.piece for point in points_map.points)))):
        from matplotlib.figure import Figure

        figure = Figure(figsize=_MAP_INCHES, layout="constrained")
        axes = figure.subplots()
        for asked, colour, size in ((False, BLUE, 18), (True, ORANGE, 42)):
            points = [point for point in points_map.points if point.asked == asked]
            axes.scatter([point.x for point in points], [point.y for point in points], s=size, color=colour)
        for point, offset in _label_offsets(points_map.points):
            axes.annotate(
                _plain(point.piece),
                (point.x, point.y),
                xytext=offset,
                textcoords="offset points",
                fontsize=_label_size(point),
                fontweight="bold" if point.asked else "normal",
                color=ORANGE if point.asked else "black",
            )
        for draw, share, name in (
            (axes.set_xlabel, points_map.shares[0], "first"),
            (axes.set_ylabel, points_map.shares[1], "second"),
        ):
            draw(f"{name} principal component ({share:.0%} of the variance)", color=GREY)
        axes.margins(0.12)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(_plain(title), loc="left", fontsize=12, fontweight="bold")
        return _bytes(figure, image_format)


def _label_size(point: "Point") -> int:
    return 11 if point.asked else 9


def _label_offsets(points: "Sequence[Point]") -> "Iterator[tuple[Point, tuple[float, float]]]":
    """The offset of each label from its dot, in typographic points, so that labels do not overlap, if possible."""
    width, height = (72 * 0.8 * inches for inches in _MAP_INCHES)  # about the area of the dots
    xs, ys = [point.x for point in points], [point.y for point in points]
    across, up = width / max(max(xs) - min(xs), 1e-9), height / max(max(ys) - min(ys), 1e-9)
    occupied = [(point.x * across - 4, point.y * up - 4, 8.0, 8.0) for point in points]
    for point in sorted(points, key=lambda point: not point.asked):
        size = _label_size(point)
        long, high = 0.65 * size * len(point.piece), 1.1 * size
        offsets = [(5.0, 4.0), (5.0, -4 - high), (-5 - long, 4.0), (-5 - long, -4 - high), (-long / 2, 7.0)]
        boxes = [(point.x * across + x, point.y * up + y, long, high) for x, y in offsets]
        free = [
            index
            for index, box in enumerate(boxes)
            if box[0] > min(xs) * across - 30 and not any(_overlap(box, other) for other in occupied)
        ]
        best = free[0] if free else 0
        occupied.append(boxes[best])
        yield point, offsets[best]


def _overlap(one: _Box, other: _Box) -> bool:
    return all(one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] for axis in (0, 1))


def _plain(text: str) -> str:
    """``text`` with a space mark that every font has, and dollar signs that do not begin a formula."""
    return text.replace(SPACE_MARK, "_").replace("$", r"\$")


def _style(texts: Iterable[str]) -> Any:
    """The style of all pictures, with matplotlib's font and, if that lacks letters of ``texts``, another one."""
    from matplotlib.font_manager import findfont

    families = ["DejaVu Sans"]
    missing = _missing(findfont(families[0]), set("".join(texts)))
    if missing:
        families += _family_with(missing)
    return {**STYLE, "font.family": families}


def _family_with(letters: set[str]) -> list[str]:
    """The installed font that lacks the fewest of ``letters``, if one has any."""
    from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager

    # matplotlib caches the list of fonts, so it does not know those that were installed later.
    paths = sorted(findSystemFonts(), key=lambda path: ("Regular" not in path, path))
    best = min(paths, key=lambda path: len(_missing(path, letters)), default=None)
    if best is None or len(_missing(best, letters)) == len(letters):
        return []
    for path in paths:
        if Path(path).name.partition("-")[0] == Path(best).name.partition("-")[0]:  # also the bold one
            fontManager.addfont(path)
    return [FontProperties(fname=best).get_name()]


def _missing(font: str, letters: set[str]) -> set[str]:
    """Those of ``letters`` that the file ``font`` cannot draw; all of them if it is not a font."""
    from matplotlib.ft2font import FT2Font

    try:
        drawing = FT2Font(font)
    except (RuntimeError, OSError):
        return letters
    return {letter for letter in letters if not drawing.get_char_index(ord(letter))}


def _bytes(figure: "Figure", image_format: str) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(stream, format=image_format, dpi=150, metadata={"Date": None} if image_format == "svg" else None)
    if any("missing from font" in str(warning.message) for warning in caught):
        logger.warning("no installed font has all of these characters; an SVG shows them if the viewer has such a font")
    return stream.getvalue()
