"""Which factors drive an outcome: Morris screening, Sobol indices and PAWN.

The estimators of Sobol indices and PAWN are SALib's.  An outcome of a design is an array of shape (point, replicate);
indices describe its mean over replicates, and with the same seeds at every point they hold for these seeds; how much of
the variance of a single run is chance, :mod:`simulation.analysis.chance` tells.  A design
with a missing or infinite value is refused: one such value turns every Sobol index into nonsense without a word.

References: Morris (1991) and Campolongo, Cariboni and Saltelli (2007) for the elementary effects; Sobol (2001),
Saltelli et al. (2010) and Jansen (1999) for first and total order; Pianosi and Wagener (2018) for PAWN.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.analysis.frames import Table
from simulation.analysis.screening import screening_table
from simulation.errors import UsageError
from simulation.experiments.designs import MORRIS, SOBOL, Design, salib_problem, size_of, unit_points
from simulation.experiments.factors import Factor

RESAMPLES = 500
CONFIDENCE = 0.90
PAWN_SLICES = (10, 8, 5, 4, 2)
SHOWN_MISSING = 5


def complete(values: np.ndarray, design: Design, factors: Sequence[Factor]) -> np.ndarray:
    """The outcome, checked; shape (point, replicate).

    Parameters
    ----------
    values : ndarray, shape (point,) or (point, replicate)
        Outcome at every point of the design, in its order.

    Raises
    ------
    UsageError
        When points are missing or a value is not finite, with the first such points.
    """
    values = np.asarray(values, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    expected = size_of(design, factors)
    if len(values) != expected:
        raise UsageError(f"the design has {expected} points, the outcome {len(values)}: resume the sweep first")
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        named = ", ".join(str(point + 1) for point in bad[:SHOWN_MISSING])
        more = f" and {len(bad) - SHOWN_MISSING} more" if len(bad) > SHOWN_MISSING else ""
        raise UsageError(
            f"{len(bad)} of {expected} points have no finite value (points {named}{more}): indices from an incomplete "
            "design mean nothing; resume the sweep, or see why these runs failed"
        )
    return values


def sensitivity_table(values: np.ndarray, design: Design, factors: Sequence[Factor], seed: int = 1) -> Table:
    """Indices of all factors by the estimator that the design was made for, most important first.

    ``morris`` gives ``mu_star`` (mean absolute elementary effect of the middle three quarters of a distribution, or of
    switching between two levels), ``mu`` and ``sigma`` in the outcome's unit; ``sobol`` gives ``first`` and ``total``
    order; any other design gives ``pawn_median`` and ``pawn_maximum``.  Columns ending in ``_error`` are half-widths of
    90 % bootstrap intervals.
    """
    means = complete(values, design, factors).mean(axis=1)
    rows = _estimate(means, design, factors, seed)
    key = {MORRIS: "mu_star", SOBOL: "total"}.get(design.name, "pawn_median")
    return sorted(rows, key=lambda row: -row[key])


def _estimate(means: np.ndarray, design: Design, factors: Sequence[Factor], seed: int) -> Table:
    if design.name == MORRIS:
        return _morris(means, design, factors, seed)
    if design.name == SOBOL:
        return _sobol(means, design, factors, seed)
    return given_data(means, unit_points(design, factors), factors, seed)


def _morris(means: np.ndarray, design: Design, factors: Sequence[Factor], seed: int) -> Table:
    return screening_table(means, design, factors, seed, RESAMPLES, CONFIDENCE)


def _sobol(means: np.ndarray, design: Design, factors: Sequence[Factor], seed: int) -> Table:
    from SALib.analyze import sobol

    if float(np.ptp(means)) == 0.0:
        return [{"factor": f.name, "first": 0.0, "first_error": 0.0, "total": 0.0, "total_error": 0.0} for f in factors]
    found = sobol.analyze(
        salib_problem(factors), means, calc_second_order=design.second_order, num_resamples=RESAMPLES,
        conf_level=CONFIDENCE, seed=seed,
    )  # fmt: skip
    return [
        {
            "factor": factor.name, "first": float(found["S1"][i]), "first_error": float(found["S1_conf"][i]),
            "total": float(found["ST"][i]), "total_error": float(found["ST_conf"][i]),
        }
        for i, factor in enumerate(factors)
    ]  # fmt: skip


def interactions(values: np.ndarray, design: Design, factors: Sequence[Factor], seed: int = 1) -> Table:
    """Second-order Sobol indices of every pair of factors, largest first; for designs with ``second_order``."""
    from SALib.analyze import sobol

    if design.name != SOBOL or not design.second_order:
        raise UsageError("interactions need a design 'sobol' with second_order: true")
    means = complete(values, design, factors).mean(axis=1)
    found = sobol.analyze(
        salib_problem(factors), means, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed
    )  # fmt: skip
    rows = [
        {
            "factor": factors[i].name, "other": factors[j].name, "second": float(found["S2"][i, j]),
            "second_error": float(found["S2_conf"][i, j]),
        }
        for i in range(len(factors)) for j in range(i + 1, len(factors))
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row["second"])


def given_data(means: np.ndarray, points: np.ndarray, factors: Sequence[Factor], seed: int = 1) -> Table:
    """PAWN indices from any sample: median and maximum distance of conditional from unconditional distributions."""
    from SALib.analyze import pawn

    # The library's slices end beyond one by rounding for some other numbers of them.
    slices = next((count for count in PAWN_SLICES if len(means) >= 20 * count), PAWN_SLICES[-1])
    found = pawn.analyze(salib_problem(factors), points, means, S=slices, seed=seed)
    return [
        {"factor": f.name, "pawn_median": float(found["median"][i]), "pawn_maximum": float(found["maximum"][i])}
        for i, f in enumerate(factors)
    ]


def prefixes(design: Design) -> list[int]:
    """Sizes of a design at which its convergence is shown: halves down to four, ``n`` last."""
    sizes = [design.n]
    while sizes[0] // 2 >= 4:
        sizes.insert(0, sizes[0] // 2)
    return sizes


def convergence(values: np.ndarray, design: Design, factors: Sequence[Factor], seed: int = 1) -> Table:
    """Indices from the first part of the sample, for growing parts: columns of the table and ``n``.

    Trajectories of Morris and base points of the Sobol sequence are taken in their order, so that each part is itself
    a design of the same kind.
    """
    values = complete(values, design, factors)
    if design.name not in (MORRIS, SOBOL):
        raise UsageError(f"convergence over the sample is shown for {MORRIS} and {SOBOL}, not for {design.name}")
    rows: Table = []
    for n in prefixes(design):
        block = len(values) // design.n
        part = values[: n * block].mean(axis=1)
        rows += [{"n": n, **row} for row in _estimate(part, design, factors, seed)]
    return rows
