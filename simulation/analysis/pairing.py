"""What common random numbers save: the variance ratio of every shipped scenario against its base, over the years.

``uv run python -m simulation.analysis.pairing`` runs the baseline and the scenarios that extend it on common random
numbers and writes ``variance_ratios.csv`` and ``made_with.json`` into ``results/pairing/``.

The ratio is the variance that the difference of two independent runs would have, over that of the pairs
(:mod:`simulation.analysis.comparison`).  At least ``ENOUGH`` is wanted three years after the scenarios part; where it
is less, ``why`` says what parts the two worlds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulation.analysis.comparison import comparison_table
from simulation.analysis.frames import Table, format_table
from simulation.experiments import run_ensemble
from simulation.experiments.outcomes import Outcome
from simulation.results import provenance
from simulation.results.text import csv_text, write_whole
from simulation.scenario import Scenario, diff, load

FOLDER = Path("results/pairing")
COMMAND = "uv run python -m simulation.analysis.pairing"
BASE = "plan_baseline"
SCENARIOS = (
    "signal_only", "money_only", "funding_winter", "export_control_squeeze", "talent_exodus", "adoption_first_ai_plus",
)  # fmt: skip
VARIABLES = ("core_revenue", "related_revenue_r2", "firms_alive", "talent_total", "equity_funding_broad")
YEARS_AFTER = 3
FIRST, LAST = 2016, 2030
ENOUGH = 10.0
# Found by taking the flow apart: guidance money makes two thirds of its variance and more, and has ratios of 1 to 3.
WHY = {
    "equity_funding_broad": "guidance money is given out in whole tickets, the rest is carried over: what fits into a "
    "year changes as soon as one applicant's rank does, in every world by chance of its own"
}


def parting_year(base: Scenario, others: Sequence[Scenario]) -> int:
    """First year in which one of the scenarios differs from the base; 2016 where nothing dated does."""
    starts = [row["start"] for other in others for row in diff(base, other) if row["start"]]
    return min((int(start[:4]) for start in starts), default=FIRST)


def ratios(
    names: Sequence[str] = SCENARIOS, replicates: int = 40, scale: float = 0.05, seed: int = 1, jobs: int | None = None
) -> Table:
    """Run the scenarios on common random numbers and compare each with the baseline.

    Parameters
    ----------
    names : sequence of str
        Ids of scenarios that extend the baseline.
    replicates : int
        Pairs.
    scale : float
        Share of small firms and people simulated, 0-1.
    seed : int
        Of the ensemble.
    jobs : int, optional
        Worker processes; all cores by default.

    Returns
    -------
    list of dict
        One row for each scenario, variable, and ``when``: ``three years after`` it parts from the baseline in the year
        ``parts``, and ``last year``.  ``variance_ratio`` beside the mean ``difference``, its ``error`` and the number
        of ``runs``; ``why`` where the ratio three years after is below ten.
    """
    base, others = load(BASE), [load(name) for name in names]
    years = {other.id: parting_year(base, [other]) for other in others}
    wanted = [Outcome(name, year) for name in VARIABLES for year in range(FIRST, LAST + 1)]
    with tempfile.TemporaryDirectory() as folder:
        result = run_ensemble(
            [base, *others], replicates=replicates, seed=seed, scale=scale, until=LAST, jobs=jobs, level="core",
            out=Path(folder) / "runs",
        )  # fmt: skip
        found = {(row["scenario"], row["outcome"]): row for row in comparison_table(result.dataset, wanted)}
    moments = [("three years after", lambda name: min(years[name] + YEARS_AFTER, LAST)), ("last year", lambda _: LAST)]
    return [
        _row(found[other.id, Outcome(variable, year(other.id)).name], variable, years[other.id], when, year(other.id))
        for other in others for variable in VARIABLES for when, year in moments
    ]  # fmt: skip


def _row(compared: dict[str, Any], variable: str, parts: int, when: str, year: int) -> dict[str, Any]:
    ratio = compared["variance_ratio"]
    low = when != "last year" and ratio < ENOUGH
    columns = ("base_mean", "difference", "error", "unit", "runs", "variance_ratio")
    return {
        "scenario": compared["scenario"], "base": compared["base"], "variable": variable, "parts": parts, "when": when,
        "year": year, **{name: compared[name] for name in columns},
        "why": WHY.get(variable, "not known") if low else "",
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    from simulation.experiments.executors import cores

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", nargs="+", default=list(SCENARIOS), metavar="ID")
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--jobs", type=int, default=cores())
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    chosen = parser.parse_args(arguments)
    rows = ratios(chosen.scenarios, chosen.replicates, chosen.scale, jobs=chosen.jobs)
    told = {
        "made_with": COMMAND, "program_version": provenance.program_version(),
        "model_version": provenance.MODEL_VERSION, "data_version": provenance.data_version(),
        "replicates": chosen.replicates, "scale": chosen.scale, "seed": 1,
    }  # fmt: skip
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_whole(chosen.out / "variance_ratios.csv", csv_text(rows))
    write_whole(chosen.out / "made_with.json", json.dumps(told, indent=2) + "\n")
    shown = ("scenario", "variable", "parts", "when", "year", "variance_ratio", "why")
    sys.stdout.write(format_table(rows, shown, {"variance_ratio": 1}) + "\n")


if __name__ == "__main__":
    main()
