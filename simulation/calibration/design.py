"""The design: points over the priors, simulated once, kept compactly, resumed where it stopped.

Two kinds of runs share the same points.  ``conditional`` has the levers and outside drivers of ``historical_actual``
throughout.  ``unconditional-YEAR`` has them up to the end of that origin year; afterwards levers and drivers follow
``plan_baseline``, and each outside driver of the table is at an unknown, constant level drawn from its distribution.
What the table does not name keeps its path: value added by sector, pay outside, graduates, dated levers, and platform
investment up to a constant factor.  A forecaster at the origin would have known less of these.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from simulation.calibration.latent import Layout
from simulation.calibration.parameters import DRIVER, FITTED, UNCALIBRATED, factors
from simulation.errors import RunFailed, StoreConflict
from simulation.experiments.executors import Executor, executor_for
from simulation.experiments.factors import Factor, applied
from simulation.experiments.runner import Progress
from simulation.experiments.warm_up import warm_up
from simulation.experiments.work import EconomyClass, simulate
from simulation.inputs import quarters
from simulation.results import provenance
from simulation.results.text import json_text, write_whole
from simulation.scenario import Effective, load
from simulation.scenario.effective import digest_of

CONDITIONAL, UNCONDITIONAL = "conditional", "unconditional"
HISTORY, NEUTRAL = "historical_actual", "plan_baseline"
ORIGINS = (2017, 2019, 2020, 2021, 2022, 2023)
KINDS = (CONDITIONAL, *(f"{UNCONDITIONAL}-{year}" for year in ORIGINS))
RUNS_A_CHUNK = 32
SPECIFICATION = "design.json"


@dataclass(frozen=True)
class Specification:
    """Everything that decides the values of a design.

    Parameters
    ----------
    kind : str
        ``conditional`` or ``unconditional-YEAR``.
    points : int
        Points of the scrambled Sobol sequence; a power of two.
    repeated : int
        Number of first points that are run again, for the variance between seeds.
    repeats : int
        Further runs of each of those.
    scale : float
        Share of small firms and people that is simulated.
    until : str
        Last quarter.
    seed : int
        Seed of the sequence and of all runs; run number ``i`` is replicate ``i``.
    """

    kind: str
    points: int
    repeated: int = 0
    repeats: int = 0
    scale: float = 0.05
    until: str = "2030Q4"
    seed: int = 1

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.points + self.repeated * self.repeats

    def point_of(self, run: int) -> int:
        """Point that a run is made at."""
        return run if run < self.points else (run - self.points) % self.repeated

    def factors(self) -> tuple[Factor, ...]:
        """Sampled parameters, and in an unconditional design the drivers from the quarter after the origin on."""
        if self.kind == CONDITIONAL:
            return factors((FITTED, UNCALIBRATED))
        return (*factors((FITTED, UNCALIBRATED)), *factors((DRIVER,), self.after))

    @property
    def after(self) -> int:
        """Number of the first quarter after the origin, on the time axis of the runs."""
        return quarters.number(f"{int(self.kind.split('-')[1]) + 1}Q1") - quarters.number(quarters.FIRST)

    def cube(self) -> np.ndarray:
        """Points in the unit cube of the factors, shape (points, factors); the same for the same seed everywhere."""
        from scipy.stats import qmc

        return qmc.Sobol(len(self.factors()), rng=np.random.default_rng(self.seed)).random(self.points)

    def inputs(self) -> Effective:
        """Central inputs, which the points change."""
        history = load(HISTORY).effective(self.until, 0, self.seed)
        if self.kind == CONDITIONAL:
            return history
        neutral = load(NEUTRAL).effective(self.until, 0, self.seed)
        joined = {name: np.array(path, dtype=float) for name, path in history.paths.items()}
        for name, path in joined.items():
            path[self.after :] = neutral.paths[name][self.after :]
        return replace(history, paths=joined)

    def digest(self) -> str:
        """Hash of what decides the values: this specification, its factors, everything the runs read, the model."""
        inputs = self.inputs()
        read = digest_of(inputs.paths, inputs.values, inputs.variants)
        sampled = [(each.name, each.action, str(each.prior), each.start) for each in self.factors()]
        told = [asdict(self), sampled, read, provenance.MODEL_VERSION]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Design:
    """A simulated design.

    Parameters
    ----------
    names : tuple of str
        Ids of the sampled parameters.
    cube : ndarray, shape (runs, parameters)
        Point of each run in the unit cube of the priors.
    point : ndarray of int, shape (runs,)
        Number of the point of each run; repeated points share it.
    columns : tuple of str
        Names of the stored values.
    values : ndarray, shape (runs, columns), float32
        Stored values in the units of the variable table; runs that failed are left out.
    """

    names: tuple[str, ...]
    cube: np.ndarray
    point: np.ndarray
    columns: tuple[str, ...]
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, chosen: Any) -> Design:
        """The design with some of its runs: an index or mask."""
        return replace(self, cube=self.cube[chosen], point=self.point[chosen], values=self.values[chosen])


@dataclass(frozen=True)
class _Chunk:
    """Consecutive runs, as a worker does them."""

    path: Path
    numbers: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    inputs: Effective
    factors: tuple[Factor, ...]
    specification: Specification
    economy: EconomyClass | None


def _simulate_chunk(chunk: _Chunk) -> list[str]:
    """Run and store a chunk; the errors of runs that failed, whose values are missing (NaN)."""
    layout = Layout(chunk.inputs.quarters)
    found = np.full((len(chunk.numbers), len(layout.columns)), np.nan, dtype=np.float32)
    errors = []
    for row, (number, values) in enumerate(zip(chunk.numbers, chunk.values, strict=True)):
        try:
            inputs = applied(chunk.inputs, chunk.factors, values)
            records, _ = simulate(inputs, chunk.specification.seed, number, chunk.specification.scale, chunk.economy)
            found[row] = layout.read(records)
        except Exception as error:  # a run that stumbles is told and left out; the others go on
            errors.append(f"run {number}: {type(error).__name__}: {error}")
    partial = chunk.path.with_name(f".{chunk.path.name}")
    try:
        with open(partial, "wb") as file:
            np.save(file, found)
        os.replace(partial, chunk.path)
    except OSError as error:
        raise StoreConflict(f"cannot write into {chunk.path.parent}: {error.strerror}") from error
    return errors


def simulate_design(
    specification: Specification,
    folder: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    *,
    executor: Executor | None = None,
    economy: EconomyClass | None = None,
    warn: Callable[[str], None] = lambda text: None,
) -> Design:
    """Simulate what is missing of a design and read all of it.

    Parameters
    ----------
    specification : Specification
        What to run.
    folder : Path
        Where its chunks are kept; runs found there are not repeated.
    jobs, progress, executor, economy
        As of :func:`simulation.experiments.run_ensemble`.
    warn : callable
        Told of each run that failed.

    Raises
    ------
    StoreConflict
        When the folder holds another design or cannot be written.
    RunFailed
        When no run finished.
    """
    _claim(folder, specification)
    todo = _chunks(specification, folder, economy)
    runner = executor or executor_for(jobs, len(todo))
    if todo and economy is None:
        warm_up([specification.inputs()])
    finished, failed = specification.runs - sum(len(chunk.numbers) for chunk in todo), 0
    report = progress or (lambda finished, total, failed: None)
    report(finished, specification.runs, failed)
    for chunk, outcome in runner.map(_simulate_chunk, todo):
        if isinstance(outcome, BaseException):
            raise outcome
        for text in outcome:
            warn(text)
        finished, failed = finished + len(chunk.numbers), failed + len(outcome)
        report(finished, specification.runs, failed)
    design = _collect(specification, folder)
    before = specification.runs - len(design) - failed
    if before:
        warn(f"{before} runs failed when they were made and are left out")
    return design


def _claim(folder: Path, specification: Specification) -> None:
    """Make the folder, or make sure that it holds this design."""
    told = json_text({**asdict(specification), "digest": specification.digest()}) + "\n"
    path = folder / SPECIFICATION
    if path.exists():
        if path.read_text(encoding="utf-8") != told:
            raise StoreConflict(f"{folder} holds another design, or that of another model; another --runs leaves it")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, told)
    except OSError as error:
        raise StoreConflict(f"cannot write into {folder}: {error.strerror}") from error


def _chunk_paths(specification: Specification, folder: Path) -> list[tuple[Path, tuple[int, ...]]]:
    starts = range(0, specification.runs, RUNS_A_CHUNK)
    return [
        (folder / f"runs-{start:06d}.npy", tuple(range(start, min(start + RUNS_A_CHUNK, specification.runs))))
        for start in starts
    ]


def _chunks(specification: Specification, folder: Path, economy: EconomyClass | None) -> list[_Chunk]:
    left = [(path, numbers) for path, numbers in _chunk_paths(specification, folder) if not path.exists()]
    if not left:
        return []
    inputs, sampled = specification.inputs(), specification.factors()
    values = to_values(specification.cube(), sampled)
    return [
        _Chunk(
            path, numbers, tuple(tuple(values[specification.point_of(number)].tolist()) for number in numbers), inputs,
            sampled, specification, economy,
        )
        for path, numbers in left
    ]  # fmt: skip


def to_values(cube: np.ndarray, sampled: Sequence[Factor]) -> np.ndarray:
    """Values of the factors at points of the unit cube, shape (points, factors), in the factors' units."""
    columns = []
    for factor, probability in zip(sampled, cube.T, strict=True):
        assert factor.prior is not None and factor.parameter is not None
        bounds = (factor.parameter.low, factor.parameter.high) if factor.action == "set" else (-np.inf, np.inf)
        columns.append(np.asarray(factor.prior.quantile(probability, *bounds), dtype=float))
    return np.column_stack(columns)


def _collect(specification: Specification, folder: Path) -> Design:
    values = np.concatenate([np.load(path) for path, _ in _chunk_paths(specification, folder)])
    point = np.array([specification.point_of(run) for run in range(specification.runs)])
    good = np.isfinite(values).all(axis=1)
    if not good.any():
        raise RunFailed("none of the runs of the design finished")
    span = quarters.span(quarters.FIRST, specification.until)
    names = tuple(factor.name for factor in specification.factors())
    cube = specification.cube()[point]
    return Design(names, cube[good], point[good], Layout(span).columns, values[good])
