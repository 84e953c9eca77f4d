"""The study of the store: 20,000 runs are opened and summed up at once, in memory that does not grow with their number.

``uv run --group dev python -m tests.studies.store`` sweeps a stand-in economy (``tests/experiments/stand_in.py``: the
model's own would take an hour and write the same arrays), stored through the path of every sweep, opens the stores in a
process of its own and writes ``store.csv`` and ``store.json`` into ``results/studies/``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulation.experiments.experiment import load_experiment
from simulation.experiments.sweep import run_sweep
from simulation.results import provenance
from simulation.results.store import ENSEMBLE
from simulation.results.text import csv_text, write_whole
from tests.experiments import killing
from tests.experiments.stand_in import Steady

FOLDER = Path("results/studies")
COMMAND = "uv run --group dev python -m tests.studies.store"
RUNS = (2_000, 20_000)
GOALS = {"open_seconds": 2.0, "quantiles_seconds": 10.0, "peak_megabytes": 300.0}
VARIABLE = "core_revenue"
# What a user does with a store, in a process that has done nothing else; times without and memory with the imports.
READER = """
import json, sys, time
started = time.perf_counter()
import xarray, netCDF4
from simulation.analysis.bands import quantiles
from simulation.results import Result
from tests.studies.store import peak
imported, base = time.perf_counter(), peak()
dataset = Result(sys.argv[1]).dataset
opened, after = time.perf_counter(), peak()
bands = quantiles(dataset[sys.argv[2]]).values
done = time.perf_counter()
print(json.dumps({
    "runs": dataset.sizes["member"] * dataset.sizes["scenario"], "megabytes": dataset.nbytes / 1e6,
    "import_seconds": imported - started, "open_seconds": opened - imported, "quantiles_seconds": done - opened,
    "imports_megabytes": base, "opened_megabytes": after, "peak_megabytes": peak(), "finite": bool((bands > 0).all()),
}))
"""


def peak() -> float:
    """Most memory that this process has held so far, megabytes (of a million bytes)."""
    told = Path("/proc/self/status")
    if told.exists():
        (line,) = (line for line in told.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def made(runs: int, jobs: int) -> float:
    """Sweep the stand-in economy into ``out`` of the working folder; seconds it took."""
    killing.experiment(Path.cwd(), runs // 4, until=2030)
    started = time.perf_counter()
    run_sweep(load_experiment("sweep.yaml"), jobs=jobs, out="out", economy=Steady)
    return time.perf_counter() - started


def read(folder: Path, variable: str = VARIABLE) -> dict[str, Any]:
    """Open a store and take the quantiles of one variable over all runs, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder), variable], env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def study(runs: Sequence[int], jobs: int, base: Path) -> list[dict[str, Any]]:
    """Make and read a store of each size; one row each, times the least of three readings."""
    rows, before = [], Path.cwd()
    for count in runs:
        folder = base / str(count)
        folder.mkdir()
        os.chdir(folder)
        try:
            seconds = made(count, jobs)
        finally:
            os.chdir(before)
        found = min((read(folder / "out") for _ in range(3)), key=lambda row: row["open_seconds"])
        disk = (folder / "out" / ENSEMBLE).stat().st_size / 1e6
        numbers = {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}
        rows.append({**numbers, "disk_megabytes": round(disk, 1), "sweep_seconds": round(seconds, 1)})
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=list(RUNS), help="sizes of the stores, multiples of 4")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes that make them")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        rows = study(chosen.runs, chosen.jobs, Path(folder))
    told = {
        "made_with": COMMAND, "program_version": provenance.program_version(), "python": platform.python_version(),
        "economy": "stand-in, stored through the path of every sweep", "variable": VARIABLE, "goals": GOALS,
    }  # fmt: skip
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_whole(chosen.out / "store.csv", csv_text(rows))
    write_whole(chosen.out / "store.json", json.dumps(told, indent=2) + "\n")
    sys.stdout.write(csv_text(rows))
    return 0 if all(rows[-1][name] < bound for name, bound in GOALS.items()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
