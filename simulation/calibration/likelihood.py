"""The likelihood: published figures seen through the operators, each from its publication on, floors one-sided.

``log figure = log latent + log scope factors + noise``.  Noise has the log-sigma of the calibration table.  Scope
factors keep their own priors and are integrated out: two figures of one list share the error of its factor.  Scope N
has a factor of unknown size, so that only its growth counts.  What the emulator does not explain of a run (chance, its
own error) is added as a covariance between figures, because one history is one run.  A floor counts against values
below it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulation.calibration.latent import combined, parts_of
from simulation.inputs import dates, quarters, units
from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.inputs.operators import Operator, operator
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables

INDICATORS = {"core_revenue": "core", "related_revenue": "related", "core_firms": "firms", "equity_funding": "equity"}
# Series without an operator of their own: the stored series, and the registry's factor between it and the figure.
DIRECT = {
    "top5_province_share_firms": ("top5_province_share_firms", ""),
    "gross_margin_listed": ("gross_margin_listed", ""),
    "rd_intensity_listed": ("rd_intensity_listed", ""),
    "cr4_speech_language": ("cr4_speech_language", ""),
    "cr5_platform": ("cr5_platform", ""),
    "wage_it_sector": ("wage_it_sector", ""),
    "researchers": ("talent_by_tier.researcher", ""),
    "ai2000_scholars": ("talent_by_tier.top", "ai2000_share"),
    "talent_total": ("talent_total", ""),
}
UNITS = {"CNY a year": "cny/year"}
GROWTH_ONLY = ("N",)
FREE = 10.0  # standard deviation of the log of a factor of which nothing is known
PROBABILITIES = (np.arange(2000) + 0.5) / 2000


@dataclass(frozen=True)
class Figure:
    """One published figure as the likelihood sees it.

    Parameters
    ----------
    key : str
        ``series/scope/date``.
    latent : str
        Stored series it is about.
    day : date
        Date or year it is for.
    log_value : float
        Logarithm of the figure in the unit of the latent series.
    sigma : float
        Standard deviation of that logarithm.
    floor : bool
        Whether only values below contradict it.
    known_from : date or None
        Day from which it may be used.
    factors : tuple of (str, float)
        Scope factors, by registry id, and the power with which each enters.
    """

    key: str
    latent: str
    day: date
    log_value: float
    sigma: float
    floor: bool
    known_from: date | None
    factors: tuple[tuple[str, float], ...]

    @property
    def growth_only(self) -> bool:
        """Whether its scope factor is unknown, so that it tells growth and no level."""
        return any(factor_moments(name)[1] == FREE for name, _ in self.factors)


def figure(row: CalibrationRow) -> Figure | None:
    """Figure of a calibration row; ``None`` for a date before the simulation or a series without an operator."""
    if row.day < date(int(quarters.FIRST[:4]), 1, 1):
        return None
    if row.series in INDICATORS:
        how = operator(INDICATORS[row.series], row.scope)
        latent, factors = how.variable, _powers(how, row.day)
    elif row.series in DIRECT:
        latent, name = DIRECT[row.series]
        factors = ((name, 1.0),) if name else ()
    else:
        return None
    scale = 1.0
    if row.unit in UNITS:
        scale = units.convert(1.0, UNITS[row.unit], variables()[latent.partition(".")[0]].unit)
    key = f"{row.series}/{row.scope}/{row.day}"
    value = float(np.log(row.value * scale))
    return Figure(key, latent, row.day, value, row.sigma_log, row.is_floor, dates.known_from(row.published), factors)


def _powers(how: Operator, day: date) -> tuple[tuple[str, float], ...]:
    """Scope factors and the part of each that is in force on a day: a widened list grows along its ramp."""
    powers = [1.0] * len(how.parameters)
    if how.ramp_from:
        start = quarters.number(how.ramp_from)
        share = (day.timetuple().tm_yday / 365.25 + day.year) * 4 - start
        powers[-1] = float(np.clip(share / (quarters.number(how.ramp_to) + 1 - start), 0.0, 1.0))
    return tuple(zip(how.parameters, powers, strict=True))


def figures(
    rows: Iterable[CalibrationRow] | None = None, origin: date | None = None, published: bool = True
) -> tuple[Figure, ...]:
    """Figures that may be fitted.

    Parameters
    ----------
    rows : iterable of CalibrationRow, optional
        All of the evidence by default; rows that are held out never count.
    origin : date, optional
        Only those of the information set of that day; all by default.
    published : bool
        Whether a figure counts from its publication on (real time) or from the date it is for (pseudo-real-time: final
        figures, as a forecaster without publication lags would have had them).
    """
    found = (figure(row) for row in (calibration_rows() if rows is None else rows) if row.fitted)
    kept = []
    for each in found:
        if each is None:
            continue
        known = each.known_from if published else each.day
        if origin is None or (known is not None and known <= origin):
            kept.append(each)
    return tuple(kept)


def latent_logs(logs: np.ndarray, columns: Sequence[str], wanted: Sequence[Figure]) -> np.ndarray:
    """Logarithms of the latent series at the figures' dates from those of stored columns, shape (..., figures)."""
    return np.stack([combined(logs, columns, parts_of(each.latent, each.day)) for each in wanted], axis=-1)


@lru_cache(maxsize=64)
def factor_moments(name: str) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a scope factor under its prior, truncated to its bounds."""
    if name.removeprefix("scope_factor_").upper() in GROWTH_ONLY:
        return 0.0, FREE
    return prior_moments(name)


def prior_moments(name: str) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a factor's prior in the registry, as runs draw it."""
    logs = np.log(registry()[name].quantile(PROBABILITIES))
    return float(logs.mean()), float(logs.std())


@dataclass(frozen=True)
class Likelihood:
    """Likelihood of a set of figures.

    Parameters
    ----------
    figures : tuple of Figure
        ``m`` figures.
    target : ndarray, shape (m,)
        Their logarithms less the mean of their scope factors: what the log of the latent series should be.
    noise : ndarray, shape (m, m)
        Covariance of the publishers' noise and of the scope factors.
    """

    figures: tuple[Figure, ...]
    target: np.ndarray
    noise: np.ndarray

    @property
    def floors(self) -> np.ndarray:
        """Which figures are floors, shape (m,)."""
        return np.array([each.floor for each in self.figures], dtype=bool)

    def log_density(self, latent: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        """Log-likelihood, up to a constant.

        Parameters
        ----------
        latent : ndarray, shape (sets, m)
            Expected logarithm of the latent series of each parameter set.
        covariance : ndarray, shape (m, m)
            Of a single run around it: chance and error of the emulator.

        Returns
        -------
        ndarray, shape (sets,)
        """
        from scipy.linalg import solve_triangular

        if not self.figures:
            return np.zeros(len(latent))
        whole = self.noise + covariance
        points = np.flatnonzero(~self.floors)
        gap = self.target - np.asarray(latent, dtype=float)
        found = np.zeros(len(gap))
        if points.size:
            lower = np.linalg.cholesky(whole[np.ix_(points, points)])
            found -= 0.5 * np.square(solve_triangular(lower, gap[:, points].T, lower=True)).sum(axis=0)
        for place in np.flatnonzero(self.floors):
            found -= 0.5 * np.square(np.maximum(gap[:, place], 0.0)) / whole[place, place]
        return found


def loadings(chosen: Sequence[Figure]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Scope factors of figures, their powers, shape (figures, factors), and moments of their logs, (factors, 2)."""
    names = sorted({name for each in chosen for name, _ in each.factors})
    powers = np.array([[dict(each.factors).get(name, 0.0) for name in names] for each in chosen])
    moments = np.array([factor_moments(name) for name in names]).reshape(len(names), 2)
    return names, powers.reshape(len(chosen), len(names)), moments


def likelihood(chosen: Sequence[Figure], values: Mapping[str, float] | None = None) -> Likelihood:
    """Likelihood of figures, or of other values (logarithms by key) in their place: synthetic truths."""
    _, powers, moments = loadings(chosen)
    noise = np.diag([each.sigma**2 for each in chosen]) + (powers * moments[:, 1] ** 2) @ powers.T
    logs = np.array([each.log_value if values is None else values[each.key] for each in chosen])
    return Likelihood(tuple(chosen), logs - powers @ moments[:, 0], noise)


def factor_draws(
    chosen: Likelihood, latent: np.ndarray, covariance: np.ndarray, seed: int = 7
) -> dict[str, np.ndarray]:
    """Scope factors given the figures: one draw for each parameter set, for forecasts in the scope of a publisher.

    Parameters
    ----------
    chosen : Likelihood
        Of the figures that may be used; floors say nothing here.
    latent, covariance : ndarray
        As of :meth:`Likelihood.log_density`, shapes (sets, m) and (m, m).
    seed : int
        Seed of the draws.

    Returns
    -------
    dict of str to ndarray
        Values by registry id, shape (sets,), within the registry's bounds.
    """
    names, powers, moments = loadings(chosen.figures)
    points = np.flatnonzero(~chosen.floors)
    prior = moments[:, 1] ** 2
    whole = (chosen.noise + covariance)[np.ix_(points, points)]
    gain = np.linalg.solve(whole, powers[points] * prior).T
    gap = (chosen.target - np.asarray(latent, dtype=float))[:, points]
    spread = np.diag(prior) - gain @ (powers[points] * prior)
    noise = np.random.default_rng(seed).multivariate_normal(np.zeros(len(names)), spread, len(gap), method="eigh")
    logs = moments[:, 0] + gap @ gain.T + noise
    bounds = [(registry()[name].low, registry()[name].high) for name in names]
    return {name: np.clip(np.exp(logs[:, k]), *bounds[k]) for k, name in enumerate(names)}
