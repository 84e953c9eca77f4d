"""Sweeps in child processes that are killed while they run, for the tests of survival and for the long study of it.

``python -m tests.experiments.killing KIND ADDRESS ECONOMY WRITES`` is such a child: it continues the sweep of the file
``sweep.yaml`` of the working folder in ``out``.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

from simulation.experiments.executors import Executor, InProcess, Processes
from simulation.experiments.experiment import Experiment, load_experiment
from simulation.experiments.sweep import run_sweep
from simulation.results import Result, shards
from simulation.results.shards import SHARDS

BODY = """kind: experiment
schema_version: 1
scenarios: [plain.yaml]
factors:
  award_beta: prior
  fiscal_rd_grants: {{distribution: 'uniform(0.5, 2)', as: multiply}}
design: {{name: latin_hypercube, n: {points}, seed: 4}}
replicates: 4
run: {{seed: 3, scale: {scale}, until: {until}}}
"""
MARKS = "STAND_IN_MARKS"
SLOW = "tests.experiments.stand_in:Slow"
PROCESSES, DASK, TORN = "processes", "dask", "torn"


def experiment(folder: Path, points: int, scale: float = 0.05, until: int = 2017) -> Experiment:
    """An experiment of ``points`` points with four replicates in ``folder``, which is the working folder."""
    (folder / "plain.yaml").write_text("kind: scenario\nschema_version: 1\ntitle: {en: Plain}\n", encoding="utf-8")
    (folder / "sweep.yaml").write_text(BODY.format(points=points, scale=scale, until=until), encoding="utf-8")
    return load_experiment("sweep.yaml")


def child(
    folder: Path, kind: str = PROCESSES, address: str = "-", economy: str = SLOW, writes: int = 0
) -> subprocess.Popen[bytes]:
    """A process of its own group that continues the sweep in ``out``.

    Parameters
    ----------
    folder : Path
        Its working folder.
    kind : {'processes', 'dask', 'torn'}
        Two worker processes; the scheduler at ``address``; or in the process itself, which kills itself between writing
        and renaming run number ``writes``.
    economy : str
        ``module:class``, which leaves a mark for every run.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "tests.experiments.killing", kind, address, economy, str(writes)]
    return subprocess.Popen(words, cwd=folder, env=environment, start_new_session=True)


def main(kind: str, address: str, economy: str, writes: str) -> None:
    """What the child does."""
    module, _, name = economy.partition(":")
    executor: Executor = InProcess() if kind == TORN else Processes(2)
    if kind == DASK:
        from simulation.experiments.cluster import Cluster

        executor = Cluster(address)
    if kind == TORN:
        _die_before_renaming(int(writes))
    run_sweep(
        load_experiment("sweep.yaml"), out="out", resume=True, executor=executor,
        economy=getattr(import_module(module), name),
    )  # fmt: skip


def _die_before_renaming(writes: int) -> None:
    """Have this process killed when run number ``writes`` is written under its partial name and not yet renamed."""
    replace, seen = os.replace, [0]

    def dying(source: Path, target: Path) -> None:
        seen[0] += Path(target).suffix == ".npz"
        if seen[0] == writes:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    shards.os.replace = dying  # type: ignore[attr-defined]


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a child with all its workers."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for_runs(folder: Path, runs: int, seconds: float = 600.0) -> None:
    """Wait until so many runs are stored."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(list((folder / "out" / SHARDS).glob("*.npz"))) >= runs:
            return
        time.sleep(0.02)
    raise TimeoutError(f"{runs} runs were not stored in {seconds} s")


def workers_of(parent: int) -> list[int]:
    """Processes that run this sweep's work: descendants of the parent that are not helpers of the library."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    children = {int(pid): int(ppid) for pid, ppid, _ in rows}
    texts = {int(pid): text for pid, _, text in rows}

    def inside(pid: int) -> bool:
        while pid in children and pid != parent:
            pid = children[pid]
        return pid == parent

    family = [pid for pid in children if pid != parent and inside(pid)]
    leaves = [pid for pid in family if pid not in children.values()]
    return [pid for pid in leaves if "resource_tracker" not in texts[pid]]


def executed(marks: Path) -> Counter[str]:
    """How often each run was begun, by its name."""
    return Counter(path.name.rsplit("~", 1)[0] for path in marks.iterdir())


def repeated(marks: Path) -> int:
    """How many runs were begun again."""
    return sum(count - 1 for count in executed(marks).values())


def leftovers(folder: Path) -> list[str]:
    """Files of runs that were written and never renamed."""
    return [path.name for path in (folder / "out" / SHARDS).iterdir() if path.name.startswith(".")]


def digests(folder: Path | str) -> dict[str, str]:
    """Hash of the bytes of every variable and coordinate of a result."""
    data = Result(folder).dataset
    return {str(name): hashlib.sha256(data[name].values.tobytes()).hexdigest() for name in data.variables}


if __name__ == "__main__":
    main(*sys.argv[1:])
