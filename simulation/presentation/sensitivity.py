"""Figures of a sweep: what drives an outcome, how sure that is, and how it changes over the years."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.chance import COMMON, FEW_SEEDS
from simulation.analysis.sensitivity import prefixes
from simulation.errors import StoreConflict, UsageError
from simulation.experiments.designs import GRID, MORRIS, SOBOL, TABLE
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables
from simulation.presentation import style, wording
from simulation.presentation.draw import end_labels, years_axis
from simulation.presentation.figures import drawing
from simulation.presentation.point_names import name_points
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulation.analysis.swept import Swept

SHOWN = 15  # factors named in a figure; the table beside it holds all
LINES = 6  # factors followed over the years or over the sample
YEARS = (2018, 2020, 2022, 2024, 2026, 2028, 2030)
MEASURE = {MORRIS: "mu_star", SOBOL: "total"}


def plot_sensitivity(
    swept: Swept, folder: Path, outcomes: Sequence[str], language: str = "en", svg: bool = False
) -> list[Path]:
    """Draw the figures of a sweep's sensitivity, each as PNG with a CSV of the data drawn.

    Parameters
    ----------
    swept : Swept
    folder : Path
        Where the files go.
    outcomes : sequence of str
        Names of outcomes of the experiment.
    language : {'en', 'zh'}
    svg : bool
        Write an SVG beside each PNG as well.

    Returns
    -------
    list of Path
        ``tornado-<outcome>``, for Morris ``morris-<outcome>``, for Morris and Sobol ``convergence-<outcome>`` and
        ``over_time-<outcome>`` where there is more than one size or year to compare.
    """
    if language not in wording.LANGUAGES:
        raise UsageError(f"no such language: {language}; there are {', '.join(wording.LANGUAGES)}")
    if swept.experiment.design.name in (GRID, TABLE):
        raise UsageError(f"a {swept.experiment.design.name} is no sample: there are no indices to draw")
    paths: list[Path] = []
    with drawing():
        for name in outcomes:
            view = SweptView(swept, name, language)
            makers = [tornado]
            if len(convergence_sizes(view)) > 1:
                makers.append(convergence)
            if len(followed_years(view)) > 1:
                makers.append(over_time)
            if swept.experiment.design.name == MORRIS:
                makers.insert(0, morris)
            for maker in makers:
                try:
                    paths += maker(view).save(folder, svg)
                except OSError as error:
                    raise StoreConflict(f"cannot write figures into {folder}: {error.strerror}") from error
    return paths


class SweptView:
    """What the figures of one outcome share: its table, labels and provenance in one language."""

    def __init__(self, swept: Swept, name: str, language: str) -> None:
        self.swept, self.language, self.name = swept, language, name
        (self.outcome,) = swept.outcomes((name,))
        self.rows = swept.sensitivity(self.outcome)
        self.design = swept.experiment.design
        self.measure = MEASURE.get(self.design.name, "pawn_median")
        self.summary = swept.summary(self.outcome)

    def say(self, key: str, **values: object) -> str:
        """A sentence in the language of the view."""
        return wording.say(key, self.language, **values)

    def factor(self, name: str) -> str:
        """Label of a factor."""
        if name.startswith("variants."):
            return self.say("rule_variant", rule=name.removeprefix("variants."))
        if name == "seed":
            return self.say("random_seed")
        parameter, _, element = name.partition(".")
        label = registry()[parameter].label(self.language)
        return f"{label} ({element})" if element else label

    @property
    def outcome_label(self) -> str:
        """Variable, year and scope of the outcome."""
        label = variables()[self.outcome.variable].label(self.language)
        scope = self.say("scope_short", scope=self.outcome.scope) if self.outcome.scope else ""
        return " ".join(part for part in (label, str(self.outcome.year), scope) if part)

    @property
    def method_note(self) -> str:
        """Key of the note on the measure, for figures that draw it as bars or lines."""
        return "note_morris_bars" if self.design.name == MORRIS else f"note_{self.design.name}"

    @property
    def unit(self) -> str:
        """Unit of the measure: that of the outcome for Morris, none for shares."""
        return wording.unit(variables()[self.outcome.variable].unit, self.language).label

    def notes(self, *keys: str) -> list[str]:
        """What has to be known, and where the figure comes from."""
        manifest = self.swept.result.manifest
        source = self.say(
            "sweep_provenance" if self.summary["replicates"] > 1 else "sweep_provenance_single",
            version=manifest["program_version"],
            experiment=manifest["experiment"],
            points=self.summary["points"],
            replicates=self.summary["replicates"],
            scale=f"{manifest['scale']:g}",
            seeds=self.summary["seeds"],
            chance=self.chance,
        )
        common = ["note_common_seeds"] if self.summary["pairing"] == COMMON else []
        return [*(self.say(key) for key in (*keys, *common)), source]

    @property
    def chance(self) -> str:
        """Share of chance as text, with what it rests on where seeds are few."""
        facts = self.summary
        if np.isnan(facts["share_variance"]):
            return "–"
        share = wording.share_text(facts["share_variance"], self.language)
        if facts["pairing"] != COMMON or facts["seeds"] >= FEW_SEEDS:
            return share
        return self.say("chance_of_few_seeds", share=share, seeds=facts["seeds"], freedom=facts["seed_freedom"])

    def subtitle(self, *more: str) -> str:
        """Line under the title."""
        method = self.say(f"method_{self.design.name}", n=self.design.n)
        return "  |  ".join((self.outcome_label, method, *more))


def morris(view: SweptView) -> Sheet:
    """The Morris plane: mean absolute elementary effect against the spread of effects."""
    sheet = Sheet(f"morris-{view.name}", (9.6, 6.6))
    top = view.rows[0]
    sheet.frame(
        view.say("title_morris", factor=view.factor(top["factor"]), outcome=view.outcome_label),
        view.subtitle(view.unit),
        view.notes("note_morris"),
    )
    axes = sheet.figure.subplots()
    axes.grid(axis="both")
    axes.set_xlabel(view.say("axis_mu_star", unit=view.unit))
    axes.set_ylabel(view.say("axis_sigma", unit=view.unit))
    shown = {row["factor"] for row in view.rows[:SHOWN]}
    for row in view.rows:
        named = row["factor"] in shown
        colour = style.SERIES_COLOURS[0] if named else style.LIGHT
        axes.errorbar(
            row["mu_star"], row["sigma"], xerr=_reach(row, "mu_star") if named else None, fmt="o", color=colour,
            markersize=5 if named else 3.5, elinewidth=0.8, ecolor=style.LIGHT, zorder=4 if named else 2,
        )  # fmt: skip
        for column in ("mu_star", "mu", "sigma"):
            error = row["mu_star_error"] if column == "mu_star" else None
            _record(sheet, view, row["factor"], column, row[column], error, view.unit)
    largest = max(max(row["mu_star"], row["sigma"]) for row in view.rows) or 1.0
    axes.plot([0, 1.05 * largest], [0, 1.05 * largest], color=style.GREY, linewidth=0.8, linestyle=":", zorder=1)
    axes.set_xlim(left=0, right=1.35 * max(row["mu_star"] for row in view.rows) or 1.0)
    axes.set_ylim(bottom=0, top=1.12 * max(row["sigma"] for row in view.rows) or 1.0)
    name_points(sheet, axes, [(row["mu_star"], row["sigma"], view.factor(row["factor"])) for row in view.rows[:SHOWN]])
    return sheet


def tornado(view: SweptView) -> Sheet:
    """Bars of the leading factors with their errors; first and total order side by side for Sobol."""
    rows = view.rows[:SHOWN]
    sheet = Sheet(f"tornado-{view.name}", (9.6, 1.9 + 0.29 * len(rows)))
    sheet.frame(
        view.say("title_tornado", factor=view.factor(rows[0]["factor"]), outcome=view.outcome_label),
        view.subtitle(),
        view.notes(view.method_note, *(["note_intervals"] if view.design.name in MEASURE else [])),
    )
    axes = sheet.figure.subplots()
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    columns = ("total", "first") if view.design.name == SOBOL else (view.measure,)
    height = 0.72 / len(columns)
    places = np.arange(len(rows))
    for number, column in enumerate(columns):
        values = np.array([row[column] for row in rows])
        errors = np.hstack([_reach(row, column) for row in rows])
        axes.barh(
            places + (number - (len(columns) - 1) / 2) * height, values, height, color=style.SERIES_COLOURS[number],
            xerr=None if np.isnan(errors).all() else np.nan_to_num(errors), zorder=2, label=view.say(f"index_{column}"),
            error_kw={"elinewidth": 0.9, "ecolor": style.INK},
        )  # fmt: skip
        for row in view.rows:
            unit = view.unit if column == "mu_star" else ""
            _record(sheet, view, row["factor"], column, row[column], row.get(f"{column}_error"), unit)
    axes.set_yticks(places, [view.factor(row["factor"]) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.set_xlabel(view.say(f"axis_{view.measure}", unit=view.unit))
    if len(columns) > 1:
        axes.legend(loc="lower right")
    return sheet


def convergence_sizes(view: SweptView) -> list[int]:
    """Sizes of the sample at which indices are drawn; none where a design has no parts of its own kind."""
    return prefixes(view.design) if view.design.name in MEASURE else []


def followed_years(view: SweptView) -> tuple[int, ...]:
    """Years up to that of the outcome in which indices are drawn; none for designs without a plane or shares."""
    last = view.outcome.year
    return tuple(sorted({*(year for year in YEARS if year <= last), last})) if view.design.name in MEASURE else ()


def over_time(view: SweptView) -> Sheet:
    """The leading factors over the years."""
    years = followed_years(view)
    first, last = years[0], years[-1]
    chance = ["note_over_time"] if view.summary["replicates"] > 1 else []
    table = view.swept.over_time(view.outcome, years)
    sheet = Sheet(f"over_time-{view.name}", (9.6, 5.6))
    sheet.frame(
        view.say("title_over_time", outcome=view.outcome_label.replace(str(view.outcome.year), "").strip()),
        view.subtitle(),
        view.notes(view.method_note, *chance),
    )
    axes = sheet.figure.subplots()
    largest = {
        year: max(row[view.measure] for row in table if row["year"] == year and view.measure in row) for year in years
    }
    # Who leads in some year is shown, not only who leads in the last.
    share: dict[str, float] = {}
    for row in table:
        if view.measure in row:
            share[row["factor"]] = max(share.get(row["factor"], 0.0), row[view.measure] / (largest[row["year"]] or 1.0))
    items = []
    for place, name in enumerate(sorted(share, key=lambda factor: -share[factor])[:LINES]):
        # Effects of Morris grow with the outcome itself: shown as a share of the year's largest.
        scale = largest if view.design.name == MORRIS else dict.fromkeys(years, 1.0)
        values = [
            next(row[view.measure] for row in table if row["year"] == year and row["factor"] == name)
            / (scale[year] or 1.0)
            for year in years
        ]
        items.append(_line(sheet, axes, view, name, years, values, place))
    shares = [row["share"] for row in table if row["factor"] == "seed"]
    if not np.isnan(shares).all():
        axes.plot(years, shares, color=style.GREY, linestyle="--", zorder=3)
        for year, value in zip(years, shares, strict=True):
            sheet.record(panel="over_time", series="seed", statistic="share", period=year, value=float(value))
    years_axis(axes, first, last, 2)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_ylabel(view.say("axis_relative" if view.design.name == MORRIS else "axis_total"))
    if not np.isnan(shares).all():
        items.append((float(shares[-1]), view.factor("seed"), style.GREY))
    end_labels(sheet, axes, items)
    return sheet


def _line(
    sheet: Sheet, axes: Axes, view: SweptView, name: str, x: Sequence[int], values: Sequence[float], place: int
) -> tuple[float, str, str]:
    """Draw a factor's line; returns where it ends, its name and its colour."""
    axes.plot(x, values, color=style.SERIES_COLOURS[place], marker="o", markersize=3.5, label=view.factor(name))
    for where, value in zip(x, values, strict=True):
        sheet.record(panel=sheet.kind, series=name, statistic=view.measure, period=where, value=float(value))
    return float(values[-1]), _folded(view.factor(name)), style.SERIES_COLOURS[place]


def convergence(view: SweptView) -> Sheet:
    """Indices of the leading factors from growing parts of the sample, with their errors."""
    table = view.swept.convergence(view.outcome)
    leading = [row["factor"] for row in view.rows[:LINES]]
    sheet = Sheet(f"convergence-{view.name}", (9.6, 5.4))
    sheet.frame(view.say("title_convergence"), view.subtitle(), view.notes("note_convergence"))
    axes = sheet.figure.subplots()
    sizes = sorted({row["n"] for row in table})
    items = []
    for place, name in enumerate(leading):
        rows = [row for row in table if row["factor"] == name]
        values = [row[view.measure] for row in rows]
        items.append(_line(sheet, axes, view, name, sizes, values, place))
        below, above = np.hstack([_reach(row, view.measure) for row in rows])
        low, high = np.array(values) - below, np.array(values) + above
        axes.fill_between(sizes, low, high, color=style.SERIES_COLOURS[place], alpha=0.12, linewidth=0)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel(view.say(f"axis_sample_{view.design.name}"))
    axes.set_ylabel(view.say(f"axis_{view.measure}", unit=view.unit))
    end_labels(sheet, axes, items)
    return sheet


def _reach(row: dict[str, Any], column: str) -> np.ndarray:
    """How far an interval reaches below and above its value, shape (2, 1); an absolute effect is not below zero."""
    error = row.get(f"{column}_error", np.nan)
    below = min(error, row[column]) if column == "mu_star" else error
    return np.array([[below], [error]])


def _folded(text: str) -> str:
    """A label in at most two lines."""
    if len(text) <= 24 or " " not in text:
        return text
    middle = min((i for i, letter in enumerate(text) if letter == " "), key=lambda i: abs(i - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"


def _record(
    sheet: Sheet, view: SweptView, factor: str, statistic: str, value: float, error: float | None, unit: str
) -> None:
    bounds: dict[str, Any] = {}
    if error is not None:
        below, above = _reach({statistic: value, f"{statistic}_error": error}, statistic)[:, 0]
        bounds = {"low": value - below, "high": value + above}
    sheet.record(
        panel=view.name, scenario=view.swept.scenarios[0], series=factor, statistic=statistic, value=float(value),
        period=view.outcome.year, unit=unit, scope=view.outcome.scope, **bounds,
    )  # fmt: skip
