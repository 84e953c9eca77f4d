"""Names beside the points of a scatter, none on another and none outside the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulation.presentation import style
from simulation.presentation.comparison import text_width
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def name_points(sheet: Sheet, axes: Axes, points: list[tuple[float, float, str]]) -> None:
    """Write names right of their points, moved down or up where they would lie on each other or leave the panel."""
    sheet.settle()
    size = style.SIZES["label"] - 0.6
    pixels = size * sheet.figure.dpi / 72
    line, panel = 1.2 * pixels, axes.get_window_extent()
    taken: list[tuple[float, float, float]] = []
    for x, y, text in sorted(points, key=lambda point: -point[1]):
        left, height = axes.transData.transform((x, y))
        right = left + 0.52 * pixels * text_width(text) + 10
        place = _free_place(height, (left, right), line, (panel.y0 + line / 2, panel.y1 - line / 2), taken)
        taken.append((place, left, right))
        arrow = {"arrowstyle": "-", "color": style.GREY, "linewidth": 0.5} if abs(height - place) > line / 2 else None
        axes.annotate(
            text, (x, y), (7, (place - height) * 72 / sheet.figure.dpi), textcoords="offset points", size=size,
            va="center", color=style.INK,
            arrowprops=arrow,
        )  # fmt: skip


def _free_place(
    height: float, span: tuple[float, float], line: float, panel: tuple[float, float],
    taken: Sequence[tuple[float, float, float]],
) -> float:  # fmt: skip
    """Height nearest to the wanted one, within the panel, at which a line of text lies on no other; pixels."""
    for step in range(400):
        for place in (height - step * line / 4, height + step * line / 4):
            free = all(abs(place - other) >= line or span[0] >= end or span[1] <= start for other, start, end in taken)
            if free and panel[0] <= place <= panel[1]:
                return place
    return height
