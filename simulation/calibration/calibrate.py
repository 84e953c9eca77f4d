"""All of it in order: design, emulator, identifiability, posterior of every vintage, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from simulation.calibration import identifiability, parameters
from simulation.calibration.design import ORIGINS, Design
from simulation.calibration.emulator import Emulated, emulate
from simulation.calibration.latent import parts_of
from simulation.calibration.likelihood import Figure, figure, figures, latent_logs, likelihood
from simulation.calibration.posterior import (
    GROUPS,
    POSTERIOR_SETS,
    SETS_A_GROUP,
    Bank,
    effective_size,
    make_bank,
    quantiles,
    resample,
    values_of,
    weights,
    write_posterior,
)
from simulation.experiments.factors import Factor
from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.inputs.quarters import PLAN_START

FINAL = "final"
GROUPS_TO_SETTLE = 32
DRAWS = 4096  # of the posterior predictive intervals
REAL_TIME, PSEUDO = "real_time", "pseudo_real_time"


@dataclass(frozen=True)
class Vintage:
    """An information set.

    Parameters
    ----------
    name : str
        ``final``, ``2019-real_time`` or ``2019-pseudo_real_time``.
    origin : date or None
        Day on which it ends; ``None`` for everything that may be fitted.
    published : bool
        Whether figures count from their publication or from the date they are for.
    """

    name: str
    origin: date | None = None
    published: bool = True

    def figures(self, rows: Iterable[CalibrationRow] | None = None) -> tuple[Figure, ...]:
        """Figures it holds."""
        return figures(rows, self.origin, self.published)


def vintages() -> tuple[Vintage, ...]:
    """The final one and, for the end of each origin year, real time and pseudo-real-time."""
    dated = [
        Vintage(f"{year}-{kind}", date(year, 12, 31), kind == REAL_TIME)
        for year in ORIGINS
        for kind in (REAL_TIME, PSEUDO)
    ]
    return (*dated, Vintage(FINAL))


@dataclass(frozen=True)
class Calibration:
    """What every posterior is made of: nothing below simulates.

    Parameters
    ----------
    design : Design
    emulated : Emulated
        Emulator of the years of the fit.
    bank : Bank
        Parameter sets to be weighted.
    sampled : tuple of Factor
        Their parameters, in the order of the bank.
    """

    design: Design
    emulated: Emulated
    bank: Bank
    sampled: tuple[Factor, ...]

    def weights(self, vintage: Vintage, rows: Iterable[CalibrationRow] | None = None) -> np.ndarray:
        """Weights of the bank under a vintage, shape (groups, sets)."""
        return weights(self.bank, likelihood(vintage.figures(rows)))

    def sets(self, vintage: Vintage, rows: Iterable[CalibrationRow] | None = None) -> np.ndarray:
        """Equal-weight sets of a vintage, as many from each group, in registry units, shape (sets, parameters)."""
        weight = self.weights(vintage, rows)
        return values_of(self.bank, resample(weight, max(POSTERIOR_SETS, len(weight))), self.sampled)


def needed_columns(rows: Sequence[CalibrationRow] | None = None) -> tuple[str, ...]:
    """Columns that the figures of the evidence, held out ones too, are made of."""
    found = [figure(row) for row in (calibration_rows() if rows is None else rows)]
    parts = [part for each in found if each is not None for part, _ in parts_of(each.latent, each.day)]
    return tuple(dict.fromkeys(parts))


def prepare(
    design: Design,
    sampled: Sequence[Factor],
    fitted: Sequence[str] | None = None,
    *,
    truths: int = identifiability.TRUTHS,
    groups: int = GROUPS,
    sets: int = SETS_A_GROUP,
    emulated: Emulated | None = None,
) -> tuple[Calibration, list[dict[str, Any]], list[dict[str, Any]]]:
    """Emulator, bank and identifiability of a simulated design.

    Parameters
    ----------
    design : Design
        Conditional on realised outside drivers.
    sampled : sequence of Factor
        Its parameters.
    fitted : sequence of str, optional
        Candidates; those of the table by default.
    truths, groups, sets : int
        Synthetic truths; size of the bank, powers of two.
    emulated : Emulated, optional
        One that exists already.

    Returns
    -------
    calibration : Calibration
        With the parameters that are identified.
    recovery, rounds : list of dict
        As of :func:`simulation.calibration.identifiability.settled`.
    """
    emulated = emulated or emulate(design, sampled, design.columns)
    # Which parameters stay is found with fewer groups, each as large: many banks are made and the widths hardly differ.
    make = partial(_bank, design, emulated, min(groups, GROUPS_TO_SETTLE), sets)
    wanted, candidates = figures(), list(fitted or parameters.names(parameters.FITTED))
    tried = list(identifiability.truths(design, wanted, truths))
    units = {factor.name: factor_quantile(factor) for factor in sampled}
    small, recovery, rounds = identifiability.settled(make, candidates, tried, wanted, units)
    bank = small if len(small.cube) == groups else _bank(design, emulated, groups, sets, small.fitted)
    return Calibration(design, emulated, bank, tuple(sampled)), recovery, rounds


def _bank(design: Design, emulated: Emulated, groups: int, sets: int, fitted: Sequence[str]) -> Bank:
    return make_bank(design.names, fitted, emulated, needed_columns(), groups, sets)


def factor_quantile(factor: Factor) -> Any:
    """Quantile function of a factor's distribution, truncated to the registry's bounds."""
    assert factor.prior is not None and factor.parameter is not None
    return partial(factor.prior.quantile, low=factor.parameter.low, high=factor.parameter.high)


def parameter_table(made: Calibration, vintage: Vintage) -> list[dict[str, Any]]:
    """Prior and posterior 90 % interval of every sampled parameter, and the mass at and below zero, where possible."""
    weight = made.weights(vintage)
    rows = []
    for factor in made.sampled:
        name, quantile = factor.name, factor_quantile(factor)
        ends = ("low", "median", "high")
        before = quantile(np.array(identifiability.LEVELS))
        after = quantile(quantiles(made.bank, weight, name, identifiability.LEVELS))
        values = quantile(made.bank.cube[:, :, made.bank.names.index(name)].astype(float))
        rows.append(
            {
                "vintage": vintage.name, "parameter": name, "fitted": name in made.bank.fitted,
                **{f"prior_{text}": float(value) for text, value in zip(ends, before, strict=True)},
                **{text: float(value) for text, value in zip(ends, after, strict=True)},
                "width": float((after[2] - after[0]) / (before[2] - before[0])),
                "prior_not_positive": float(np.mean(values <= 0.0)),
                "not_positive": float(weight[values <= 0.0].sum()),
            }
        )  # fmt: skip
    return rows


def fit_table(made: Calibration, vintage: Vintage) -> list[dict[str, Any]]:
    """Every figure of the evidence against the posterior predictive interval of what its publisher would have printed.

    Figures of the information set are ``fitted``; the others, held out ones among them, are shown and not used.  Of a
    scope that counts by its growth alone, the ratio to the first figure of the plan's years is shown.
    """
    picked = resample(made.weights(vintage), DRAWS)
    latent = made.bank.latent.reshape(-1, len(made.bank.columns))[picked]
    known = {each.key for each in vintage.figures()}
    everything = [(row.role, each) for row in calibration_rows() if (each := figure(row)) is not None]
    growth = [each for _, each in everything if each.growth_only and each.day.year >= int(PLAN_START[:4])]
    rows = []
    for role, each in everything:
        if each in growth[:1]:
            continue
        compared = (each, growth[0]) if each.growth_only else (each,)
        value, drawn = _predicted(made.bank, latent, compared)
        low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
        rows.append(
            {
                "vintage": vintage.name, "figure": each.key, "role": role, "fitted": each.key in known,
                "floor": each.floor, "ratio": each.growth_only, "value": value, "low": float(low),
                "median": float(middle), "high": float(high),
                "inside_90": bool(value <= high if each.floor else low <= value <= high),
            }
        )  # fmt: skip
    return rows


def _predicted(bank: Bank, latent: np.ndarray, compared: Sequence[Figure]) -> tuple[float, np.ndarray]:
    """A figure, or its ratio to another, and what the posterior expects its publisher to print, over sets."""
    one = likelihood(compared)
    contrast = np.array([1.0, -1.0][: len(compared)])
    error = float(np.sqrt(contrast @ (one.noise + bank.covariance(compared)) @ contrast))
    logs = np.array([each.log_value for each in compared])
    mean = (latent_logs(latent, bank.columns, compared) + logs - one.target) @ contrast
    noise = np.random.default_rng(5).normal(0.0, error, len(mean))
    return float(np.exp(logs @ contrast)), np.exp(mean + noise)


def size_row(made: Calibration, vintage: Vintage) -> dict[str, Any]:
    """Numbers of fitted parameters and rows, and the effective size of the weighted bank, of a vintage."""
    used = vintage.figures()
    return {
        "vintage": vintage.name, "fitted_parameters": len(made.bank.fitted), "fitted_rows": len(used),
        "floors": sum(each.floor for each in used), **effective_size(made.weights(vintage)),
    }  # fmt: skip


def write_vintage(made: Calibration, vintage: Vintage, folder: Path) -> Path:
    """Write the posterior of a vintage by the contract; the file."""
    path = folder / f"{vintage.name}.csv"
    write_posterior(path, [factor.name for factor in made.sampled], made.sets(vintage))
    return path
