"""Arithmetic of milestones on plain arrays, one row per run."""

from __future__ import annotations

import numpy as np

LARGEST = 500


def change(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Relative change; NaN where there was nothing before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before != 0.0, after / before - 1.0, np.nan)


def peak_year(values: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Year of the highest value of each run, the first of equals; NaN for a run with missing values.

    Parameters
    ----------
    values : ndarray
        Shape (run, year).
    years : ndarray
        Shape (year,).
    """
    found = np.asarray(years, dtype=float)[np.argmax(values, axis=1)]
    return np.where(np.isfinite(values).all(axis=1), found, np.nan)


def local_peak_year(values: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Year of the highest inner value that lies above both its neighbours; NaN for a run without one.

    Parameters
    ----------
    values : ndarray
        Shape (run, year), three years at least.
    years : ndarray
        Shape (year,).
    """
    inner = values[:, 1:-1]
    peaks = (inner > values[:, :-2]) & (inner > values[:, 2:])
    found = np.asarray(years, dtype=float)[1:-1][np.argmax(np.where(peaks, inner, -np.inf), axis=1)]
    return np.where(peaks.any(axis=1), found, np.nan)


def logistic_slope(shares: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Slope of the logit of a share over time (per year), least squares.

    Parameters
    ----------
    shares : ndarray
        Shape (run, year), above 0 and below 1.
    years : ndarray
        Shape (year,).
    """
    return np.polyfit(np.asarray(years, dtype=float), _logit(shares).T, 1)[0]


def logistic_advantage(shares: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Share of the squared error of a straight line that a logistic curve removes, both compared in the share itself.

    Above zero the path is nearer to an S-curve than to a line; arguments as of :func:`logistic_slope`.
    """
    at = np.asarray(years, dtype=float) - float(np.mean(years))
    line, curve = np.polyfit(at, shares.T, 1), np.polyfit(at, _logit(shares).T, 1)
    straight = np.outer(line[0], at) + line[1][:, None]
    bent = 1.0 / (1.0 + np.exp(-np.outer(curve[0], at) - curve[1][:, None]))
    errors = [((shares - fitted) ** 2).sum(axis=1) for fitted in (straight, bent)]
    return 1.0 - errors[1] / np.maximum(errors[0], 1e-300)


def _logit(shares: np.ndarray) -> np.ndarray:
    inside = np.clip(shares, 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(inside / (1.0 - inside)))


def rank_size_exponent(size: np.ndarray, weight: np.ndarray, largest: int = LARGEST) -> float:
    """Exponent of the distribution of sizes above a size, among the largest: minus the slope of ln rank on ln size.

    Parameters
    ----------
    size : ndarray
        Sizes above zero, shape (row,).
    weight : ndarray
        Firms that each row stands for; the rank of a row is the number of firms down to its middle.
    largest : int
        How many firms are read.
    """
    order = np.argsort(-size)
    size, weight = size[order], weight[order]
    rank = np.cumsum(weight) - 0.5 * weight
    read = (rank <= largest) & (size > 0.0)
    if read.sum() < 3:
        return float("nan")
    # A row that stands for ten firms counts as ten in the fit.
    slope = np.polyfit(np.log(size[read]), np.log(rank[read]), 1, w=np.sqrt(weight[read]))[0]
    return -float(slope)


def largest_shares(values: np.ndarray, count: int) -> np.ndarray:
    """Share of the ``count`` largest of the last axis in its sum, NaN where the sum is zero."""
    total = values.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sort(values, axis=-1)[..., -count:].sum(axis=-1) / np.where(total > 0.0, total, np.nan))


def log_effect(shocked: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Effect of a shock in log points, quarter by quarter; zero where either is zero, NaN where a run is missing."""
    both = (shocked != 0.0) & (base != 0.0)
    return np.where(both, np.log(np.where(both, shocked, 1.0) / np.where(both, base, 1.0)), 0.0)


def first_effect(effect: np.ndarray, quarters: int) -> np.ndarray:
    """Mean effect over the first quarters; ``effect`` is (run, quarter) from the start of the shock on."""
    return np.asarray(effect[:, :quarters].mean(axis=1))


def peak_lag(effect: np.ndarray, sign: float) -> np.ndarray:
    """Quarters from the start of a shock to its largest effect in the direction of ``sign``."""
    found = np.argmax(sign * effect, axis=1).astype(float)
    return np.where(np.isfinite(effect).all(axis=1), found, np.nan)


def remaining(effect: np.ndarray, sign: float, after: int) -> np.ndarray:
    """Size of the effect from quarter ``after`` on, over the largest towards ``sign``; 0 is full recovery."""
    largest = np.maximum((sign * effect).max(axis=1), 1e-12)
    return np.asarray(np.abs(effect[:, after:]).mean(axis=1) / largest)
