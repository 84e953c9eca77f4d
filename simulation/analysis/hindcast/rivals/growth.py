"""Constant growth and an autoregression of growth."""

from __future__ import annotations

from datetime import date

import numpy as np

from simulation.analysis.hindcast.information import DRAWS, Known, years
from simulation.analysis.hindcast.rivals.base import Fitted, NotEstimable, Predictive, residual_sd, too_few

SHORTEST = 0.9  # years that the figures must span, so that growth is of a year and not of noise
LARGEST = 0.98  # persistence of growth
LONGEST = 40  # years ahead
PHI_PRIOR = (0.0, 0.5)


def constant_growth(known: Known) -> Fitted:
    """Random walk with drift in logarithms: last figure, mean growth, and residuals that add up.

    Needs two figures at least 0.9 years apart. Growth and the residual deviation are uncertain (Student's t with the
    weak prior of :func:`~simulation.analysis.hindcast.rivals.base.residual_sd`).
    """
    missing = too_few(known, 2)
    if missing is not None:
        return missing
    gaps, steps = np.diff(known.times), np.diff(known.logs)
    span = float(gaps.sum())
    if span < SHORTEST:
        return NotEstimable(f"the figures span {span:.1f} years only")
    growth = float(steps.sum() / span)
    sd, freedom = residual_sd(float((np.square(steps - growth * gaps) / gaps).sum()), len(gaps) - 1)
    generator = known.generator("constant_growth")
    scale = sd * _inflation(generator, freedom)
    rates = growth + scale * generator.normal(size=DRAWS) / np.sqrt(span)
    path = generator.normal(size=DRAWS)

    def draw(day: date) -> np.ndarray:
        ahead = years(day) - known.times[-1]
        return np.asarray(known.logs[-1] + rates * ahead + scale * np.sqrt(max(ahead, 0.0)) * path)

    return Predictive(draw)


def autoregression(known: Known) -> Fitted:
    """First-order autoregression of yearly log growth: ``g' = mean + phi (g - mean) + residual``.

    Needs four figures: three rates of growth, two pairs. ``phi`` and the mean are the posterior of a linear regression
    with weak normal priors (phi: 0 and 0.5). Figures are taken as a year apart or nearly so; growth is per year.
    """
    missing = too_few(known, 4)
    if missing is not None:
        return missing
    rates = np.diff(known.logs) / np.diff(known.times)
    centre, spread, sd, freedom = _regression(rates)
    generator = known.generator("autoregression")
    scale = sd * _inflation(generator, freedom)
    drawn = centre + (generator.normal(size=(DRAWS, 2)) @ np.linalg.cholesky(spread).T) * (scale / sd)[:, None]
    phi = np.clip(drawn[:, 1], -LARGEST, LARGEST)
    shocks = generator.normal(size=(DRAWS, LONGEST))

    def draw(day: date) -> np.ndarray:
        ahead = max(years(day) - known.times[-1], 0.0)
        level, growth = np.full(DRAWS, known.logs[-1]), np.full(DRAWS, rates[-1])
        for step in range(int(np.ceil(ahead - 1e-9))):
            growth = drawn[:, 0] + phi * growth + scale * shocks[:, step]
            level = level + growth * min(1.0, ahead - step)
        return np.asarray(level)

    return Predictive(draw)


def _regression(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Intercept and slope of growth on its lag, their covariance, residual deviation and degrees of freedom."""
    design = np.column_stack([np.ones(len(rates) - 1), rates[:-1]])
    centre = np.zeros(2)
    sd, freedom = residual_sd(float(np.square(rates - rates.mean()).sum()), len(rates) - 1)
    # The prior of the intercept follows from that of phi: no persistence, growth at its mean, both weak.
    prior = np.diag([1.0 / PHI_PRIOR[1] ** 2] * 2)
    start = np.array([float(rates.mean()), PHI_PRIOR[0]])
    for _ in range(3):  # the weight of the prior hangs on the residual deviation
        precision = design.T @ design / sd**2 + prior
        centre = np.linalg.solve(precision, design.T @ rates[1:] / sd**2 + prior @ start)
        sd, freedom = residual_sd(float(np.square(rates[1:] - design @ centre).sum()), len(rates) - 3)
    return centre, np.linalg.inv(design.T @ design / sd**2 + prior), sd, freedom


def _inflation(generator: np.random.Generator, freedom: float) -> np.ndarray:
    """Factors that make normal residuals Student's t."""
    return np.asarray(np.sqrt(freedom / generator.chisquare(freedom, DRAWS)))
