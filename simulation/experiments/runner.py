"""Ensembles: scenarios times parameter sets times replicates, run, stored, resumable."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.errors import RunFailed, StoreConflict, UsageError
from simulation.experiments.executors import Executor, batches, executor_for
from simulation.experiments.plan import (
    Plan,
    distinct,
    folder_stem,
    make_manifest,
    make_plan,
    manifest_digest,
    python_command,
    settings,
)
from simulation.experiments.warm_up import warm_up
from simulation.experiments.work import Batch, Done, EconomyClass, run_batch
from simulation.results import provenance
from simulation.results.dataset import Member
from simulation.results.result import Result
from simulation.results.shards import shard_path
from simulation.results.store import EXPERIMENT, RUNS, SCENARIOS, Store, shard_of
from simulation.results.text import file_name

if TYPE_CHECKING:
    from simulation.scenario import Scenario

# Called with (runs finished, runs in total, runs failed), first with none finished.
Progress = Callable[[int, int, int], None]
BATCHES_A_WORKER = 4  # at least so many, that no worker idles long at the end
LARGEST_BATCH = 8  # runs; handing out a batch takes a millisecond, and progress is told after each


def run_ensemble(
    scenarios: Scenario | Sequence[Scenario],
    replicates: int | None = None,
    seed: int | None = None,
    scale: float | None = None,
    until: str | int | None = None,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    *,
    level: str = "detail",
    parameter_sets: Sequence[int] | None = (0,),
    first_replicate: int = 0,
    command: str = "",
    profile: bool = False,
    executor: Executor | None = None,
    economy: EconomyClass | None = None,
) -> Result:
    """Run scenarios many times and store what they record.

    Run number ``r`` of every scenario has the same random numbers, so that scenarios are compared run by run. What is
    stored depends neither on the number of workers nor on which runs were finished before an interruption.

    Parameters
    ----------
    scenarios : Scenario or sequence of Scenario
        What to run.
    replicates : int, optional
        Runs of each scenario and parameter set. This and the next three are taken from the first scenario's ``run:``
        section when they are left out, which says 20, 1, 0.1 and 2030Q4 unless its file says otherwise.
    seed : int, optional
        Seed of the ensemble.
    scale : float, optional
        Share of small firms and people that is simulated, above 0 up to 1.
    until : str or int, optional
        Last quarter, or a year.
    jobs : int, optional
        Worker processes; all cores by default.
    out : path, optional
        Result folder; ``results/runs/<scenario>-<hash>`` by default.
    resume : bool
        Continue the folder where it stopped; failed runs are tried again.
    progress : callable, optional
        Called with (finished, total, failed) at the start and after every batch.
    level : {'detail', 'core'}
        Variables that are stored; sweeps keep ``core``.
    parameter_sets : sequence of int or None
        Draws of the uncertain inputs; 0 is the central one, 1 and on are the sets of the posterior. ``None`` gives each
        replicate a set of its own (:func:`simulation.experiments.plan.members_of`).
    first_replicate : int
        Number of the first replicate, to repeat one run of an ensemble.
    command : str
        How the ensemble was asked for, for its manifest.
    profile : bool
        Keep the time spent in each call of each quarter, in ``runs.jsonl``.
    executor : Executor, optional
        Where to run; by default worker processes according to ``jobs``.
    economy : callable, optional
        Another class with the interface of :class:`simulation.model.Economy`.

    Returns
    -------
    Result
        The stored result; its ``failures`` lists runs that did not finish.

    Raises
    ------
    UsageError
        For an impossible number of runs, scale or date.
    StoreConflict
        When the folder exists or cannot be written; before anything runs.
    RunFailed
        When not a single run finished; the folder keeps their errors.
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} jobs: there must be at least 1 worker process")
    chosen = settings(scenarios, replicates, seed, scale, until)
    listed = distinct(scenarios)
    plan = make_plan(listed, chosen, level, parameter_sets, first_replicate)
    manifest = make_manifest(plan, chosen, command or python_command(listed, chosen))
    name = f"{folder_stem(listed)}-{manifest_digest(manifest)[:8]}"
    texts = {scenario.id: scenario.to_yaml() for scenario in listed}
    store = Store.open(manifest, texts, out, resume, name)
    return execute(plan, store, jobs, progress, profile=profile, executor=executor, economy=economy)


def execute(
    plan: Plan,
    store: Store,
    jobs: int | None = None,
    progress: Progress | None = None,
    *,
    profile: bool = False,
    executor: Executor | None = None,
    economy: EconomyClass | None = None,
) -> Result:
    """Do what is left of a plan, store it, and put the dataset together; arguments as of :func:`run_ensemble`.

    The store is closed at the end, however it comes about.
    """
    try:
        return _execute_all(plan, store, jobs, progress, profile, executor, economy)
    finally:
        store.close()


def _execute_all(
    plan: Plan,
    store: Store,
    jobs: int | None,
    progress: Progress | None,
    profile: bool,
    executor: Executor | None,
    economy: EconomyClass | None,
) -> Result:
    store.settle([scenario.id for scenario in plan.scenarios], plan.members)
    todo = _unfinished(plan, store)
    runner = executor or executor_for(jobs, sum(map(len, todo.values())))
    work = _batches(plan, todo, store.folder, runner.workers, economy, profile)
    if economy is None and work:
        warm_up(plan.rule_combinations())
    _execute(store, work, runner, len(plan.scenarios) * len(plan.members), progress)
    return _finish(store, plan)


def _unfinished(plan: Plan, store: Store) -> dict[tuple[str, int], list[Member]]:
    """Members that are not stored yet, by scenario and parameter set; the points of a design are taken together."""
    todo: dict[tuple[str, int], list[Member]] = {}
    stored = store.stored()
    for scenario in plan.scenarios:
        for member in plan.members:
            if shard_path(store.folder, scenario.id, member).name not in stored:
                number = 0 if plan.points else member.parameter_set
                todo.setdefault((scenario.id, number), []).append(member)
    return todo


def _batches(
    plan: Plan,
    todo: dict[tuple[str, int], list[Member]],
    folder: Path,
    workers: int,
    economy: EconomyClass | None,
    profile: bool,
) -> list[Batch]:
    total = sum(map(len, todo.values()))
    size = min(LARGEST_BATCH, max(1, total // (workers * BATCHES_A_WORKER))) if workers > 1 else 1
    return [
        Batch(
            scenario=scenario,
            effective=plan.inputs_of(scenario, number),
            members=group,
            seed=plan.seed,
            scale=plan.scale,
            level=plan.level,
            folder=folder.resolve(),
            economy=economy,
            profile=profile,
            factors=plan.factors,
            points={member.parameter_set: plan.points[member.parameter_set] for member in group} if plan.points else {},
        )
        for (scenario, number), members in todo.items()
        for group in batches(members, size)
    ]


def _execute(store: Store, work: list[Batch], executor: Executor, total: int, progress: Progress | None) -> int:
    """Do the batches and note what became of each run; returns how many failed."""
    finished = total - sum(len(batch.members) for batch in work)
    failed = 0
    report = progress or (lambda finished, total, failed: None)
    report(finished, total, failed)
    if work and executor.workers > 1:  # what the end needs is loaded meanwhile
        threading.Thread(target=import_module, args=("xarray",), daemon=True).start()
    lost: list[Batch] = []
    for batch, outcome in executor.map(run_batch, work):
        if isinstance(outcome, StoreConflict):
            raise outcome
        if isinstance(outcome, BaseException) and len(batch.members) > 1:
            lost.append(batch)  # its worker died: which of the runs was too much for it is found one by one
            continue
        for done in _each(batch, outcome):
            if done.records:
                store.keep(done.scenario, Member(done.parameter_set, done.replicate), done.records)
            store.record(_line(store.folder, batch, done))
            finished, failed = finished + 1, failed + bool(done.error)
        report(finished, total, failed)
    if lost:
        single = [replace(batch, members=(member,)) for batch in lost for member in batch.members]
        failed += _execute(store, single, executor, total, lambda f, t, b: report(f, t, failed + b))
    return failed


def _each(batch: Batch, outcome: list[Done] | BaseException) -> Iterator[Done]:
    if not isinstance(outcome, BaseException):
        yield from outcome
        return
    for member in batch.members:  # the worker itself died, for want of memory perhaps
        yield Done(batch.scenario, *member, 0.0, f"{type(outcome).__name__}: {outcome}")


def _line(folder: Path, batch: Batch, done: Done) -> dict[str, Any]:
    line: dict[str, Any] = {
        "scenario": done.scenario,
        "parameter_set": done.parameter_set,
        "replicate": done.replicate,
        "status": "failed" if done.error else "done",
        "seconds": round(done.seconds, 4),
    }
    if done.profile:
        line["profile"] = done.profile
    if done.error:
        line.update(error=done.error, traceback=done.trace, repeat=_repeat(folder, batch, done))
    return line


def _repeat(folder: Path, batch: Batch, done: Done) -> str:
    """Command that repeats one run from the scenario or experiment file kept with the result."""
    if batch.points:
        file = provenance.relative(str(folder / EXPERIMENT))
        words = ["sweep", file, "--point", done.parameter_set, "--first-replicate", done.replicate, "--jobs", 1]
        return provenance.command_line([*map(str, words), "--debug"])
    file = provenance.relative(str(folder / SCENARIOS / f"{file_name(done.scenario)}.yaml"))
    options = {
        "--seed": batch.seed,
        "--scale": batch.scale,
        "--until": batch.effective.quarters[-1],
        "--replicates": 1,
        "--first-replicate": done.replicate,
        "--parameter-set": done.parameter_set,
        "--jobs": 1,
    }
    return provenance.command_line(["run", file, *(str(part) for pair in options.items() for part in pair), "--debug"])


def _finish(store: Store, plan: Plan) -> Result:
    names = [scenario.id for scenario in plan.scenarios]
    assembled = store.assemble(names, plan.members, plan.quarters, plan.level, plan.coordinates)
    result = Result(store.folder)
    stored = store.stored()
    planned = {shard_path(store.folder, name, member).name for name in names for member in plan.members}
    failed = sum(shard_of(store.folder, failure).name in planned for failure in result.failures)
    seconds = round(sum(run["seconds"] for run in result.runs), 2)
    store.write_manifest(status={"done": len(planned & stored), "failed": failed}, seconds=seconds)
    result.manifest = store.manifest
    if not assembled:
        first = result.failures[0]["error"] if result.failures else "nothing was run"
        raise RunFailed(f"none of the runs finished; the first one: {first} (all in {store.folder / RUNS})")
    return result
