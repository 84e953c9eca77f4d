"""Curves of growth that saturate: logistic, Gompertz and Bass, fitted to logarithms by penalised least squares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from simulation.analysis.hindcast.information import DRAWS, Known, years
from simulation.analysis.hindcast.rivals.base import Fitted, NotEstimable, Predictive, residual_sd, too_few

START = 2010.0  # from which times are counted: before the first figure, and about when the industry began
LEAST = 3  # as many figures as parameters; the weak priors and that of the residuals do the rest
# A stock that spreads; yearly revenue stands for its adopters. Funding comes and goes in waves, and few talent counts
# are there at all.
SPREADS = ("core_revenue", "core_firms", "related_revenue")


@dataclass(frozen=True)
class Curve:
    """A curve in logarithms with three parameters.

    Parameters
    ----------
    name : str
        Model.
    value : callable
        Parameters, shape (3, ...), and years since ``START`` to logarithms above the last known figure.
    centre, spread : tuple of float
        Means and standard deviations of weak normal priors of the parameters.
    """

    name: str
    value: Callable[[Any, Any], Any]
    centre: tuple[float, ...]
    spread: tuple[float, ...]


def _logistic(p: Any, t: Any) -> Any:
    return p[0] - np.logaddexp(0.0, -np.exp(p[1]) * (t - p[2]))


def _gompertz(p: Any, t: Any) -> Any:
    return p[0] - np.exp(np.clip(-np.exp(p[1]) * (t - p[2]), -50.0, 50.0))


def _bass(p: Any, t: Any) -> Any:
    innovation, imitation = np.exp(p[1]), np.exp(p[2])
    fallen = np.exp(-(innovation + imitation) * np.maximum(t, 1e-6))
    return p[0] + np.log1p(-fallen) - np.log1p(imitation / innovation * fallen)


# Saturation five times the last figure, give or take a factor of ten; rates about those of diffusion studies (Bass
# 1969, Sultan, Farley and Lehmann 1990: p 0.03, q 0.38), wide enough for any figures to outweigh them.
LOGISTIC = Curve("logistic", _logistic, (np.log(5.0), np.log(0.4), 12.0), (1.5, 0.8, 6.0))
GOMPERTZ = Curve("gompertz", _gompertz, (np.log(5.0), np.log(0.2), 10.0), (1.5, 0.8, 6.0))
BASS = Curve("bass", _bass, (np.log(5.0), np.log(0.02), np.log(0.38)), (1.5, 1.0, 0.6))


def logistic(known: Known) -> Fitted:
    """Logistic curve; needs three figures at different dates."""
    return _fitted(LOGISTIC, known)


def gompertz(known: Known) -> Fitted:
    """Gompertz curve; needs three figures at different dates."""
    return _fitted(GOMPERTZ, known)


def bass(known: Known) -> Fitted:
    """Bass curve of cumulative adoption since 2010; needs three figures, and a series that spreads."""
    if known.series not in SPREADS:
        return NotEstimable(f"{known.series} is no stock that spreads")
    return _fitted(BASS, known)


def estimate(curve: Curve, known: Known) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Parameters, their covariance, residual deviation and its degrees of freedom, by penalised least squares.

    The first parameter is the log of the saturation above the last figure.
    """
    from scipy.optimize import least_squares

    t, y = known.times - START, known.logs - known.logs[-1]
    centre, spread = np.array(curve.centre), np.array(curve.spread)
    place = centre.copy()
    sd, freedom, found = float("nan"), float("nan"), None
    weights = np.full(len(t), np.median(known.sigma))
    for _ in range(2):  # once with the publishers' noise, once with the residual deviation found

        def gaps(p: np.ndarray, scale: np.ndarray = weights) -> np.ndarray:
            return np.concatenate([(y - curve.value(p, t)) / scale, (p - centre) / spread])

        tried = [least_squares(gaps, start, method="lm") for start in (place, centre + spread, centre - spread)]
        found = min(tried, key=lambda each: float(each.cost))
        place = found.x
        sd, freedom = residual_sd(float(np.square(y - curve.value(place, t)).sum()), len(t) - len(centre))
        weights = np.full(len(t), sd)
    assert found is not None
    return place, np.linalg.inv(found.jac.T @ found.jac), sd, freedom


def _fitted(curve: Curve, known: Known) -> Fitted:
    missing = too_few(known, LEAST)
    if missing is not None:
        return missing
    place, covariance, sd, freedom = estimate(curve, known)
    generator = known.generator(curve.name)
    inflation = np.sqrt(freedom / generator.chisquare(freedom, DRAWS))
    drawn = place[:, None] + np.linalg.cholesky(covariance) @ generator.normal(size=(len(place), DRAWS))
    residual = sd * inflation * generator.normal(size=DRAWS)

    def draw(day: date) -> np.ndarray:
        return np.asarray(known.logs[-1] + curve.value(drawn, years(day) - START) + residual)

    return Predictive(draw)
