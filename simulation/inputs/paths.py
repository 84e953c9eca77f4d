"""Dated exogenous series of ``tables/paths.csv`` as quarterly arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from simulation.errors import InvalidInput, Problem
from simulation.inputs import dimensions, quarters
from simulation.inputs.reading import TABLES, nearest, read_table, shown

COLUMNS = ("id", "element", "period", "value")
FILE = TABLES / "paths.csv"

Points = tuple[tuple[str, float], ...]


@lru_cache(maxsize=1)
def paths() -> dict[str, dict[str, Points]]:
    """Points of every path: name, element (empty for all), (period, value) in order of time.

    Raises
    ------
    InvalidInput
        For a period that is neither a year nor a quarter, or a value that is no number.
    """
    problems: list[Problem] = []
    found: dict[str, dict[str, list[tuple[str, float]]]] = {}
    for row in read_table(FILE, COLUMNS, key=("id", "element", "period")):
        try:
            quarters.position(row["period"])
        except ValueError as error:
            problems.append(row.problem("period", str(error)))
            continue
        value = row.number("value", problems)
        found.setdefault(row["id"], {}).setdefault(row["element"], []).append((row["period"], value))
    if problems:
        raise InvalidInput(problems)
    return {
        name: {element: tuple(sorted(points, key=lambda point: quarters.position(point[0])))
               for element, points in elements.items()}
        for name, elements in found.items()
    }  # fmt: skip


def _series(points: Points, counts: np.ndarray, trend: float, step: bool) -> np.ndarray:
    values = np.array([value for _, value in points])
    if step:
        # A step begins with its first quarter: a year's value holds from its first quarter on.
        starts = np.array([int(np.ceil(quarters.position(period) - 1.5)) if "Q" not in period
                           else quarters.number(period) for period, _ in points])  # fmt: skip
        series = values[np.clip(np.searchsorted(starts, counts, side="right") - 1, 0, None)]
        last = float(starts[-1])
    else:
        times = np.array([quarters.position(period) for period, _ in points])
        series = np.interp(counts, times, values)
        last = times[-1]
    after = np.maximum(counts - last, 0.0) / 4.0
    return series * (1.0 + trend) ** after


def path(name: str, over: Sequence[str], dimension: str = "", *, trend: float = 0.0, step: bool = False) -> np.ndarray:
    """Quarterly values of a path.

    Parameters
    ----------
    name : str
        Name in ``tables/paths.csv``.
    over : sequence of str
        Quarters, as ``2016Q1``.
    dimension : str, optional
        Dimension whose members are the elements; a path with one empty element serves all of them.
    trend : float, optional
        Growth a year after the last point.
    step : bool, optional
        Hold each value until the next instead of interpolating between them.

    Returns
    -------
    ndarray
        Shape ``(T,)``, or ``(T, n)`` with a dimension; before the first point its value holds.

    Raises
    ------
    KeyError
        For an unknown path.
    InvalidInput
        When an element of the dimension has no points.
    """
    table = paths()
    if name not in table:
        raise KeyError(f"no path {name!r} in {shown(FILE)}; nearest: {', '.join(nearest(name, table)) or 'none'}")
    elements = table[name]
    counts = np.array([quarters.number(quarter) for quarter in over], dtype=float)
    if not dimension:
        if set(elements) != {""}:
            raise InvalidInput([Problem(shown(FILE), 0, 0, f"path {name} has elements but its parameter is a scalar")])
        return _series(elements[""], counts, trend, step)
    members = dimensions.members(dimension)
    missing = [member for member in members if member not in elements and "" not in elements]
    unknown = [element for element in elements if element and element not in members]
    problems = [Problem(shown(FILE), 0, 0, f"path {name} has no points for {member}") for member in missing]
    problems += [Problem(shown(FILE), 0, 0, f"path {name} has an unknown element {element}", nearest(element, members))
                 for element in unknown]  # fmt: skip
    if problems:
        raise InvalidInput(problems)
    columns = [_series(elements.get(member, elements.get("", ())), counts, trend, step) for member in members]
    return np.stack(columns, axis=1)
