"""Posterior by re-weighting one bank of parameter sets, and the file it ships as.

The bank is a low-discrepancy sample of fitted and uncalibrated parameters together.  It is arranged in groups that
share one draw of the uncalibrated parameters from their priors.  Within each group the fitted parameters are weighted
by the likelihood; each group counts the same, so that uncalibrated parameters keep their priors exactly while every set
fits the data as well as its group can (a cut posterior).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulation.calibration.design import to_values
from simulation.calibration.emulator import Emulated
from simulation.calibration.likelihood import Figure, Likelihood, latent_logs
from simulation.experiments.factors import Factor
from simulation.results.provenance import posterior_digest
from simulation.results.text import csv_text, write_whole

# With few effective sets in a group the posterior comes out too wide: a group is made large before there are many.
GROUPS, SETS_A_GROUP = 128, 16384
POSTERIOR_SETS = 256
DIGITS = 6  # significant digits of a value in the file


@dataclass(frozen=True)
class Bank:
    """Parameter sets and what the emulator expects of each.

    Parameters
    ----------
    names : tuple of str
        Ids of all sampled parameters, in the order of the design.
    fitted : tuple of str
        Those that are weighted.
    cube : ndarray, shape (groups, sets, parameters), float32
        Points in the unit cube of the priors.
    columns : tuple of str
        Emulated columns that are kept.
    latent : ndarray, shape (groups, sets, columns), float32
        Their expected logarithms.
    residuals : ndarray, shape (held-out runs, columns)
        What the emulator misses of runs it has not seen.
    """

    names: tuple[str, ...]
    fitted: tuple[str, ...]
    cube: np.ndarray
    columns: tuple[str, ...]
    latent: np.ndarray
    residuals: np.ndarray

    def covariance(self, wanted: Sequence[Figure]) -> np.ndarray:
        """Covariance of one run around the emulator at the figures' dates, shape (figures, figures)."""
        gap = latent_logs(self.residuals, self.columns, wanted)
        return gap.T @ gap / len(gap)


def make_bank(
    names: Sequence[str],
    fitted: Sequence[str],
    emulated: Emulated,
    columns: Sequence[str],
    groups: int = GROUPS,
    sets: int = SETS_A_GROUP,
) -> Bank:
    """Bank of ``groups`` draws of the uncalibrated parameters with ``sets`` draws of the fitted ones each.

    Both are scrambled Sobol sequences with fixed seeds (powers of two): the bank is the same every time. Of the
    emulated columns those named are kept.
    """
    from scipy.stats import qmc

    inside = np.array([name in fitted for name in names])
    cube = np.empty((groups, sets, len(names)), dtype=np.float32)
    if not inside.all():
        outer = qmc.Sobol(int((~inside).sum()), rng=np.random.default_rng(2)).random(groups)
        cube[:, :, ~inside] = outer[:, None, :]
    # Consecutive points fill the cube evenly, and so does each group. Within a group they are shuffled: equal steps
    # through the sequence, as systematic resampling takes them, would meet one corner of the cube alone.
    inner = qmc.Sobol(int(inside.sum()), rng=np.random.default_rng(3)).random(groups * sets)
    order = np.argsort(np.random.default_rng(9).random((groups, sets)), axis=1)
    cube[:, :, inside] = np.take_along_axis(inner.reshape(groups, sets, -1), order[:, :, None], axis=1)
    cube = np.clip(cube, 1e-6, 1.0 - 1e-6)
    places = [emulated.columns.index(column) for column in columns]
    latent = np.stack([emulated.mean(group)[:, places] for group in cube])
    residuals = (emulated.emulator.observed - emulated.emulator.predicted)[:, places]
    return Bank(tuple(names), tuple(fitted), cube, tuple(columns), latent, residuals)


def weights(bank: Bank, chosen: Likelihood) -> np.ndarray:
    """Weight of every set of the bank, shape (groups, sets), adding up to 1.

    Parameters
    ----------
    bank : Bank
    chosen : Likelihood
        Of the figures that may be used.
    """
    groups, sets, _ = bank.cube.shape
    if not chosen.figures:
        return np.full((groups, sets), 1.0 / (groups * sets))
    covariance = bank.covariance(chosen.figures)
    logs = np.stack(
        [chosen.log_density(latent_logs(group, bank.columns, chosen.figures), covariance) for group in bank.latent]
    )
    found = np.exp(logs - logs.max(axis=1, keepdims=True))
    return found / (found.sum(axis=1, keepdims=True) * groups)


def effective_size(weight: np.ndarray) -> dict[str, float]:
    """Effective number of sets: in all, and the median and smallest within a group."""
    inside = np.square(weight.sum(axis=1)) / np.maximum(np.square(weight).sum(axis=1), 1e-300)
    whole = weight.sum() ** 2 / np.square(weight).sum()
    return {"sets": float(whole), "median_in_group": float(np.median(inside)), "least_in_group": float(inside.min())}


def resample(weight: np.ndarray, count: int) -> np.ndarray:
    """Positions of ``count`` equal-weight sets in the flattened bank, by systematic resampling; shape (count,).

    Groups of equal weight give as many sets each.
    """
    steps = (np.arange(count) + 0.5) / count
    return np.minimum(np.searchsorted(np.cumsum(weight.ravel()), steps), weight.size - 1)


def quantiles(bank: Bank, weight: np.ndarray, name: str, at: Sequence[float]) -> np.ndarray:
    """Weighted quantiles of one parameter in the unit cube of its prior, shape of ``at``."""
    values = bank.cube[:, :, bank.names.index(name)].ravel()
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weight.ravel()[order])
    return values[order][np.minimum(np.searchsorted(cumulative, np.asarray(at) * cumulative[-1]), len(values) - 1)]


def values_of(bank: Bank, chosen: np.ndarray, sampled: Sequence[Factor]) -> np.ndarray:
    """Values of the chosen sets in the registry's units, shape (sets, parameters)."""
    return to_values(bank.cube.reshape(-1, len(bank.names))[chosen].astype(float), sampled)


def write_posterior(path: Path, names: Sequence[str], values: np.ndarray) -> None:
    """Write equal-weight sets by the contract of ``inputs/tables/posterior``: weight, digest, one column per id."""
    made_for = posterior_digest()
    share = float(f"{1.0 / len(values):.{DIGITS}g}")
    rows = [
        {"weight": share, "digest": made_for, **{n: float(f"{v:.{DIGITS}g}") for n, v in zip(names, row, strict=True)}}
        for row in values
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, csv_text(rows))
