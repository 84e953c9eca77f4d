"""Published values on a panel: drawn and explained the same way in every figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulation.presentation import draw, style, wording
from simulation.presentation.marks import Mark, shape
from simulation.presentation.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


def draw_marks(
    sheet: Sheet,
    axes: Axes,
    panel: str,
    marks: Iterable[Mark],
    unit: wording.Unit,
    by_publisher: bool = False,
    hollow: tuple[str, ...] = ("derived", "floor", "judgement"),
    size: float = 6.0,
) -> None:
    """Draw published values with their intervals.

    Parameters
    ----------
    panel : str
        Panel in the table beside the figure.
    marks : iterable of Mark
        Values in their published unit.
    unit : Unit
        Shown unit; its factor takes the published unit to it.
    by_publisher : bool, optional
        A marker for each publisher; dots otherwise.
    hollow : tuple of str, optional
        Kinds of marks that are not filled.
    size : float, optional
        Size of the markers in points.
    """
    for mark in marks:
        interval = None if mark.low != mark.low else (mark.low * unit.factor, mark.high * unit.factor)
        draw.point(
            sheet,
            axes,
            draw.Series(panel, "", "published", unit.label, mark.scope),
            mark.when,
            mark.value * unit.factor,
            mark.kind,
            mark.period,
            shape(mark.publisher) if by_publisher else "o",
            style.INK,
            mark.kind not in hollow,
            interval,
            size,
            publisher=mark.source,
            published=mark.published,
            note=mark.note,
        )


def legend_handles(marks: Iterable[Mark], by_publisher: bool = True, unnamed: str = "") -> list[Line2D]:
    """One legend entry for each publisher in the order of the marks, ``unnamed`` for marks without one."""
    from matplotlib.lines import Line2D

    return [
        Line2D(
            [],
            [],
            marker=shape(publisher) if by_publisher else "o",
            linestyle="none",
            color=style.INK,
            markersize=6 if by_publisher else 5,
            label=publisher or unnamed,
        )
        for publisher in dict.fromkeys(mark.publisher for mark in marks)
    ]
