"""One page: the six headline panels and the verdict by scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs import dimensions
from simulation.presentation import draw, style, wording
from simulation.presentation.adoption import sector_panel
from simulation.presentation.comparison import colour_key, comparison_fans, statistic_phrase
from simulation.presentation.firms import stock_panel
from simulation.presentation.funding import equity_panel
from simulation.presentation.revenue import revenue_panel
from simulation.presentation.sheet import Sheet
from simulation.presentation.targets import Goal, goals, share_above
from simulation.presentation.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCOPES = {"core": ("A", "B", "I", "N"), "related": ("R1", "R2", "R3", "I")}
LINE = 0.17  # inches by which a bar beyond those of four scenarios lengthens the page
TIER = dimensions.members("tier")[2]


def overview(view: View) -> list[Sheet]:
    """Core, related, funding, firms, talent and adoption, and the share of runs above each target."""
    lines = len(SCOPES["core"]) * len(view.scenarios)
    sheet = Sheet("overview", (11.7, 8.27 + max(lines - 16, 0) * LINE))
    subtitle = view.subtitle(view.say("panel_units"), statistic_phrase(view), view.say("nominal"))
    caveat = f"{view.say('related_label')}: {view.say('related_caveat')}"
    note = view.say("overview_note" if len(view.scenarios) == 1 else "overview_note_many")
    sheet.frame(_title(view), f"{subtitle}\n{caveat}", [note, view.provenance()], colour_key(view))
    grid = sheet.figure.add_gridspec(3, 3, height_ratios=[1, 1, 0.3 + 0.13 * lines])
    axes = [sheet.figure.add_subplot(grid[row, column]) for row in range(2) for column in range(3)]
    money = view.say("a_year", unit=view.unit("core_revenue").label)
    revenue_panel(sheet, axes[0], view, "core", "A")
    revenue_panel(sheet, axes[1], view, "related", "R2")
    equity_panel(sheet, axes[2], view, compact=True)
    stock_panel(sheet, axes[3], view, compact=True)
    _talent_panel(sheet, axes[4], view)
    sector_panel(sheet, axes[5], view, "", "adoption_rate", "adoption_depth", {})
    axes[5].set_ylim(0, 100)
    titles = (
        ("panel_core", money),
        ("panel_related", money),
        ("panel_equity", money),
        ("panel_stock", ""),
        ("panel_talent", view.unit("talent_by_tier").label),
        ("panel_adoption", "%"),
    )
    for panel, (title, unit) in zip(axes, titles, strict=True):
        text = view.say("pair", one=view.say(title), other=unit) if unit else view.say(title)
        panel.set_title(text, fontfamily=list(style.TEXT_FAMILY))
    verdict_panel(sheet, sheet.figure.add_subplot(grid[2, :]), view)
    return [sheet]


def _talent_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    draw.years_axis(axes, *view.years("talent_by_tier"), 5)
    comparison_fans(sheet, axes, view, "talent", "talent_by_tier", labels=False, tier=TIER)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(draw.thousands)


def verdict_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    """Share of runs above each target in its own year: a column for each target, a bar for each scope and scenario."""
    columns = [goal for indicator, scopes in SCOPES.items() for goal in goals(indicator, scopes[0])]
    unit = wording.unit("bn_cny", view.language)
    axes.set_title(view.say("pair", one=view.say("panel_verdict"), other=unit.label))
    axes.set_axis_off()
    lines = len(SCOPES["core"]) * len(view.scenarios)
    axes.set_xlim(0, len(columns))
    axes.set_ylim(lines - 0.4, -1.5)
    for x, goal in enumerate(columns):
        threshold = view.say("target_short", value=wording.number(goal.threshold * unit.factor))
        text = f"{view.member('indicator', goal.indicator)} {goal.year}: {threshold}"
        axes.text(x + 0.03, -0.95, text, ha="left", va="center", size=8.2, color=style.GREY)
        for row, scope in enumerate(SCOPES[goal.indicator]):
            if goal not in goals(goal.indicator, scope):
                continue
            for order, scenario in enumerate(view.scenarios):
                share = share_above(view, scenario, goal, scope)
                if not np.isnan(share):
                    _bar(sheet, axes, view, goal, scope, scenario, share, (x, row * len(view.scenarios) + order))


def _bar(
    sheet: Sheet, axes: Axes, view: View, goal: Goal, scope: str, scenario: str, share: float, place: tuple[int, int]
) -> None:
    x, y = place
    several = len(view.scenarios) > 1
    colour = style.scenario_colour(view.scenarios.index(scenario))
    series = draw.Series("verdict", scenario, f"{goal.indicator}_{goal.year}", "share of runs", scope)
    sheet.record(**series.columns(), statistic="share of runs above the target", period=goal.year, value=share)
    left, width = x + 0.13, 0.65
    axes.barh(y, width, 0.62, left=left, color="#eef0f2", linewidth=0)
    (bar,) = axes.barh(y, share * width, 0.62, left=left, color=colour, linewidth=0).patches
    bar.set_gid(series.identifier("share of runs"))
    if not several or y % len(view.scenarios) == 0:
        axes.text(x + 0.03, y, scope, va="center", ha="left", size=8.2)
    axes.text(left + width + 0.015, y, view.share(share), va="center", ha="left", size=8.2)


def _title(view: View) -> str:
    names = wording.names([view.scenario_label(name) for name in view.scenarios], view.language)
    last = view.years("core_revenue")[1]
    core, related = goals("core", "A", last), goals("related", "R2", last)
    if len(view.scenarios) > 1 or not core or not related:
        return view.say("title_overview_plain", name=names)
    scenario = view.scenarios[0]
    return view.say(
        "title_overview",
        name=names,
        year=core[-1].year,
        runs=view.runs,
        core=view.share(share_above(view, scenario, core[-1], "A")),
        related=view.share(share_above(view, scenario, related[-1], "R2")),
    )
