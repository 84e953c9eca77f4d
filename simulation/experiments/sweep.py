"""Sweeps: every point of an experiment's design, run for every scenario and replicate, stored, resumable."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulation.errors import UsageError
from simulation.experiments.executors import Executor
from simulation.experiments.experiment import Experiment
from simulation.experiments.factors import Value
from simulation.experiments.keeping import kept_text
from simulation.experiments.plan import Plan, make_manifest
from simulation.experiments.runner import Progress, execute
from simulation.experiments.work import EconomyClass
from simulation.results.dataset import Member, stored_variables
from simulation.results.result import Result
from simulation.results.store import EXPERIMENT, POINTS, Store
from simulation.results.text import csv_text

LEVEL = "core"
INDEPENDENT = "independent"


def run_sweep(
    experiment: Experiment,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    *,
    point: int | None = None,
    first_replicate: int = 0,
    command: str = "",
    executor: Executor | None = None,
    economy: EconomyClass | None = None,
) -> Result:
    """Run an experiment and store the core variables of every run.

    Parameters
    ----------
    experiment : Experiment
        What to run.
    jobs : int, optional
        Worker processes; all cores by default.
    out : path, optional
        Result folder; ``results/runs/<experiment>-<hash>`` by default.
    resume : bool
        Continue the folder where it stopped; failed runs are tried again, finished ones never.
    progress : callable, optional
        Called with (finished, total, failed) at the start and after every batch.
    point : int, optional
        Run this design point alone, counted from 1: to repeat a run that failed.
    first_replicate : int
        First replicate when a single point is run; one replicate is run then.
    command : str
        How the sweep was asked for, for its manifest.
    executor : Executor, optional
        Where to run; by default worker processes according to ``jobs``.
    economy : callable, optional
        Another class with the interface of :class:`simulation.model.Economy`.

    Returns
    -------
    Result
        The stored result; ``parameter_set`` is the design point, from 1, and ``factor_<name>`` holds the values of
        every factor by member.

    Raises
    ------
    UsageError, StoreConflict, RunFailed
        As :func:`simulation.experiments.run_ensemble`.
    """
    plan = make_sweep(experiment, point, first_replicate)
    manifest = sweep_manifest(experiment, plan, command or f"simulation.experiment({experiment.id!r}).run()")
    name = f"{experiment.id}-{hashlib.sha256(manifest['experiment_digest'].encode()).hexdigest()[:8]}"
    texts = {scenario.id: scenario.to_yaml() for scenario in experiment.scenarios}
    further = {EXPERIMENT: kept_text(experiment), POINTS: csv_text(points_table(plan))}
    store = Store.open(manifest, texts, out, resume, name, further)
    return execute(plan, store, jobs, progress, executor=executor, economy=economy)


def make_sweep(experiment: Experiment, point: int | None = None, first_replicate: int = 0) -> Plan:
    """Points, members and central inputs of an experiment, decided before its first run."""
    points = dict(enumerate(experiment.points(), start=1))
    replicates = range(experiment.replicates)
    if point is not None:
        if point not in points:
            raise UsageError(f"there is no point {point}; the design has {len(points)}, counted from 1")
        points, replicates = {point: points[point]}, range(first_replicate, first_replicate + 1)
    run = experiment.run
    effective = {(s.id, 0): s.effective(run["until"], 0, run["seed"]) for s in experiment.scenarios}
    offset = experiment.replicates if experiment.pairing == INDEPENDENT and point is None else 0
    members = tuple(Member(number, (number - 1) * offset + r) for number in points for r in replicates)
    quarters = next(iter(effective.values())).quarters
    return Plan(
        experiment.scenarios, effective, members, quarters, run["seed"], run["scale"], LEVEL, experiment.factors, points
    )


def sweep_manifest(experiment: Experiment, plan: Plan, command: str) -> dict[str, Any]:
    """Provenance of a sweep, as ``manifest.json`` holds it; members follow from the design, unless it is one point."""
    chosen = {"replicates": len(plan.members) // len(plan.points)}
    members = plan.members if len(plan.points) == 1 else ()
    manifest = make_manifest(replace(plan, members=members), chosen, command)
    return {
        **manifest,
        "experiment": experiment.id,
        "experiment_digest": experiment.digest(list(plan.points.values())),
        "title": experiment.title,
        "design": {"name": experiment.design.name, "n": experiment.design.n, "seed": experiment.design.seed},
        "points": len(plan.points),
        "pairing": experiment.pairing,
        "factors": [factor_row(factor) for factor in experiment.factors],
        "outcomes": [outcome.name for outcome in experiment.outcomes],
    }


def factor_row(factor: Any) -> dict[str, str]:
    """What a table or a manifest says of a factor."""
    return {"factor": factor.name, "values": factor.describe(), "as": factor.action, "unit": factor.unit}


def points_table(plan: Plan) -> list[dict[str, Value | int]]:
    """Design points with the values of all factors, one row each."""
    names = [factor.name for factor in plan.factors]
    return [{"point": number, **dict(zip(names, values, strict=True))} for number, values in plan.points.items()]


def bytes_a_run(quarters: int) -> int:
    """Disk that the core variables of one run take before compression, bytes."""
    numbers = sum(quarters * int(size) for size in (_size(row.shape) for row in stored_variables(LEVEL).values()))
    return 8 * numbers


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def status(folder: str | os.PathLike[str]) -> dict[str, int]:
    """Runs of a result folder that are done, failed and pending; readable while the sweep runs elsewhere."""
    result = Result(Path(folder))
    manifest = result.manifest
    runs = manifest["points"] * manifest["replicates"] if "points" in manifest else len(manifest["members"])
    total = runs * len(result.scenarios)
    done = len(Store(result.folder, manifest).stored())
    failed = min(len(result.failures), total - done)
    return {"done": done, "failed": failed, "pending": total - done - failed}
