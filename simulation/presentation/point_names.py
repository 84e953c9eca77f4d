"""Names beside the points of a scatter, none on another and none outside the panel."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulation.presentation import style
from simulation.presentation.comparison import text_width
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes


GAP = 10.0  # pixels between a point and its name
Span = tuple[float, float, float]  # height, left end and right end of what is drawn, pixels


def name_points(sheet: Sheet, axes: Axes, points: list[tuple[float, float, str]]) -> None:
    """Write names right or left of their points, moved down or up where they would lie on each other or on a point."""
    from matplotlib.patheffects import withStroke

    sheet.settle()
    size = style.SIZES["label"] - 0.6
    pixels = size * sheet.figure.dpi / 72
    line, panel = 1.2 * pixels, axes.get_window_extent()
    places = axes.transData.transform([(x, y) for x, y, _ in points]).tolist()
    spots = [(float(x), float(y), point) for (x, y), point in zip(places, points, strict=True)]
    taken: list[Span] = [(height, left - GAP / 2, left + GAP / 2) for left, height, _ in spots]
    for across, height, (x, y, text) in sorted(spots, key=lambda spot: -spot[1]):
        width = 0.52 * pixels * text_width(text)
        sides = [(across + GAP, across + GAP + width)]
        if across - GAP - width > panel.x0:
            sides.append((across - GAP - width, across - GAP))
        place, (start, end) = _free_place(height, sides, line, (panel.y0 + line / 2, panel.y1 - line / 2), taken)
        taken.append((place, start, end))
        arrow = {"arrowstyle": "-", "color": style.GREY, "linewidth": 0.5} if abs(height - place) > line / 2 else None
        right = start > across
        axes.annotate(
            text, (x, y),
            ((GAP if right else -GAP) * 72 / sheet.figure.dpi, (place - height) * 72 / sheet.figure.dpi),
            textcoords="offset points", size=size, va="center", ha="left" if right else "right", color=style.INK,
            arrowprops=arrow, zorder=6,
            path_effects=[withStroke(linewidth=2.4, foreground="white")],  # lines behind do not strike it through
        )  # fmt: skip


def _free_place(
    height: float, sides: Sequence[tuple[float, float]], line: float, panel: tuple[float, float], taken: Sequence[Span]
) -> tuple[float, tuple[float, float]]:
    """Height nearest to the wanted one, within the panel, and the side at which a name lies on nothing else; pixels."""
    for step in range(400):
        for place, side in itertools.product((height - step * line / 4, height + step * line / 4), sides):
            free = all(abs(place - other) >= line or side[0] >= end or side[1] <= start for other, start, end in taken)
            if free and panel[0] <= place <= panel[1]:
                return place, side
    return height, sides[0]
