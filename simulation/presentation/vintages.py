"""Probability of every target as it stood at the end of each vintage, scope by scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulation.presentation import draw, style, wording
from simulation.presentation.sheet import Sheet
from simulation.presentation.vintage_words import INDICATORS, TEXTS, provenance, vintage_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = Sequence[dict[str, Any]]
CONDITIONAL, UNCONDITIONAL = "conditional", "unconditional"
SCOPES = {"core": ("A", "B", "I", "N"), "related": ("R1", "R2", "R3", "I")}
COLOURS = (*style.SERIES_COLOURS[:3], "#882255")
MARKERS = ("o", "s", "D", "^")
STEP = 0.13  # between scopes of one vintage
DECIDED = 109.0  # height of the mark of a decided target, above all probabilities


def figure(targets: Table, designs: Table, language: str = "en") -> Sheet:
    """A panel for each target, a line for each scope, over the vintages.

    Parameters
    ----------
    targets : sequence of dict
        From :func:`simulation.calibration.products.target_rows`, read back or not.
    designs : sequence of dict
        Simulated designs, from :func:`simulation.calibration.report.design_rows`.
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    years = sorted({row["year"] for row in targets})
    order = list(dict.fromkeys(row["vintage"] for row in targets))
    with rc_context(style.parameters()):
        sheet = Sheet("target_probabilities", (11.6, 8.0))
        decided = {(row["indicator"], row["year"], row["scope"]) for row in targets if row["reached"] is not None}
        asked = {(row["indicator"], row["year"], row["scope"]) for row in targets}
        notes = [
            say["reading"], say["decided"].format(count=len(decided), all=len(asked)), say["scopes"],
            say["related"], provenance(designs, language),
        ]  # fmt: skip
        key = [(say[UNCONDITIONAL], style.GREY, "-"), (say[CONDITIONAL], style.GREY, ":")]
        drawn = {row["drivers"] for row in targets}
        key = [entry for entry, kind in zip(key, (UNCONDITIONAL, CONDITIONAL), strict=True) if kind in drawn]
        sheet.frame(say["title"], say["subtitle"], notes, key)
        grid = sheet.figure.add_gridspec(2, len(years))
        panels = [(i, j) for i in range(2) for j in range(len(years))]
        for i, j in panels:
            indicator = list(SCOPES)[i]
            chosen = [row for row in targets if (row["indicator"], row["year"]) == (indicator, years[j])]
            axes = sheet.figure.add_subplot(grid[i, j])
            _frame(axes, chosen, order, indicator, years[j], language)
            _panel(sheet, axes, chosen, order, language)
            axes.tick_params(labelleft=j == 0)
    return sheet


def _frame(axes: Axes, rows: Table, order: Sequence[str], indicator: str, year: int, language: str) -> None:
    """Title, axes, and the vintages at which the year was over in grey."""
    say = TEXTS[language]
    threshold = rows[0]["threshold"] if rows else float("nan")
    unit = wording.unit("bn_cny", language)
    what = INDICATORS[language][indicator]
    value = wording.number(threshold * unit.factor)
    axes.set_title(say["panel"].format(what=what, year=year, value=value, unit=unit.label))
    axes.set_xlim(-0.5, len(order) - 0.5)
    axes.set_xticks(range(len(order)), [vintage_name(name, language) for name in order])
    axes.set_ylim(-4.0, 116.0)
    axes.set_yticks(range(0, 101, 20), [f"{share} %" for share in range(0, 101, 20)])
    over = [order.index(row["vintage"]) for row in rows if row["nowcast"]]
    if over:
        axes.axvspan(min(over) - 0.5, len(order) - 0.5, color=style.LIGHT, alpha=0.45, linewidth=0, zorder=0.5)
        axes.annotate(
            say["over"].format(year=year), (len(order) - 0.58, DECIDED), ha="right", va="center",
            size=style.SIZES["note"], color=style.GREY,
        )  # fmt: skip


def _panel(sheet: Sheet, axes: Axes, rows: Table, order: Sequence[str], language: str) -> None:
    """Lines of one target, with their names at the right end."""
    labels = []
    for place, scope in enumerate(SCOPES[rows[0]["indicator"]] if rows else ()):
        of_scope = [row for row in rows if row["scope"] == scope]
        shift = STEP * (place - 1.5)
        for drivers in (CONDITIONAL, UNCONDITIONAL):
            found = [row for row in of_scope if row["drivers"] == drivers and row["probability"] is not None]
            if found:
                _line(sheet, axes, found, order, place, shift)
        last = [row for row in of_scope if row["probability"] is not None]
        if last:
            final = _last(last)
            share = wording.share_text(final["probability"], language)
            labels.append((100.0 * final["probability"], f"{scope} {share}", COLOURS[place]))
        elif of_scope:
            sheet.record(panel=_name(of_scope[0]), series="probability", statistic="not estimable", scope=scope)
        _verdict(sheet, axes, of_scope, order, COLOURS[place], language)
    draw.end_labels(sheet, axes, labels)


def _last(rows: Table) -> dict[str, Any]:
    """Row of the last vintage, drivers unknown where there is one."""
    final = [row for row in rows if row["vintage"] == rows[-1]["vintage"]]
    return next((row for row in final if row["drivers"] == UNCONDITIONAL), final[-1])


def _name(row: dict[str, Any]) -> str:
    return f"{row['indicator']} {row['year']}"


def _line(sheet: Sheet, axes: Axes, rows: Table, order: Sequence[str], place: int, shift: float) -> None:
    """Probability of one scope over the vintages; with unknown drivers its interval too."""
    colour, main = COLOURS[place], rows[0]["drivers"] == UNCONDITIONAL
    series = draw.Series(_name(rows[0]), rows[0]["drivers"], "probability", "percent", rows[0]["scope"])
    at = [order.index(row["vintage"]) + shift for row in rows]
    middle, low, high = ([100.0 * row[column] for row in rows] for column in ("probability", "low", "high"))
    style_of: dict[str, Any] = {"linestyle": "-", "linewidth": 1.9, "marker": MARKERS[place], "markersize": 5.0}
    if not main:
        style_of = {"linestyle": ":", "linewidth": 1.3, "alpha": 0.75}
    else:
        axes.vlines(at, low, high, color=colour, linewidth=1.3, alpha=0.55, zorder=3)
    # The first scope of a panel lies on top: lines at 0 and 100 % cover each other.
    height = (4.0 if main else 3.5) - 0.1 * place
    (artist,) = axes.plot(at, middle, color=colour, markeredgecolor="white", zorder=height, **style_of)
    artist.set_gid(series.identifier("probability"))
    for row, value, least, most in zip(rows, middle, low, high, strict=True):
        note = "nowcast" if row["nowcast"] else ""
        columns = {**series.columns(), "statistic": "probability", "period": row["vintage"], "note": note}
        sheet.record(**columns, value=value, low=least, high=most)


def _verdict(sheet: Sheet, axes: Axes, rows: Table, order: Sequence[str], colour: str, language: str) -> None:
    """Mark of a target that a published figure decides, with the Brier score of the forecasts made before."""
    known = [row for row in rows if row["reached"] is not None]
    if not known:
        return
    say, row = TEXTS[language], known[0]
    scored = [each for each in known if each["brier"] is not None]
    drivers = UNCONDITIONAL if any(each["drivers"] == UNCONDITIONAL for each in scored) else CONDITIONAL
    scores = [
        f"{each['brier']:.2f} ({vintage_name(each['vintage'], language, short=True)})"
        for each in scored
        if each["drivers"] == drivers
    ]
    result = say["reached" if row["reached"] else "missed"].format(scope=row["scope"], published=row["published"])
    text = result + (f"\n{say['brier']} {', '.join(scores)}" if scores else "")
    axes.annotate(
        text, (-0.42, DECIDED if row["reached"] else 0.0), va="center", size=style.SIZES["note"], color=colour,
        linespacing=1.15,
    )  # fmt: skip
    for each in scored:
        sheet.record(
            panel=_name(each), scenario=each["drivers"], series="probability", statistic="Brier score",
            period=each["vintage"], value=each["brier"], scope=each["scope"], published=each["published"], note=result,
        )  # fmt: skip
