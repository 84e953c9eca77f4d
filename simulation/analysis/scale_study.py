"""Whether scaled-down runs stand for the whole: the same seeds at several scales, compared run by run.

``python -m simulation.presentation.scale`` runs the study and writes its tables and its figure.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from simulation.experiments.executors import executor_for
from simulation.experiments.work import simulate
from simulation.inputs import quarters
from simulation.inputs.dimensions import index
from simulation.inputs.operators import judged_targets
from simulation.inputs.variables import variables
from simulation.scenario import Effective

logger = logging.getLogger("aiplan.analysis")
SCALES = (0.02, 0.05, 0.1, 0.3, 1.0)
# A mean differs by more than this many standard errors once in a few hundred comparisons.
ERRORS = 3.0
# Years at which adoption is dated; between them lies the time in which the share of adopters doubles.
EARLY, LATE = 0.25, 0.50
Records = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Measure:
    """One number that is read from a run: ``read`` takes its records and gives the value at the end of the run."""

    name: str
    group: str
    unit: str
    read: Callable[[Records], float]


def last_value(records: Records, name: str, element: int | None = None) -> float:
    """Value of the last year: a flow is the sum of its (at most four) quarters, the rest the last quarter's value."""
    values = np.asarray(records[name], dtype=float)
    values = values if element is None else values[:, element]
    return float(values[-4:].sum() if variables()[name].kind == "flow" else values[-1])


def share_of_element(records: Records, name: str, element: int) -> float:
    """Share of one element in the sum of a variable over its dimension, in the last year."""
    values = np.asarray(records[name], dtype=float)[-4:].sum(axis=0)
    return float(values[element] / values.sum())


def share_of_variable(records: Records, name: str, whole: str) -> float:
    """One variable over another in the last year."""
    return last_value(records, name) / last_value(records, whole)


def year_of_adoption(records: Records, share: float) -> float:
    """Date (year with decimals; values are those of quarter ends) at which adopters pass a share; NaN if never."""
    rate = np.asarray(records["adoption_rate"], dtype=float)
    above = np.flatnonzero(rate > share)
    if not len(above) or above[0] == 0:
        return math.nan
    after = int(above[0])
    part = (share - rate[after - 1]) / (rate[after] - rate[after - 1])
    return int(quarters.FIRST[:4]) + (after + part) / 4.0


def years_of_doubling(records: Records) -> float:
    """Years between ``EARLY`` and ``LATE``: how fast adoption goes."""
    return year_of_adoption(records, LATE) - year_of_adoption(records, EARLY)


def _recorded(group: str, *names: str) -> list[Measure]:
    return [Measure(name, group, variables()[name].unit, partial(last_value, name=name)) for name in names]


def _element(group: str, name: str, dimension: str, member: str) -> Measure:
    read = partial(last_value, name=name, element=index(dimension, member))
    return Measure(f"{name}.{member}", group, variables()[name].unit, read)


def _part(name: str, dimension: str, member: str) -> Measure:
    read = partial(share_of_element, name=name, element=index(dimension, member))
    return Measure(f"share of {member} in {name}", "shares", "share", read)


MEASURES = (
    *_recorded("totals", "core_revenue", "related_revenue_r2", "firms_alive", "talent_total", "equity_funding_core",
               "research_spending"),
    _part("core_revenue_by_layer", "layer", "foundation"),
    _part("core_revenue_by_region", "region", "beijing"),
    _part("talent_by_region", "region", "beijing"),
    Measure("exports over core_revenue", "shares", "share",
            partial(share_of_variable, name="core_exports", whole="core_revenue")),
    *_recorded("shares", "domestic_chip_share"),
    *_recorded("concentration", "largest_firm_share", "top300_share", "cr4_speech_language", "cr5_platform"),
    *_recorded("adoption", "adoption_rate", "adoption_depth"),
    Measure("year adoption_rate passes 25 %", "adoption", "years", partial(year_of_adoption, share=EARLY)),
    Measure("years from 25 % to 50 %", "adoption", "years", years_of_doubling),
    *(_element("wages", "posted_wage_by_tier", "tier", tier) for tier in ("top", "researcher", "engineer", "applied")),
    *_recorded("firms", "firm_entries", "firm_exits", "rd_intensity_listed", "tech_gap_index"),
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run of the study: what goes in is all that it depends on."""

    effective: Effective
    seed: int
    replicate: int
    scale: float


@dataclass(frozen=True)
class Read:
    """What is kept of a run: a value for each measure, yearly flows by (variable, year), and its seconds."""

    measures: dict[str, float]
    flows: dict[tuple[str, int], float]
    seconds: float


def read_run(run: Run) -> Read:
    """Live through one run and read it."""
    started = time.perf_counter()
    records, _ = simulate(run.effective, run.seed, run.replicate, run.scale)
    seconds = time.perf_counter() - started
    years = np.array([int(quarter[:4]) for quarter in run.effective.quarters])
    wanted = {(operator.variable, target.year) for target, operator in judged_targets() if target.year in years}
    flows = {(name, year): float(np.asarray(records[name])[years == year].sum()) for name, year in sorted(wanted)}
    return Read({measure.name: measure.read(records) for measure in MEASURES}, flows, seconds)


@dataclass(frozen=True)
class Study:
    """Runs of the same seeds at several scales: by scale, one :class:`Read` for each replicate in order."""

    runs: dict[float, list[Read]]

    def values(self, scale: float, name: str) -> np.ndarray:
        """Values of a measure, shape (replicate,)."""
        return np.array([read.measures[name] for read in self.runs[scale]])

    def flows(self, scale: float, variable: str, year: int) -> np.ndarray:
        """Yearly flow in bn CNY, shape (replicate,)."""
        return np.array([read.flows[variable, year] for read in self.runs[scale]])

    def seconds(self, scale: float) -> float:
        """Median time of a run on one core."""
        return float(np.median([read.seconds for read in self.runs[scale]]))


def study(
    effective: Effective, scales: Sequence[float] = SCALES, replicates: int = 100, seed: int = 1, jobs: int = 1
) -> Study:
    """Run every scale with the same seeds.

    Parameters
    ----------
    effective : Effective
        Inputs; the last of their years is compared.
    scales : sequence of float
        At least two, each above 0 and at most 1.
    replicates : int
        Runs a scale, at least two.
    seed : int
        Seed of the ensemble.
    jobs : int
        Worker processes.
    """
    # The longest runs first, so that no worker is left with one of them at the end.
    order = sorted(scales, reverse=True)
    tasks = [Run(effective, seed, replicate, scale) for scale in order for replicate in range(replicates)]
    found: dict[tuple[float, int], Read] = {}
    for task, outcome in executor_for(jobs, len(tasks)).map(read_run, tasks):
        if isinstance(outcome, BaseException):
            raise outcome
        found[task.scale, task.replicate] = outcome
        logger.info("scale %g, replicate %d: %.1f s", task.scale, task.replicate, outcome.seconds)
    return Study({scale: [found[scale, replicate] for replicate in range(replicates)] for scale in sorted(scales)})


def bias_table(made: Study) -> list[dict[str, Any]]:
    """Means by scale and their differences from the largest scale.

    Returns
    -------
    list of dict
        ``measure``, ``group``, ``unit``, ``scale``, ``runs`` in which the measure is defined at this and the largest
        scale, ``mean`` and its ``standard_error``, ``spread`` (standard deviation between runs), ``bias`` (difference
        of the means from the largest scale), ``bias_error`` (its standard error, paired by seed), both relative to the
        mean of the largest scale as ``relative_bias`` and ``relative_error``, and ``within_error``: whether the bias is
        at most ``ERRORS`` of its errors.
    """
    largest = max(made.runs)
    rows = []
    for measure in MEASURES:
        whole = made.values(largest, measure.name)
        for scale in made.runs:
            sample = made.values(scale, measure.name)
            both = np.isfinite(sample) & np.isfinite(whole)
            if both.sum() >= 2:
                rows.append(_bias_row(measure, scale, sample[both], whole[both]))
    return rows


def _bias_row(measure: Measure, scale: float, sample: np.ndarray, whole: np.ndarray) -> dict[str, Any]:
    gap, root = sample - whole, math.sqrt(len(sample))
    bias, error = float(gap.mean()), float(gap.std(ddof=1)) / root
    # A date has no natural zero: its bias is told in years alone.
    size = math.nan if measure.name.startswith("year ") else abs(float(whole.mean())) or math.nan
    return {
        "measure": measure.name, "group": measure.group, "unit": measure.unit, "scale": scale, "runs": len(sample),
        "mean": float(sample.mean()), "standard_error": float(sample.std(ddof=1)) / root,
        "spread": float(sample.std(ddof=1)), "bias": bias, "bias_error": error, "relative_bias": bias / size,
        "relative_error": error / size, "within_error": bool(abs(bias) <= ERRORS * error),
    }  # fmt: skip
