"""Estimators that studies of firms and diffusion use; plain functions of arrays, weights where rows stand for many."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

LEAST_IN_TAIL = 50  # observations that a fitted tail holds at least
LEAST_YEARS = 50.0  # firm-years that a hazard rests on at least
CANDIDATES = 60  # thresholds tried for the start of a tail


def rank_size_exponent(size: np.ndarray, top: float, weight: np.ndarray | None = None) -> float:
    """Exponent of the CCDF from the slope of ln(rank - 1/2) on ln(size) of the ``top`` largest (1 is Zipf's law).

    Source: Gabaix and Ibragimov (2011) for the shift by a half.
    """
    order = np.argsort(-size, kind="stable")
    weights = np.ones(len(size)) if weight is None else weight[order]
    rank = np.cumsum(weights) - 0.5 * weights
    kept = (rank < top) & (size[order] > 0.0)
    if kept.sum() < 3:
        return math.nan
    return -float(np.polyfit(np.log(size[order][kept]), np.log(rank[kept]), 1)[0])


def tail_exponent(size: np.ndarray, threshold: float, below: float = math.inf) -> float:
    """Exponent of the CCDF above a threshold by maximum likelihood (Hill); optionally of what lies below a bound."""
    tail = size[(size >= threshold) & (size < below)]
    if len(tail) < 2:
        return math.nan
    mean = float(np.log(tail / threshold).mean())
    return 1.0 / mean if mean > 0.0 else math.nan


def fitted_tail_exponent(size: np.ndarray) -> float:
    """Exponent of the CCDF with the threshold that brings the fitted tail nearest to the data.

    Source: Clauset, Shalizi and Newman (2009): maximum likelihood above the threshold with the least
    Kolmogorov-Smirnov distance.
    """
    ordered = np.sort(size[size > 0.0])
    count = len(ordered)
    if count < LEAST_IN_TAIL:
        return math.nan
    best, found = math.inf, math.nan
    for start in np.unique(np.linspace(0, count - LEAST_IN_TAIL, CANDIDATES).astype(int)):
        tail = ordered[start:]
        exponent = tail_exponent(tail, tail[0])
        if not exponent > 0.0:
            continue
        fitted = 1.0 - (tail / tail[0]) ** -exponent
        place = np.arange(len(tail)) / len(tail)
        distance = float(np.maximum(np.abs(fitted - place), np.abs(fitted - place - 1.0 / len(tail))).max())
        if distance < best:
            best, found = distance, exponent
    return found


def subbotin_shape(values: np.ndarray) -> float:
    """Shape b of the Subbotin density exp(-|x/a|^b) by maximum likelihood about the median (1 Laplace, 2 normal)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    if len(values) < 10:
        return math.nan
    away = np.abs(values - np.median(values))
    logs = np.log(np.maximum(away, 1e-12))

    def loss(shape: float) -> float:
        # The scale has a closed form for each shape: a^b = b * mean of |x|^b.
        scale = (math.log(shape) + math.log(float(np.exp(shape * logs).mean()))) / shape
        return scale + float(gammaln(1.0 + 1.0 / shape)) + 1.0 / shape

    return float(minimize_scalar(loss, bounds=(0.15, 6.0), method="bounded").x)


def size_scaling(size: np.ndarray, growth: np.ndarray, classes: int = 15) -> float:
    """Exponent beta of sigma(S) ~ S^-beta: spread of growth rates over classes of equally many firms by size."""
    order = np.argsort(size, kind="stable")
    groups = [group for group in np.array_split(order, classes) if len(group) >= 10]
    if len(groups) < 3:
        return math.nan
    means = [float(np.log(size[group]).mean()) for group in groups]
    spreads = [float(growth[group].std()) for group in groups]
    return -float(np.polyfit(means, np.log(spreads), 1)[0])


def survival_median(entry: np.ndarray, end: np.ndarray, left: np.ndarray, weight: np.ndarray) -> float:
    """Median lifetime by Kaplan-Meier; ``inf`` when more than half survive the longest life seen.

    Parameters
    ----------
    entry, end : ndarray, shape (firm,)
        Age at which a firm comes into view (left truncation) and at which it leaves or is last seen, years.
    left : ndarray of bool, shape (firm,)
        Whether it left.
    weight : ndarray, shape (firm,)
    """
    alive = 1.0
    for age in np.unique(end[left]):
        at_risk = float(weight[(entry < age) & (end >= age)].sum())
        lost = float(weight[left & (end == age)].sum())
        if at_risk > 0.0:
            alive *= 1.0 - lost / at_risk
        if alive <= 0.5:
            return float(age)
    return math.inf


def hazard_by_year(
    entry: np.ndarray, end: np.ndarray, left: np.ndarray, weight: np.ndarray, years: int = 12
) -> np.ndarray:
    """Exit hazard a year in each year of life: exits over firm-years lived, shape (years,); arguments as above.

    NaN where fewer than ``LEAST_YEARS`` firm-years were lived.
    """
    hazard = np.full(years, np.nan)
    for year in range(years):
        lived = np.clip(np.minimum(end, year + 1.0) - np.maximum(entry, float(year)), 0.0, None)
        exposure = float((weight * lived).sum())
        # A firm that leaves on its birthday has died in the year that ends there.
        exits = float(weight[left & (end > year) & (end <= year + 1.0)].sum())
        if exposure >= LEAST_YEARS:
            hazard[year] = exits / exposure
    return hazard


def logistic_rate(shares: Mapping[int, float], ceiling: float = 1.0) -> float:
    """Rate k a year of a logistic curve through shares by year (least squares on the log odds)."""
    years = np.array(list(shares), dtype=float)
    share = np.array(list(shares.values()), dtype=float)
    if len(years) < 2 or (share <= 0.0).any() or (share >= ceiling).any():
        return math.nan
    return float(np.polyfit(years, np.log(share / (ceiling - share)), 1)[0])


def bass(shares: Mapping[int, float], launch: float) -> tuple[float, float]:
    """Innovation p and imitation q a year of the Bass curve that starts from nothing at ``launch``, ceiling 1.

    Nonlinear least squares on the levels (Srinivasan and Mason 1986) of F(t) = (1 - e) / (1 + q / p * e) with
    e = exp(-(p + q) t), t years since the launch.
    """
    from scipy.optimize import least_squares

    since = np.array(list(shares), dtype=float) - launch
    share = np.array(list(shares.values()), dtype=float)
    if len(share) < 3 or not np.isfinite(share).all():
        return math.nan, math.nan

    def miss(rates: np.ndarray) -> np.ndarray:
        p, q = np.exp(rates)
        fading = np.exp(-(p + q) * since)
        return np.asarray((1.0 - fading) / (1.0 + q / p * fading) - share)

    bounds = (math.log(1e-6), math.log(5.0))
    found = least_squares(miss, np.log([0.01, 0.3]), bounds=bounds, xtol=1e-12, ftol=1e-12, gtol=1e-12)
    p, q = np.exp(found.x)
    return float(p), float(q)


def top_share(values: np.ndarray, number: int) -> float:
    """Share of the ``number`` largest in the sum, percent."""
    total = float(values.sum())
    return 100.0 * float(np.sort(values)[::-1][:number].sum()) / total if total > 0.0 else math.nan


def herfindahl(values: np.ndarray) -> float:
    """Sum of squared shares, 0 to 1."""
    total = float(values.sum())
    return float(((values / total) ** 2).sum()) if total > 0.0 else math.nan


def share_where(condition: np.ndarray, weight: np.ndarray) -> float:
    """Weighted share of the rows that meet a condition, percent; NaN when there are none."""
    total = float(weight.sum())
    return 100.0 * float(weight[condition].sum()) / total if total > 0.0 else math.nan


def mean_of(values: np.ndarray, weight: np.ndarray) -> float:
    """Weighted mean; NaN without rows."""
    total = float(weight.sum())
    return float((values * weight).sum()) / total if total > 0.0 else math.nan


def peak_year(series: Mapping[int, float], first: int, last: int) -> int:
    """Year of the largest value between two years."""
    return max((year for year in series if first <= year <= last), key=lambda year: series[year])
