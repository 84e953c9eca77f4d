"""The scoreboard of stylised facts as a picture: the interval of the source, the model's median and its spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.facts.score import FITTED, NOT_IN_MODEL, SCORED, UNKNOWN
from simulation.errors import StoreConflict
from simulation.presentation import style
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = dict[str, Any]
REACH = 4.0  # half widths from the middle of the interval that are drawn; what lies farther out is an arrow
ROW, HEAD = 0.2, 0.34  # inches a fact and a group's name take
LABEL, VALUE = 66, 24  # characters of a fact's text and of its numbers
MARKERS = {"A": "o", "B": "s", "C": "D"}
PASSED, PART, FAILED, GIVEN = "#009E73", "#E69F00", "#D55E00", style.GREY
TEXTS = {
    "en": {
        "title": "{passed} of {count} unfitted facts of grade A hold in the model",
        "subtitle": "{scenario}, {runs} runs ({parameters}) at scale {scale:g}, model {model}  |  "
        "interval of the source (grey), median and 90 % of the runs  |  A circle, B square, C diamond",
        "passed": "holds",
        "part": "median inside, fewer than 95 % of runs",
        "failed": "does not hold",
        "given": "fitted, not counted",
        "axis": "half widths of the source's interval from its middle (of its logarithm where it is positive)",
        "note": "A holds when the median and at least 95 % of the runs lie inside the interval, B when the median "
        "does, C (and mere signs) when sign or order is right in 95 % of the runs. Money in nominal CNY. Marks with an "
        "arrow lie farther out. Of the grade A facts counted, {informed} stand among the sources of a parameter.",
        "left_out": "Not in the model: {missing}.",
        "unknown": "No statistic: {unknown}.",
    },
    "zh": {
        "title": "未参与拟合的{count}项A级观测，模型达到{passed}项",
        "subtitle": "{scenario}，{runs}次运行（{parameters}），规模{scale:g}，模型{model}  |  "
        "灰色为来源区间，点与线为中位数与90%区间"
        "  |  A圆形，B方形，C菱形",
        "passed": "满足",
        "part": "中位数在区间内，但不足95%的运行",
        "failed": "不满足",
        "given": "已拟合，不计入",
        "axis": "与来源区间中点的距离（以区间半宽计，正区间取对数）",
        "note": "A级：中位数与至少95%的运行在区间内；B级：中位数在区间内；C级：95%的运行符号或顺序正确。"
        "金额为现价人民币。箭头表示超出图幅。计入的A级事实中有{informed}条是某个参数的来源。",
        "left_out": "模型中没有：{missing}。",
        "unknown": "没有对应统计量：{unknown}。",
    },
}


def figure(rows: Sequence[Row], told: dict[str, Any], run: dict[str, Any], language: str = "en") -> Sheet:
    """One line for each fact that has a number, by group.

    Parameters
    ----------
    rows : sequence of dict
        Of :func:`simulation.analysis.facts.score.scoreboard`.
    told : dict
        Of :func:`simulation.analysis.facts.score.summary`.
    run : dict
        ``scenario``, ``runs``, ``scale`` and ``model`` (its version).
    language : {'en', 'zh'}
    """
    from matplotlib import rc_context

    say = TEXTS[language]
    shown = [row for row in rows if row["status"] in (FITTED, SCORED)]
    groups = list(dict.fromkeys(row["group"] for row in shown))
    with rc_context(style.parameters()):
        height = 2.3 + ROW * len(shown) + HEAD * len(groups)
        sheet = Sheet("scoreboard", (11.4, height))
        title = say["title"].format(passed=told["grade_a_passed"], count=told["grade_a"])
        key = [(say[name], colour, "-") for name, colour in (
            ("passed", PASSED), ("part", PART), ("failed", FAILED), ("given", GIVEN),
        )]  # fmt: skip
        sheet.frame(title, say["subtitle"].format(**run), _notes(rows, told, say), key)
        axes = sheet.figure.add_subplot()
        _lines(sheet, axes, shown, groups)
        axes.set_xlabel(say["axis"])
    return sheet


def _notes(rows: Sequence[Row], told: dict[str, Any], say: dict[str, str]) -> list[str]:
    notes = [say["note"].format(informed=told["grade_a_informed"])]
    missing = ", ".join(row["id"] for row in rows if row["status"] == NOT_IN_MODEL)
    unknown = ", ".join(row["id"] for row in rows if row["status"] == UNKNOWN)
    if missing:
        notes.append(say["left_out"].format(missing=missing))
    if unknown:
        notes.append(say["unknown"].format(unknown=unknown))
    return notes


def placed(row: Row, value: float) -> float:
    """Place of a value on the axis: the interval of the source reaches from -1 to 1."""
    low, high = row["low"], row["high"]
    if low > 0.0:
        if value <= 0.0:
            return -math.inf
        low, high, value = math.log(low), math.log(high), math.log(value)
    half = 0.5 * (high - low)
    away = value - 0.5 * (low + high)
    return away / half if half > 0.0 else math.copysign(math.inf, away) if away else 0.0


def colour_of(row: Row) -> str:
    """Colour of a fact by what became of it."""
    if row["status"] == FITTED:
        return GIVEN
    if row["passed"]:
        return PASSED
    return PART if row["median_inside"] and row["certainty"] == "A" else FAILED


def _lines(sheet: Sheet, axes: Axes, shown: Sequence[Row], groups: Sequence[str]) -> None:
    place, ticks, names = 0.0, [], []
    for group in groups:
        place += HEAD / ROW
        axes.text(
            -REACH - 0.25,
            place - 0.75,
            group,
            ha="right",
            va="center",
            family=list(style.TITLE_FAMILY),
            color=style.INK,
        )
        for row in (row for row in shown if row["group"] == group):
            _line(sheet, axes, row, place)
            ticks.append(place)
            names.append(f"{row['id']}  {_cut(row['statistic'], LABEL)}")
            place += 1.0
    axes.set_yticks(ticks, names, fontsize=style.SIZES["note"])
    axes.set_ylim(place - 0.3, -0.2)
    axes.set_xlim(-REACH - 0.2, REACH + 0.2)
    axes.grid(axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _line(sheet: Sheet, axes: Axes, row: Row, place: float) -> None:
    """Interval of the source, spread of the runs, median, and the numbers at the right."""
    colour = colour_of(row)
    axes.barh(place, 2.0, left=-1.0, height=0.72, color=style.LIGHT, zorder=1)
    central = placed(row, row["central"])
    axes.plot([central] * 2, [place - 0.36, place + 0.36], color="white", linewidth=1.6, zorder=2)
    value = row["value"]
    if value == value:
        middle = placed(row, value)
        low, high = (min(max(placed(row, row[key]), -REACH), REACH) for key in ("q05", "q95"))
        axes.plot([low, high], [place, place], color=colour, linewidth=2.0, zorder=3)
        marker = MARKERS[row["certainty"]] if abs(middle) <= REACH else (">" if middle > 0.0 else "<")
        at = min(max(middle, -REACH), REACH)
        axes.plot([at], [place], marker=marker, color=colour, markersize=5.0, zorder=4)
    numbers = f"{_number(value)}  [{_number(row['low'])} to {_number(row['high'])}] {row['unit'].replace('_', ' ')}"
    axes.annotate(
        numbers, (1.0, place), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
        color=colour if row["status"] == SCORED else style.GREY, fontsize=style.SIZES["note"], annotation_clip=False,
    )  # fmt: skip
    sheet.record(
        panel="facts", scenario="", series=row["id"], statistic="median", value=value, low=row["q05"], high=row["q95"],
        unit=row["unit"], note=f"{row['certainty']} {row['status']}",
    )  # fmt: skip
    sheet.record(
        panel="facts", series=row["id"], statistic="interval of the source", value=row["central"], low=row["low"],
        high=row["high"], unit=row["unit"], publisher=_cut(row["statistic"], 200),
    )  # fmt: skip


def _cut(text: str, length: int) -> str:
    """Text of at most so many characters, cut between words."""
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:(") + " …"


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "–"


def write(
    rows: Sequence[Row], told: dict[str, Any], run: dict[str, Any], folder: Path, made_with: dict[str, Any]
) -> list[Path]:
    """Write ``facts.csv``, the figure ``scoreboard`` with its data, and ``made_with.json``; returns the files.

    There is no figure where no fact has a number.

    Raises
    ------
    StoreConflict
        When the folder cannot be written.
    """
    from simulation.presentation.figures import drawing
    from simulation.results.text import csv_text, json_text, write_whole

    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "facts.csv", csv_text(rows))
        write_whole(folder / "made_with.json", json_text(made_with | {"summary": told}) + "\n")
        with drawing():
            drawn = any(row["value"] is not None for row in rows)
            files = figure(rows, told, run).save(folder, svg=False) if drawn else []
    except OSError as error:
        raise StoreConflict(f"cannot write into {folder}: {error.strerror}") from error
    return [folder / "facts.csv", *files, folder / "made_with.json"]
