"""How many runs each scale needs before the probability of a target is known within two points.

A probability that is estimated by the share of ``n`` runs is wrong in two ways: by chance, which more runs cure, and
by what the scale does to the outcome, which they do not.  Chance is the half-width of the Wilson interval.  The bias is
the difference of the probabilities at two scales, each from a normal distribution fitted to the logarithm of the
outcome, which a hundred runs tell far better than their share above a threshold.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from simulation.analysis.scale_study import Study
from simulation.inputs.operators import judged_targets

WITHIN = 0.02
LEVEL = 0.90
RESAMPLED = 400  # draws of seeds for the error of a bias
SURE = 2.0  # errors by which a bias lies clearly within or beyond two points
NORMAL = NormalDist()


def replicates_needed(probability: float, within: float = WITHIN, level: float = LEVEL) -> int:
    """Fewest runs whose interval of the probability is at most ``within`` to either side.

    Parameters
    ----------
    probability : float
        What is to be estimated, 0-1.
    within : float
        Half-width of the Wilson interval, as a probability.
    level : float
        Level of the interval, 0-1.
    """
    few, many = 0, 1
    while half_width(probability, many, level) > within:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if half_width(probability, middle, level) <= within else (middle, many)
    return many


def half_width(probability: float, runs: int, level: float = LEVEL) -> float:
    """Half of the Wilson interval of a share of so many runs (the share need not be a whole number of them)."""
    z = NORMAL.inv_cdf(0.5 + level / 2.0)
    root = np.sqrt(probability * (1.0 - probability) / runs + z * z / (4.0 * runs * runs))
    return float(z / (1.0 + z * z / runs) * root)


def above(observed: np.ndarray, threshold: float) -> np.ndarray:
    """Probability of more than a threshold under a log-normal fitted along the last axis.

    Parameters
    ----------
    observed : ndarray
        Positive outcomes, shape (..., run).
    """
    logs = np.log(observed)
    distance = (logs.mean(axis=-1) - np.log(threshold)) / np.maximum(logs.std(axis=-1, ddof=1), 1e-12)
    return np.vectorize(NORMAL.cdf, otypes=[float])(distance)


def probability_table(made: Study) -> list[dict[str, Any]]:
    """Probabilities of the targets by scale, their bias against the largest scale, and the runs that each needs.

    Returns
    -------
    list of dict
        ``indicator``, ``year``, ``scope``, ``scale``, ``runs``, ``share`` of them above the threshold, ``probability``
        (fitted), ``bias`` against the largest scale and its ``bias_error`` (seeds drawn again, paired), ``bias_within``
        two points (``yes`` or ``no`` when that is ``SURE`` errors clear, else ``open``), ``replicates`` needed for an
        interval within two points, and ``core_seconds`` that these cost.
    """
    count = len(next(iter(made.runs.values())))
    drawn = np.random.default_rng(1).integers(0, count, (RESAMPLED, count))
    members = [(0, replicate) for replicate in range(count)]
    known = next(iter(made.runs.values()))[0].flows
    rows = []
    for target, operator in judged_targets():
        if (operator.variable, target.year) not in known:
            continue
        factors = operator.factors(members)
        observed = {
            scale: np.maximum(made.flows(scale, operator.variable, target.year), 1e-9) * factors for scale in made.runs
        }
        whole = observed[max(made.runs)]
        for scale, values in observed.items():
            probability = float(above(values, target.threshold))
            bias = probability - float(above(whole, target.threshold))
            error = float((above(values[drawn], target.threshold) - above(whole[drawn], target.threshold)).std())
            runs = replicates_needed(probability)
            rows.append({
                "indicator": target.indicator, "year": target.year, "scope": operator.scope, "scale": scale,
                "runs": count, "share": float((values > target.threshold).mean()), "probability": probability,
                "bias": bias, "bias_error": error, "bias_within": _judged(abs(bias), error), "replicates": runs,
                "core_seconds": runs * made.seconds(scale),
            })  # fmt: skip
    return rows


def _judged(bias: float, error: float) -> str:
    if bias + SURE * error <= WITHIN:
        return "yes"
    return "no" if bias - SURE * error > WITHIN else "open"


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a scale: the runs that its hardest target needs, their cost, how many biases lie within two points."""
    result = []
    for scale in sorted({row["scale"] for row in rows}):
        own = [row for row in rows if row["scale"] == scale]
        hardest = max(own, key=lambda row: row["replicates"])
        largest = max(own, key=lambda row: abs(row["bias"]))
        judged = [row["bias_within"] for row in own]
        result.append({
            "scale": scale, "replicates": hardest["replicates"],
            "hardest_target": f"{hardest['indicator']} {hardest['year']} {hardest['scope']}",
            "core_minutes": hardest["core_seconds"] / 60.0,
            "seconds_a_run": hardest["core_seconds"] / hardest["replicates"],
            "largest_bias": abs(largest["bias"]), "its_error": largest["bias_error"],
            "biases_within": judged.count("yes"), "biases_open": judged.count("open"),
            "biases_beyond": judged.count("no"),
        })  # fmt: skip
    return result
