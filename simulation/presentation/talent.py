"""People by tier, wages and vacancies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from simulation.analysis.bands import quantiles
from simulation.inputs import dimensions
from simulation.presentation import draw, style, wording
from simulation.presentation.comparison import comparison_fans, line_key, line_style, statistic_phrase
from simulation.presentation.marks import Mark, series_marks
from simulation.presentation.published import draw_marks, legend_handles
from simulation.presentation.sheet import Sheet
from simulation.presentation.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STOCK, WAGE, VACANCY = "talent_by_tier", "wage_by_tier", "vacancy_ratio_by_tier"
REFERENCE_WAGES = (("wage_software", "software", ":"), ("wage_it_sector", "it_sector", "--"))
Place = Literal["upper left", "lower right"]  # of a legend
# Published series that measure a tier of the model.
OBSERVED_TIERS = {"researcher": "researchers"}


def talent(view: View) -> list[Sheet]:
    """People of each tier at year end, small multiples with their own scale."""
    sheet = Sheet("talent", (10.4, 6.4))
    unit = view.unit(STOCK)
    subtitle = view.subtitle(view.say("year_end", unit=unit.label), statistic_phrase(view), view.say("own_scales"))
    sheet.frame(_talent_title(view), subtitle, [view.say("talent_note"), view.provenance()])
    first, last = view.years(STOCK)
    for position, (axes, tier) in enumerate(
        zip(sheet.figure.subplots(2, 2).flat, dimensions.members("tier"), strict=True)
    ):
        axes.set_title(view.member("tier", tier))
        draw.years_axis(axes, first, last, 2)
        comparison_fans(sheet, axes, view, tier, STOCK, position % 2 == 1, style.SERIES_COLOURS[position], tier=tier)
        if tier in OBSERVED_TIERS:
            _observed(sheet, axes, tier, series_marks(OBSERVED_TIERS[tier]), unit)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(draw.thousands)
    return [sheet]


def wages(view: View) -> list[Sheet]:
    """Wages by tier with the software and IT sector wage, beside vacancies per seeker."""
    sheet = Sheet("wages", (10.4, 5.8))
    unit = view.unit(WAGE)
    subtitle = view.subtitle(
        view.say("a_year", unit=unit.label),
        "statistic_median" if len(view.scenarios) > 1 else "statistic_inner",
        view.say("nominal"),
    )
    sheet.frame(_wage_title(view), subtitle, [view.say("wage_note"), view.provenance()], line_key(view))
    left, right = sheet.figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.35, 1]})
    wage_panel(sheet, left, view)
    _tier_panel(sheet, right, view, VACANCY, view.say("panel_medians", label=view.label(VACANCY)))
    right.set_ylim(bottom=0)
    return [sheet]


def wage_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    """Wages by tier on a logarithmic scale, with reference wages and published sector wages."""
    axes.set_yscale("log")
    labels = _tier_panel(sheet, axes, view, WAGE, view.say("panel_wages"), label=False)
    scenario = view.scenarios[0]
    for name, word, linestyle in REFERENCE_WAGES:
        if not view.has(name):
            continue
        median = view.bands(name, scenario).sel(quantile=0.5)
        series = draw.Series("wages", scenario, name, view.unit(name).label)
        draw.line(sheet, axes, series, median, style.GREY, "median", linestyle, 1.5)
        labels.append((float(median.isel(year=-1)), view.say(word), style.GREY))
    unit = view.unit(WAGE)
    thousands = wording.Unit(1e-3 * unit.factor, unit.label)  # published in yuan
    _observed(sheet, axes, "wages", series_marks("wage_it_sector"), thousands, "lower right")
    ticks = [value for value in (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if _within(axes, value)]
    axes.set_yticks(ticks, [draw.thousands(value) for value in ticks])
    axes.minorticks_off()
    draw.end_labels(sheet, axes, labels)


def _within(axes: Axes, value: float) -> bool:
    low, high = axes.get_ylim()
    return bool(low <= value <= high)


def _tier_panel(
    sheet: Sheet, axes: Axes, view: View, name: str, title: str, label: bool = True
) -> list[tuple[float, str, str]]:
    """Each tier in its colour; further scenarios dashed."""
    axes.set_title(title)
    draw.years_axis(axes, *view.years(name), 2 if name == WAGE else 5)
    labels = []
    for position, tier in enumerate(dimensions.members("tier")):
        colour = style.SERIES_COLOURS[position]
        for order, scenario in enumerate(view.scenarios):
            bands = view.bands(name, scenario, tier=tier)
            series = draw.Series(
                "wages" if name == WAGE else "vacancies", scenario, f"{name}|{tier}", view.unit(name).label
            )
            chosen = ((0.25, 0.75),) if len(view.scenarios) == 1 and name == WAGE else ()
            draw.fan(sheet, axes, series, bands, colour, chosen, line_style(order))
            if order == 0:
                labels.append((float(bands.sel(quantile=0.5).isel(year=-1)), view.member("tier", tier), colour))
    if label:
        draw.end_labels(sheet, axes, labels)
    return labels


def _observed(
    sheet: Sheet, axes: Axes, panel: str, marks: Sequence[Mark], unit: wording.Unit, place: Place = "upper left"
) -> None:
    """Published values as dots, with a legend that names their publishers."""
    draw_marks(sheet, axes, panel, marks, unit, size=5.0)
    axes.legend(handles=legend_handles(marks, by_publisher=False), loc=place, handletextpad=0.2)


def _talent_title(view: View) -> str:
    unit = view.unit(STOCK)
    first, last = view.years(STOCK)
    middle = quantiles(view.annual(STOCK).sum("tier", skipna=False), (0.5,)).isel(quantile=0)
    medians = {name: float(middle.sel(scenario=name, year=last)) for name in view.scenarios}
    if len(medians) > 1:
        return view.say("title_talent_many", year=last, unit=unit.label, **view.extremes(medians))
    scenario = view.scenarios[0]
    ratio = medians[scenario] / float(middle.sel(scenario=scenario, year=first))
    value = f"{wording.number(medians[scenario])} {unit.label}"
    if view.language == "en" and medians[scenario] >= 1000:
        value = view.say("million_people", value=wording.number(medians[scenario] / 1000))
    return view.say("title_talent", value=value, year=last, first=first, ratio=wording.number(ratio))


def _wage_title(view: View) -> str:
    last = view.years(WAGE)[1]
    unit = view.unit(WAGE)
    tier = dimensions.members("tier")[2]
    scenario = view.scenarios[0]
    ratio = quantiles(view.annual(WAGE).sel(tier=tier, year=last) / view.annual("wage_software").sel(year=last), (0.5,))
    value = float(view.bands(WAGE, scenario, tier=tier).sel(quantile=0.5, year=last))
    text = view.say(
        "title_wages",
        tier=view.member("tier", tier),
        value=wording.number(value),
        unit=unit.label,
        year=last,
        ratio=wording.number(float(ratio.sel(scenario=scenario).isel(quantile=0))),
    )
    return view.headline(text)
