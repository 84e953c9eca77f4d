"""Drawing primitives: each draws on an axes and records the numbers it drew on the sheet.

Bands are data arrays with the dimensions ``quantile`` and ``year`` (from :mod:`simulation.analysis.bands`), already
in the unit that is shown. Artists carry ``panel|scenario|series|statistic`` as their id, also in the SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.presentation import style
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Series:
    """What a drawn series is: panel, scenario, name, unit and scope, as they stand in the table beside the figure."""

    panel: str
    scenario: str
    name: str
    unit: str
    scope: str = ""

    def identifier(self, statistic: str) -> str:
        """Id of the artist that shows a statistic of this series."""
        return "|".join((self.panel, self.scenario, self.name, statistic))

    def columns(self) -> dict[str, str]:
        """The series' columns of the table."""
        return {
            "panel": self.panel,
            "scenario": self.scenario,
            "series": self.name,
            "unit": self.unit,
            "scope": self.scope,
        }


def fan(
    sheet: Sheet,
    axes: Axes,
    series: Series,
    bands: xr.DataArray,
    colour: str,
    widths: Sequence[tuple[float, float]] = ((0.05, 0.95), (0.25, 0.75)),
    linestyle: str = "-",
    linewidth: float = 2.0,
) -> None:
    """Draw the median and bands between quantiles."""
    for low, high in widths:
        below, above = (bands.sel(quantile=level, method="nearest") for level in (low, high))
        statistic = f"{percent(low)}-{percent(high)}"
        area = axes.fill_between(
            bands["year"].values, below.values, above.values, color=colour, alpha=0.17, linewidth=0, zorder=2
        )
        area.set_gid(series.identifier(statistic))
        for year, least, most in zip(bands["year"].values, below.values, above.values, strict=True):
            sheet.record(**series.columns(), statistic=statistic, period=int(year), low=float(least), high=float(most))
    line(sheet, axes, series, bands.sel(quantile=0.5, method="nearest"), colour, "median", linestyle, linewidth)


def line(
    sheet: Sheet,
    axes: Axes,
    series: Series,
    values: xr.DataArray,
    colour: str,
    statistic: str,
    linestyle: str = "-",
    linewidth: float = 2.0,
    **options: Any,
) -> None:
    """Draw one statistic over the years."""
    (artist,) = axes.plot(
        values["year"].values,
        values.values,
        color=colour,
        linestyle=linestyle,
        linewidth=linewidth,
        zorder=options.pop("zorder", 4),
        **options,
    )
    artist.set_gid(series.identifier(statistic))
    for year, value in zip(values["year"].values, values.values, strict=True):
        sheet.record(**series.columns(), statistic=statistic, period=int(year), value=float(value))


def stack(sheet: Sheet, axes: Axes, parts: Sequence[tuple[Series, xr.DataArray, str]], statistic: str) -> np.ndarray:
    """Draw areas on top of each other; returns the middle height of each part in the last year."""
    base = np.zeros(parts[0][1].sizes["year"])
    middles = []
    for series, values, colour in parts:
        years = values["year"].values
        area = axes.fill_between(
            years, base, base + values.values, color=colour, linewidth=0.7, edgecolor="white", zorder=2
        )
        area.set_gid(series.identifier(statistic))
        middles.append(base[-1] + values.values[-1] / 2)
        base = base + values.values
        for year, value in zip(years, values.values, strict=True):
            sheet.record(**series.columns(), statistic=statistic, period=int(year), value=float(value))
    return np.asarray(middles)


def bars(
    sheet: Sheet,
    axes: Axes,
    series: Series,
    values: xr.DataArray,
    colour: str,
    statistic: str,
    sign: float = 1.0,
    base: np.ndarray | None = None,
    width: float = 0.8,
    shift: float = 0.0,
    **options: Any,
) -> np.ndarray:
    """Draw yearly bars (downwards with sign -1); returns their ends."""
    start = np.zeros(values.size) if base is None else base
    heights = sign * np.nan_to_num(values.values)
    container = axes.bar(
        values["year"].values + shift, heights, width, bottom=start, color=colour, zorder=2, linewidth=0, **options
    )
    for patch, year, value in zip(container.patches, values["year"].values, values.values, strict=True):
        patch.set_gid(series.identifier(f"{statistic}|{int(year)}"))
        sheet.record(**series.columns(), statistic=statistic, period=int(year), value=float(value))
    return start + heights


def point(
    sheet: Sheet,
    axes: Axes,
    series: Series,
    x: float,
    y: float,
    statistic: str,
    period: str,
    marker: str,
    colour: str,
    filled: bool = True,
    interval: tuple[float, float] | None = None,
    size: float = 6.0,
    zorder: float = 6,
    **columns: str,
) -> None:
    """Draw one published value, with its interval where it has one."""
    if interval is not None:
        axes.plot([x, x], list(interval), color=colour, linewidth=1.1, zorder=zorder - 0.1)
    (artist,) = axes.plot(
        [x],
        [y],
        marker=marker,
        markersize=size,
        markerfacecolor=colour if filled else "white",
        markeredgecolor=colour if not filled else "white",
        markeredgewidth=1.2 if not filled else 0.7,
        linestyle="none",
        zorder=zorder,
    )
    artist.set_gid(series.identifier(statistic))
    if statistic == "floor":
        axes.annotate("", (x, y), (0, 13), textcoords="offset points", arrowprops=_floor_arrow(colour), zorder=zorder)
    low, high = interval if interval is not None else ("", "")
    sheet.record(**series.columns(), statistic=statistic, period=period, value=float(y), low=low, high=high, **columns)


def _floor_arrow(colour: str) -> dict[str, Any]:
    """Upward arrow of a published floor: the true value is more."""
    return {"arrowstyle": "<|-", "color": colour, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 3, "mutation_scale": 7}


def years_axis(axes: Axes, first: int, last: int, step: int = 2) -> None:
    """A time axis in whole years; with step 5 the plan's years and the first year of the run."""
    axes.set_xlim(first - 0.5, last + 0.5)
    ticks = list(range(first + (-first) % step, last + 1, step))
    axes.set_xticks([first, *ticks] if step == 5 and ticks and ticks[0] - first > 2 else ticks)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")


def thousands(value: float, _: object = None) -> str:
    """Axis number with thousands separators and no needless decimals."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def percent(level: float) -> str:
    """Name of a quantile: 0.05 is ``q05``."""
    return f"q{round(level * 100):02d}"


def end_labels(
    sheet: Sheet,
    axes: Axes,
    items: Sequence[tuple[float, str, str]],
    size: float = style.SIZES["label"],
    weight: str = "normal",
) -> None:
    """Name lines at the right end of an axes, moved apart where they would overlap.

    Parameters
    ----------
    items : sequence of (height, text, colour)
        Height in data units of the axes.
    """
    shown = [item for item in items if np.isfinite(item[0])]
    if not shown:
        return
    sheet.settle()
    points = 72 / sheet.figure.dpi
    box = axes.get_window_extent()
    wanted = np.array([axes.transData.transform((0, height))[1] for height, _, _ in shown]) * points
    gaps = [size * 1.22 * (text.count("\n") + 1) for _, text, _ in shown]
    placed = spread(wanted, gaps, box.y0 * points, box.y1 * points)
    for (height, text, colour), target, place in zip(shown, wanted, placed, strict=True):
        moved = abs(place - target) > 0.35 * size
        axes.annotate(
            text,
            xy=(1, height),
            xycoords=("axes fraction", "data"),
            xytext=(13 if moved else 5, place - target),
            textcoords="offset points",
            va="center",
            ha="left",
            color=colour,
            size=size,
            weight=weight,
            linespacing=1.1,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "shrinkA": 1,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            }
            if moved
            else None,
        )


def spread(wanted: np.ndarray, gaps: Sequence[float], low: float, high: float) -> np.ndarray:
    """Positions as near as possible to the wanted ones, in their order, without overlap and within the bounds.

    Neighbours that are too close are merged into a block that sits at the mean of what its members want, as in
    pooling adjacent violators; the result is then pushed inside the bounds.
    """
    order = np.argsort(wanted, kind="stable")
    blocks: list[list[Any]] = []  # members, centre
    for index in order:
        blocks.append([[index], wanted[index]])
        while len(blocks) > 1 and _bottom(blocks[-1], gaps) < _top(blocks[-2], gaps):
            members = blocks[-2][0] + blocks[-1][0]
            offsets = _offsets(members, gaps)
            blocks[-2:] = [[members, float(np.mean(wanted[members] - offsets))]]
    positions = np.empty(len(wanted))
    for members, centre in blocks:
        positions[members] = centre + _offsets(members, gaps)
    return _inside(positions, order, gaps, low, high)


def _offsets(members: list[int], gaps: Sequence[float]) -> np.ndarray:
    heights = np.array([gaps[member] for member in members])
    return np.cumsum(heights) - heights / 2 - heights.sum() / 2


def _bottom(block: list[Any], gaps: Sequence[float]) -> float:
    return float(block[1] - sum(gaps[member] for member in block[0]) / 2)


def _top(block: list[Any], gaps: Sequence[float]) -> float:
    return float(block[1] + sum(gaps[member] for member in block[0]) / 2)


def _inside(positions: np.ndarray, order: np.ndarray, gaps: Sequence[float], low: float, high: float) -> np.ndarray:
    ceiling = high
    for index in order[::-1]:
        positions[index] = min(positions[index], ceiling - gaps[index] / 2)
        ceiling = positions[index] - gaps[index] / 2
    floor = low
    for index in order:
        positions[index] = max(positions[index], floor + gaps[index] / 2)
        floor = positions[index] + gaps[index] / 2
    return positions
