"""Money that reached AI firms: by channel, and equity against published counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs import dimensions
from simulation.presentation import draw, style, wording
from simulation.presentation.comparison import comparison_fans, statistic_phrase
from simulation.presentation.marks import equity_estimates
from simulation.presentation.published import draw_marks, legend_handles
from simulation.presentation.sheet import Sheet
from simulation.presentation.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EQUITY = "equity_funding_broad"
CHANNELS = "funding_by_channel"
# Public money first, then private equity by stage, then the rest: neighbours in the stack belong together.
ORDER = (
    "fiscal_grants",
    "guidance_funds",
    "ppp",
    "angel",
    "venture",
    "growth",
    "foreign",
    "corporate",
    "capital_market",
    "bank_credit",
)


def funding(view: View) -> list[Sheet]:
    """Stacked annual medians by channel beside broad equity with the published range."""
    sheet = Sheet("funding", (10.4, 5.9))
    unit = view.unit(EQUITY)
    subtitle = view.subtitle(view.say("a_year", unit=unit.label), statistic_phrase(view), view.say("nominal"))
    notes = [view.say("stack_note"), view.say("judgement_note"), view.provenance()]
    sheet.frame(_title(view), subtitle, notes)
    left, right = sheet.figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.35, 1]})
    channel_panel(sheet, left, view)
    equity_panel(sheet, right, view)
    return [sheet]


def channel_panel(sheet: Sheet, axes: Axes, view: View) -> None:
    """Stack of channels in the first scenario of the result."""
    scenario = view.scenarios[0]
    unit = view.unit(CHANNELS)
    bands = view.bands(CHANNELS, scenario).sel(quantile=0.5)
    title = view.say("panel_channels")
    axes.set_title(title if len(view.scenarios) == 1 else f"{title}: {view.scenario_label(scenario)}")
    order = [channel for channel in ORDER if channel in dimensions.members("channel")]
    parts = [
        (
            draw.Series("channels", scenario, channel, unit.label),
            bands.sel(channel=channel),
            style.STACK_COLOURS[position % len(style.STACK_COLOURS)],
        )
        for position, channel in enumerate(order)
    ]
    draw.years_axis(axes, *view.years(CHANNELS), 2)
    axes.yaxis.set_major_formatter(draw.thousands)
    middles = draw.stack(sheet, axes, parts, "median")
    axes.set_ylim(bottom=0)
    axes.margins(y=0.04)
    labels = [
        (float(middle), view.member("channel", part[0].name), _legible(part[2]))
        for middle, part in zip(middles, parts, strict=True)
    ]
    draw.end_labels(sheet, axes, labels, size=8.2)


def equity_panel(sheet: Sheet, axes: Axes, view: View, compact: bool = False) -> None:
    """Broad equity funding by scenario with published or estimated annual values."""
    unit = view.unit(EQUITY)
    first, last = view.years(EQUITY)
    axes.set_title(view.say("panel_equity"))
    draw.years_axis(axes, first, last, 5)
    axes.yaxis.set_major_formatter(draw.thousands)
    comparison_fans(sheet, axes, view, "equity", EQUITY, labels=not compact)
    marks = [mark for mark in equity_estimates() if first <= mark.when <= last]
    draw_marks(sheet, axes, "equity", marks, unit, hollow=("judgement",), size=5.0)
    axes.set_ylim(bottom=0)
    if not compact:
        handles = legend_handles(marks, by_publisher=False, unnamed=view.say("observed_range"))
        axes.legend(handles=handles, loc="lower right", handletextpad=0.2)


def _legible(colour: str) -> str:
    """The same hue, dark enough for text on white."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(colour)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    factor = min(1.0, 0.45 / light) if light else 1.0
    return to_hex((red * factor, green * factor, blue * factor))


def _title(view: View) -> str:
    unit = view.unit(EQUITY)
    last = view.years(EQUITY)[1]
    if len(view.scenarios) > 1:
        return view.say("title_funding_many", year=last, unit=unit.label, **view.extremes(view.medians(EQUITY, last)))
    median = view.bands(EQUITY, view.scenarios[0]).sel(quantile=0.5)
    peak = int(median["year"].values[int(np.argmax(median.values))])
    return view.say("title_funding", value=wording.number(float(median.max())), unit=unit.label, year=peak)
