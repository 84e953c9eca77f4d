"""The two figures: what a run costs against its size, and how many runs a minute one and two workers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes

from simulation.presentation import draw, style
from simulation.presentation.curves import curve, end_label, logarithmic, logarithmic_side, proportional
from simulation.presentation.sheet import Sheet
from tests.benchmarks.report import Row, growth, select

BLUE, RED, GREEN, PINK = style.SERIES_COLOURS[:4]
WANTED = {0.05: 0.08, 1.0: 3.0}  # seconds of a run that are asked for, by scale


def cost(rows: list[Row], note: str) -> Sheet:
    """Time of runs and of quarters, growth with each size, and memory."""
    with rc_context(style.parameters()):
        sheet = Sheet("cost", (10.4, 8.4))
        notes = [
            "Dotted grey: in proportion to the size. Crosses: what is asked for. Plain agents are the same rules as "
            "Mesa agents, over the calls adoption, market, labour, research, finance and exit and entry; the "
            "newcomer's model has the same population dynamics and little else. Time grows faster than the number of "
            "quarters because the economy itself grows: late quarters hold several times as many firms and people.",
            note,
        ]  # fmt: skip
        sheet.frame("What a run costs", "median times on one core, compiled before", notes)
        panels = sheet.figure.subplots(2, 2)
        _runs(sheet, panels[0, 0], select(rows, "run"))
        _quarters(sheet, panels[0, 1], rows)
        _growth(sheet, panels[1, 0], rows)
        _memory(sheet, panels[1, 1], select(rows, "memory"))
    return sheet


def throughput(rows: list[Row], note: str) -> Sheet:
    """Runs a minute against workers, and time against runs."""
    with rc_context(style.parameters()):
        sheet = Sheet("throughput", (10.4, 4.8))
        notes = ["From the first to the last file of an ensemble, starting and stopping of workers included.", note]
        sheet.frame("How many runs one and two workers do", "full runs of 60 quarters", notes)
        left, right = sheet.figure.subplots(1, 2)
        _workers(sheet, left, select(rows, "workers"))
        _length(sheet, right, select(rows, "length"))
    return sheet


def _columns(rows: Sequence[Row], *names: str) -> list[list[float]]:
    ordered = sorted(rows, key=lambda row: row[names[0]])
    return [[float(row[name]) for row in ordered] for name in names]


def _runs(sheet: Sheet, axes: Axes, rows: list[Row]) -> None:
    axes.set_title("A run of 60 quarters, seconds")
    if not rows:
        return
    scales, seconds = _columns(rows, "scale", "median_seconds")
    curve(sheet, axes, draw.Series("runs", "columns", "run", "s"), scales, seconds, BLUE, "median")
    proportional(axes, scales, (scales[-1], seconds[-1]))
    wanted = [(scale, value) for scale, value in WANTED.items() if scale in scales]
    for scale, value in wanted:
        axes.plot([scale], [value], marker="x", color=RED, linestyle="none", zorder=5)
        sheet.record(panel="runs", series="asked for", statistic="bound", period=scale, value=value, unit="s")
    logarithmic(axes, scales, "scale")


def _quarters(sheet: Sheet, axes: Axes, rows: list[Row]) -> None:
    axes.set_title("A quarter by three kinds of model, milliseconds")
    kinds: tuple[tuple[str, str, str, str, str], ...] = (
        ("plain_agents", "heavy_seconds", "plain agents,\nheavy calls", RED, "s"),
        ("newcomer", "median_seconds", "newcomer's model", PINK, "D"),
        ("columns", "median_seconds", "columns, all calls", GREEN, "^"),
        ("columns", "heavy_seconds", "columns,\nheavy calls", BLUE, "o"),
    )
    ticks: list[float] = []
    labels: list[tuple[float, str, str]] = []
    for measurement, value, name, colour, marker in kinds:
        found = select(rows, measurement)
        if not found:
            continue
        people, seconds = _columns(found, "people", value)
        times = [1e3 * second for second in seconds]
        series = draw.Series("quarters", name.replace("\n", " "), "quarter", "ms")
        curve(sheet, axes, series, people, times, colour, "median", marker)
        labels.append((times[-1], name, colour))
        ticks = people
    if ticks:
        logarithmic(axes, [float(f"{tick:.1g}") for tick in ticks], "people")
        axes.set_xlim(ticks[0] / 1.2, ticks[-1] * 1.1)
        draw.end_labels(sheet, axes, labels)


def _growth(sheet: Sheet, axes: Axes, rows: list[Row]) -> None:
    axes.set_title("Growth: time against size, smallest = 1")
    people = [row for row in select(rows, "run") if row["scale"] >= 0.3] or select(rows, "run")
    kinds = (
        ("people", people, "people", BLUE, "o"),
        ("firms", select(rows, "firms"), "firms", RED, "s"),
        ("quarters", select(rows, "quarters"), "quarters", GREEN, "^"),
        ("runs", select(rows, "length"), "runs", PINK, "D"),
    )
    widest = 1.0
    for size, found, name, colour, marker in kinds:
        if len(found) < 2:
            continue
        sizes, seconds = _columns(found, size, "median_seconds")
        x, y = [value / sizes[0] for value in sizes], [value / seconds[0] for value in seconds]
        curve(sheet, axes, draw.Series("growth", name, "relative time", "ratio"), x, y, colour, "median", marker)
        aside = {"xytext": (-7, 4), "ha": "right"} if name == "quarters" else {}  # its curve ends amid the others
        text = f"{name}, power {growth(found, size, 'median_seconds'):.2f}"
        end_label(axes, x[-1], y[-1], text, colour, **aside)
        widest = max(widest, x[-1])
    proportional(axes, (1.0, widest), (1.0, 1.0))
    logarithmic(axes, [size for size in (1, 2, 5, 10, 20) if size <= widest], "size, smallest = 1")
    axes.set_xlim(0.9, widest * 4.0)


def _memory(sheet: Sheet, axes: Axes, rows: list[Row]) -> None:
    axes.set_title("Memory of a run, MiB")
    if not rows:
        return
    labels: list[tuple[float, str, str]] = []
    scales, peak, own = _columns(rows, "scale", "peak_megabytes", "run_megabytes")
    for values, name, colour, marker in ((peak, "whole process", BLUE, "o"), (own, "the run alone", GREEN, "^")):
        shown = [max(value, 0.1) for value in values]
        curve(sheet, axes, draw.Series("memory", name, "peak", "MiB"), scales, shown, colour, "peak", marker)
        labels.append((shown[-1], name, colour))
    axes.axhline(1024.0, color=style.GREY, linestyle=":", linewidth=1.0)
    logarithmic(axes, scales, "scale")
    axes.set_xlim(scales[0] / 1.2, scales[-1] * 1.1)
    draw.end_labels(sheet, axes, labels)


def _workers(sheet: Sheet, axes: Axes, rows: list[Row]) -> None:
    axes.set_title("Runs a minute")
    labels: list[tuple[float, str, str]] = []
    for order, scale in enumerate(sorted({row["scale"] for row in rows})):
        workers, seconds, runs = _columns(select(rows, "workers", scale=scale), "workers", "median_seconds", "runs")
        rate = [60.0 * count / second for count, second in zip(runs, seconds, strict=True)]
        colour, name = style.SERIES_COLOURS[order], f"scale {scale:g}"
        series = draw.Series("workers", name, "throughput", "runs/min")
        curve(sheet, axes, series, workers, rate, colour, "one ensemble")
        if len(rate) == 2:
            axes.plot(workers, [rate[0], 2.0 * rate[0]], color=colour, linestyle=":", linewidth=1.0)
            labels.append((rate[-1], f"{name}: {rate[1] / rate[0]:.2f} times", colour))
    logarithmic_side(axes)
    axes.set_xticks([1, 2], ["1", "2"])
    axes.set_xlim(0.85, 2.1)
    axes.set_xlabel("workers (dotted: twice as many)")
    draw.end_labels(sheet, axes, labels)


def _length(sheet: Sheet, axes: Axes, rows: list[Row]) -> None:
    axes.set_title("Seconds for ensembles at scale 0.1 on two workers")
    if not rows:
        return
    runs, seconds = _columns(rows, "runs", "median_seconds")
    curve(sheet, axes, draw.Series("length", "scale 0.1", "ensemble", "s"), runs, seconds, BLUE, "one ensemble")
    proportional(axes, runs, (runs[-1], seconds[-1]))
    if runs[-1] == 1000:
        axes.plot([1000], [120], marker="x", color=RED, linestyle="none")
        sheet.record(panel="length", series="asked for", statistic="bound", period=1000, value=120.0, unit="s")
    logarithmic(axes, runs, "runs")


def sheets(rows: list[Row], note: str) -> list[Any]:
    """Both figures."""
    return [cost(rows, note), throughput(rows, note)]
