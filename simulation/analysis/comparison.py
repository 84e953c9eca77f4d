"""Paired comparison of scenarios on common random numbers: how large a difference is, and how well it is known.

Run ``r`` of every scenario has the same keyed draws, so what is common to both cancels in the difference of the pair.
The variance ratio says by how much: the variance that the difference of two independent runs would have, over that of
the pair.  It is large while the two worlds still share their firms and people, and falls towards one as they part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.frames import Table, scenarios
from simulation.analysis.outcomes import outcome_values
from simulation.experiments.outcomes import Outcome
from simulation.inputs.variables import variables

if TYPE_CHECKING:
    import xarray as xr

LEVEL = 0.90


def comparison_table(dataset: xr.Dataset, outcomes: Sequence[Outcome], level: float = LEVEL) -> Table:
    """Differences of every further scenario to the first, outcome by outcome.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of several scenarios with common random numbers, dims ``scenario, member, time``.
    outcomes : sequence of Outcome
        What is compared.
    level : float, optional
        Level of the interval of the mean difference, 0-1.

    Returns
    -------
    list of dict
        ``scenario``, ``base``, ``outcome``, ``unit``, ``runs`` (pairs), ``base_mean``, ``difference`` (mean of
        pairs), ``error`` (its Monte Carlo standard error), ``low``, ``high``, ``relative`` (difference / base mean),
        ``higher`` (share of pairs in which the scenario is above the base) and ``variance_ratio``; NaN where a single
        pair leaves it open.
    """
    base, *others = scenarios(dataset)
    rows: Table = []
    for outcome in outcomes:
        values = outcome_values(dataset, outcome)
        for other in others:
            first, second = (values.sel(scenario=name).values for name in (base, other))
            rows.append(
                {"scenario": other, "base": base, "outcome": outcome.name, "unit": variables()[outcome.variable].unit}
                | paired(first, second, level)
            )
    return sorted(rows, key=lambda row: others.index(row["scenario"]))


def paired(base: np.ndarray, other: np.ndarray, level: float = LEVEL) -> dict[str, Any]:
    """Mean difference of pairs, its error, interval and variance ratio; arrays of shape (run,), NaN for failures."""
    both = np.isfinite(base) & np.isfinite(other)
    base, other = base[both], other[both]
    change, count = other - base, int(both.sum())
    row = {"runs": count, "base_mean": math.nan, "difference": math.nan, "error": math.nan, "low": math.nan,
           "high": math.nan, "relative": math.nan, "higher": math.nan, "variance_ratio": math.nan}  # fmt: skip
    if not count:
        return row
    mean, level_of_base = float(change.mean()), float(base.mean())
    row |= {"base_mean": level_of_base, "difference": mean, "higher": float((change > 0.0).mean())}
    row["relative"] = mean / level_of_base if level_of_base else math.nan
    if count > 1:
        error = float(change.std(ddof=1)) / math.sqrt(count)
        half = half_width(error, count, level)
        row |= {"error": error, "low": mean - half, "high": mean + half, "variance_ratio": variance_ratio(base, other)}
    return row


def variance_ratio(base: np.ndarray, other: np.ndarray) -> float:
    """Variance of the difference of two independent runs over that of the pairs; infinite for identical changes."""
    alone = float(base.var(ddof=1) + other.var(ddof=1))
    together = float((other - base).var(ddof=1))
    if together == 0.0:
        return math.inf if alone > 0.0 else math.nan
    return alone / together


def half_width(error: float, runs: int, level: float = LEVEL) -> float:
    """Half-width of the interval of a mean with a given standard error from a given number of runs (Student's t)."""
    from scipy.special import stdtrit

    return float(stdtrit(runs - 1, 0.5 + level / 2.0)) * error


def runs_for_mean(error: float, runs: int, wanted: float, level: float = LEVEL) -> int:
    """Runs after which a mean is known to a half-width, judged from ``runs`` of them with standard error ``error``."""
    if error == 0.0:
        return runs
    return max(runs, math.ceil(runs * (half_width(error, runs, level) / wanted) ** 2))


def runs_for_probability(probability: float, wanted: float, level: float = LEVEL) -> int:
    """Runs after which a probability is known to a half-width (Wilson interval), if it is about ``probability``."""
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    low, high = 1, 1
    while wilson_half_width(probability, high, z) > wanted:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if wilson_half_width(probability, middle, z) <= wanted else (middle + 1, high)
    return high


def wilson_half_width(probability: float, runs: int, z: float) -> float:
    """Half-width of the Wilson interval of a probability."""
    return z * math.sqrt(probability * (1.0 - probability) / runs + (z / (2.0 * runs)) ** 2) / (1.0 + z * z / runs)
