"""Figures of the hindcast: fans from each origin with what was published later, and scores against the rivals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulation.analysis.hindcast.cases import OWN
from simulation.analysis.hindcast.information import ORIGINS, usable, years
from simulation.analysis.hindcast.paths import paths
from simulation.analysis.hindcast.rivals import INSTITUTES, RIVALS
from simulation.inputs.evidence import CalibrationRow
from simulation.inputs.forecasts import REAL_TIME
from simulation.presentation import draw, style
from simulation.presentation.hindcast_words import TEXTS, model_name, provenance, scope_name, short_name
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = Sequence[dict[str, Any]]
FANS = (("core_revenue", "A"), ("core_firms", "wide list"), ("equity_funding", "broad"))
BANDS = (("q05", "q95", 0.13), ("q10", "q90", 0.15), ("q25", "q75", 0.22))
OWN_COLOUR = style.SCENARIO_COLOURS[0]
DRAWN = tuple(model for model in RIVALS if model != INSTITUTES)  # institutes name single years: there is no path
COLOURS = dict(zip(DRAWN, (*style.SCENARIO_COLOURS[1:], "#999933"), strict=True))
DASHES: tuple[Any, ...] = (
    "--", ":", "-.", (0, (4, 1.2)), (0, (4, 1, 1, 1, 1, 1)), (0, (1, 1)), "-", (0, (6, 1.5, 1.5, 1.5)),
)  # fmt: skip
STYLES = dict(zip(DRAWN, DASHES, strict=True))


def fans(
    rows: Table, figures: Sequence[CalibrationRow], language: str = "en", origins: Sequence[int] = ORIGINS
) -> Sheet:
    """Forecasts in real time with unknown drivers: a row of panels for each series, a column for each origin.

    Parameters
    ----------
    rows : sequence of dict
        From :func:`simulation.analysis.hindcast.paths.paths`.
    figures : sequence of CalibrationRow
        Published figures: filled where the origin knew them, open where they came later.
    language : {'en', 'zh'}
    origins : sequence of int
        Years at whose ends forecasts are made.
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    with rc_context(style.parameters()):
        sheet = Sheet("hindcast_fans", (3.0 + 2.35 * len(origins), 9.6))
        key: list[tuple[str, str, Any]] = [(model_name(OWN, language), OWN_COLOUR, "-")]
        key += [(model_name(model, language), COLOURS[model], STYLES[model]) for model in DRAWN]
        notes = [say["fans_note"], provenance(language)]
        sheet.frame(say["fans_title"], say["fans_subtitle"], notes, key)
        grid = sheet.figure.add_gridspec(len(FANS), len(origins))
        for i, (series, scope) in enumerate(FANS):
            shared: Axes | None = None
            for j, origin in enumerate(origins):
                axes = sheet.figure.add_subplot(grid[i, j], sharey=shared)
                shared = shared or axes
                place = (series, scope, origin)
                chosen = [row for row in rows if (row["series"], row["scope"], row["origin"]) == place]
                _fan_panel(sheet, axes, chosen, (series, scope), origin, language)
                _published(sheet, axes, figures, (series, scope), origin, language)
                title = scope_name(series, scope, language)[0] if j == 0 else ""
                axes.set_title(f"{title}\n{say['origin'].format(year=origin)}")
                axes.axvline(origin, color=style.GREY, linewidth=0.8, linestyle=":", zorder=1)
                axes.set_xlim(2016.6, max(origins) + 3.4)
                axes.set_xticks(range(2018, max(origins) + 4, 2))
                axes.tick_params(labelleft=j == 0)
                if not chosen:
                    axes.text(0.5, 0.5, say["nothing"], transform=axes.transAxes, ha="center", color=style.GREY)
            _logarithmic(shared)
    return sheet


def _fan_panel(sheet: Sheet, axes: Axes, rows: Table, of: tuple[str, str], origin: int, language: str) -> None:
    """Bands and median of the model, medians of the rivals."""
    unit = scope_name(*of, language)[1]
    for model in (OWN, *DRAWN):
        found = sorted((row for row in rows if row["model"] == model), key=lambda row: row["year"])
        if not found:
            continue
        series = draw.Series(f"{of[0]} {of[1]}, origin {origin}", "", model, unit, of[1])
        at = [row["year"] for row in found]
        for low, high, alpha in BANDS if model == OWN else ():
            below, above = ([row[column] for row in found] for column in (low, high))
            axes.fill_between(at, below, above, color=OWN_COLOUR, alpha=alpha, linewidth=0, zorder=2)
            for year, least, most in zip(at, below, above, strict=True):
                sheet.record(**series.columns(), statistic=f"{low}-{high}", period=year, low=least, high=most)
        middle = [row["q50"] for row in found]
        colour, line, width = (OWN_COLOUR, "-", 2.2) if model == OWN else (COLOURS[model], STYLES[model], 1.2)
        axes.plot(at, middle, color=colour, linestyle=line, linewidth=width, zorder=4 if model == OWN else 3)
        for year, value in zip(at, middle, strict=True):
            sheet.record(**series.columns(), statistic="median", period=year, value=value)


def _published(
    sheet: Sheet, axes: Axes, figures: Sequence[CalibrationRow], of: tuple[str, str], origin: int, language: str
) -> None:
    """Figures of the scope: filled where the origin knew them, open where it did not."""
    series = draw.Series(f"{of[0]} {of[1]}, origin {origin}", "", "published", scope_name(*of, language)[1], of[1])
    for row in figures:
        if (row.series, row.scope) != of:
            continue
        known = usable(row, origin, REAL_TIME)
        kind = "floor" if row.is_floor else "known" if known else "later"
        place = years(row.day) - 1.0
        draw.point(sheet, axes, series, place, row.value, kind, row.day.isoformat(), "o", style.INK, known, size=4.6,
                   publisher=row.publisher, published=row.published)  # fmt: skip


def _logarithmic(axes: Axes | None) -> None:
    if axes is None:
        return
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    axes.yaxis.set_major_formatter(draw.thousands)
    axes.yaxis.set_minor_formatter(NullFormatter())


def scores(averages: Table, language: str = "en") -> Sheet:
    """CRPS of the rivals over that of the model on shared cases, and coverage of all, with unknown drivers.

    Parameters
    ----------
    averages : sequence of dict
        From :func:`simulation.analysis.hindcast.summary.summary`.
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    rows = [row for row in averages if row["drivers"] == "unconditional" and row["cases"]]
    compared = [row for row in rows if row["model"] != OWN and row["shared_cases"]]
    scopes = list(dict.fromkeys((row["series"], row["scope"]) for row in compared))
    models = [OWN, *(model for model in RIVALS if any(row["model"] == model for row in rows))]
    with rc_context(style.parameters()):
        sheet = Sheet("hindcast_scores", (2.6 + 1.9 * max(len(scopes), 4), 3.3 + 0.46 * len(models)))
        key = [(say[information], colour, "-") for information, colour in INFORMATION_COLOURS.items()]
        sheet.frame(say["scores_title"], say["scores_subtitle"], [say["scores_note"], provenance(language)], key)
        grid = sheet.figure.add_gridspec(2, max(len(scopes), 1))
        for column, scope in enumerate(scopes):
            for line, panel in enumerate((_ratios, _coverage)):
                axes = sheet.figure.add_subplot(grid[line, column])
                panel(sheet, axes, [row for row in rows if (row["series"], row["scope"]) == scope], models, language)
                names = [model_name(model, language) for model in models]
                axes.set_yticks(range(len(models)), names if column == 0 else [""] * len(names))
                axes.set_ylim(len(models) - 0.4, -0.6)
                axes.grid(visible=True, axis="x")
                if line == 0:
                    axes.set_title("\n".join(short_name(*scope, language)))
                    axes.set_xlabel(say["ratio"] if column == 0 else "")
                else:
                    axes.set_xlabel(say["coverage"] if column == 0 else "")
    return sheet


INFORMATION_COLOURS = {"real_time": style.SERIES_COLOURS[0], "pseudo_real_time": style.SERIES_COLOURS[1]}


def _ratios(sheet: Sheet, axes: Axes, rows: Table, models: Sequence[str], language: str) -> None:
    """CRPS of each rival over that of the model, with the number of shared cases; beyond the axis at its edge."""
    edges = (0.25, 4.0)
    axes.set_xscale("log", base=2)
    axes.set_xlim(edges[0] / 1.2, edges[1] * 1.9)
    axes.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
    axes.axvline(1.0, color=style.GREY, linewidth=1.0)
    for row in (row for row in rows if row["model"] != OWN and row["crps_relative"] is not None):
        place, value = _place(models, row), min(max(row["crps_relative"], edges[0]), edges[1])
        _mark(axes, row, value, place, str(row["shared_cases"]))
        sheet.record(**_columns(row, "crps"), statistic="ratio to aiplan", period=row["information"],
                     value=row["crps_relative"], note=f"{row['shared_cases']} shared cases")  # fmt: skip


def _coverage(sheet: Sheet, axes: Axes, rows: Table, models: Sequence[str], language: str) -> None:
    """Share of its own cases that the 90 % band of each model holds, with the number of distinct figures."""
    axes.axvline(90.0, color=style.GREY, linewidth=1.0, linestyle="--")
    axes.set_xlim(-6, 122)
    axes.set_xticks([0, 50, 90])
    for row in rows:
        value = 100.0 * row["coverage_90"]
        _mark(axes, row, value, _place(models, row), str(row["distinct_observations"]))
        sheet.record(**_columns(row, "coverage"), statistic="coverage of the 90 % band", period=row["information"],
                     value=value, note=f"{row['cases']} cases, {row['distinct_observations']} figures")  # fmt: skip


def _columns(row: dict[str, Any], panel: str) -> dict[str, Any]:
    unit = "ratio" if panel == "crps" else "percent"
    return draw.Series(f"{panel} {row['series']}", "", row["model"], unit, row["scope"]).columns()


def _place(models: Sequence[str], row: dict[str, Any]) -> float:
    return models.index(row["model"]) + (-0.18 if row["information"] == REAL_TIME else 0.18)


def _mark(axes: Axes, row: dict[str, Any], value: float, place: float, text: str) -> None:
    colour = INFORMATION_COLOURS[row["information"]]
    filled = row["model"] == OWN
    axes.plot([value], [place], marker="D" if filled else "o", color=colour, markersize=4.6, linestyle="none", zorder=3)
    axes.annotate(text, (value, place), (5, 0), textcoords="offset points", va="center", color=colour,
                  fontsize=style.SIZES["note"] - 1.4)  # fmt: skip


def sheets(
    averages: Table, figures: Sequence[CalibrationRow], language: str = "en", origins: Sequence[int] = ORIGINS
) -> list[Sheet]:
    """The figures of a hindcast; scores are left out where the model has none.

    Parameters
    ----------
    averages : sequence of dict
        From :func:`simulation.analysis.hindcast.summary.summary`.
    figures : sequence of CalibrationRow
        Published figures to be shown.
    language : {'en', 'zh'}
    origins : sequence of int
        Years at whose ends forecasts are made.
    """
    made = [fans(paths(FANS, origins), figures, language, origins)]
    if any(row["model"] == OWN and row["cases"] for row in averages):
        made.append(scores(averages, language))
    return made
