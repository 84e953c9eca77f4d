"""Curves over a size or a number of workers, for figures about the program itself; the sheet gets their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.presentation import draw, style
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve(
    sheet: Sheet,
    axes: Axes,
    series: draw.Series,
    x: Sequence[float],
    y: Sequence[float],
    colour: str,
    statistic: str,
    marker: str = "o",
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    **options: Any,
) -> None:
    """Draw points joined by a line, with a bar between ``low`` and ``high`` where they are given.

    The table's ``period`` holds ``x``.
    """
    if low is not None and high is not None:
        axes.vlines(x, low, high, color=colour, linewidth=1.0, zorder=3)
    (artist,) = axes.plot(
        x,
        y,
        color=colour,
        marker=marker,
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=0.7,
        zorder=4,
        **options,
    )
    artist.set_gid(series.identifier(statistic))
    for k, (place, value) in enumerate(zip(x, y, strict=True)):
        bounds = {} if low is None or high is None else {"low": float(low[k]), "high": float(high[k])}
        sheet.record(**series.columns(), statistic=statistic, period=f"{place:.10g}", value=float(value), **bounds)


def proportional(axes: Axes, x: Sequence[float], through: tuple[float, float]) -> None:
    """A grey dotted line through a point with values in proportion to ``x``, to compare a curve with."""
    ends = np.array([min(x), max(x)], dtype=float)
    axes.plot(ends, ends * through[1] / through[0], color=style.GREY, linestyle=":", linewidth=1.0, zorder=1)


def end_label(axes: Axes, x: float, y: float, text: str, colour: str, **options: Any) -> None:
    """Name a curve at its last point."""
    placed = {"xytext": (7, 0), "va": "center", "ha": "left", **options}
    axes.annotate(text, (x, y), textcoords="offset points", color=colour, size=style.SIZES["label"], **placed)


def logarithmic(axes: Axes, ticks: Sequence[float], x_label: str, both: bool = True) -> None:
    """A logarithmic lower axis, marked at the values that were measured, and a side axis of the same kind or from 0."""
    from matplotlib.ticker import NullLocator

    axes.set_xscale("log")
    axes.set_xticks(ticks, [draw.thousands(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    if both:
        logarithmic_side(axes)
    else:
        axes.set_ylim(0.0, 1.12 * axes.dataLim.y1)
        axes.yaxis.set_major_formatter(draw.thousands)
    axes.set_xlabel(x_label)


def logarithmic_side(axes: Axes) -> None:
    """A logarithmic side axis with numbers at 1, 2 and 5 of every power of ten, or at 1 where there are many."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 300.0 * low else (1.0,)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(draw.thousands)
