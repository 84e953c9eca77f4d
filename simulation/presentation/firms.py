"""Number of AI firms, entry and exit, against the published lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.bands import quantiles
from simulation.presentation import draw, style, wording
from simulation.presentation.comparison import fold, statistic_phrase, widths
from simulation.presentation.marks import firm_lists
from simulation.presentation.published import draw_marks, legend_handles
from simulation.presentation.sheet import Sheet
from simulation.presentation.targets import listed_firms
from simulation.presentation.view import View

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

ALIVE, RECOGNISED = "firms_alive", "firms_recognised"
# All entries and exits, and the part of them that is shown apart: the rest was founded or spun off, or failed.
FLOWS_IN = (("firm_entries", "firm_conversions", "founded"), ("firm_conversions", "", "converted"))
FLOWS_OUT = (("firm_exits", "firm_acquisitions", "failed"), ("firm_acquisitions", "", "acquired"))
FLOW_COLOURS = {"founded": "#0072B2", "converted": "#56B4E9", "failed": "#D55E00", "acquired": "#E69F00"}


def firms(view: View) -> list[Sheet]:
    """Stock of firms alive and recognised beside the yearly flows."""
    sheet = Sheet("firms", (10.4, 5.8))
    subtitle = view.subtitle(view.unit(ALIVE).label, statistic_phrase(view))
    notes = [view.say("list_note"), view.provenance()]
    sheet.frame(_title(view), subtitle, notes)
    left, right = sheet.figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.35, 1]})
    stock_panel(sheet, left, view)
    flow_panel(sheet, right, view)
    return [sheet]


def stock_panel(sheet: Sheet, axes: Axes, view: View, compact: bool = False) -> None:
    """Firms alive, recognised and on the lists at year end, with the published lists."""
    first, last = view.years(ALIVE)
    title = view.say("panel_stock")
    axes.set_title(title if len(view.scenarios) == 1 else view.say("pair", one=title, other=view.say("stock_lines")))
    draw.years_axis(axes, first, last, 5 if compact else 2)
    axes.yaxis.set_major_formatter(draw.thousands)
    several = len(view.scenarios) > 1
    labels = []
    listed = listed_firms(view)
    for position, scenario in enumerate(view.scenarios):
        colour = style.scenario_colour(position)
        alive = view.bands(ALIVE, scenario)
        counted = quantiles(listed.sel(scenario=scenario))
        unit = view.unit(ALIVE).label
        draw.fan(sheet, axes, draw.Series("stock", scenario, ALIVE, unit), alive, colour, widths(view))
        other = colour if several else style.scenario_colour(1)
        series = draw.Series("stock", scenario, "firms_recognised as the lists count", unit, "wide list")
        draw.fan(sheet, axes, series, counted, other, widths(view), "--")
        labels.append((_last(alive), fold(view.scenario_label(scenario) if several else view.say("alive")), colour))
        if not several:
            latent = view.bands(RECOGNISED, scenario).sel(quantile=0.5)
            draw.line(sheet, axes, draw.Series("stock", scenario, RECOGNISED, unit), latent, other, "median", ":", 1.3)
            labels.append((_last(counted), fold(view.say("listed")), other))
            labels.append((float(latent.isel(year=-1)), fold(view.say("recognised")), other))
    axes.set_ylim(0, axes.get_ylim()[1] * (1.0 if len(view.scenarios) == 1 else 1.2))  # room for the publishers
    marks = [mark for mark in firm_lists() if first <= mark.when <= last + 1]
    draw_marks(sheet, axes, "stock", marks, wording.Unit(1.0, view.unit(ALIVE).label), by_publisher=True)
    if not compact:
        axes.legend(
            handles=legend_handles(marks),
            loc="upper left",
            title=view.say("published"),
            alignment="left",
            handletextpad=0.2,
        )
        draw.end_labels(sheet, axes, labels)


def _last(bands: xr.DataArray) -> float:
    return float(bands.sel(quantile=0.5).isel(year=-1))


def flow_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    """Entries upwards and exits downwards as yearly bars; lines when scenarios are compared."""
    first, last = view.years(FLOWS_IN[0][0])
    axes.set_title(view.say("panel_flow"))
    draw.years_axis(axes, first, last, 5)
    axes.yaxis.set_major_formatter(lambda value, _: draw.thousands(abs(value)))
    if len(view.scenarios) > 1:
        for name, linestyle in ((FLOWS_IN[0][0], "-"), (FLOWS_OUT[0][0], ":")):
            for position, scenario in enumerate(view.scenarios):
                series = draw.Series("flow", scenario, name, view.unit(name).label)
                median = view.bands(name, scenario).sel(quantile=0.5)
                draw.line(sheet, axes, series, median, style.scenario_colour(position), "median", linestyle)
        axes.set_title(fold(view.say("pair", one=view.say("panel_flow"), other=view.say("flow_lines")), 44))
        axes.set_ylim(bottom=0)
        return
    labels = []
    for flows, sign in ((FLOWS_IN, 1.0), (FLOWS_OUT, -1.0)):
        base: np.ndarray | None = None
        for name, part, word in flows:
            values = view.annual(name) - view.annual(part) if part else view.annual(name)
            median = quantiles(values.sel(scenario=view.scenarios[0])).sel(quantile=0.5)
            series = draw.Series("flow", view.scenarios[0], f"{name} - {part}" if part else name, view.unit(name).label)
            start = 0.0 if base is None else float(base[-1])
            base = draw.bars(sheet, axes, series, median, FLOW_COLOURS[word], "median", sign, base)
            labels.append(((start + float(base[-1])) / 2, view.say(word), FLOW_COLOURS[word]))
    axes.axhline(0, color=style.GREY, linewidth=0.8)
    draw.end_labels(sheet, axes, labels)


def _title(view: View) -> str:
    last = view.years(ALIVE)[1]
    if len(view.scenarios) > 1:
        return view.say("title_firms_many", year=last, **view.extremes(view.medians(ALIVE, last)))
    scenario = view.scenarios[0]
    entries = view.bands(FLOWS_IN[0][0], scenario).sel(quantile=0.5)
    return view.say(
        "title_firms",
        year=last,
        alive=wording.number(view.medians(ALIVE, last)[scenario]),
        listed=wording.number(_last(quantiles(listed_firms(view).sel(scenario=scenario)))),
        peak=int(entries["year"].values[int(np.argmax(entries.values))]),
    )
