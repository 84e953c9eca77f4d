"""Core and related revenue against the plan's targets and what was published, scope by scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.bands import quantiles
from simulation.presentation import draw, style, wording
from simulation.presentation.comparison import fold, scenario_labels, statistic_phrase, widths
from simulation.presentation.marks import Mark, published
from simulation.presentation.published import draw_marks, legend_handles
from simulation.presentation.sheet import Sheet
from simulation.presentation.targets import Goal, goals, scope_series, share_above
from simulation.presentation.view import View

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

HALF_MARK = 0.42  # half the width of a target's bar, in years


def core(view: View) -> list[Sheet]:
    """Core revenue in scope A, with the other scopes beside it."""
    sheet = Sheet("core", (10.4, 6.3))
    others = [scope for scope in ("B", "I", "N") if scope_series(view, "core", scope) is not None]
    unit = view.unit("core_revenue")
    subtitle = view.subtitle(
        view.say("a_year", unit=unit.label), statistic_phrase(view), view.say("nominal"), scope_text(view, "A")
    )
    notes = [view.say("scopes_note"), view.say("observations_as_published"), view.provenance()]
    sheet.frame(_title(view, "core", "A", view.label("core_revenue")), subtitle, notes)
    grid = sheet.figure.add_gridspec(max(len(others), 1), 2, width_ratios=[2.1, 1])
    main = sheet.figure.add_subplot(grid[:, 0])
    main.set_title(panel_text(view, "A"))
    bands = revenue_panel(sheet, main, view, "core", "A", step=2)
    for row, scope in enumerate(others):
        side = sheet.figure.add_subplot(grid[row, 1])
        side.set_title(panel_text(view, scope))
        revenue_panel(sheet, side, view, "core", scope)
    _legend(main, view, [mark for scope in ("A", *others) for mark in published("core", scope)])
    if len(view.scenarios) > 1:
        scenario_labels(sheet, main, view, bands)
    return [sheet]


def related(view: View) -> list[Sheet]:
    """Related revenue in its three definitions and in scope I, on one logarithmic scale."""
    sheet = Sheet("related", (10.8, 6.0))
    unit = view.unit("related_revenue_r2")
    scopes = [scope for scope in ("R1", "R2", "R3", "I") if scope_series(view, "related", scope) is not None]
    subtitle = view.subtitle(
        view.say("a_year", unit=unit.label), statistic_phrase(view), view.say("nominal"), view.say("log_scale")
    )
    notes = [view.say("related_definitions"), view.say("observations_as_published"), view.provenance()]
    sheet.frame(_related_title(view, scopes), f"{subtitle}\n{view.say('related_caveat')}", notes)
    row = sheet.figure.subplots(1, len(scopes), sharey=True, squeeze=False)[0]
    bands: dict[str, xr.DataArray] = {}
    for axes, scope in zip(row, scopes, strict=True):
        axes.set_yscale("log", nonpositive="mask")
        axes.set_title(fold(panel_text(view, scope), 30))
        bands = revenue_panel(sheet, axes, view, "related", scope)
    _legend(row[0], view, [mark for scope in scopes for mark in published("related", scope)])
    low, high = row[0].get_ylim()
    row[0].set_ylim(max(10 ** np.floor(np.log10(max(low, high / 1e4))), 1.0), high * 1.6)
    if len(view.scenarios) > 1:
        scenario_labels(sheet, row[-1], view, bands)
    return [sheet]


def scope_text(view: View, scope: str) -> str:
    """Scope with its label, as titles and subtitles name it."""
    return view.say("scope", scope=scope, label=view.member("scope", scope))


def panel_text(view: View, scope: str) -> str:
    """Scope with its label, short, as panels are titled."""
    return view.say("panel_scope", scope=scope, label=view.member("scope", scope))


def revenue_panel(
    sheet: Sheet, axes: Axes, view: View, indicator: str, scope: str, step: int = 5
) -> dict[str, xr.DataArray]:
    """Draw one indicator in one scope: bands by scenario, target marks, published values; returns the bands."""
    values = scope_series(view, indicator, scope)
    if values is None:
        raise KeyError(f"the result holds no {indicator} revenue in scope {scope}")
    unit = view.unit(str(values.name))
    first, last = view.years(str(values.name))
    draw.years_axis(axes, first, last, step)
    axes.yaxis.set_major_formatter(draw.thousands)
    panel = f"{indicator} {scope}"
    drawn = {}
    for position, scenario in enumerate(view.scenarios):
        drawn[scenario] = quantiles(values.sel(scenario=scenario))
        series = draw.Series(panel, scenario, str(values.name), unit.label, scope)
        draw.fan(sheet, axes, series, drawn[scenario], style.scenario_colour(position), widths(view))
    marks = [mark for mark in published(indicator, scope) if first <= mark.when <= last]
    draw_marks(sheet, axes, panel, marks, unit, by_publisher=True)
    _target_marks(sheet, axes, view, panel, scope, goals(indicator, scope, last), unit)
    if axes.get_yscale() == "linear":
        highest = max((goal.threshold * unit.factor for goal in goals(indicator, scope, last)), default=0.0)
        room = 1.1 if step == 2 else 1.3  # for the label above the highest target
        axes.set_ylim(0, max(axes.get_ylim()[1] * 1.03, highest * room))
    return drawn


def _target_marks(
    sheet: Sheet, axes: Axes, view: View, panel: str, scope: str, targets: list[Goal], unit: wording.Unit
) -> None:
    for goal in targets:
        threshold = goal.threshold * unit.factor
        span = [goal.year - HALF_MARK, goal.year + HALF_MARK]
        series = draw.Series(panel, "", "plan target", unit.label, scope)
        axes.plot(span, [threshold] * 2, color="white", linewidth=4.0, zorder=5, solid_capstyle="butt")
        (artist,) = axes.plot(
            span, [threshold] * 2, color=style.TARGET, linewidth=2.8, zorder=5.1, solid_capstyle="butt"
        )
        artist.set_gid(series.identifier(f"target|{goal.year}"))
        sheet.record(**series.columns(), statistic="target", period=goal.year, value=threshold, note="more than")
        text = axes.annotate(
            view.say("target_short", value=wording.number(threshold)),
            xy=(goal.year + (HALF_MARK if goal.year + 2 > axes.get_xlim()[1] else 0), threshold),
            xytext=(0, 4),
            textcoords="offset points",
            ha="right" if goal.year + 2 > axes.get_xlim()[1] else "center",
            va="bottom",
            size=style.SIZES["label"],
            family=list(style.TITLE_FAMILY),
            zorder=8,
        )
        halo(text)


def _legend(axes: Axes, view: View, marks: list[Mark]) -> None:
    """Publishers of all panels of the sheet, and the plan's target."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=style.TARGET, linewidth=2.8, label=view.say("target"), solid_capstyle="butt")]
    handles += legend_handles(marks)
    axes.legend(handles=handles, loc="upper left", handletextpad=0.5, handlelength=1.4).set_zorder(9)


def halo(text: object) -> None:
    """White outline around a text, so that it stays legible on lines and areas."""
    from matplotlib import patheffects

    text.set_path_effects([patheffects.withStroke(linewidth=1.6, foreground="white")])  # type: ignore[attr-defined]


def _medians(view: View, values: xr.DataArray, year: int) -> dict[str, float]:
    middle = quantiles(values.sel(year=year), (0.5,)).isel(quantile=0)
    return {scenario: float(middle.sel(scenario=scenario)) for scenario in view.scenarios}


def _title(view: View, indicator: str, scope: str, label: str) -> str:
    values = scope_series(view, indicator, scope)
    if values is None:
        return label
    last = int(values["year"].values[-1])
    targets = goals(indicator, scope, last)
    year = targets[-1].year if targets else last
    medians = _medians(view, values, year)
    words = {
        "label": label,
        "scope": view.say("scope_short", scope=scope),
        "year": year,
        "unit": view.unit(str(values.name)).label,
    }
    if len(medians) > 1:
        return view.say("title_revenue_many", **words, **view.extremes(medians))
    scenario = view.scenarios[0]
    words["value"] = wording.number(medians[scenario])
    if not targets:
        return view.say("title_revenue_plain", **words)
    share = view.share(share_above(view, scenario, targets[-1], scope))
    return view.say("title_revenue", share=share, runs=view.runs, **words)


def _related_title(view: View, scopes: list[str]) -> str:
    label = view.say("related_label")
    last = view.years("related_revenue_r2")[1]
    targets = goals("related", "R2", last)
    if len(view.scenarios) > 1 or not targets or not {"R1", "R2", "R3"} <= set(scopes):
        return _title(view, "related", "R2", label)
    shares = {
        scope.lower(): view.share(share_above(view, view.scenarios[0], targets[-1], scope))
        for scope in ("R1", "R2", "R3")
    }
    return view.say("title_related", label=label, year=targets[-1].year, runs=view.runs, **shares)
