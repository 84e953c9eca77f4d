"""Emulator: from parameters to the logarithms of the latent series at dates, with honest errors.

Candidates are ridge regressions on polynomials and a small neural network of scikit-learn; for each series the one with
the smallest error on points it has not seen is taken.  That error, as a covariance between series, holds what a single
run adds to the expectation: chance (seeds) and the emulator's own error.  Repeated points tell the two apart.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.calibration.design import Design, to_values
from simulation.calibration.latent import logarithms
from simulation.errors import MissingExtra, UsageError
from simulation.experiments.factors import MULTIPLY, Factor

HELD_OUT = 5  # every fifth point is held out
PENALTIES = (1e-2, 1.0, 10.0, 100.0, 1e3, 1e4)  # of the ridge, chosen for each series by cross-validation
LEAST_RUNS = 20
RUNS_FOR_NETWORK = 2000


def _library() -> Any:
    try:
        import sklearn
    except ImportError as error:
        raise MissingExtra("calibration needs scikit-learn: install aiplan[calibrate]") from error
    return sklearn


def _ridge(degree: int) -> Any:
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    powers = PolynomialFeatures(degree, include_bias=False)
    return make_pipeline(StandardScaler(), powers, StandardScaler(), RidgeCV(PENALTIES, alpha_per_target=True))


def _network() -> Any:
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    layers = {
        "hidden_layer_sizes": (96, 96),
        "alpha": 1e-3,
        "max_iter": 300,
        "batch_size": 128,
        "n_iter_no_change": 25,
        "tol": 1e-5,
    }
    return make_pipeline(StandardScaler(), MLPRegressor(**layers, early_stopping=True, random_state=1))


CANDIDATES: dict[str, Callable[[], Any]] = {
    "linear": lambda: _ridge(1),
    "quadratic": lambda: _ridge(2),
    "network": _network,
}


@dataclass(frozen=True)
class Emulator:
    """A fitted emulator of ``m`` series over ``d`` parameters.

    Parameters
    ----------
    models : dict of str to object
        Fitted scikit-learn pipelines by candidate, on standardised series.
    chosen : tuple of str
        Candidate that was chosen for each series.
    centre, spread : ndarray, shape (m,)
        Mean and standard deviation of each series over the design.
    covariance : ndarray, shape (m, m)
        Of a held-out run around the emulator: chance and emulator error together.
    chance : ndarray, shape (m, m)
        Of runs at one point: chance alone; NaN without repeated points.
    errors : dict of str to ndarray, shape (m,)
        Root mean square error on held-out runs by candidate, in standard deviations of the series.
    predicted, observed : ndarray, shape (held-out runs, m)
        Emulated and simulated values of the held-out runs.
    """

    models: dict[str, Any]
    chosen: tuple[str, ...]
    centre: np.ndarray
    spread: np.ndarray
    covariance: np.ndarray
    chance: np.ndarray
    errors: dict[str, np.ndarray]
    predicted: np.ndarray
    observed: np.ndarray

    def mean(self, x: np.ndarray, block: int = 8192) -> np.ndarray:
        """Expected logarithms at features, shape (points, m), float32, in blocks of rows."""
        found = np.empty((len(x), len(self.chosen)), dtype=np.float32)
        for kind, model in self.models.items():
            mine = np.array([kind == other for other in self.chosen])
            for start in range(0, len(x), block) if mine.any() else ():
                part = model.predict(x[start : start + block]).reshape(-1, len(mine))
                found[start : start + block, mine] = (part * self.spread + self.centre)[:, mine]
        return found

    def diagnostics(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """One row per series: share of variance explained, errors, and coverage of 90 % intervals, on held-out runs."""
        gap = self.observed - self.predicted
        total, seeds = np.sqrt(np.diag(self.covariance)), np.sqrt(np.diag(self.chance))
        own = np.sqrt(np.maximum(total**2 - seeds**2, 0.0))
        whole = np.maximum(self.observed.var(axis=0), 1e-12)
        return [
            {
                "series": name, "candidate": self.chosen[k], "spread": np.sqrt(whole[k]),
                "explained": 1.0 - gap[:, k].var() / whole[k], "bias": gap[:, k].mean(), "error": total[k],
                "chance": seeds[k], "emulator": own[k],
                "coverage_90": float(np.mean(np.abs(gap[:, k]) <= 1.645 * total[k])),
            }
            for k, name in enumerate(names)
        ]  # fmt: skip


@dataclass(frozen=True)
class Emulated:
    """An emulator, the parameters it reads and the columns it emulates."""

    sampled: tuple[Factor, ...]
    columns: tuple[str, ...]
    emulator: Emulator

    def mean(self, cube: np.ndarray) -> np.ndarray:
        """Expected logarithms at points of the unit cube of the priors, shape (points, columns), float32."""
        return self.emulator.mean(features(cube, self.sampled))


def emulate(
    design: Design, sampled: Sequence[Factor], columns: Sequence[str], kinds: Sequence[str] | None = None
) -> Emulated:
    """Emulator of the logarithms of some stored columns of a design; errors as of :func:`fit`."""
    logs = logarithms(design.values[:, [design.columns.index(column) for column in columns]])
    return Emulated(tuple(sampled), tuple(columns), fit(features(design.cube, sampled), design.point, logs, kinds))


def features(cube: np.ndarray, sampled: Sequence[Factor]) -> np.ndarray:
    """Parameters as the emulator reads them, shape (points, parameters): logarithms of those that are always positive.

    The series are products of such parameters as often as not, so that their logarithms are nearly straight in these.
    """
    values = to_values(np.asarray(cube, dtype=float), sampled)
    for place, factor in enumerate(sampled):
        positive = factor.parameter is not None and factor.parameter.low > 0
        if positive or factor.action == MULTIPLY:
            values[:, place] = np.log(values[:, place])
    return values


def held_out(point: np.ndarray) -> np.ndarray:
    """Which runs are held out: those of every fifth point, with all their repetitions; shape of ``point``."""
    return np.asarray(point) % HELD_OUT == HELD_OUT - 1


def fit(x: np.ndarray, point: np.ndarray, logs: np.ndarray, kinds: Sequence[str] | None = None) -> Emulator:
    """Fit every candidate on four fifths of the points, judge on the rest, and keep the best for each series.

    The chosen ones are not fitted again on all points: the error on held-out points stays that of the thing used, and
    held-out points can serve as synthetic truths.

    Parameters
    ----------
    x : ndarray, shape (runs, d)
        Features of each run.
    point : ndarray of int, shape (runs,)
        Number of the point of each run.
    logs : ndarray, shape (runs, m)
        Logarithms of the series.
    kinds : sequence of str, optional
        Candidates; by default all that the number of runs supports.

    Raises
    ------
    MissingExtra
        Without scikit-learn.
    UsageError
        With too few runs to hold any out.
    """
    _library()
    apart = held_out(point)
    if (~apart).sum() < LEAST_RUNS or not apart.any():
        raise UsageError(f"{len(logs)} runs are too few for an emulator; at least {2 * LEAST_RUNS} are needed")
    centre, spread = logs.mean(axis=0), np.maximum(logs.std(axis=0), 1e-9)
    y = (logs - centre) / spread
    tried = kinds or [kind for kind in CANDIDATES if kind != "network" or len(logs) >= RUNS_FOR_NETWORK]
    models, told, errors = {}, {}, {}
    for kind in tried:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # early stopping is meant
            models[kind] = CANDIDATES[kind]().fit(x[~apart], y[~apart])
        told[kind] = models[kind].predict(x[apart]).reshape(-1, y.shape[1])
        errors[kind] = np.sqrt(np.square(y[apart] - told[kind]).mean(axis=0))
    chosen = tuple(min(errors, key=lambda kind: errors[kind][k]) for k in range(y.shape[1]))
    predicted = np.column_stack([told[kind][:, k] for k, kind in enumerate(chosen)]) * spread + centre
    gap = logs[apart] - predicted
    covariance = gap.T @ gap / len(gap)
    chance = _chance(point, logs)
    return Emulator(models, chosen, centre, spread, covariance, chance, errors, predicted, logs[apart])


def _chance(point: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Covariance within repeated points, shape (m, m); NaN without any."""
    total, freedom = np.zeros((logs.shape[1], logs.shape[1])), 0
    numbers, counts = np.unique(point, return_counts=True)
    for number in numbers[counts > 1]:
        inside = logs[point == number]
        inside = inside - inside.mean(axis=0)
        total, freedom = total + inside.T @ inside, freedom + len(inside) - 1
    return total / freedom if freedom else np.full_like(total, np.nan)
