"""When each target is first exceeded: share of runs by year, one row for each target and scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bands import first_year, first_year_shares
from simulation.presentation import draw, style, wording
from simulation.presentation.sheet import Sheet
from simulation.presentation.targets import Goal, goals, scope_series, scopes
from simulation.presentation.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DARK = 0.55  # share above which a cell's text is white


@dataclass(frozen=True)
class Row:
    """Distribution of the first year above one target in one scope; ``shares`` has NaN for years it is not read in."""

    goal: Goal
    scope: str
    shares: np.ndarray
    never: float


def target_years(view: View) -> list[Sheet]:
    """One sheet for each scenario."""
    return [_sheet(view, scenario) for scenario in view.scenarios]


def _sheet(view: View, scenario: str) -> Sheet:
    name = "target_years" if len(view.scenarios) == 1 else f"target_years-{scenario.replace(':', '_')}"
    first, last = view.years("core_revenue")
    years = list(range(first, last + 1))
    rows = _rows(view, scenario, years)
    sheet = Sheet(name, (10.4, 2.7 + 0.27 * len(rows)))
    subtitle = view.subtitle(view.say("annual_nominal"), "statistic_share", view.say("scope_in_row"))
    notes = [view.say("outlined"), f"{view.say('related_label')}: {view.say('related_caveat')}", view.provenance()]
    sheet.frame(view.say("title_target_years", name=view.scenario_label(scenario)), subtitle, notes)
    _heat(sheet, sheet.figure.subplots(), view, scenario, rows, years)
    return sheet


def _rows(view: View, scenario: str, years: list[int]) -> list[Row]:
    rows = []
    for indicator in ("core", "related"):
        for scope in scopes(indicator):
            values = scope_series(view, indicator, scope)
            if values is None:
                continue
            factor = view.unit(str(values.name)).factor
            read = np.isin(years, values["year"].values)
            for goal in goals(indicator, scope):
                reached = first_year(values.sel(scenario=scenario), goal.threshold * factor)
                shares, never = first_year_shares(reached, years)
                rows.append(Row(goal, scope, np.where(read, shares.values, np.nan), float(never)))
    return sorted(rows, key=lambda row: (row.goal.indicator, row.goal.year))


def _heat(sheet: Sheet, axes: Axes, view: View, scenario: str, rows: list[Row], years: list[int]) -> None:
    from matplotlib.patches import Rectangle

    table = np.array([[*row.shares, np.nan, row.never] for row in rows])
    columns = [*years, years[-1] + 1, years[-1] + 2]
    axes.grid(visible=False)
    axes.imshow(
        np.ma.masked_invalid(np.where(table > 0, table, np.nan)),
        aspect="auto",
        cmap=_colours(),
        vmin=0,
        vmax=1,
        extent=(years[0] - 0.5, columns[-1] + 0.5, len(rows) - 0.5, -0.5),
    )
    for height, row in enumerate(rows):
        _cells(sheet, axes, scenario, row, table[height], columns, height)
        if row.goal.year <= years[-1]:
            corner = (row.goal.year - 0.5, height - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=style.INK, linewidth=1.3, zorder=5))
        if height:
            new = row.goal != rows[height - 1].goal
            colour, width = (style.GREY, 0.8) if new else (style.LIGHT, 0.5)
            axes.axhline(height - 0.5, color=colour, linewidth=width)
    axes.set_yticks(range(len(rows)), [_label(view, row) for row in rows])
    never = view.say("never", year=years[-1])
    axes.set_xticks([*years, columns[-1]], [*(f"{year}" for year in years), never])
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for side in axes.spines.values():
        side.set_visible(False)


def _cells(
    sheet: Sheet, axes: Axes, scenario: str, row: Row, shares: np.ndarray, columns: list[int], height: int
) -> None:
    panel = f"{row.goal.indicator}_{row.goal.year}"
    series = draw.Series(panel, scenario, "first year above the target", "share of runs", row.scope)
    for column, share in zip(columns, shares, strict=True):
        if np.isnan(share):
            continue
        period = f"not by {columns[-3]}" if column == columns[-1] else str(column)
        sheet.record(**series.columns(), statistic="share of runs", period=period, value=float(share))
        if share > 0:
            text = "<1" if share < 0.005 else f"{100 * share:.0f}"
            colour = "white" if share > DARK else style.INK
            axes.text(column, height, text, ha="center", va="center", size=8.2, color=colour)


def _label(view: View, row: Row) -> str:
    unit = wording.unit("bn_cny", view.language)
    return view.say(
        "target_row",
        indicator=view.member("indicator", row.goal.indicator),
        value=wording.number(row.goal.threshold * unit.factor),
        unit=unit.label,
        year=row.goal.year,
        scope=row.scope,
    )


def _colours() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("share of runs", ["#eef4fa", "#9cc4e4", "#0072B2", "#00324f"])
