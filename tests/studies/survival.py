"""The study of survival: a sweep of 2,000 runs that is killed again and again ends as the unbroken one, bit for bit.

``uv run --group dev python -m tests.studies.survival`` sweeps a small economy of the model three times (some minutes on
two cores) and writes ``survival.csv`` and ``survival.json`` into ``results/studies/``: the sweep unbroken; in child
processes of which one is killed with its workers, one loses a worker and is killed later, and one dies between writing
and renaming a run; and on a Dask scheduler with two worker processes, of which one is killed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulation.experiments.executors import InProcess
from simulation.experiments.sweep import run_sweep, status
from simulation.results import provenance
from simulation.results.text import csv_text, write_whole
from tests.experiments import killing
from tests.studies.counted import CountedEconomy

FOLDER = Path("results/studies")
COMMAND = "uv run --group dev python -m tests.studies.survival"
ECONOMY = "tests.studies.counted:CountedEconomy"
REPLICATES = 4
SCALE, UNTIL = 0.01, 2017
Row = dict[str, Any]


def unbroken(folder: Path, points: int) -> dict[str, str]:
    """Hashes of the sweep that nobody stops, as every variable of its store."""
    marks_in(folder / "marks_whole")
    sweep = killing.experiment(folder, points, SCALE, UNTIL)
    run_sweep(sweep, out="whole", executor=InProcess(), economy=CountedEconomy)
    return killing.digests("whole")


def killed_three_times(folder: Path, runs: int) -> list[str]:
    """Sweep in children that are killed at a fifth, at half and at seven tenths of the runs; how each of them ended."""
    told = []
    first = killing.child(folder, economy=ECONOMY)
    killing.wait_for_runs(folder, runs // 5)
    killing.kill(first)
    told.append(f"the program and its workers killed at {status('out')['done']} runs")
    second = killing.child(folder, economy=ECONOMY)
    killing.wait_for_runs(folder, runs * 35 // 100)
    os.kill(killing.workers_of(second.pid)[0], signal.SIGKILL)
    told.append(f"one of two workers killed at {status('out')['done']} runs")
    killing.wait_for_runs(folder, runs // 2)
    killing.kill(second)
    told.append(f"the program killed at {status('out')['done']} runs")
    third = killing.child(folder, killing.TORN, economy=ECONOMY, writes=runs // 5)
    if third.wait() != -signal.SIGKILL or not killing.leftovers(folder):
        raise RuntimeError("the third child did not die between writing and renaming")
    told.append(f"killed between writing and renaming a run at {status('out')['done']} runs")
    if killing.child(folder, economy=ECONOMY).wait() != 0:
        raise RuntimeError("the last child did not finish the sweep")
    return told


def cluster_worker_killed(folder: Path, runs: int) -> list[str]:
    """Sweep through a scheduler with two worker processes, one of which is killed at a third of the runs."""
    import dask
    from distributed import LocalCluster

    from simulation.experiments.cluster import NANNY

    environment = {"PYTHONPATH": os.pathsep.join(sys.path), killing.MARKS: os.environ[killing.MARKS]}
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with dask.config.set(NANNY), LocalCluster(env=environment, **options) as cluster:
        running = killing.child(folder, killing.DASK, cluster.scheduler_address, ECONOMY)
        killing.wait_for_runs(folder, runs // 3)
        os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
        told = [f"one of two workers of a Dask scheduler killed at {status('out')['done']} runs"]
        if running.wait() != 0:
            raise RuntimeError("the sweep did not finish on the cluster")
    return told


def marks_in(place: Path) -> Path:
    """Have every run leave its mark in a new folder."""
    place.mkdir()
    os.environ[killing.MARKS] = str(place)
    return place


def row(sweep: str, whole: dict[str, str], marks: Path, told: Sequence[str]) -> Row:
    """What became of a sweep: what was done to it, and whether it ended as the unbroken one."""
    found = killing.digests("out")
    return {
        "sweep": sweep, "what_was_killed": "; ".join(told), **status("out"), "distinct": len(killing.executed(marks)),
        "begun_again": killing.repeated(marks), "variables": len(found), "bitwise_equal": found == whole,
    }  # fmt: skip


def study(points: int, base: Path) -> list[Row]:
    """All sweeps of ``points`` points with four replicates, below ``base``; a row for each that was broken."""
    runs, rows = points * REPLICATES, []
    before = Path.cwd()
    try:
        for place, (name, sweep) in enumerate((("processes", killed_three_times), ("dask", cluster_worker_killed))):
            folder = base / name
            folder.mkdir()
            os.chdir(folder)
            if place == 0:
                whole = unbroken(folder, points)
            killing.experiment(folder, points, SCALE, UNTIL)
            marks = marks_in(folder / "marks")
            rows.append(row(name, whole, marks, sweep(folder, runs)))
    finally:
        os.chdir(before)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=500, help="design points, with four replicates each")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        rows = study(chosen.points, Path(folder))
    told = {
        "made_with": COMMAND, "program_version": provenance.program_version(),
        "model_version": provenance.MODEL_VERSION, "economy": "the model's own", "scale": SCALE, "until": UNTIL,
    }  # fmt: skip
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_whole(chosen.out / "survival.csv", csv_text(rows))
    write_whole(chosen.out / "survival.json", json.dumps(told, indent=2) + "\n")
    sys.stdout.write(csv_text(rows))
    good = all(each["bitwise_equal"] and each["distinct"] == each["done"] == 4 * chosen.points for each in rows)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
