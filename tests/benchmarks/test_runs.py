"""Whole runs by scale, by number of quarters and by number of firms, and the memory they take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from simulation.analysis.profile import ALL, profile
from simulation.experiments.work import simulate
from simulation.model.clock import TABLES
from simulation.model.economy import Economy
from tests.benchmarks.sizes import inputs

Benchmark = Any
LINEAR_SCALE = 0.3
MEMORY = """
import json, sys
from tests.benchmarks.memory import peak
from tests.benchmarks.sizes import inputs
from simulation.experiments.work import simulate
inputs()
simulate(inputs("2016Q2"), scale=0.01)
before = peak()
simulate(inputs(), scale=float(sys.argv[1]))
print(json.dumps([before, peak()]))
"""


def rows_of(told: dict[str, Any]) -> dict[str, int]:
    """Rows in use in the last quarter by table."""
    return {f"{name}_rows": told["rows"][name][-1] for name in TABLES}


def test_run(benchmark: Benchmark, scale: float, rounds: int) -> None:
    """A full run of 60 quarters, building included."""
    _, told = benchmark.pedantic(
        simulate, (inputs(),), {"scale": scale}, rounds=rounds, warmup_rounds=int(rounds > 1 and scale < 1.0)
    )
    benchmark.extra_info.update(rows_of(told), scale=scale, quarters=len(inputs().quarters), building=told["building"])


def test_quarters(benchmark: Benchmark, until: str, rounds: int) -> None:
    """Runs of different length at one scale."""
    _, told = benchmark.pedantic(simulate, (inputs(until),), {"scale": LINEAR_SCALE}, rounds=rounds)
    seconds = sum(map(sum, told["calls"].values()))
    benchmark.extra_info.update(rows_of(told), quarters=len(inputs(until).quarters), calls_seconds=seconds)


def test_firms(benchmark: Benchmark, more_firms: int, rounds: int) -> None:
    """Two years of one scale with more and more start-ups at the start; people stay as many as they are."""
    short = inputs("2017Q4")

    def build() -> tuple[tuple[Economy], dict[str, Any]]:
        return (Economy(short, scale=LINEAR_SCALE, extra_firms=more_firms),), {}

    def live(economy: Economy) -> dict[str, Any]:
        economy.run()
        return economy.clock.told()

    told = benchmark.pedantic(live, setup=build, rounds=rounds)
    benchmark.extra_info.update(rows_of(told), more_firms=more_firms)


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell the peak")
def test_memory(benchmark: Benchmark, scale: float) -> None:
    """Peak memory of a process that does one run, and what of it is due to the run."""

    def measure() -> list[float]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(scale)], env=environment, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    before, peak = benchmark.pedantic(measure, rounds=1)
    benchmark.extra_info.update(scale=scale, peak_megabytes=peak, run_megabytes=peak - before)


def test_bandwidth(benchmark: Benchmark, whole: float, rounds: int) -> None:
    """A whole run at one row a person, against what memory bandwidth alone would take."""
    told: list[dict[str, Any]] = []
    benchmark.pedantic(lambda: told.append(simulate(inputs(), scale=whole)[1]), rounds=min(rounds, 3))
    found = profile(told, inputs())
    all_calls = next(row for row in found.by_call() if row["call"] == ALL)
    by_call = {row["call"]: row["times_bandwidth"] for row in found.by_call() if row["times_bandwidth"] > 0.0}
    benchmark.extra_info.update(
        scale=whole, bandwidth=found.bandwidth, times_bandwidth=all_calls["times_bandwidth"], by_call=by_call,
        megabytes_a_quarter=all_calls["megabytes_a_quarter"],
    )  # fmt: skip
