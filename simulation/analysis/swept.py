"""A stored sweep as its analyses see it: the experiment, its outcomes, and tables of what drives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from simulation.analysis.base_points import base_point
from simulation.analysis.chance import seed_share, summary
from simulation.analysis.comparison import paired
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
    def is_sample(self) -> bool:
        """Whether the design is a sample, from which indices follow; grids and tables give responses."""
        return self.experiment.design.name not in (GRID, TABLE)

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
        if not self.is_sample:
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
        """The outcome at every point, with the values of the factors, and its paired difference to the base point.

        Returns
        -------
        list of dict
            ``point``, a column for every factor, ``mean`` and its Monte Carlo ``error`` over ``runs``; ``base``, the
            point that is nearest to the scenario as it stands; ``difference`` to it, replicate by replicate,
            ``difference_error`` and the 90 % interval ``low`` to ``high``, NaN at the base itself and where a single
            replicate leaves it open.  Replicates share their seeds with ``pairing: common`` alone; otherwise the
            difference is as uncertain as the columns say, but nothing is saved by pairing.
        """
        values = self.values(outcome, scenario)
        names = [factor.name for factor in self.experiment.factors]
        base = base_point(self.experiment, scenario or self.scenarios[0])
        rows: Table = []
        for number, point in enumerate(self.experiment.points()):
            valid = values[number][np.isfinite(values[number])]
            error = float(valid.std(ddof=1) / np.sqrt(len(valid))) if len(valid) > 1 else np.nan
            found = paired(values[base], values[number])
            own = number == base
            rows.append(
                {"point": number + 1, **dict(zip(names, point, strict=True)),
                 "mean": float(valid.mean()) if len(valid) else np.nan, "error": error, "runs": len(valid),
                 "base": base + 1, "difference": np.nan if own else found["difference"],
                 "difference_error": np.nan if own else found["error"], "low": np.nan if own else found["low"],
                 "high": np.nan if own else found["high"]}
            )  # fmt: skip
        return rows

    def summary(self, outcome: Outcome, scenario: str = "") -> dict[str, Any]:
        """Size of the sweep, mean, spread and the share of the seed for an outcome."""
        return {"outcome": outcome.name, **summary(self.values(outcome, scenario), self.experiment.pairing)}
