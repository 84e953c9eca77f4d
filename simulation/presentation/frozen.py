"""The frozen forecast as a picture: fans to 2030 with what was published before, targets, and their probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.presentation import draw, style, wording
from simulation.presentation.marks import position
from simulation.presentation.revenue import HALF_MARK, halo
from simulation.presentation.sheet import Sheet
from simulation.presentation.targets import goals
from simulation.presentation.vintage_words import INDICATORS, TEXTS, provenance
from simulation.presentation.vintages import COLOURS, CONDITIONAL, SCOPES, UNCONDITIONAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = Sequence[dict[str, Any]]
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
BANDS = ((0.05, 0.95), (0.1, 0.9), (0.25, 0.75))
FIRST, FROM, LAST = 2017, 2023, 2030
NOISE = 1.645  # standard deviations of a 90 % interval
BLUE = COLOURS[0]
ROOM = 1.25  # factor between the outermost mark and the ends of an axis, for labels
# Series, scope of the fan, scopes of which the median alone is drawn, unit of the table of wording, scopes published.
PANELS: tuple[tuple[str, str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("core_revenue", "A", ("B", "I"), "bn_cny", ("A",)),
    ("related_revenue", "R2", (), "bn_cny", ("I",)),
    ("core_firms", "wide list", (), "firms", ("wide list", "list")),
    ("equity_funding", "broad", (), "bn_cny", ("broad",)),
    ("talent_total", "latent", (), "", ()),
)
TARGETS = {"core_revenue": "core", "related_revenue": "related"}


def figure(
    quantiles: Table, targets: Table, designs: Table, day: date | str, claims: Table = (), language: str = "en"
) -> Sheet:
    """Fans of five series, and the probability of the targets that are still ahead.

    Parameters
    ----------
    quantiles, targets : sequence of dict
        The frozen forecast's two tables, as :func:`simulation.calibration.freezing.freeze` writes them.
    designs : sequence of dict
        Simulated designs, from :func:`simulation.calibration.report.design_rows`.
    day : date or str
        Day of the forecast.
    claims : sequence of dict, optional
        What the hindcast allows to be said, by indicator and scope; without them the sheet refers to it.
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    with rc_context(style.parameters()):
        sheet = Sheet("frozen_forecast", (12.4, 8.3))
        notes = [f"{say['frozen_reading']} {_claimed(claims, language)}", f"{say['scopes']} {say['related']}",
                 provenance(designs, language)]  # fmt: skip
        sheet.frame(say["frozen_title"].format(day=day), say["frozen_subtitle"], notes)
        grid = sheet.figure.add_gridspec(2, 3)
        for place, (series, scope, others, unit, shown) in enumerate(PANELS):
            axes = sheet.figure.add_subplot(grid[place // 3, place % 3])
            axes.set_title(say[series])
            factor = wording.unit(unit, language).factor if unit else 1e-3
            _fan(sheet, axes, quantiles, (series, scope), factor, language)
            ends = [_median(sheet, axes, quantiles, (series, other), factor) for other in others]
            _published(sheet, axes, (series, scope), shown, factor, language)
            _targets(sheet, axes, (series, scope), factor, language)
            _axes(axes)
            draw.end_labels(sheet, axes, [end for end in ends if end is not None])
            if place == 0:
                _legend(axes, language)
        _probabilities(sheet, sheet.figure.add_subplot(grid[1, 2]), targets, language)
    return sheet


def _claimed(claims: Table, language: str) -> str:
    """What the hindcast allows to be said of the forecast."""
    say = TEXTS[language]
    if not claims:
        return say["claims_elsewhere"]
    told = [str(row["scope"]) for row in claims if row["indicator"] == "core" and row["claim"] == "projection"]
    return say["claimed"].format(scopes=", ".join(told)) if told else say["exploratory"]


def _of(quantiles: Table, what: tuple[str, str], drivers: str) -> Table:
    """Rows of a series and scope over the years."""
    found = [row for row in quantiles if (row["series"], row["scope"]) == what]
    return sorted((row for row in found if row["drivers"] == drivers), key=lambda row: str(row["date"]))


def _years(rows: Table) -> list[int]:
    return [int(str(row["date"])[:4]) for row in rows]


def _fan(sheet: Sheet, axes: Axes, quantiles: Table, what: tuple[str, str], factor: float, language: str) -> None:
    """Bands and median with unknown drivers, and the median with known ones."""
    from xarray import DataArray

    rows = _of(quantiles, what, UNCONDITIONAL)
    if not rows:
        axes.text(0.5, 0.5, TEXTS[language]["no_forecast"], transform=axes.transAxes, ha="center", color=style.GREY)
        return
    values = factor * np.array([[float(row[draw.percent(level)]) for row in rows] for level in LEVELS])
    bands = DataArray(values, dims=("quantile", "year"), coords={"quantile": list(LEVELS), "year": _years(rows)})
    draw.fan(sheet, axes, draw.Series(what[0], UNCONDITIONAL, what[0], "", what[1]), bands, BLUE, BANDS)
    told = _of(quantiles, what, CONDITIONAL)
    if told:
        values = factor * np.array([float(row["q50"]) for row in told])
        series = draw.Series(what[0], CONDITIONAL, what[0], "", what[1])
        middle = DataArray(values, dims="year", coords={"year": _years(told)})
        draw.line(sheet, axes, series, middle, BLUE, "median", ":", 1.3)


def _median(
    sheet: Sheet, axes: Axes, quantiles: Table, what: tuple[str, str], factor: float
) -> tuple[float, str, str] | None:
    """Median in another scope; what its end is labelled with."""
    from xarray import DataArray

    rows = _of(quantiles, what, UNCONDITIONAL)
    if not rows:
        return None
    colour = COLOURS[SCOPES["core"].index(what[1])]
    values = DataArray(factor * np.array([float(row["q50"]) for row in rows]), dims="year",
                       coords={"year": _years(rows)})  # fmt: skip
    series = draw.Series(what[0], UNCONDITIONAL, what[0], "", what[1])
    draw.line(sheet, axes, series, values, colour, "median", "--", 1.4, alpha=0.85)
    return float(values[-1]), what[1], colour


def _published(
    sheet: Sheet, axes: Axes, what: tuple[str, str], scopes: Sequence[str], factor: float, language: str
) -> None:
    """Figures up to the end of 2023: filled where fitted, open where held out, with the noise that the fit assumes."""
    say = TEXTS[language]
    rows = [row for row in calibration_rows() if row.series == what[0] and row.scope in scopes and row.day.year <= FROM]
    for row in rows:
        _point(sheet, axes, row, what, factor)
    if not rows:
        _note(axes, (0.03, "left"), say["no_figure"])
    if what[0] in ("related_revenue", "core_firms"):
        _note(axes, (0.97, "right"), say["iresearch" if what[0] == "related_revenue" else "earlier_list"])


def _note(axes: Axes, place: tuple[float, str], text: str) -> None:
    """A remark at the foot of a panel."""
    at, side = place
    size = style.SIZES["note"]
    halo(axes.text(at, 0.03, text, transform=axes.transAxes, ha=side, color=style.GREY, size=size, zorder=8))


def _point(sheet: Sheet, axes: Axes, row: CalibrationRow, what: tuple[str, str], factor: float) -> None:
    series = draw.Series(what[0], "", "published", "", row.scope)
    value = row.value * factor
    spread = float(np.exp(NOISE * row.sigma_log))
    interval = None if row.is_floor else (value / spread, value * spread)
    kind = "floor" if row.is_floor else "fitted" if row.fitted else "held out"
    marker = "s" if row.scope == "list" else "o" if row.fitted else "D"
    draw.point(
        sheet, axes, series, position(row.day), value, kind, row.day.isoformat(), marker, style.INK,
        row.fitted and not row.is_floor and row.scope != "list", interval, 5.0, publisher=row.publisher,
        published=row.published,
    )  # fmt: skip


def _targets(sheet: Sheet, axes: Axes, what: tuple[str, str], factor: float, language: str) -> None:
    """Bars of the plan's targets."""
    if what[0] not in TARGETS:
        return
    for goal in goals(TARGETS[what[0]], what[1], LAST):
        value = goal.threshold * factor
        span = [goal.year - HALF_MARK, goal.year + HALF_MARK]
        axes.plot(span, [value] * 2, color=style.TARGET, linewidth=2.8, zorder=5.1, solid_capstyle="butt")
        text = TEXTS[language]["target"].format(value=wording.number(value))
        halo(axes.annotate(
            text, (goal.year + HALF_MARK, value), (0, -4), textcoords="offset points", ha="right", va="top", zorder=8,
            size=style.SIZES["note"], family=list(style.TITLE_FAMILY),
        ))  # fmt: skip
        series = draw.Series(what[0], "", "plan target", "", what[1])
        sheet.record(**series.columns(), statistic="target", period=goal.year, value=value, note="more than")


def _axes(axes: Axes) -> None:
    from simulation.presentation.curves import logarithmic_side

    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(low / ROOM, high * ROOM)
    logarithmic_side(axes)
    axes.axvline(FROM, color=style.GREY, linewidth=0.8, linestyle=":", zorder=1)
    axes.set_xlim(FIRST - 0.8, LAST + 0.6)
    axes.set_xticks([2017, 2020, 2023, 2025, 2030], ["2017", "2020", "2023", "2025", "2030"])


def _legend(axes: Axes, language: str) -> None:
    from matplotlib.lines import Line2D

    say = TEXTS[language]
    marks = (("o", style.INK, "observed"), ("D", "white", "held_out"))
    handles = [
        Line2D([], [], marker=mark, linestyle="none", color=style.INK, markerfacecolor=face, markersize=5,
               label=say[name])
        for mark, face, name in marks
    ]  # fmt: skip
    axes.legend(handles=handles, loc="upper left", handletextpad=0.3, borderaxespad=0.1, fontsize=style.SIZES["note"])


def _probabilities(sheet: Sheet, axes: Axes, targets: Table, language: str) -> None:
    """A line for each target ahead and scope, with the interval over parameter sets."""
    say = TEXTS[language]
    chosen = [row for row in targets if not row["nowcast"] and row["probability"] is not None]
    order = list(dict.fromkeys((row["indicator"], row["year"], row["scope"]) for row in chosen))
    order.sort(key=lambda each: (list(SCOPES).index(each[0]), each[1], SCOPES[each[0]].index(each[2])))
    for row in chosen:
        place = order.index((row["indicator"], row["year"], row["scope"]))
        colour = COLOURS[SCOPES[row["indicator"]].index(row["scope"])]
        main = row["drivers"] == UNCONDITIONAL
        value, low, high = (100.0 * row[column] for column in ("probability", "low", "high"))
        if main:
            axes.plot([low, high], [place, place], color=colour, linewidth=1.6, alpha=0.6, zorder=3)
        axes.plot([value], [place], marker="o" if main else "|", color=colour, markersize=5.0 if main else 8.0,
                  markerfacecolor=colour, linestyle="none", zorder=4)  # fmt: skip
        series = draw.Series("probabilities", row["drivers"], f"{row['indicator']} {row['year']}", "percent",
                             row["scope"])  # fmt: skip
        sheet.record(**series.columns(), statistic="probability", period=row["year"], value=value, low=low, high=high)
    names = [say["row"].format(what=INDICATORS[language][what], year=year, scope=scope) for what, year, scope in order]
    for place in range(1, len(order)):
        if order[place][:2] != order[place - 1][:2]:
            axes.axhline(place - 0.5, color=style.LIGHT, linewidth=0.8)
    axes.grid(visible=False, axis="y")
    axes.set_yticks(range(len(order)), names, size=style.SIZES["note"])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_xlim(-3.0, 103.0)
    axes.grid(axis="x")
    axes.set_xticks(range(0, 101, 25), [f"{share} %" for share in range(0, 101, 25)])
    axes.set_title(say["shares"])
