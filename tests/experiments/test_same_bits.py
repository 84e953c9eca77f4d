"""The real economy gives the same bits in another process, with another number of workers and another hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from simulation.results import Result


def test_processes_workers_and_hash_seeds_do_not_matter(tmp_path: Path) -> None:
    command = ["-m", "simulation", "run", "quick_demo", "--replicates", "2", "--until", "2018Q2", "--no-figures"]
    started = [
        subprocess.Popen(
            [sys.executable, *command, "--jobs", str(jobs), "--out", f"out{jobs}"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        )
        for jobs, hash_seed in ((1, "11"), (2, "22"))
    ]
    assert [process.wait(timeout=240) for process in started] == [0, 0]
    one, two = (Result(tmp_path / f"out{jobs}").data for jobs in (1, 2))
    assert set(one.variables) == set(two.variables)
    different = [name for name in one.variables if one[name].values.tobytes() != two[name].values.tobytes()]
    assert different == []
    members = one["core_revenue"].isel(scenario=0)
    assert not np.array_equal(members[0], members[1])
