"""A stored sweep as its analyses see it: the experiment, its outcomes, and tables of what drives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from simulation.analysis.chance import seed_share, summary
from simulation.analysis.frames import Table
from simulation.analysis.outcomes import by_point, outcome_values
from simulation.analysis.sensitivity import complete, convergence, given_data, sensitivity_table
from simulation.errors import StoreConflict, UsageError
from simulation.experiments.designs import GRID, MORRIS, SOBOL, TABLE, size_of, unit_points
from simulation.experiments.experiment import Experiment, load_experiment
from simulation.experiments.outcomes import Outcome
from simulation.results.result import Result
from simulation.results.store import EXPERIMENT


class Swept:
    """A sweep's result folder.

    Parameters
    ----------
    folder : path
        What ``aiplan sweep`` made.

    Raises
    ------
    StoreConflict
        When the folder holds no sweep.
    """

    def __init__(self, folder: str | Path) -> None:
        self.result = Result(folder)
        file = self.result.folder / EXPERIMENT
        if not file.exists():
            raise StoreConflict(f"{folder} holds runs of scenarios, not a sweep: it has no {EXPERIMENT}")
        self.experiment: Experiment = load_experiment(file)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios that were swept."""
        return self.result.scenarios

    def outcomes(self, names: tuple[str, ...] = ()) -> tuple[Outcome, ...]:
        """The experiment's outcomes, or those of them that are named."""
        known = {outcome.name: outcome for outcome in self.experiment.outcomes}
        missing = [name for name in names if name not in known]
        if missing:
            raise UsageError(f"no such outcome: {', '.join(missing)}; the experiment has {', '.join(known)}")
        return tuple(known[name] for name in names) if names else tuple(known.values())

    def values(self, outcome: Outcome, scenario: str = "") -> np.ndarray:
        """An outcome by design point and replicate, shape (point, replicate); NaN where a run is missing."""
        values = outcome_values(self.result.dataset, outcome)
        points = size_of(self.experiment.design, self.experiment.factors)
        return by_point(values, scenario or self.scenarios[0], points, self.experiment.replicates)

    def sensitivity(self, outcome: Outcome, scenario: str = "") -> Table:
        """Indices of every factor, most important first; PAWN beside them where the sample allows."""
        design, factors = self.experiment.design, self.experiment.factors
        if design.name in (GRID, TABLE):
            raise UsageError(f"a {design.name} is no sample: sensitivity needs morris, sobol or latin_hypercube")
        values = self.values(outcome, scenario)
        rows = sensitivity_table(values, design, factors)
        if design.name == SOBOL:
            found = given_data(complete(values, design, factors).mean(axis=1), unit_points(design, factors), factors)
            pawn = {row["factor"]: row["pawn_median"] for row in found}
            rows = [{**row, "pawn_median": pawn[row["factor"]]} for row in rows]
        return rows

    def convergence(self, outcome: Outcome, scenario: str = "") -> Table:
        """Indices over growing parts of the sample; empty for designs without such parts."""
        design = self.experiment.design
        if design.name not in (MORRIS, SOBOL):
            return []
        return convergence(self.values(outcome, scenario), design, self.experiment.factors)

    def over_time(self, outcome: Outcome, years: tuple[int, ...], scenario: str = "") -> Table:
        """Indices of the outcome's variable in each year: columns of the table and ``year``."""
        rows: Table = []
        for year in years:
            there = Outcome(outcome.variable, year, outcome.scope, outcome.element)
            values = self.values(there, scenario)
            found = sensitivity_table(values, self.experiment.design, self.experiment.factors)
            rows += [{"year": year, **row} for row in found]
            rows.append({"year": year, "factor": "seed", "share": seed_share(values, self.experiment.pairing)["share"]})
        return rows

    def response(self, outcome: Outcome, scenario: str = "") -> Table:
        """Mean and spread of the outcome at every point, with the values of the factors."""
        values = self.values(outcome, scenario)
        points = self.experiment.points()
        names = [factor.name for factor in self.experiment.factors]
        errors = _errors(values)
        return [
            {"point": number + 1, **dict(zip(names, point, strict=True)), "mean": float(np.mean(values[number])),
             "error": errors[number], "runs": int(np.isfinite(values[number]).sum())}
            for number, point in enumerate(points)
        ]  # fmt: skip

    def summary(self, outcome: Outcome, scenario: str = "") -> dict[str, Any]:
        """Size of the sweep, mean, spread and the share of the seed for an outcome."""
        return {"outcome": outcome.name, **summary(self.values(outcome, scenario), self.experiment.pairing)}


def _errors(values: np.ndarray) -> np.ndarray:
    """Monte Carlo standard error of the mean at every point; NaN for a single replicate."""
    if values.shape[1] < 2:
        return np.full(len(values), np.nan)
    return values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
