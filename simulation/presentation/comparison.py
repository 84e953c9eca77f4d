"""One scenario as a fan, several as an overlay: what every panel with a time axis shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from simulation.presentation import draw, style
from simulation.presentation.sheet import NEVER_FIRST, TOKENS, Sheet
from simulation.presentation.view import View

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

MANY = 3  # beyond this number of scenarios bands would hide each other, and medians are drawn alone


def widths(view: View) -> tuple[tuple[float, float], ...]:
    """Bands that can be told apart: both for one scenario, the inner one for up to three, none beyond."""
    if len(view.scenarios) == 1:
        return ((0.05, 0.95), (0.25, 0.75))
    return ((0.25, 0.75),) if len(view.scenarios) <= MANY else ()


def statistic_phrase(view: View) -> str:
    """Phrase that names the statistic drawn."""
    if len(view.scenarios) == 1:
        return "statistic_bands"
    return "statistic_comparison" if len(view.scenarios) <= MANY else "statistic_median"


def comparison_fans(
    sheet: Sheet,
    axes: Axes,
    view: View,
    panel: str,
    name: str,
    labels: bool = True,
    colour: str | None = None,
    **selection: str,
) -> dict[str, xr.DataArray]:
    """Draw a variable for every scenario; returns the bands by scenario."""
    unit = view.unit(name)
    drawn = {}
    for position, scenario in enumerate(view.scenarios):
        bands = view.bands(name, scenario, **selection)
        series = draw.Series(panel, scenario, "|".join((name, *selection.values())), unit.label)
        chosen = colour if colour and len(view.scenarios) == 1 else style.scenario_colour(position)
        draw.fan(sheet, axes, series, bands, chosen, widths(view))
        drawn[scenario] = bands
    if labels and len(view.scenarios) > 1:
        scenario_labels(sheet, axes, view, drawn)
    return drawn


def scenario_labels(sheet: Sheet, axes: Axes, view: View, bands: dict[str, xr.DataArray]) -> None:
    """Name the scenarios at the right end of their medians."""
    width = 16 if view.language == "en" else 22
    items = [
        (
            float(band.sel(quantile=0.5).isel(year=-1)),
            fold(view.scenario_label(name), width),
            style.scenario_colour(position),
        )
        for position, (name, band) in enumerate(bands.items())
    ]
    draw.end_labels(sheet, axes, items)


LINE_STYLES: tuple[Any, ...] = (
    "-",
    "--",
    ":",
    "-.",
    (0, (7, 2)),
    (0, (4, 1, 1, 1, 1, 1)),
    (0, (1, 3)),
    (0, (9, 2, 2, 2)),
)


def colour_key(view: View) -> list[tuple[str, str, Any]]:
    """Scenarios by colour, for figures that cannot name them at the lines; empty for one scenario."""
    if len(view.scenarios) == 1:
        return []
    return [(view.scenario_label(name), style.scenario_colour(n), "-") for n, name in enumerate(view.scenarios)]


def line_key(view: View) -> list[tuple[str, str, Any]]:
    """Scenarios by line style, for figures whose colours mean something else; empty for one scenario."""
    if len(view.scenarios) == 1:
        return []
    return [(view.scenario_label(name), style.GREY, line_style(n)) for n, name in enumerate(view.scenarios)]


def line_style(position: int) -> Any:
    """Line style of the scenario at a position; repeats after eight, more than figures show."""
    return LINE_STYLES[position % len(LINE_STYLES)]


def fold(text: str, width: int = 16) -> str:
    """Break a label into lines of about ``width`` characters: at spaces, or between Chinese characters (two each)."""
    lines, line = [], ""
    for token in TOKENS.findall(text):
        if line and token not in NEVER_FIRST and text_width(line + token.rstrip()) > width:
            lines.append(line.rstrip())
            line = token.lstrip()
        else:
            line += token
    return "\n".join([*lines, line.rstrip()])


def text_width(text: str) -> int:
    """Width of a text in Latin characters: Chinese ones count two."""
    return sum(1 + (east_asian_width(character) in "WF") for character in text)
