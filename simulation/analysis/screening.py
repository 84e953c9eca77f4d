"""Elementary effects of a Morris design: how far each factor moves an outcome when it alone is moved.

A factor with a distribution is moved between the middles of its quarters, by half of its probability; the effect is
scaled to the stated range, from the quantile at 1/8 to that at 7/8, so that no bound of a distribution is ever run.  A
switch is moved from one level to another and its effect is the change itself, whatever the levels' order.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from simulation.analysis.frames import Table
from simulation.experiments.designs import MORRIS_ENDS, Design, moved_factors, unit_points
from simulation.experiments.factors import Factor


def elementary_effects(means: np.ndarray, design: Design, factors: Sequence[Factor]) -> np.ndarray:
    """Effects of all factors in the outcome's unit, shape (factor, trajectory).

    Parameters
    ----------
    means : ndarray, shape (point,)
        Outcome at the points of whole trajectories, the first of the design or all.
    design : Design
    factors : sequence of Factor
    """
    count = len(factors)
    trajectories = len(means) // (count + 1)
    points = unit_points(design, factors).reshape(design.n, count + 1, count)[:trajectories]
    moved = moved_factors(design, factors)[:trajectories]
    change = np.diff(means.reshape(trajectories, count + 1), axis=1)
    step = np.take_along_axis(np.diff(points, axis=1), moved[:, :, None], axis=2)[:, :, 0]
    # Distributions: change per stated range.  Switches: the change itself, from the earlier to the later level.
    switch = np.array([bool(factor.levels) for factor in factors])[moved]
    width = MORRIS_ENDS[1] - MORRIS_ENDS[0]
    scale = np.where(switch, np.sign(step), width / np.where(step == 0.0, width, step))
    effects = np.empty((count, trajectories))
    effects[moved, np.arange(trajectories)[:, None]] = change * scale
    return effects


def screening_table(
    means: np.ndarray, design: Design, factors: Sequence[Factor], seed: int, resamples: int, confidence: float
) -> Table:
    """``mu_star``, its bootstrap half-width ``mu_star_error``, ``mu`` and ``sigma`` of every factor."""
    effects = elementary_effects(means, design, factors)
    trajectories = effects.shape[1]
    drawn = np.random.default_rng(seed).integers(trajectories, size=(resamples, trajectories))
    half = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    rows: Table = []
    for factor, effect in zip(factors, effects, strict=True):
        size = np.abs(effect)
        rows.append(
            {
                "factor": factor.name, "mu_star": float(size.mean()),
                "mu_star_error": half * float(size[drawn].mean(axis=1).std(ddof=1)), "mu": float(effect.mean()),
                "sigma": float(effect.std(ddof=1)) if trajectories > 1 else 0.0,
            }
        )  # fmt: skip
    return rows
