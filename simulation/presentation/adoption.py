"""Adoption by sector: one S-curve a sector, the whole economy first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.inputs import dimensions
from simulation.presentation import draw, style
from simulation.presentation.comparison import colour_key, comparison_fans, statistic_phrase
from simulation.presentation.sheet import Sheet
from simulation.presentation.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATE, DEPTH = "adoption_rate", "adoption_depth"
RATE_BY_SECTOR, DEPTH_BY_SECTOR = "adoption_rate_by_sector", "adoption_depth_by_sector"
COLUMNS = 6
RATE_COLOUR, DEPTH_COLOUR = "#0072B2", "#D55E00"


def adoption(view: View) -> list[Sheet]:
    """Small multiples of the adoption rate (count weighted) and AI depth (value weighted), highest sector first."""
    last = view.years(RATE_BY_SECTOR)[1]
    final = view.bands(RATE_BY_SECTOR, view.scenarios[0]).sel(quantile=0.5, year=last)
    order = sorted(dimensions.members("sector"), key=lambda sector: -float(final.sel(sector=sector)))
    sheet = Sheet("adoption", (11.6, 6.9))
    subtitle = view.subtitle(view.say("percent_year_end"), statistic_phrase(view), view.say("adoption_lines"))
    note = view.say("adoption_note" if len(view.scenarios) == 1 else "adoption_note_many")
    sheet.frame(_title(view, order, last), subtitle, [note, view.provenance()], colour_key(view))
    rows = -(-(len(order) + 1) // COLUMNS)
    grid = sheet.figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    for position, axes in enumerate(grid.flat):
        if position > len(order):
            axes.set_visible(False)
            continue
        if position == 0:
            sector_panel(sheet, axes, view, view.say("all_sectors"), RATE, DEPTH, {})
        else:
            sector = order[position - 1]
            sector_panel(
                sheet, axes, view, view.member("sector", sector), RATE_BY_SECTOR, DEPTH_BY_SECTOR, {"sector": sector}
            )
    grid[0, 0].set_ylim(0, 100)
    grid[0, 0].set_yticks([0, 25, 50, 75, 100])
    return [sheet]


def sector_panel(
    sheet: Sheet, axes: Axes, view: View, title: str, rate: str, depth: str, selection: dict[str, str]
) -> None:
    """Adoption rate with bands and the median depth of one sector."""
    panel = selection.get("sector", "all")
    axes.set_title(title, fontfamily=list(style.TEXT_FAMILY if selection else style.TITLE_FAMILY))
    draw.years_axis(axes, *view.years(rate), 5)
    bands = comparison_fans(sheet, axes, view, panel, rate, labels=False, colour=RATE_COLOUR, **selection)
    deep = {}
    for position, scenario in enumerate(view.scenarios):
        deep[scenario] = view.bands(depth, scenario, **selection).sel(quantile=0.5)
        colour = DEPTH_COLOUR if len(view.scenarios) == 1 else style.scenario_colour(position)
        series = draw.Series(panel, scenario, "|".join((depth, *selection.values())), view.unit(depth).label)
        draw.line(sheet, axes, series, deep[scenario], colour, "median", "--", 1.4)
    if len(view.scenarios) > 1:
        return
    value = float(bands[view.scenarios[0]].sel(quantile=0.5).isel(year=-1))
    axes.text(
        0.04,
        0.95,
        view.share(value / 100),
        transform=axes.transAxes,
        va="top",
        size=9.5,
        color=style.scenario_colour(0),
    )


def _title(view: View, order: list[str], last: int) -> str:
    scenario = view.scenarios[0]
    final = view.bands(RATE_BY_SECTOR, scenario).sel(quantile=0.5, year=last)
    total = float(view.bands(RATE, scenario).sel(quantile=0.5, year=last))
    text = view.say(
        "title_adoption",
        value=view.share(total / 100),
        year=last,
        low=view.share(float(final.sel(sector=order[-1])) / 100),
        low_name=view.member("sector", order[-1]),
        high=view.share(float(final.sel(sector=order[0])) / 100),
        high_name=view.member("sector", order[0]),
    )
    return view.headline(text)
