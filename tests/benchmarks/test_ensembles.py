"""Ensembles on one and on two workers, and of different length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulation.experiments import run_ensemble
from simulation.scenario import load
from tests.benchmarks.sizes import SCENARIO

Benchmark = Any
TARGET_SCALE = 0.1


def measure(benchmark: Benchmark, folder: Path, scale: float, runs: int, jobs: int) -> None:
    """Time an ensemble from its first to its last file, worker processes started and stopped included."""
    scenario = load(SCENARIO)
    run_ensemble(scenario, 1, scale=0.01, jobs=1, out=folder / "compiled")

    def ensemble() -> None:
        run_ensemble(scenario, runs, scale=scale, jobs=jobs, out=folder / "ensemble", level="core")

    benchmark.pedantic(ensemble, rounds=1)
    benchmark.extra_info.update(scale=scale, runs=runs, workers=jobs)


@pytest.mark.parametrize("workers", [1, 2])
def test_workers(benchmark: Benchmark, tmp_path: Path, ensemble: tuple[float, int], workers: int) -> None:
    """The same ensemble on one and on two workers."""
    measure(benchmark, tmp_path, *ensemble, workers)


def test_length(benchmark: Benchmark, tmp_path: Path, length: int) -> None:
    """Ensembles of more and more runs on two workers."""
    measure(benchmark, tmp_path, TARGET_SCALE, length, 2)
