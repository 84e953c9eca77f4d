"""What differs between two scenarios."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.errors import InvalidInput, Problem, UsageError
from simulation.inputs.registry import Registry
from simulation.scenario import dates
from simulation.scenario.loading import Reference, load
from simulation.scenario.scenario import Scenario
from simulation.scenario.settings import DATED_SECTIONS
from simulation.scenario.timelines import Array


def diff(
    a: Scenario | Reference, b: Scenario | Reference, until: str | int = 2030, *, registry: Registry | None = None
) -> list[dict[str, Any]]:
    """Every effective difference of two scenarios, as plain rows; empty when a run cannot tell them apart.

    Parameters
    ----------
    a, b : Scenario, path or id
        What to compare.
    until : str or int
        Last quarter compared, or a year.
    registry : Registry, optional
        For loading paths and ids.

    Returns
    -------
    list of dict
        ``key`` (``id``, ``id.element``, ``variants.rule`` or ``run.name``), ``section``, ``unit``, ``start`` (first
        quarter that differs; empty for what has no date), ``a`` and ``b`` (values then), ``a_last`` and ``b_last``
        (values in the last quarter), ``origin_a``, ``origin_b``.

    Raises
    ------
    InvalidInput
        When one of them cannot be loaded; the problems of both are listed.
    UsageError
        When ``until`` is not a date of the model.
    """
    last = dates.position(str(until), end=True)
    if last is None or not dates.inside(last):
        raise UsageError(f"'{until}' is not a date of the model; valid: {dates.VALID}")
    first, second = _loaded(a, b, registry)
    origins = (first.origins(), second.origins())
    rows: list[dict[str, Any]] = []
    for name in first.registry:
        rows += _path_rows(name, first, second, last + 1, (origins[0][name], origins[1][name]))
    for what, left, right in (
        ("variants", first.variants, second.variants),
        ("run", first.run_settings, second.run_settings),
    ):
        for name, value in left.items():
            if value != right[name]:
                rows.append(_row(f"{what}.{name}", what, "", "", (value, right[name]), (value, right[name]), ("", "")))
    return rows


def _loaded(a: Scenario | Reference, b: Scenario | Reference, registry: Registry | None) -> tuple[Scenario, Scenario]:
    loaded: list[Scenario] = []
    problems: list[Problem] = []
    for each in (a, b):
        try:
            loaded.append(each if isinstance(each, Scenario) else load(each, registry=registry))
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return loaded[0], loaded[1]


def _path_rows(name: str, a: Scenario, b: Scenario, count: int, origins: tuple[str, str]) -> list[dict[str, Any]]:
    # A second parameter set shows a difference between distributions of equal median.
    pairs = [(a.path(name, draw)[:count], b.path(name, draw)[:count]) for draw in (0, 1)]
    left, right = next((pair for pair in pairs if not np.array_equal(*pair)), pairs[0])
    if np.array_equal(left, right):
        return []
    parameter = a.registry[name]
    if not parameter.elements:
        return [_path_row(name, parameter.section, parameter.unit, left, right, origins)]
    rows = []
    for column, element in enumerate(parameter.elements):
        one, other = left[:, column], right[:, column]
        if not np.array_equal(one, other):
            rows.append(_path_row(f"{name}.{element}", parameter.section, parameter.unit, one, other, origins))
    return rows


def _path_row(key: str, section: str, unit: str, left: Array, right: Array, origins: tuple[str, str]) -> dict[str, Any]:
    index = int(np.argmax(left != right))
    start = dates.AXIS[index] if section in DATED_SECTIONS else ""
    values = (float(left[index]), float(right[index]))
    return _row(key, section, unit, start, values, (float(left[-1]), float(right[-1])), origins)


def _row(
    key: str,
    section: str,
    unit: str,
    start: str,
    values: tuple[Any, Any],
    last: tuple[Any, Any],
    origins: tuple[str, str],
) -> dict[str, Any]:
    return {
        "key": key,
        "section": section,
        "unit": unit,
        "start": start,
        "a": values[0],
        "b": values[1],
        "a_last": last[0],
        "b_last": last[1],
        "origin_a": origins[0],
        "origin_b": origins[1],
    }
