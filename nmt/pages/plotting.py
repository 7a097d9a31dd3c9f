"""The look that all plots share."""

from typing import Any

from nmt.errors import NMTError

FORMATS = {".png": "png", ".svg": "svg"}
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "nmt",  # the same numbers give the same bytes
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
STYLE_OF_CURVES: Any = STYLE | {
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "legend.frameon": False,
}
# Colours that people with any kind of colour vision tell apart (Okabe and Ito).
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#00795a", "#555555"
COLOURS = (BLUE, ORANGE, GREEN, "#9a4f86", "#b58900", GREY)


def check_matplotlib() -> None:
    """NMTError unless plots can be drawn."""
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise NMTError("pictures need matplotlib; get it with: pip install 'nmt[plots]'") from error
