"""How simple twins of the economy are estimated: many draws from priors, weighted by the figures of the vintage.

A twin says what the latent series of the model do, each up to a constant where no prior knows its level. The figures
are those that the model's own calibration sees, through the same operators and likelihood; constants have flat priors
and are integrated out. Nothing is iterated, so that a twin is a function of the vintage and of nothing else.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any, Protocol

import numpy as np

from simulation.analysis.hindcast.information import DRAWS, Known, vintage, years
from simulation.analysis.hindcast.rivals.base import NOISE, PRIOR_SD, Fitted, NotEstimable, Predictive
from simulation.calibration.likelihood import FREE, Figure, factor_draws, factor_moments, figure, likelihood
from simulation.inputs.evidence import CalibrationRow, observations
from simulation.inputs.forecasts import UNITS
from simulation.inputs.priors import parse_prior
from simulation.inputs.registry import registry

FIRST, LAST, STEP = 2016, 2031, 0.25  # start of the first and end of the last year; quarters
SETS = 2**14
LEAST_EFFECTIVE = 8.0  # equally weighted draws that the weights must be worth
YEARLY = ("core_revenue", "equity_funding_broad")  # figures are sums of a year
TALENT = ("talent_by_tier.researcher", "talent_by_tier.top")


class Twin(Hashable, Protocol):
    """A twin: its priors and the logarithms of the latent series that follow from draws of its parameters."""

    name: str
    priors: Mapping[str, str]
    free: tuple[str, ...]

    def paths(self, values: Mapping[str, np.ndarray], times: np.ndarray) -> dict[str, np.ndarray]:
        """Logarithms by latent series, shape (draws, quarters), at quarter ends ``times`` in years from the start."""
        ...


def times() -> np.ndarray:
    """Quarter ends in years from the start of 2016, shape (quarters,)."""
    return np.arange(1, round((LAST - FIRST) / STEP) + 1) * STEP


def value_added(growth: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Logarithm of nominal value added in bn CNY a year, shape (draws, quarters): 2016's figure, growing steadily."""
    start = next(row.value for row in observations("gdp_nominal") if row.period == "2016")
    assert start is not None
    return np.asarray(np.log(start) + growth[:, None] * (over - 0.5))


@lru_cache(maxsize=4)
def _drawn(twin: Twin) -> dict[str, np.ndarray]:
    """Paths of prior draws; no vintage enters."""
    from scipy.stats import qmc

    cube = qmc.Sobol(len(twin.priors), rng=np.random.default_rng(11)).random(SETS)
    cube = np.clip(cube, 1e-6, 1.0 - 1e-6)
    values = {name: _quantile(name, text, cube[:, k]) for k, (name, text) in enumerate(twin.priors.items())}
    return twin.paths(values, times())


def _quantile(name: str, text: str, share: np.ndarray) -> np.ndarray:
    return np.asarray(registry()[name].quantile(share) if text == "registry" else parse_prior(text).quantile(share))


def _seen(paths: Mapping[str, np.ndarray], latent: str, day: date) -> np.ndarray:
    """Logarithm of a latent series as a figure sees it: mean of its year, or the stock of the day; shape (draws,)."""
    path = paths[latent]
    if latent in YEARLY:
        end = round((day.year + 1 - FIRST) / STEP)
        return np.asarray(np.log(np.exp(path[:, end - 4 : end]).mean(axis=1)))
    place = (years(day) - FIRST) / STEP - 1.0
    low = int(np.clip(np.floor(place), 0, path.shape[1] - 2))
    share = float(np.clip(place - low, 0.0, 1.0))
    return np.asarray((1.0 - share) * path[:, low] + share * path[:, low + 1])


@dataclass(frozen=True)
class Estimated:
    """Equally weighted draws of a twin given a vintage.

    Parameters
    ----------
    paths : dict of str to ndarray, shape (draws, quarters)
        Logarithms of the latent series, constants included.
    factors : dict of str to ndarray, shape (draws,)
        Scope factors by registry id, those of the vintage's figures.
    figures : tuple of Figure
        What it was estimated on.
    effective : float
        Number of equally weighted draws that the weights were worth.
    """

    paths: Mapping[str, np.ndarray]
    factors: Mapping[str, np.ndarray]
    figures: tuple[Figure, ...]
    effective: float


def estimate(twin: Twin, chosen: Sequence[Figure]) -> Estimated | NotEstimable:
    """Weigh the prior draws of a twin by figures, draw its constants and the scope factors."""
    paths = _drawn(twin)
    dated = {each.latent for each in chosen if not each.floor}
    # A floor says nothing of a series whose level no other figure tells.
    known = tuple(
        each for each in chosen if each.latent in paths and (each.latent in dated or each.latent not in twin.free)
    )
    seen = likelihood(known)
    latent = np.stack([_seen(paths, each.latent, each.day) for each in known], axis=1) if known else np.zeros((SETS, 0))
    residual = PRIOR_SD**2 * np.eye(len(known))
    points = ~seen.floors
    there = [name for name in twin.free if name in dated]
    design = np.array([[float(each.latent == name) for name in there] for each in known])
    design = design.reshape(len(known), len(there))
    constants, spread, weight = _constants(seen.target - latent, seen.noise + residual, design, points)
    whole = latent + constants @ design.T
    for place in np.flatnonzero(seen.floors):
        below = np.maximum(seen.target[place] - whole[:, place], 0.0)
        weight -= 0.5 * np.square(below) / (seen.noise + residual)[place, place]
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    effective = 1.0 / float(np.square(weight).sum())
    if effective < LEAST_EFFECTIVE:
        return NotEstimable(f"the priors hardly reach the figures ({effective:.1f} effective draws)")
    picked = np.minimum(np.searchsorted(np.cumsum(weight), (np.arange(DRAWS) + 0.5) / DRAWS), SETS - 1)
    scatter = np.random.default_rng(12).normal(size=(DRAWS, spread.shape[0]))
    drawn = constants[picked] + scatter @ np.linalg.cholesky(spread).T
    factors = (
        factor_draws(seen, latent[picked] + drawn @ design.T, residual) if any(each.factors for each in known) else {}
    )
    kept = {name: path[picked] for name, path in paths.items() if name in there or name not in twin.free}
    kept = {name: path + (drawn[:, [there.index(name)]] if name in there else 0.0) for name, path in kept.items()}
    return Estimated(kept, factors, known, effective)


def _constants(
    gap: np.ndarray, covariance: np.ndarray, design: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Best constants of each draw, shape (draws, constants), their covariance, and log-densities, shape (draws,)."""
    gap, design = gap[:, points], design[points]
    if not gap.shape[1]:
        return np.zeros((len(gap), 0)), np.zeros((0, 0)), np.zeros(len(gap))
    inverse = np.linalg.inv(covariance[np.ix_(points, points)])
    spread = np.linalg.inv(design.T @ inverse @ design)
    constants = gap @ (inverse @ design @ spread)
    left = gap - constants @ design.T
    return constants, spread, -0.5 * np.einsum("ij,jk,ik->i", left, inverse, left)


def fit(twin: Twin, rows: Sequence[CalibrationRow], origin: int, information: str) -> Estimated | NotEstimable:
    """Twin estimated on the figures of an information set."""
    return estimate(twin, vintage(origin, information).figures(rows))


def seen_as(made: Estimated | NotEstimable, known: Known, model: str) -> Fitted:
    """Forecasts of a series in a scope by an estimated twin."""
    if isinstance(made, NotEstimable):
        return made
    row = CalibrationRow(known.series, date(known.origin + 1, 12, 31), 1.0, None, None, 1.0, UNITS[known.series],
                         known.scope, "", "", "", "", "", "")  # fmt: skip
    target = figure(row)
    if target is None or target.latent not in made.paths:
        return NotEstimable(f"the twin has no level of {known.series}")
    names = {name for each in made.figures for name, _ in each.factors if not each.floor}
    for name, _ in target.factors:
        if name not in names and factor_moments(name)[1] == FREE:
            return NotEstimable(f"no figure in scope {known.scope}, whose level is unknown")
    return Predictive(partial(_draw, made, row, int(known.generator(model).integers(2**32))))


def _draw(made: Estimated, row: CalibrationRow, seed: int, day: date) -> np.ndarray:
    seen: Any = figure(replace(row, day=day))
    if seen is None or day.year >= LAST:
        return np.array([np.nan])
    generator = np.random.default_rng(seed)
    logs = _seen(made.paths, seen.latent, day) - seen.log_value
    logs = logs + np.hypot(PRIOR_SD, NOISE) * generator.normal(size=DRAWS)
    for name, power in seen.factors:
        share = np.random.default_rng([seed, 1]).random(DRAWS)
        factor = made.factors.get(name, registry()[name].quantile(share))
        logs = logs + power * np.log(factor)
    return np.asarray(logs)
