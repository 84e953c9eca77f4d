"""Whether statistics of the tail depend on the scale: the same seeds at several scales, compared run by run.

``python -m simulation.analysis.scale_study`` runs the scenario at scales 0.1 and 1 and writes the comparison to
``results/reference/scale.csv``; a run at scale 1 takes about a minute.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulation.experiments.executors import executor_for
from simulation.experiments.work import simulate
from simulation.results.text import csv_text, write_whole
from simulation.scenario import Effective, load

logger = logging.getLogger("aiplan.analysis")
VARIABLES = ("largest_firm_share", "top300_share", "core_revenue", "firms_alive", "talent_total", "adoption_rate")
SCALES = (0.1, 1.0)
FILE = Path("results/reference/scale.csv")
# A mean over two dozen seeds differs by more than this many standard errors once in a few hundred comparisons.
ERRORS = 3.0


@dataclass(frozen=True)
class Run:
    """One run of the study: what goes in is all that it depends on."""

    effective: Effective
    seed: int
    replicate: int
    scale: float


def last_values(run: Run) -> dict[str, float]:
    """Values of the compared variables in the last quarter of a run, in the units of the variable table."""
    records, _ = simulate(run.effective, run.seed, run.replicate, run.scale)
    return {name: float(records[name][len(run.effective.quarters) - 1]) for name in VARIABLES}


def compare(values: dict[float, np.ndarray]) -> list[dict[str, Any]]:
    """Means by scale and their differences from the largest scale.

    Parameters
    ----------
    values : dict of float to ndarray
        By scale, one row per run and one column per variable; row k has the same seed at every scale.

    Returns
    -------
    list of dict
        ``variable``, ``scale``, ``runs``, ``mean``, ``standard_error``, ``difference`` from the largest scale,
        ``difference_error`` (paired by seed) and ``within_error``: whether the difference is at most three of them.
    """
    largest = values[max(values)]
    rows = []
    for column, name in enumerate(VARIABLES):
        for scale in sorted(values):
            sample, gap = values[scale][:, column], values[scale][:, column] - largest[:, column]
            root = math.sqrt(len(sample))
            error = float(gap.std(ddof=1)) / root
            rows.append({
                "variable": name, "scale": scale, "runs": len(sample), "mean": float(sample.mean()),
                "standard_error": float(sample.std(ddof=1)) / root, "difference": float(gap.mean()),
                "difference_error": error, "within_error": bool(abs(gap.mean()) <= ERRORS * error),
            })  # fmt: skip
    return rows


def study(
    effective: Effective, scales: Sequence[float] = SCALES, replicates: int = 12, seed: int = 1, jobs: int = 1
) -> list[dict[str, Any]]:
    """Run every scale with the same seeds and compare; see :func:`compare`.

    Parameters
    ----------
    effective : Effective
        Inputs; the last of their quarters is compared.
    scales : sequence of float
        At least two, each above 0 and at most 1.
    replicates : int
        Runs a scale, at least two.
    seed : int
        Seed of the ensemble.
    jobs : int
        Worker processes.
    """
    tasks = [Run(effective, seed, replicate, scale) for scale in sorted(scales) for replicate in range(replicates)]
    found: dict[tuple[float, int], dict[str, float]] = {}
    for task, outcome in executor_for(jobs, len(tasks)).map(last_values, tasks):
        if isinstance(outcome, BaseException):
            raise outcome
        found[task.scale, task.replicate] = outcome
        logger.info("scale %g, replicate %d: %s", task.scale, task.replicate, outcome)
    return compare({
        scale: np.array([[found[scale, replicate][name] for name in VARIABLES] for replicate in range(replicates)])
        for scale in scales
    })  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line; 0 when every difference lies within its error, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="plan_baseline", help="scenario id or file")
    parser.add_argument("--scales", type=float, nargs="+", default=SCALES, help="scales to compare")
    parser.add_argument("--replicates", type=int, default=12, help="runs a scale")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default="2030", help="last year or quarter")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    parser.add_argument("--out", type=Path, default=FILE, help="file to write")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    effective = load(chosen.scenario).effective(until=chosen.until)
    rows = study(effective, chosen.scales, chosen.replicates, chosen.seed, chosen.jobs)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(chosen.out, csv_text(rows))
    for row in rows:
        logger.info("%(variable)-20s scale %(scale)-5g mean %(mean).5g, difference %(difference).3g", row)
    logger.info("written to %s", chosen.out)
    return 0 if all(row["within_error"] for row in rows) else 1


if __name__ == "__main__":
    # Worker processes look the study up by its name in the package, which is not that of the script.
    from simulation.analysis.scale_study import main as from_package

    raise SystemExit(from_package())
