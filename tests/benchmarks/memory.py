"""Whether memory stays flat over the runs of one process.

``uv run --group dev python -m tests.benchmarks.memory --runs 500 --scale 0.1`` tells the memory of the process now and
then and ends with 1 when it has grown by more than a few megabytes since the first tenth of the runs.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from simulation.experiments.work import simulate
from simulation.scenario import Effective
from tests.benchmarks.sizes import inputs

# What the memory of a process may grow over hundreds of runs: allocators keep some of what was given back.
ALLOWED = 8.0


def resident() -> float:
    """Memory of this process in MiB: what it holds now, or where the system does not tell its peak so far."""
    import resource  # not everywhere

    held = Path("/proc/self/statm")
    if held.exists():
        return int(held.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def peak() -> float:
    """Most memory that this process has held, MiB.

    Where the system keeps it by process: the usual figure is handed down by a process to those it starts.
    """
    import resource  # not everywhere

    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def held_after(effective: Effective, scale: float, runs: int, marks: int = 10) -> list[float]:
    """Memory in MiB after each of some equal parts of the runs."""
    found = []
    for replicate in range(runs):
        simulate(effective, replicate=replicate, scale=scale)
        if (replicate + 1) % max(1, runs // marks) == 0:
            gc.collect()
            found.append(resident())
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--until", default="2030Q4")
    chosen = parser.parse_args(arguments)
    found = held_after(inputs(chosen.until), chosen.scale, chosen.runs)
    sys.stdout.write("MiB after each tenth of the runs: " + ", ".join(f"{value:.1f}" for value in found) + "\n")
    return int(found[-1] - found[0] > ALLOWED)


if __name__ == "__main__":
    raise SystemExit(main())
