"""The verdict on the plan's six targets, scope by scope.

No verdict is given without its scope: each row says in which statistic the target is judged, how sure the share of runs
is, by how much the threshold is passed or missed and when.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bands import annual, first_year
from simulation.analysis.frames import Table, format_table, members, scenarios
from simulation.inputs.claims import claim
from simulation.inputs.operators import Operator, judged_targets
from simulation.inputs.plan import Target
from simulation.inputs.shares import PARTS, shares

if TYPE_CHECKING:
    import xarray as xr

# Of the variance over runs that differ in seed and parameters, as the calibration found it on its own design.
SHARES = tuple(f"share_{part}" for part in PARTS)
COLUMNS = (
    "scenario", "indicator", "year", "scope", "threshold", "unit", "runs", "probability", "low", "high", "median",
    "margin", "year_reached", "extrapolated", "claim", "flag", *SHARES,
)  # fmt: skip
WEAKLY_IDENTIFIED = "weakly identified"
WEAKNESS = "weakly identified: one published observation (iResearch 2020), otherwise targets and forecasts"


def targets_table(dataset: xr.Dataset, level: float = 0.90) -> Table:
    """Verdicts on the plan's targets.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result with dims ``scenario, member, time`` and the flows ``core_revenue`` and ``related_revenue_r1`` to
        ``_r3`` in bn CNY a quarter; ``time`` is the quarter's end.
    level : float, optional
        Level of the interval of the probability, 0-1.

    Returns
    -------
    list of dict
        One row per scenario, target and scope, with the columns of ``COLUMNS``.  ``probability`` is the share of runs
        above the threshold, each with its own draw of the scope factor; ``low`` and ``high`` bound it (Wilson
        interval); ``median`` is in ``unit``; ``margin`` is median / threshold - 1; ``year_reached`` the first year by
        which at least half of the runs have been above the threshold, NaN when fewer ever are.  A year outside the run
        has no runs and NaN.
    """
    return [
        _row(dataset.sel(scenario=scenario), scenario, target, operator, level)
        for scenario in scenarios(dataset)
        for target, operator in judged_targets()
    ]


def _row(runs: xr.Dataset, scenario: str, target: Target, operator: Operator, level: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "scenario": scenario, "indicator": target.indicator, "year": target.year, "scope": operator.scope,
        "threshold": target.threshold, "unit": target.unit, "runs": 0, "probability": math.nan, "low": math.nan,
        "high": math.nan, "median": math.nan, "margin": math.nan, "year_reached": math.nan,
        "extrapolated": operator.extrapolated(target.year),
        "claim": claim(target.indicator, operator.scope, target.year),
        "flag": WEAKLY_IDENTIFIED if target.indicator == "related" else "", **_shares(runs, target, operator),
    }  # fmt: skip
    if operator.variable not in runs:
        return row
    observed = _observed(runs, operator)
    if target.year not in observed["year"].values:
        return row
    values = observed.sel(year=target.year).values
    valid = np.isfinite(values)
    count = int(valid.sum())
    if not count:
        return row
    passed = int((values[valid] > target.threshold).sum())
    median = float(np.median(values[valid]))
    low, high = wilson_interval(passed, count, level)
    reached = first_year(observed.isel(member=np.flatnonzero(valid)), target.threshold).values
    row.update(
        runs=count, probability=passed / count, low=low, high=high, median=median,
        margin=median / target.threshold - 1.0, year_reached=median_year(reached),
    )  # fmt: skip
    return row


def _shares(runs: xr.Dataset, target: Target, operator: Operator) -> dict[str, float]:
    """Shares of the spread, where runs have parameter sets of their own; NaN otherwise or without a calibration."""
    several = len({parameter_set for parameter_set, _ in members(runs)}) > 1
    known = shares().get((f"{target.indicator}_revenue", operator.scope, target.year)) if several else None
    return {f"share_{part}": getattr(known, part) if known else math.nan for part in PARTS}


def _observed(runs: xr.Dataset, operator: Operator) -> xr.DataArray:
    factors = operator.factors(members(runs))
    yearly = annual(runs[operator.variable].transpose("member", "time"), "flow")
    observed = yearly.copy(data=yearly.values * factors[:, None])
    if operator.ends is not None:
        # A scope that ended is not read beyond its last year, not even for the year a threshold is reached.
        observed = observed.sel(year=observed["year"] <= operator.ends)
    return observed


def median_year(years: np.ndarray) -> float:
    """First year by which at least half have got there, from first years with NaN for never; NaN when fewer do."""
    order = np.sort(np.where(np.isnan(years), np.inf, years))
    middle = float(order[(len(order) - 1) // 2])
    return middle if math.isfinite(middle) else math.nan


def wilson_interval(successes: int, trials: int, level: float = 0.90) -> tuple[float, float]:
    """Wilson score interval of a probability.

    Parameters
    ----------
    successes, trials : int
        Count of successes in so many independent runs.
    level : float, optional
        Confidence level, 0-1.

    Returns
    -------
    low, high : float
        Within 0-1; never degenerate, also when all runs agree.
    """
    if trials <= 0:
        return math.nan, math.nan
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share = successes / trials
    scale = 1.0 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z / scale * math.sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def format_targets(rows: Table) -> str:
    """The target table as text, with the caveat on related revenue below it."""
    columns = [name for name in COLUMNS if name not in SHARES]
    # A year is a name and not a quantity: no thousands separator.
    years = [row["year_reached"] for row in rows]
    shown = [{**row, "year_reached": None if math.isnan(y) else int(y)} for row, y in zip(rows, years, strict=True)]
    return format_table(shown, columns, {"threshold": 0, "median": 0}) + f"\nrelated: {WEAKNESS}"
