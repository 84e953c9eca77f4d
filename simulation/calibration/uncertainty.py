"""Where the uncertainty of an outcome comes from: chance, fitted parameters, priors of the uncalibrated ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.calibration.emulator import Emulated
from simulation.calibration.horizon import Wanted
from simulation.calibration.likelihood import Figure, latent_logs, loadings, prior_moments
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


def split(bank: Bank, weight: np.ndarray, emulated: Emulated, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
    """One row per outcome of a run: median and 90 % interval, and the shares of the variance of its logarithm.

    Shares are of the sum of four parts: ``chance`` (seeds), ``fitted`` (fitted parameters given the others),
    ``uncalibrated`` (priors of what is not fitted) and ``scope`` (prior of the scope factor).  The emulator's own error
    is shown beside them; the interval holds it too.  Runs that no published figure has been laid upon: the spread of
    an ensemble of ``aiplan run``, not that of a forecast.
    """
    figures = [each.figure() for each in wanted]
    means = latent_logs(expected(bank, weight, emulated).astype(float), emulated.columns, figures)
    model = emulated.emulator
    whole, chance = (_of_figures(part, emulated, figures) for part in (model.covariance, model.chance))
    chance = np.where(np.isnan(chance), whole, np.minimum(chance, whole))
    names, powers, _ = loadings(figures)
    moments = np.array([prior_moments(name) for name in names]).reshape(len(names), 2)
    scope = np.square(powers * moments[:, 1]).sum(axis=1)
    fitted, uncalibrated = within_and_between(means)
    generator = np.random.default_rng(4)
    rows = []
    for k, each in enumerate(wanted):
        total = max(float(chance[k] + fitted[k] + uncalibrated[k] + scope[k]), 1e-12)
        error = generator.normal(0.0, np.sqrt(whole[k] + scope[k]), means[..., k].size)
        drawn = np.exp(means[..., k].ravel() + powers[k] @ moments[:, 0] + error)
        low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
        rows.append(
            {
                "series": each.series, "scope": each.scope, "year": each.day.year, "unit": each.unit,
                "median": float(middle), "low": float(low), "high": float(high), "spread_log": float(np.sqrt(total)),
                "share_chance": chance[k] / total, "share_fitted": fitted[k] / total,
                "share_uncalibrated": uncalibrated[k] / total, "share_scope": scope[k] / total,
                "emulator_error_log": float(np.sqrt(whole[k] - chance[k])),
            }
        )  # fmt: skip
    return rows


def within_and_between(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance of expectations (groups, sets, figures) within groups and, free of it, between them; (figures,) each."""
    within = means.var(axis=1, ddof=1).mean(axis=0)
    return within, np.maximum(means.mean(axis=1).var(axis=0, ddof=1) - within / means.shape[1], 0.0)


def _of_figures(covariance: np.ndarray, emulated: Emulated, figures: Sequence[Figure]) -> np.ndarray:
    """Variances of figures from the covariance of the columns they are made of, shape (figures,)."""
    once = latent_logs(covariance, emulated.columns, figures)
    return np.diag(latent_logs(once.T, emulated.columns, figures))
