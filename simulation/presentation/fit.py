"""Figures of a fit: every published figure against what the posterior expects, and where the uncertainty comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulation.presentation import draw, style
from simulation.presentation.sheet import Sheet
from simulation.presentation.vintage_words import provenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = Sequence[dict[str, Any]]
PARTS = ("chance", "fitted", "uncalibrated", "scope")
COLOURS = dict(zip(PARTS, ("#BBBBBB", "#332288", "#88CCEE", "#DDCC77"), strict=True))
INSIDE, OUTSIDE = style.SERIES_COLOURS[0], style.SERIES_COLOURS[1]
NAMES = {
    "rd_intensity_listed": "R&D intensity, listed",
    "gross_margin_listed": "Gross margin, listed",
    "cr4_speech_language": "Four-firm share, speech and language",
    "cr5_platform": "Five-firm share, platforms",
    "top5_province_share_firms": "Firms in five provinces",
    "wage_it_sector": "IT wage",
    "ai2000_scholars": "AI 2000 scholars",
}
WIDEST = 3.0  # log-spread above which an outcome is not estimable: its scope factor is unknown
TEXTS = {
    "en": {
        "fit_title": "{inside} of {count} fitted figures lie in the 90 % interval of the posterior",
        "fit_subtitle": "Held out: {held_inside} of {held} inside  |  published figure over the median of what the "
        "model expects its publisher to print, logarithmic axis; money nominal",
        "inside": "inside, fitted",
        "outside": "outside",
        "held": "held out, not fitted",
        "fit_note": "Bars: 90 % posterior predictive interval, the publisher's noise and scope factors included. A "
        "triangle is a floor (one-sided: only values below it contradict). Scope N counts by growth alone: shown is "
        "the ratio to its first figure in the plan's years, which has no line. Related revenue is "
        "weakly identified. A fit is no forecast: the figures "
        "chose the parameters.",
        "growth": "growth",
        "shares_title": "Where the uncertainty of a run comes from",
        "shares_subtitle": "Parts of the variance of the logarithm of the outcome; to the right the 90 % interval of "
        "runs, as ratios to the median  |  money nominal, scope with each name",
        "chance": "chance (seeds)",
        "fitted": "fitted parameters",
        "uncalibrated": "priors of uncalibrated parameters",
        "scope": "scope factor",
        "shares_note": "Of an ensemble of runs with the final posterior and outside drivers as they came to be; no "
        "published figure has been laid on the runs. Parameters that no design samples keep their defaults and add "
        "nothing here. Related revenue is weakly identified. Left out, as their scope factor is unknown: {left}.",
        "none": "none",
    },
    "zh": {
        "fit_title": "{count}个拟合数据中{inside}个处于后验90%区间内",
        "fit_subtitle": "未参与拟合：{held}个中{held_inside}个在区间内  |  "
        "公布值与模型预期公布值中位数之比，对数坐标；名义值",
        "inside": "区间内，已拟合",
        "outside": "区间外",
        "held": "未参与拟合",
        "fit_note": "横线：90%后验预测区间，含公布误差与口径系数。三角为下限。N口径仅以增速计：所示为与首个数据之比。"
        "相关产业识别较弱。拟合不等于预测。",
        "growth": "增速",
        "shares_title": "单次运行的不确定性构成",
        "shares_subtitle": "结果对数方差的构成；右侧为各次运行90%区间与中位数之比  |  名义值，口径见名称",
        "chance": "随机性",
        "fitted": "已拟合参数",
        "uncalibrated": "未校准参数的先验",
        "scope": "口径系数",
        "shares_note": "最终后验、外部驱动取实际路径的各次运行；未抽样的参数取默认值。相关产业识别较弱。"
        "口径系数未知而未列入：{left}。",
        "none": "无",
    },
}


def fit_figure(fit: Table, designs: Table, language: str = "en") -> Sheet:
    """One line for each published figure: its ratio to the posterior median, with the 90 % predictive interval.

    Parameters
    ----------
    fit : sequence of dict
        From :func:`simulation.calibration.calibrate.fit_table`, of one vintage.
    designs : sequence of dict
        From :func:`simulation.calibration.report.design_rows`.
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context
    from matplotlib.ticker import NullFormatter

    say = TEXTS[language]
    used, held = ([row for row in fit if row["fitted"] == kind] for kind in (True, False))
    counts = {"count": len(used), "inside": sum(row["inside_90"] for row in used)}
    counts |= {"held": len(held), "held_inside": sum(row["inside_90"] for row in held)}
    with rc_context(style.parameters()):
        sheet = Sheet("fit_of_figures", (9.6, 2.6 + 0.2 * len(fit)))
        key = [(say["inside"], INSIDE, "-"), (say["outside"], OUTSIDE, "-"), (say["held"], style.GREY, "--")]
        notes = [say["fit_note"], provenance(designs, language)]
        sheet.frame(say["fit_title"].format(**counts), say["fit_subtitle"].format(**counts), notes, key)
        axes = sheet.figure.add_subplot()
        axes.axvline(1.0, color=style.GREY, linewidth=0.9)
        for place, row in enumerate(fit):
            _figure_line(sheet, axes, place, row)
        names = [_figure_name(row, say["growth"]) for row in fit]
        axes.set_yticks(range(len(fit)), names, size=style.SIZES["note"])
        axes.set_ylim(len(fit) - 0.4, -0.6)
        axes.set_xscale("log")
        axes.set_xticks([0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0], ["0.25", "0.5", "0.8", "1", "1.25", "2", "4"])
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
    return sheet


def _figure_name(row: dict[str, Any], growth: str) -> str:
    series, scope, day = row["figure"].split("/")
    return f"{_named(series)}, {scope}{f' ({growth})' if row['ratio'] else ''}, {day[:7]}"


def _named(series: str) -> str:
    return NAMES.get(series) or series.replace("_", " ").capitalize()


def _figure_line(sheet: Sheet, axes: Axes, place: int, row: dict[str, Any]) -> None:
    low, value, high = (row[name] / row["median"] for name in ("low", "value", "high"))
    colour = INSIDE if row["inside_90"] else OUTSIDE
    line = "-" if row["fitted"] else "--"
    axes.plot([low, high], [place, place], color=colour, linewidth=1.5, alpha=0.6, linestyle=line, zorder=3)
    axes.plot(
        [value], [place], marker="^" if row["floor"] else "o", color=colour, markersize=4.8, zorder=4,
        markerfacecolor=colour if row["fitted"] else "white", linestyle="none",
    )  # fmt: skip
    series = draw.Series("fit", "", row["figure"], "ratio to the posterior median")
    told = "fitted" if row["fitted"] else row["role"]
    sheet.record(**series.columns(), statistic="published", value=value, low=low, high=high, note=told)


def shares_figure(uncertainty: Table, designs: Table, language: str = "en") -> Sheet:
    """A stacked bar for each outcome: chance, fitted parameters, uncalibrated priors, scope factor.

    Parameters
    ----------
    uncertainty : sequence of dict
        From :func:`simulation.calibration.uncertainty.split`.
    designs : sequence of dict
        From :func:`simulation.calibration.report.design_rows`.
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    series = list(dict.fromkeys(row["series"] for row in uncertainty))
    order = sorted(uncertainty, key=lambda row: (series.index(row["series"]), row["scope"], row["year"]))
    shown = [row for row in order if row["spread_log"] < WIDEST]
    left = ", ".join(_outcome(row) for row in order if row["spread_log"] >= WIDEST) or say["none"]
    with rc_context(style.parameters()):
        sheet = Sheet("uncertainty_shares", (9.6, 2.4 + 0.22 * len(shown)))
        key = [(say[part], COLOURS[part], "-") for part in PARTS]
        notes = [say["shares_note"].format(left=left), provenance(designs, language)]
        sheet.frame(say["shares_title"], say["shares_subtitle"], notes, key)
        axes = sheet.figure.add_subplot()
        for place, row in enumerate(shown):
            _bar(sheet, axes, place, row)
        axes.set_yticks(range(len(shown)), [_outcome(row) for row in shown], size=style.SIZES["note"])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.set_xlim(0.0, 118.0)
        axes.set_xticks(range(0, 101, 20), [f"{share} %" for share in range(0, 101, 20)])
        axes.grid(visible=False)
    return sheet


def _outcome(row: dict[str, Any]) -> str:
    return f"{_named(row['series'])}, {row['scope']}, {row['year']}"


def _bar(sheet: Sheet, axes: Axes, place: int, row: dict[str, Any]) -> None:
    start = 0.0
    series = draw.Series("shares", "", _outcome(row), "percent of the variance of the logarithm", row["scope"])
    for part in PARTS:
        share = 100.0 * row[f"share_{part}"]
        axes.barh([place], [share], left=start, height=0.72, color=COLOURS[part], linewidth=0, zorder=2)
        sheet.record(**series.columns(), statistic=part, period=row["year"], value=share)
        start += share
    text = f"{row['low'] / row['median']:.2f} – {row['high'] / row['median']:.2f}"
    axes.text(101.5, place, text, va="center", size=style.SIZES["note"], color=style.GREY)
