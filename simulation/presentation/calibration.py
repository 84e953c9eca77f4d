"""The figure of a calibration: what the data say of each parameter, and whether they could say it at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulation.inputs.registry import registry
from simulation.presentation import draw, style
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = Sequence[dict[str, Any]]
TEXTS = {
    "en": {
        "title": "What published figures say of the fitted parameters",
        "subtitle": "{count} parameters, {rows} published rows  |  median and 90 % interval",
        "left": "percent of the prior's 90 % interval",
        "right": "synthetic truths: posterior width over prior width",
        "note": "Left: 0 and 100 are the ends of each prior's 90 % interval. Right: median over {truths} simulated "
        "histories, each fitted as if published; beside each mark the share of them whose parameter lies within its "
        "90 % interval. Parameters wider than the dashed line ({limit:g}) leave the set and keep their priors (open "
        "marks).",
    },
    "zh": {
        "title": "公布数据对拟合参数的约束",
        "subtitle": "{count}个参数，{rows}条公布数据  |  中位数与90%区间",
        "left": "占先验90%区间的百分比",
        "right": "合成真值检验：后验与先验宽度之比",
        "note": "左：0与100为各先验90%区间的两端。右：{truths}条模拟历史按已公布数据拟合的中位数，"
        "标记旁为其参数落在90%区间内的比例。超过虚线（{limit:g}）的参数退出拟合并保留先验（空心标记）。",
    },
}


def figure(parameters: Table, rounds: Table, rows: int, limit: float, language: str = "en") -> Sheet:
    """Prior and posterior of the fitted parameters, and their identifiability.

    Parameters
    ----------
    parameters : sequence of dict
        Of one vintage, from :func:`simulation.calibration.calibrate.parameter_table`.
    rounds : sequence of dict
        From :func:`simulation.calibration.identifiability.settled`; of each parameter its last round is drawn.
    rows : int
        Number of fitted rows.
    limit : float
        Largest width relative to the prior with which a parameter stays.
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    fitted = [row for row in parameters if row["fitted"]]
    last = {row["parameter"]: row for row in rounds if row["parameter"] != "all"}
    order = [row["parameter"] for row in fitted]
    order += [name for name in last if name not in order]
    truths = int(max((row["truths"] for row in rounds), default=0))
    with rc_context(style.parameters()):
        sheet = Sheet("calibration", (10.4, 2.4 + 0.34 * len(order)))
        subtitle = say["subtitle"].format(count=len(fitted), rows=rows)
        sheet.frame(say["title"], subtitle, [say["note"].format(truths=truths, limit=limit)])
        grid = sheet.figure.add_gridspec(1, 2, width_ratios=[1.2, 1])
        left = sheet.figure.add_subplot(grid[0])
        _intervals(sheet, left, fitted, order)
        _labels(left, order, language)
        left.set_title(say["left"])
        right = sheet.figure.add_subplot(grid[1], sharey=left)
        _widths(sheet, right, last, order, limit, {row["parameter"] for row in fitted})
        right.tick_params(labelleft=False)
        right.set_title(say["right"])
    return sheet


def _labels(axes: Axes, order: Sequence[str], language: str) -> None:
    names = []
    for name in order:
        parameter, element = registry().resolve(name)
        names.append(parameter.label(language) + (f" ({parameter.elements[element]})" if element is not None else ""))
    axes.set_yticks(range(len(order)), [name.replace("_", " ") for name in names])
    axes.set_ylim(len(order) - 0.5, -0.5)


def _intervals(sheet: Sheet, axes: Axes, fitted: Table, order: Sequence[str]) -> None:
    """Posterior interval of each fitted parameter on the scale of its prior's."""
    series = draw.Series("calibration", "posterior", "posterior", "percent of the prior's interval")
    axes.axvspan(0.0, 100.0, color=style.LIGHT, alpha=0.5, zorder=1)
    for row in fitted:
        place, span = order.index(row["parameter"]), row["prior_high"] - row["prior_low"]
        low, middle, high = (100.0 * (row[key] - row["prior_low"]) / span for key in ("low", "median", "high"))
        axes.plot([low, high], [place, place], color=style.SERIES_COLOURS[0], linewidth=2.2, zorder=3)
        axes.plot([middle], [place], marker="o", color=style.SERIES_COLOURS[0], markersize=5.0, zorder=4)
        sheet.record(**series.columns(), statistic="median", period=row["parameter"], value=middle, low=low, high=high)


def _widths(
    sheet: Sheet, axes: Axes, last: dict[str, dict[str, Any]], order: Sequence[str], limit: float, stayed: set[str]
) -> None:
    """Median width on synthetic truths, filled for what stays, with the coverage beside it."""
    series = draw.Series("calibration", "width", "width on synthetic truths", "ratio")
    for name, row in last.items():
        place, width = order.index(name), row["median_width"]
        colour = style.SERIES_COLOURS[0] if name in stayed else style.GREY
        face = colour if name in stayed else "white"
        axes.plot([width], [place], marker="o", color=colour, markerfacecolor=face, markersize=5.0, zorder=3)
        axes.annotate(
            f"{100 * row['coverage_90']:.0f} %", (width, place), (7, 0), textcoords="offset points", va="center",
            color=style.GREY, fontsize=style.SIZES["note"],
        )  # fmt: skip
        sheet.record(**series.columns(), statistic="median", period=name, value=width)
    axes.axvline(limit, color=style.GREY, linestyle="--", linewidth=1.0)
    axes.set_xlim(0.0, 1.2)
