"""Identifiability: held-out runs of the design stand for the truth, and the posterior must find their parameters.

A truth is one simulated history with its own chance. Published figures are made of it through the operators: scope
factors drawn from their priors, noise of the table's log-sigma, floors below the value. Nothing is simulated anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.calibration.design import Design
from simulation.calibration.emulator import held_out
from simulation.calibration.latent import logarithms
from simulation.calibration.likelihood import Figure, factor_moments, latent_logs, likelihood
from simulation.calibration.posterior import Bank, quantiles, weights

TRUTHS = 40
WIDEST = 0.7  # a parameter whose posterior stays wider than this share of its prior leaves the set
LEVELS = (0.05, 0.5, 0.95)
COVERAGE = (0.85, 0.95)  # in which share of cases 90 % intervals must hold the truth
# Quantile functions of the priors by id: from the unit cube to the parameter's unit.
Quantiles = dict[str, Callable[[np.ndarray], np.ndarray]]


@dataclass(frozen=True)
class Truth:
    """One synthetic truth.

    Parameters
    ----------
    number : int
        Its point in the design.
    cube : ndarray, shape (parameters,)
        Its parameters in the unit cube of the priors.
    logs : dict of str to float
        Logarithms of the figures that would have been published, by key.
    """

    number: int
    cube: np.ndarray
    logs: dict[str, float]


def truths(design: Design, wanted: Sequence[Figure], count: int = TRUTHS, seed: int = 1) -> Iterator[Truth]:
    """Synthetic truths, spread evenly over the held-out points of a design, one run of each."""
    candidates = np.flatnonzero(held_out(design.point))
    _, first = np.unique(design.point[candidates], return_index=True)
    count = min(count, len(first))
    for run in candidates[first[np.arange(count) * len(first) // max(count, 1)]]:
        number = int(design.point[run])
        generator = np.random.default_rng((seed, number))
        latent = latent_logs(logarithms(design.values[run]), design.columns, wanted)
        names = sorted({name for each in wanted for name, _ in each.factors})
        shifts = {name: generator.normal(*factor_moments(name)) for name in names}
        logs = {}
        for each, value in zip(wanted, latent, strict=True):
            noise = generator.normal(0.0, each.sigma)
            factors = sum(power * shifts[name] for name, power in each.factors)
            # What a floor says lies below the value, as far as its error goes.
            logs[each.key] = float(value + factors + (-abs(noise) if each.floor else noise))
        yield Truth(number, design.cube[run], logs)


def recovery(bank: Bank, found: Sequence[Truth], wanted: Sequence[Figure], units: Quantiles) -> list[dict[str, Any]]:
    """One row per truth and fitted parameter: prior and posterior interval, and whether it holds the truth.

    Widths are of central 90 % intervals in the parameter's unit.
    """
    rows = []
    for truth in found:
        weight = weights(bank, likelihood(wanted, truth.logs))
        for name in bank.fitted:
            at = float(truth.cube[bank.names.index(name)])
            cube = quantiles(bank, weight, name, LEVELS)
            low, middle, high = units[name](cube)
            prior_low, _, prior_high = units[name](np.array(LEVELS))
            rows.append(
                {
                    "truth": truth.number, "parameter": name, "value": float(units[name](np.array([at]))[0]),
                    "low": float(low), "median": float(middle), "high": float(high),
                    "width": float((high - low) / (prior_high - prior_low)), "covered": bool(cube[0] <= at <= cube[2]),
                }
            )  # fmt: skip
    return rows


def summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per parameter and one for all: share of truths covered and median width, and whether both suffice."""
    names = list(dict.fromkeys(row["parameter"] for row in rows))
    found = []
    for name in [*names, "all"]:
        mine = [row for row in rows if name in (row["parameter"], "all")]
        coverage = float(np.mean([row["covered"] for row in mine]))
        width = float(np.median([row["width"] for row in mine]))
        found.append(
            {
                "parameter": name, "truths": len({row["truth"] for row in mine}), "cases": len(mine),
                "coverage_90": coverage, "median_width": width,
                "identified": width <= WIDEST, "covers": COVERAGE[0] <= coverage <= COVERAGE[1],
            }
        )  # fmt: skip
    return found


def settled(
    make: Callable[[Sequence[str]], Bank],
    fitted: Sequence[str],
    found: Sequence[Truth],
    wanted: Sequence[Figure],
    units: Quantiles,
) -> tuple[Bank, list[dict[str, Any]], list[dict[str, Any]]]:
    """Let parameters leave the set, the widest first, until every one that stays is identified.

    Parameters
    ----------
    make : callable
        Bank of a choice of fitted parameters; what is left out keeps its prior.

    Returns
    -------
    bank : Bank
        Of the parameters that stay.
    rows : list of dict
        As of :func:`recovery`, for these.
    rounds : list of dict
        The summary of every round, with its number.
    """
    chosen, rounds = list(fitted), []
    for number in range(1, len(fitted) + 1):
        bank = make(chosen)
        rows = recovery(bank, found, wanted, units)
        told = summary(rows)
        rounds += [{"round": number, **row} for row in told]
        widest = max(told[:-1], key=lambda row: row["median_width"])
        if widest["identified"] or len(chosen) == 1:
            break
        chosen.remove(widest["parameter"])
    return bank, rows, rounds
