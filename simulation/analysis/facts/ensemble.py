"""Runs on which facts are scored: each watched in a worker, which hands back its statistics alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simulation.analysis.facts import catalogue  # noqa: F401  (workers find the statistics there)
from simulation.analysis.facts.known import STATISTICS
from simulation.analysis.facts.observer import observe
from simulation.errors import RunFailed, UsageError
from simulation.experiments.executors import Executor, executor_for
from simulation.experiments.plan import calibrated, members_of
from simulation.experiments.runner import Progress
from simulation.experiments.warm_up import warm_up
from simulation.experiments.work import EconomyClass
from simulation.results.dataset import Member
from simulation.scenario import Effective, Scenario
from simulation.scenario.draws import CENTRAL_SET

UNTIL = "2025Q4"  # the last year that a fact of the package speaks of


@dataclass(frozen=True)
class Values:
    """Statistics of an ensemble.

    Parameters
    ----------
    numbers : dict of str to ndarray
        By name of the statistic, shape (run,); NaN where a run does not hold what is needed.
    directions : dict of str to ndarray
        For statistics that judge sign or order themselves: 1 right, 0 wrong, shape (run,).
    runs, failed : int
        Runs that finished and that did not.
    """

    numbers: dict[str, np.ndarray]
    directions: dict[str, np.ndarray]
    runs: int
    failed: int


@dataclass(frozen=True)
class _Task:
    """One run."""

    effective: Effective
    seed: int
    replicate: int
    scale: float
    names: tuple[str, ...]
    economy: EconomyClass | None


@dataclass(frozen=True)
class _Found:
    """Statistics of one run in the order of the names, directions where there are any; or why it failed."""

    replicate: int
    numbers: tuple[float, ...] = ()
    directions: tuple[float, ...] = ()
    error: str = ""


def _measure(task: _Task) -> _Found:
    try:
        history = observe(task.effective, task.seed, task.replicate, task.scale, task.economy)
        chosen = [STATISTICS[name] for name in task.names]
        numbers = tuple(float(each.compute(history)) for each in chosen)
        directions = tuple(float(each.direction(history)) for each in chosen if each.direction)
        return _Found(task.replicate, numbers, directions)
    except Exception as error:  # a run that stumbles is told and left out; the others go on
        return _Found(task.replicate, error=f"{type(error).__name__}: {error}")


def measure(
    scenario: Scenario,
    names: Sequence[str],
    runs: int = 200,
    seed: int = 1,
    scale: float = 1.0,
    jobs: int | None = None,
    progress: Progress | None = None,
    *,
    sets: Sequence[int] | None = (CENTRAL_SET,),
    executor: Executor | None = None,
    economy: EconomyClass | None = None,
    warn: Callable[[str], None] = lambda text: None,
) -> Values:
    """Statistics of an ensemble of watched runs, the same for any number of workers.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str
        Known statistics.
    runs : int
        Number of runs; each has its own randomness.
    sets : sequence of int or None
        Parameter set of the runs, the central one by default, so that runs differ by their seeds alone; ``None`` gives
        each run a set of the posterior of its own.
    seed, scale, jobs, progress, executor, economy
        As of :func:`simulation.experiments.run_ensemble`.
    warn : callable
        Told of each run that failed.

    Raises
    ------
    UsageError
        For fewer than one run or a scale outside 0 to 1.
    RunFailed
        When no run finished.
    """
    if runs < 1:
        raise UsageError(f"{runs} runs: there must be at least 1")
    if not 0.0 < scale <= 1.0:
        raise UsageError(f"scale {scale}: it must lie above 0 and not above 1")
    tasks = _tasks(scenario, tuple(names), members_of(sets, range(runs)), seed, scale, economy)
    if economy is None:
        warm_up([tasks[0].effective])
    report = progress or (lambda finished, total, failed: None)
    found: list[_Found] = []
    failed = 0
    report(0, runs, 0)
    for task, outcome in (executor or executor_for(jobs, runs)).map(_measure, tasks):
        if isinstance(outcome, BaseException):
            outcome = _Found(task.replicate, error=f"{type(outcome).__name__}: {outcome}")
        if outcome.error:
            failed += 1
            warn(f"run {task.replicate} failed: {outcome.error}")
        else:
            found.append(outcome)
        report(len(found) + failed, runs, failed)
    if not found:
        raise RunFailed("none of the runs finished")
    found.sort(key=lambda each: each.replicate)
    judging = [name for name in names if STATISTICS[name].direction]
    return Values(
        {name: np.array([each.numbers[place] for each in found]) for place, name in enumerate(names)},
        {name: np.array([each.directions[place] for each in found]) for place, name in enumerate(judging)},
        len(found), failed,
    )  # fmt: skip


def _tasks(
    scenario: Scenario, names: tuple[str, ...], members: Sequence[Member], seed: int, scale: float,
    economy: EconomyClass | None,
) -> list[_Task]:  # fmt: skip
    """One task a run; runs that share a parameter set share its inputs."""
    sets = dict.fromkeys(member.parameter_set for member in members)
    inputs = {number: scenario.effective(UNTIL, number, seed, calibrated(number)) for number in sets}
    return [_Task(inputs[member.parameter_set], seed, member.replicate, scale, names, economy) for member in members]
