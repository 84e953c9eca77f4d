"""Where firms, funding, talent and revenue are: ranked shares and concentration over time, without a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.bands import quantiles, shares, top_share
from simulation.inputs import dimensions
from simulation.presentation import draw, style, wording
from simulation.presentation.comparison import line_key, line_style
from simulation.presentation.marks import series_marks
from simulation.presentation.published import draw_marks
from simulation.presentation.sheet import Sheet
from simulation.presentation.view import View

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

MEASURES = (
    ("firms_by_region", "#0072B2", "o"),
    ("funding_by_region", "#D55E00", "D"),
    ("talent_by_region", "#009E73", "s"),
    ("core_revenue_by_region", "#CC79A7", "^"),
)
SHOWN = 16
TOP = 5


def provinces(view: View) -> list[Sheet]:
    """Ranked provinces at the end of the run beside the share of the five largest over time."""
    sheet = Sheet("provinces", (10.4, 6.3))
    statistic = "statistic_outer" if len(view.scenarios) == 1 else "statistic_median"
    subtitle = view.subtitle(view.say("percent_national"), statistic)
    sheet.frame(_title(view), subtitle, [view.say("provinces_note"), view.provenance()], line_key(view))
    left, right = sheet.figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.15, 1]})
    ranked_panel(sheet, left, view)
    concentration_panel(sheet, right, view)
    return [sheet]


def ranked_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    """Dots for the shares of the largest provinces, ordered by their share of firms."""
    scenario = view.scenarios[0]
    last = view.years(MEASURES[0][0])[1]
    medians = {name: _share_median(view, name, scenario, last) for name, _, _ in MEASURES if view.has(name)}
    first = next(iter(medians.values()))
    order = sorted(dimensions.members("region"), key=lambda region: -float(first.sel(region=region)))
    heights = np.arange(SHOWN)[::-1]
    title = view.say("panel_ranked", year=last)
    axes.set_title(title if len(view.scenarios) == 1 else f"{title}: {view.scenario_label(scenario)}")
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    spans = np.array([[float(m.sel(region=region)) for m in medians.values()] for region in order[:SHOWN]])
    axes.hlines(heights, np.nanmin(spans, axis=1), np.nanmax(spans, axis=1), color=style.LIGHT, linewidth=2.4, zorder=1)
    for name, colour, shape in MEASURES:
        if name not in medians:
            continue
        values = [float(medians[name].sel(region=region)) for region in order[:SHOWN]]
        series = draw.Series("ranked", scenario, name, "%")
        (artist,) = axes.plot(
            values, heights, shape, color=colour, markersize=6, linestyle="none", label=view.label(name), zorder=4
        )
        artist.set_gid(series.identifier(f"median|{last}"))
        for region, value in zip(order[:SHOWN], values, strict=True):
            sheet.record(**series.columns(), statistic="median share", period=last, value=value, note=region)
    axes.set_yticks(heights, [view.member("region", region) for region in order[:SHOWN]])
    axes.set_xlim(left=0)
    axes.set_ylim(-0.7, SHOWN - 0.3)
    _whole_percent(axes.xaxis)
    axes.legend(loc="lower right", handletextpad=0.2)


def concentration_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    """Share of the five largest provinces in each measure, with the published share of firms."""
    axes.set_title(view.say("panel_concentration"))
    draw.years_axis(axes, *view.years(MEASURES[0][0]), 5)
    labels = []
    for name, colour, _ in MEASURES:
        if not view.has(name):
            continue
        for order, scenario in enumerate(view.scenarios):
            bands = quantiles(top_share(view.annual(name).sel(scenario=scenario), "region", TOP)) * 100
            series = draw.Series("concentration", scenario, name, "%")
            widths = ((0.05, 0.95),) if len(view.scenarios) == 1 else ()
            draw.fan(sheet, axes, series, bands, colour, widths, line_style(order))
            if order == 0:
                labels.append((float(bands.sel(quantile=0.5).isel(year=-1)), view.label(name), colour))
    marks = series_marks("top5_province_share_firms")
    draw_marks(sheet, axes, "concentration", marks, wording.Unit(1.0, "%"), hollow=())
    for mark in marks:
        axes.annotate(
            f"{mark.publisher}: {mark.value:g} %",
            (mark.when, mark.value),
            (5, 4),
            textcoords="offset points",
            size=style.SIZES["label"],
        )
    _whole_percent(axes.yaxis)
    draw.end_labels(sheet, axes, labels)


def _whole_percent(axis: Axis) -> None:
    """Ticks at whole percentages, so that their labels say exactly where they stand."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: f"{value:.0f} %")


def _share_median(view: View, name: str, scenario: str, year: int) -> xr.DataArray:
    values = view.annual(name).sel(scenario=scenario, year=year)
    return quantiles(shares(values, "region"), (0.5,)).isel(quantile=0) * 100


def _title(view: View) -> str:
    name = MEASURES[0][0]
    first, last = view.years(name)
    middle = quantiles(top_share(view.annual(name).sel(scenario=view.scenarios[0]), "region", TOP), (0.5,))
    values = {year: view.share(float(middle.sel(year=year).isel(quantile=0))) for year in (first, last)}
    text = view.say("title_provinces", value=values[last], year=last, before=values[first], first=first)
    return view.headline(text)
