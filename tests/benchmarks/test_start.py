"""What stands between a user and the first result: the interpreter, the help, compiling, and a start from the cache."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from simulation.model import cache

Benchmark = Any
RUN = ("-m", "simulation", "run", "quick_demo", "--replicates", "1", "--jobs", "1", "--no-figures")
COMPILED = re.compile(r"compiled in ([\d.]+) s")


def call(*arguments: str, folder: Path | None = None, **variables: str) -> str:
    """Messages of a call of the interpreter."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stderr


def test_interpreter(benchmark: Benchmark, rounds: int) -> None:
    """``python -c pass``."""
    benchmark.pedantic(call, ("-c", "pass"), rounds=2 * rounds)


def test_help(benchmark: Benchmark, rounds: int) -> None:
    """``aiplan --help``."""
    benchmark.pedantic(call, ("-m", "simulation", "--help"), rounds=2 * rounds)


def test_import(benchmark: Benchmark, rounds: int) -> None:
    """Importing the economy and its dependencies."""
    benchmark.pedantic(call, ("-c", "import simulation.model.economy"), rounds=rounds)


def test_warm_start(benchmark: Benchmark, tmp_path: Path, rounds: int) -> None:
    """The command line's first small run with everything compiled before."""
    kept = str(cache.wanted_root())
    call(*RUN, folder=tmp_path, **{cache.VARIABLE: kept})
    benchmark.pedantic(call, RUN, {"folder": tmp_path, cache.VARIABLE: kept}, rounds=rounds)


def test_cold_start(benchmark: Benchmark, tmp_path: Path, rounds: int) -> None:
    """The same with an empty cache, and how much of it is compiling."""
    seconds: list[float] = []
    folders = iter(range(100))

    def start() -> None:
        told = call(*RUN, folder=tmp_path, **{cache.VARIABLE: str(tmp_path / f"cache{next(folders)}")})
        found = COMPILED.search(told)
        assert found, told
        seconds.append(float(found[1]))

    benchmark.pedantic(start, rounds=min(rounds, 3))
    benchmark.extra_info.update(compiling=sorted(seconds)[len(seconds) // 2])
