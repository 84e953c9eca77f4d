"""Outcomes of runs: one number a run, by variable, year and scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.bands import annual
from simulation.errors import UsageError
from simulation.experiments.outcomes import Outcome
from simulation.inputs.operators import operators
from simulation.inputs.variables import variables

if TYPE_CHECKING:
    import xarray as xr


def outcome_values(dataset: xr.Dataset, outcome: Outcome) -> xr.DataArray:
    """The outcome of every run.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result with dims ``scenario, member, time``; only the one variable and the quarters of one year are read.
    outcome : Outcome
        A scope multiplies by the central factor of its observation operator: what differs between runs is then the
        economy alone.

    Returns
    -------
    xarray.DataArray
        Dims ``scenario, member``, in the unit of the variable (flows: a year), NaN for runs that failed.

    Raises
    ------
    UsageError
        When the result does not hold the variable or the whole year.
    """
    if outcome.variable not in dataset:
        raise UsageError(f"the result holds no variable {outcome.variable}")
    row = variables()[outcome.variable]
    values = dataset[outcome.variable]
    if outcome.element:
        values = values.sel({row.dims[0]: outcome.element})
    quarters = values.isel(time=np.flatnonzero(values["time"].dt.year.values == outcome.year)).load()
    if quarters.sizes["time"] != 4:
        raise UsageError(f"the result does not hold the year {outcome.year} in full")
    if outcome.scope:
        names = [str(name) for name in quarters["quarter"].values]
        quarters = quarters.copy(data=_observed(quarters.values, outcome, names))
    return annual(quarters, row.kind).isel(year=0)


def _observed(latent: np.ndarray, outcome: Outcome, quarters: list[str]) -> np.ndarray:
    found = [o for o in operators().values() if (o.variable, o.scope) == (outcome.variable, outcome.scope)]
    if not found:
        raise UsageError(f"{outcome.variable} is not observed in scope {outcome.scope}")
    return found[0].series(latent, quarters)


def by_point(values: xr.DataArray, scenario: str, points: int, replicates: int) -> np.ndarray:
    """Outcome of one scenario as an array by design point and replicate.

    Parameters
    ----------
    values : xarray.DataArray
        Dims ``scenario, member`` with the coordinate ``parameter_set`` (the design point, from 1).
    scenario : str
        Id.
    points, replicates : int
        Size of the design.

    Returns
    -------
    ndarray
        Shape ``(points, replicates)``; NaN where a run is missing.
    """
    chosen = values.sel(scenario=scenario)
    numbers = chosen["parameter_set"].values.astype(int) - 1
    result = np.full((points, replicates), np.nan)
    order = np.argsort(numbers, kind="stable")
    place = np.arange(len(order)) - np.searchsorted(numbers[order], numbers[order])
    result[numbers[order], place] = chosen.values[order]
    return result
