"""Where the uncertainty of an outcome comes from: chance, fitted parameters, priors of the uncalibrated ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.calibration.emulator import Emulated
from simulation.calibration.posterior import Bank

SETS = 8  # of each group, to tell fitted from uncalibrated parameters


def within_groups(weight: np.ndarray, count: int = SETS) -> np.ndarray:
    """Positions of ``count`` equal-weight sets of each group by systematic resampling, shape (groups, count)."""
    steps = (np.arange(count) + 0.5) / count
    cumulative = np.cumsum(weight, axis=1)
    chosen = [np.searchsorted(row, steps * row[-1]) for row in cumulative]
    return np.minimum(np.array(chosen), weight.shape[1] - 1)


def expected(
    bank: Bank, weight: np.ndarray, emulated: Emulated, count: int = SETS, *, drivers_drawn: bool = True
) -> np.ndarray:
    """Expected logarithms of all emulated columns, shape (groups, count, columns), over posterior sets.

    The emulator may be of another design than the fit: where it reads outside drivers behind the parameters of the
    bank (an unconditional design), each set has a draw of them, or their medians.
    """
    picked = within_groups(weight, count)
    cube = np.take_along_axis(bank.cube, picked[:, :, None], axis=1).reshape(picked.size, -1)
    drivers = len(emulated.sampled) - cube.shape[1]
    if drivers:
        from scipy.stats import qmc

        drawn = qmc.Sobol(drivers, rng=np.random.default_rng(6)).random(len(cube))
        levels = np.clip(drawn, 1e-6, 1.0 - 1e-6) if drivers_drawn else np.full_like(drawn, 0.5)
        cube = np.column_stack([cube, levels])
    return emulated.mean(cube).reshape(*picked.shape, -1)


def split(bank: Bank, weight: np.ndarray, emulated: Emulated, columns: Sequence[str]) -> list[dict[str, Any]]:
    """One row per column: predictive median and 90 % interval, and the shares of the variance of its logarithm.

    Shares are of the sum of three parts: ``chance`` (seeds), ``fitted`` (fitted parameters given the others) and
    ``uncalibrated`` (priors of what is not fitted). The emulator's own error is shown beside them; the interval holds
    it too. Values are in the unit of the variable table.
    """
    means = expected(bank, weight, emulated)
    model = emulated.emulator
    generator = np.random.default_rng(4)
    rows = []
    for column in columns:
        k = emulated.columns.index(column)
        mean, whole = means[:, :, k].astype(float), float(model.covariance[k, k])
        chance = whole if np.isnan(model.chance[k, k]) else min(float(model.chance[k, k]), whole)
        fitted, uncalibrated = float(mean.var(axis=1, ddof=1).mean()), float(mean.mean(axis=1).var(ddof=1))
        uncalibrated = max(uncalibrated - fitted / mean.shape[1], 0.0)
        total = max(chance + fitted + uncalibrated, 1e-12)
        drawn = np.exp(mean.ravel() + generator.normal(0.0, np.sqrt(whole), mean.size))
        low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
        rows.append(
            {
                "column": column, "median": float(middle), "low": float(low), "high": float(high),
                "spread_log": float(np.sqrt(total)), "share_chance": chance / total, "share_fitted": fitted / total,
                "share_uncalibrated": uncalibrated / total, "emulator_error_log": float(np.sqrt(whole - chance)),
            }
        )  # fmt: skip
    return rows
