"""How every figure looks: type, colours, line widths, and the shipped font.

Colours are the Okabe-Ito set (eight) and Paul Tol's muted set (ten), both made to be told apart with colour-vision
deficiencies; series are labelled directly or by marker as well, so colour is never the only difference. The shipped
fonts are subsets of Noto Sans CJK SC (SIL Open Font License, ``fonts/OFL.txt``), one for text and one for bold
titles, and cover Latin and the common Chinese characters: a figure looks the same on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
TEXT_FAMILY = ("Aiplan Sans", "DejaVu Sans")
TITLE_FAMILY = ("Aiplan Sans Title", "Aiplan Sans", "DejaVu Sans")

INK = "#1a1a1a"
GREY = "#5f6368"
LIGHT = "#d9dce1"
TARGET = "#000000"

# Okabe-Ito without yellow, which is too light for lines on white, and the wine of Paul Tol's muted set.
SCENARIO_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#882255")
SERIES_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Paul Tol's muted set, ordered for stacks: neighbours differ in lightness.
STACK_COLOURS = (
    "#332288",
    "#88CCEE",
    "#117733",
    "#DDCC77",
    "#CC6677",
    "#44AA99",
    "#882255",
    "#999933",
    "#AA4499",
    "#BBBBBB",
)
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "<", ">", "p", "h", "*")

SIZES = {"title": 13.5, "subtitle": 9.5, "note": 7.8, "axis": 9.0, "label": 8.6}


def parameters() -> dict[Any, Any]:
    """Matplotlib settings for one figure, to be used in ``matplotlib.rc_context``."""
    return {
        "font.family": list(TEXT_FAMILY),
        "font.size": SIZES["axis"],
        "axes.titlesize": 9.6,
        "axes.titlelocation": "left",
        "axes.titlepad": 7.0,
        "axes.labelsize": SIZES["axis"],
        "axes.labelcolor": GREY,
        "axes.edgecolor": GREY,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.unicode_minus": False,
        "grid.color": LIGHT,
        "grid.linewidth": 0.6,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": SIZES["axis"],
        "ytick.labelsize": SIZES["axis"],
        "ytick.major.size": 0,
        "text.color": INK,
        "text.parse_math": False,
        "legend.frameon": False,
        "legend.fontsize": SIZES["label"],
        "lines.solid_capstyle": "round",
        "svg.fonttype": "path",
        "svg.hashsalt": "aiplan",
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "figure.dpi": 160,
        "savefig.dpi": 160,
    }


@lru_cache(maxsize=1)
def register_fonts() -> tuple[str, ...]:
    """Tell matplotlib about the shipped fonts; returns the family names that are now available."""
    from matplotlib import font_manager

    for file in sorted(FONTS.glob("*.otf")):
        font_manager.fontManager.addfont(str(file))
    available = {entry.name for entry in font_manager.fontManager.ttflist}
    return tuple(name for name in dict.fromkeys(TITLE_FAMILY + TEXT_FAMILY) if name in available)


def scenario_colour(position: int) -> str:
    """Colour of the scenario at a position; repeats after eight, more than figures show."""
    return SCENARIO_COLOURS[position % len(SCENARIO_COLOURS)]


def marker(position: int) -> str:
    """Marker of the publisher at a position; repeats after twelve."""
    return MARKERS[position % len(MARKERS)]
