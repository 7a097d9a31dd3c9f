"""The style that all plots share."""

from typing import Any

from nmt.errors import NMTError

FORMATS = {".png": "png", ".svg": "svg"}
STYLE: Any = {
    "svg.fonttype": "none",  # text is not converted to paths
    "svg.hashsalt": "nmt",  # the same data give the same file
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
# Colours that people with any type of colour vision can distinguish (Okabe and Ito).
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#00795a", "#555555"
COLOURS = (BLUE, ORANGE, GREEN, "#9a4f86", "#b58900", GREY)


def check_matplotlib() -> None:
    """NMTError unless plots can be drawn."""
    try:
        import matplotlib  # noqa: F401 - only to check that it is installed
    except ImportError as error:
        raise NMTError("pictures need matplotlib; install it with: pip install 'nmt[plots]'") from error
