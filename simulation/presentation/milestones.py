"""Figures of the milestones: three cycles against what was seen with the list of checks, and one-off shocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bands import LEVELS
from simulation.analysis.milestones.checks import ABSENT, AGREES, DISAGREES, IMPULSE, PATTERN
from simulation.analysis.milestones.patterns import bound, foundings
from simulation.analysis.milestones.responses import SHOCKS, effect
from simulation.analysis.milestones.study import Milestones
from simulation.analysis.milestones.worlds import SHOCK_QUARTERS
from simulation.inputs.evidence import channel_estimates, observations
from simulation.inputs.variables import variables
from simulation.presentation import draw, style
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

FIRST, LAST = 2016, 2023
BASE_YEAR = 2018  # of the index of new firms: publishers' lists differ from the model's in width
BLUE = style.SERIES_COLOURS[0]
# Spans of the episodes in years and their names.
EPISODES = (
    (2018.5, 2020.0, "winter"),
    (2020.0, 2020.5, "COVID"),
    (2021.5, 2023.0, "turn"),
    (2023.5, 2024.0, "closing"),
)
RESULTS = {
    AGREES: ("o", style.SERIES_COLOURS[2], AGREES),
    DISAGREES: ("X", style.SERIES_COLOURS[1], DISAGREES),
    ABSENT: ("_", style.GREY, ABSENT),
}
ROW, TOP = 0.168, 4.3  # inches of a line of the list, and of all that stands above it
COLUMNS = (
    (0.012, "seen"), (0.315, "how it is read from the model"), (0.705, "data"), (0.76, "bound"),
    (0.85, "model, median (5-95 %)"),
)  # fmt: skip
SHARE_AT = 0.998


def figures(found: Milestones) -> list[Sheet]:
    """Both sheets of the milestones."""
    from matplotlib import rc_context

    with rc_context(style.parameters()):
        return [_cycles(found), _shocks(found)]


def _cycles(found: Milestones) -> Sheet:
    listed = [row for row in found.rows if row["kind"] in (IMPULSE, PATTERN)]
    agree = sum(row["result"] == AGREES for row in listed)
    lines = len(listed) + 2 * 2
    sheet = Sheet("milestones", (13.6, TOP + 0.75 + ROW * lines))
    title = f"{agree} of {len(listed)} episodes and patterns that were seen are found in the model"
    fresh = [row for row in listed if row["data"] == "validation"]
    agree_fresh = sum(row["result"] == AGREES for row in fresh)
    subtitle = (
        f"Of those that no parameter is fitted to and no input holds: {agree_fresh} of {len(fresh)}  |  historical "
        f"actual, {found.made_with['runs']} runs, median with 50 and 90 % of runs; a check agrees when at least "
        "half of the runs lie within its bound  |  funding in the broad scope, nominal"
    )
    notes = [
        "Dots: published or estimated values with their range; open where judgement or under-counted, diamond where "
        "held out of the fit. Data: fitted, a parameter is fitted to that figure; built in, an input or a rule holds "
        "it. New firms are shown relative to 2018, as lists differ in width; those that turned to AI are left out. "
        "Bounds are those of the sources or signs alone, never fitted to the model; changes are in percent. No "
        "figure of 2024 or later of revenue, firms, funding, talent or adoption in China is used.",
        provenance(found),
    ]
    sheet.frame(title, subtitle, notes)
    heights = [2.35, ROW * lines + 0.1]
    grid = sheet.figure.add_gridspec(2, 4, height_ratios=heights)
    for place, panel in enumerate((_founding_panel, _funding_panel, _adoption_panel, _size_panel)):
        panel(sheet, sheet.figure.add_subplot(grid[0, place]), found)
    _list(sheet, sheet.figure.add_subplot(grid[1, :]), listed)
    return sheet


def provenance(found: Milestones) -> str:
    """Note on versions, runs and parameters."""
    told = found.made_with
    return (
        f"Model result under the assumptions of the scenarios. aiplan {told['program_version']} (model "
        f"{told['model_version']}, data {told['data_version']}); {told['runs']} runs a world, scale {told['scale']:g}, "
        f"seed {told['seed']}, parameters: {told['posterior'].replace('_', '-')}; worlds share their random numbers."
    )


def banded(values: np.ndarray, along: np.ndarray) -> xr.DataArray:
    """Quantiles over runs of (run, place), with the dimensions that drawing expects."""
    from xarray import DataArray

    found = np.nanquantile(values, LEVELS, axis=0)
    return DataArray(found, dims=("quantile", "year"), coords={"quantile": list(LEVELS), "year": along})


def _founding_panel(sheet: Sheet, axes: Axes, found: Milestones) -> None:
    new = foundings(found.runs, FIRST, LAST)
    index = 100.0 * new / np.maximum(new[:, [BASE_YEAR - FIRST]], 1e-9)
    series = draw.Series("new firms", "historical_actual", "foundings", f"index, {BASE_YEAR} = 100")
    draw.years_axis(axes, 2015, LAST)
    draw.fan(sheet, axes, series, banded(index, np.arange(FIRST, LAST + 1)), BLUE)
    rows = {row.period: row for row in observations("ai_new_companies") if row.period <= "2020"}
    base = rows[str(BASE_YEAR)].value or math.nan
    for period, row in rows.items():
        late = int(period) > BASE_YEAR
        draw.point(
            sheet, axes, series, float(period), 100.0 * (row.value or math.nan) / base, "published", period, "o",
            style.INK, filled=not late, publisher=row.publisher, published=row.published,
        )  # fmt: skip
    axes.set_title(f"New firms, index, {BASE_YEAR} = 100")
    axes.set_ylim(bottom=0)


def _funding_panel(sheet: Sheet, axes: Axes, found: Milestones) -> None:
    series = draw.Series("funding", "historical_actual", "equity funding", "bn CNY a year", "broad")
    draw.years_axis(axes, FIRST, LAST)
    for start, end, name in EPISODES:
        axes.axvspan(start - 0.5, end - 0.5, color=style.LIGHT, alpha=0.55, linewidth=0, zorder=0.5)
        axes.annotate(
            name, (0.5 * (start + end) - 0.5, 0.985), xycoords=("data", "axes fraction"), ha="center", va="top",
            size=6.8, color=style.GREY, rotation=90 if end - start < 1.0 else 0,
        )  # fmt: skip
    years = np.arange(FIRST, LAST + 1)
    draw.fan(sheet, axes, series, banded(found.runs.years("equity_funding_broad", FIRST, LAST), years), BLUE)
    for row in channel_estimates():
        if row.channel == "equity_total" and FIRST <= row.year <= LAST:
            draw.point(
                sheet, axes, series, row.year, row.central, "published", str(row.year),
                "D" if row.year > 2022 else "o", style.INK, row.tag != "J", (row.low, row.high), 5.0,
                note=f"tag {row.tag}",
            )  # fmt: skip
    axes.set_title("Equity funding, bn CNY a year")
    axes.set_ylim(bottom=0)


def _adoption_panel(sheet: Sheet, axes: Axes, found: Milestones) -> None:
    years = np.arange(FIRST, 2026)
    use = 100.0 * found.runs.years("adoption_rate_by_value", FIRST, 2025)
    series = draw.Series("adoption", "historical_actual", "use weighted by value added", "percent")
    draw.years_axis(axes, FIRST, 2025)
    draw.fan(sheet, axes, series, banded(use, years), BLUE)
    start = float(np.median(use[:, 2018 - FIRST])) / 100.0
    after = years[years >= 2018]
    for speed in (0.17, 0.53):
        path = 100.0 / (1.0 + (1.0 / start - 1.0) * np.exp(-speed * (after - 2018)))
        reference = draw.Series("adoption", "", f"logistic, {speed} a year", "percent")
        draw.line(sheet, axes, reference, banded(path[None], after).sel(quantile=0.5), style.INK, "reference", ":", 1.2)
        axes.annotate(
            f"{speed} a year", (after[-1], path[-1]), (0, 4 if speed > 0.3 else -19), textcoords="offset points",
            ha="right", size=7.2,
        )  # fmt: skip
    axes.set_title("Use of AI, % of value added")
    axes.set_ylim(bottom=0)


def _size_panel(sheet: Sheet, axes: Axes, found: Milestones) -> None:
    rates = found.runs.years("adoption_rate_by_size", FIRST, 2025)
    series = draw.Series("size", "historical_actual", "use of large over small firms", "ratio")
    low, high = bound("F60")
    axes.axhspan(low, high, color=style.SERIES_COLOURS[4], alpha=0.25, linewidth=0, zorder=1)
    axes.annotate(f"seen at 20 % use: {low:g} to {high:g}", (FIRST - 0.3, high), (0, -3), textcoords="offset points",
                  va="top", size=7.2)  # fmt: skip
    draw.years_axis(axes, FIRST, 2025)
    ratio = rates[:, :, -1] / np.maximum(rates[:, :, 0], 1e-9)
    draw.fan(sheet, axes, series, banded(ratio, np.arange(FIRST, 2026)), BLUE)
    sheet.record(panel="size", series="fact F60", statistic="interval", low=low, high=high, unit="ratio")
    axes.set_title("Use, large over small firms, ratio")
    axes.set_ylim(bottom=0)


def _list(sheet: Sheet, axes: Axes, rows: list[dict[str, Any]]) -> None:
    """The checks, one a line, with what was seen, bound, value and share of runs."""
    axes.set_axis_off()
    line = 0.0
    total = len(rows) + 2 * 2
    axes.set(xlim=(0.0, 1.0), ylim=(total, 0.0))
    for kind, title in ((IMPULSE, "Episodes"), (PATTERN, "Patterns")):
        line += 1.2
        axes.text(0.0, line, title, size=9.2, va="bottom", family=list(style.TITLE_FAMILY))
        for place, (mark, colour, name) in zip((0.09, 0.14, 0.2), RESULTS.values(), strict=True):
            axes.plot([place], [line - 0.35], marker=mark, color=colour, markersize=4.5, linestyle="none")
            axes.text(place + 0.006, line, name, size=6.9, va="bottom", color=style.GREY)
        for at, text in COLUMNS[1:]:
            axes.text(at, line, text, size=6.9, va="bottom", color=style.GREY)
        axes.text(SHARE_AT, line, "runs in bound", size=6.9, va="bottom", ha="right", color=style.GREY)
        for row in (row for row in rows if row["kind"] == kind):
            _line(sheet, axes, line + 0.75, row)
            line += 1.0
        line += 0.8


def _line(sheet: Sheet, axes: Axes, at: float, row: dict[str, Any]) -> None:
    mark, colour, _ = RESULTS[row["result"]]
    axes.plot([0.004], [at], marker=mark, color=colour, markersize=5.0, linestyle="none", clip_on=False)
    seen, data = row["seen"][0].upper() + row["seen"][1:], "" if row["data"] == "validation" else row["data"]
    texts = (seen, row["measured"], data, bound_text(row), value_text(row))
    if row["result"] == ABSENT:
        texts = (seen, f"Not in the model: {row['caveat']}", "", "", "")
    for (place, _), text in zip(COLUMNS, texts, strict=True):
        axes.text(place, at, text, size=6.9, va="center")
    if row["result"] != ABSENT:
        share = f"{100 * row['share']:.0f} %"
        axes.text(SHARE_AT, at, share, size=6.9, va="center", ha="right", color=colour, family=list(style.TITLE_FAMILY))
    sheet.record(
        panel="checks", scenario="historical_actual", series=row["id"], statistic="median", value=row["value"],
        low=row["q05"], high=row["q95"], unit=row["unit"], note=f"{row['result']}; bound {bound_text(row)}",
    )  # fmt: skip


def bound_text(row: dict[str, Any]) -> str:
    """Bound of a check in words."""
    low, high = row["low"], row["high"]
    years = "{:.0f}" if row["unit"] == "year" else "{:.3g}"
    if low == high:
        return years.format(low)
    if math.isinf(high):
        return "above " + years.format(0.0 if abs(low) < 1e-6 else low)
    if math.isinf(low):
        return "below " + years.format(high)
    return f"{years.format(low)} to {years.format(high)}"


def value_text(row: dict[str, Any]) -> str:
    """Median and quantiles of a check in words."""
    if row["value"] != row["value"]:
        return "-"
    signs = {"percent": " %", "percentage points": " pp"}
    middle, low, high = (_number(row[name], row["unit"]) for name in ("value", "q05", "q95"))
    return f"{middle}{signs.get(row['unit'], '')} ({low} to {high})"


def _number(value: float, unit: str) -> str:
    """Three digits, whole numbers from 100 on; years and persons whole."""
    if unit == "year":
        return f"{value:.0f}"
    return f"{value:,.0f}" if unit == "persons" or abs(value) >= 99.5 else f"{value:.3g}"


def _shocks(found: Milestones) -> Sheet:
    sheet = Sheet("milestones_shocks", (12.4, 6.6))
    rows = {row["id"]: row for row in found.rows}
    agree = sum(row["result"] == AGREES for row in rows.values() if row["kind"] == "response")
    count = 3 * len(SHOCKS)
    title = f"One-off shocks of outside drivers: {agree} of {count} checks of direction, delay and recovery agree"
    subtitle = (
        f"Difference to the same runs without the shock, log points x 100; {found.made_with['runs']} runs, median with "
        "50 and 90 % of runs  |  plan baseline; the four quarters of the shock, from 2019Q1, are shaded"
    )
    note = (
        "Sizes of the shocks are judgement; a leap of the frontier lasts one quarter and stays. Direction: mean of the "
        "first eight quarters. Peak: quarters from the start to the largest effect. Left: size four years after the "
        "end over the largest. Funding in the broad scope, nominal; a mark after a number: agrees (+) or not (x)."
    )
    sheet.frame(title, subtitle, [note, provenance(found)])
    grid = sheet.figure.add_gridspec(2, 4)
    for place, shock in enumerate(SHOCKS):
        axes = sheet.figure.add_subplot(grid[place // 4, place % 4])
        values = 100.0 * effect(found.runs, shock)
        series = draw.Series(shock.world, shock.world, shock.variable, "log points x 100")
        axes.axvspan(-0.5, SHOCK_QUARTERS - 0.5, color=style.LIGHT, alpha=0.6, linewidth=0, zorder=0.5)
        axes.axhline(0.0, color=style.GREY, linewidth=0.8)
        draw.fan(sheet, axes, series, banded(values, np.arange(values.shape[1])), BLUE)
        axes.set_title(
            f"{shock.world.replace('_', ' ').capitalize()}:\n{variables()[shock.variable].label()}", size=8.8
        )
        axes.set_xticks(range(0, values.shape[1] + 1, 4))
        axes.set_xlabel("quarters from the start", size=7.5)
        axes.annotate(
            "\n".join(_result(rows[f"{shock.world}-{name}"], word) for name, word in
                      (("direction", "direction"), ("peak", "peak"), ("recovery", "left"))),
            (0.97, 0.04), xycoords="axes fraction", ha="right", va="bottom", size=7.4,
        )  # fmt: skip
    return sheet


def _result(row: dict[str, Any], word: str) -> str:
    return f"{word} {row['value']:.2g} {'+' if row['result'] == AGREES else 'x'}"
