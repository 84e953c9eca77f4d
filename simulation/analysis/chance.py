"""How much of an outcome's variance over a design is chance, as its points share their random seeds or not.

With common seeds points and seeds are crossed: a seed that is lucky at one point is lucky at all.  The variance of a
single run is then split by a two-way random-effects analysis of variance (Searle, Casella and McCulloch 1992) into the
factors, the seed and the interaction of both.  With seeds of its own at every point the layout is nested and whatever
differs within a point is chance.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from simulation.experiments.sweep import INDEPENDENT

COMMON = "common"
FEW_SEEDS = 5  # with fewer the main effect of the seed is hardly known


def seed_share(values: np.ndarray, pairing: str = COMMON) -> dict[str, float]:
    """Share of the variance of a single run that is due to its random numbers.

    Parameters
    ----------
    values : ndarray, shape (point, replicate)
        Outcome; at least two replicates.
    pairing : {'common', 'independent'}
        Whether replicate ``r`` has the same seed at every point.

    Returns
    -------
    dict
        Variance components in the outcome's unit squared, negative estimates set to zero: ``factors``; ``seed``, with
        common seeds its main effect, otherwise all that differs within a point; ``interaction`` of seed and factors,
        part of ``seed`` and NaN where seeds differ between points; ``share``, seed and interaction over their sum with
        the factors.  All NaN with a single replicate or point.
    """
    points, replicates = values.shape
    if replicates < 2 or points < 2:
        return dict.fromkeys(("factors", "seed", "interaction", "share"), math.nan)
    split = _nested if pairing == INDEPENDENT else _crossed
    factors, seed, interaction = split(values)
    chance = seed + (0.0 if math.isnan(interaction) else interaction)
    total = factors + chance
    share = chance / total if total > 0.0 else math.nan
    return {"factors": factors, "seed": seed, "interaction": interaction, "share": share}


def _nested(values: np.ndarray) -> tuple[float, float, float]:
    within = float(values.var(axis=1, ddof=1).mean())
    between = float(values.mean(axis=1).var(ddof=1)) - within / values.shape[1]
    return max(between, 0.0), within, math.nan


def _crossed(values: np.ndarray) -> tuple[float, float, float]:
    points, replicates = values.shape
    by_point, by_seed = values.mean(axis=1), values.mean(axis=0)
    rest = values - by_point[:, None] - by_seed[None, :] + values.mean()
    interaction = float((rest**2).sum()) / ((points - 1) * (replicates - 1))
    factors = float(by_point.var(ddof=1)) - interaction / replicates
    seed = float(by_seed.var(ddof=1)) - interaction / points
    return max(factors, 0.0), max(seed, 0.0), interaction


def summary(values: np.ndarray, pairing: str = COMMON) -> dict[str, Any]:
    """Mean, standard deviation and Monte Carlo error of an outcome over a design, with the numbers they rest on.

    ``seeds`` counts different seeds, ``seed_freedom`` the degrees of freedom on which the seed's variance rests.
    """
    points, replicates = values.shape
    means = values.mean(axis=1)
    error = float(values.std(axis=1, ddof=1).mean() / math.sqrt(replicates)) if replicates > 1 else math.nan
    spread = float(means.std(ddof=1)) if points > 1 else math.nan
    own = pairing == INDEPENDENT
    return {
        "points": points, "replicates": replicates, "runs": points * replicates, "pairing": pairing,
        "seeds": replicates * (points if own else 1), "seed_freedom": (replicates - 1) * (points if own else 1),
        "mean": float(means.mean()), "spread": spread, "error_at_a_point": error,
        **{f"{name}_variance": value for name, value in seed_share(values, pairing).items()},
    }  # fmt: skip


def told(facts: dict[str, Any]) -> str:
    """Sentence on the share of chance from what :func:`summary` gives, with the seeds it rests on."""
    share, seeds, common = facts["share_variance"], facts["seeds"], facts["pairing"] != INDEPENDENT
    if math.isnan(share):
        return f"{_counted(seeds, common)}; the share of chance is not known"
    known = f"{_counted(seeds, common)}; chance is {100 * share:.1f} % of the variance of a run"
    if common and seeds < FEW_SEEDS:
        freedom = facts["seed_freedom"]
        known += f" (a rough figure: the seed's part rests on {freedom} degree{'s' * (freedom > 1)} of freedom)"
    return known


def _counted(seeds: int, common: bool) -> str:
    return f"{seeds} seed{'s' * (seeds > 1)}" + (", the same at every point" if common else ", none used twice")
