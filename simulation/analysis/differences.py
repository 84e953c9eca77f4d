"""What a scenario changes: differences to the first scenario, run by run on the same random numbers.

Run ``r`` of every scenario has the same random numbers, so that most of the chance common to both cancels in the
difference of a pair and the mean difference is known far better than from two independent ensembles.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bands import annual
from simulation.analysis.frames import Table, scenarios
from simulation.inputs.variables import variables

if TYPE_CHECKING:
    import xarray as xr

VARIABLES = ("core_revenue", "related_revenue_r2", "equity_funding_broad", "firms_alive", "talent_total")
YEARS = (2020, 2025, 2030)


def differences_table(dataset: xr.Dataset, names: tuple[str, ...] = VARIABLES, years: tuple[int, ...] = YEARS) -> Table:
    """Differences of every further scenario to the first one.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result with dims ``scenario, member, time``; variables without further dimensions.
    names : tuple of str, optional
        Variables; those that the result lacks are left out.
    years : tuple of int, optional
        Years; those that the result does not hold in full are left out.

    Returns
    -------
    list of dict
        One row per scenario, variable and year; none for a single scenario. ``base`` is the first scenario and
        ``base_median`` its median; ``difference`` the mean of the paired differences (scenario minus base) over the
        ``runs`` that finished under both, in ``unit`` (flows: a year); ``error`` its Monte Carlo standard error, NaN
        for a single run; ``relative`` is difference / base_median, NaN where that is zero.
    """
    base, *others = scenarios(dataset)
    rows = []
    for name in (name for name in names if name in dataset):
        variable = variables()[name]
        yearly = annual(dataset[name].transpose("scenario", "member", "time"), variable.kind)
        for scenario in others:
            for year in (year for year in years if year in yearly["year"].values):
                pair = (yearly.sel(scenario=which, year=year).values for which in (base, scenario))
                rows.append(
                    {"scenario": scenario, "base": base, "variable": name, "year": year, "unit": variable.unit}
                    | _paired(*pair)
                )
    return sorted(rows, key=lambda row: others.index(row["scenario"]))


def _paired(base: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    both = np.isfinite(base) & np.isfinite(other)
    count = int(both.sum())
    if not count:
        return {"runs": 0, "base_median": math.nan, "difference": math.nan, "error": math.nan, "relative": math.nan}
    change = other[both] - base[both]
    median, mean = float(np.median(base[both])), float(change.mean())
    return {
        "runs": count,
        "base_median": median,
        "difference": mean,
        "error": float(change.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan,
        "relative": mean / median if median else math.nan,
    }
