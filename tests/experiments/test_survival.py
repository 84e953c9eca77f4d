"""Sweeps survive what kills processes: nothing finished is lost or repeated, and the store ends up the same."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from simulation.errors import StoreConflict
from simulation.experiments.executors import InProcess
from simulation.experiments.experiment import Experiment, load_experiment
from simulation.experiments.sweep import run_sweep, status
from simulation.results import Result
from simulation.results.store import RUNS, SHARDS
from tests.experiments.stand_in import Counted, Fragile, Mortal, Steady

BODY = """kind: experiment
schema_version: 1
scenarios: [plain.yaml]
factors:
  award_beta: prior
  fiscal_rd_grants: {distribution: 'uniform(0.5, 2)', as: multiply}
design: {name: latin_hypercube, n: POINTS, seed: 4}
replicates: 4
run: {seed: 3, scale: 0.05, until: 2017}
"""
# A child that sweeps, with the executor that its second argument names; every run leaves a mark.
CHILD = """
import sys
from simulation.experiments.cluster import Cluster
from simulation.experiments.executors import Processes
from simulation.experiments.experiment import load_experiment
from simulation.experiments.sweep import run_sweep
from tests.experiments.stand_in import Slow
kind, address = sys.argv[1:3]
executor = Cluster(address) if kind == "dask" else Processes(2)
print(executor.workers, flush=True)
run_sweep(load_experiment("sweep.yaml"), out="out", resume=True, executor=executor, economy=Slow)
"""


@pytest.fixture
def marks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder in which every executed run leaves a mark."""
    place = folder / "marks"
    place.mkdir()
    monkeypatch.setenv("STAND_IN_MARKS", str(place))
    return place


def experiment(folder: Path, points: int) -> Experiment:
    (folder / "plain.yaml").write_text("kind: scenario\nschema_version: 1\ntitle: {en: Plain}\n", encoding="utf-8")
    (folder / "sweep.yaml").write_text(BODY.replace("POINTS", str(points)), encoding="utf-8")
    return load_experiment("sweep.yaml")


def stored(result: Result) -> dict[str, bytes]:
    return {str(name): result.data[name].values.tobytes() for name in result.data.variables}


def child(folder: Path, kind: str = "processes", address: str = "-") -> subprocess.Popen[bytes]:
    """A process of its own group that continues the sweep in ``out``."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, kind, address], cwd=folder, env=environment, start_new_session=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip


def wait_for_runs(folder: Path, runs: int, seconds: float = 120.0) -> None:
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
    """How often each run was executed to its end, by its name."""
    return Counter(path.name.rsplit("~", 1)[0] for path in marks.iterdir())


def test_killed_three_times_and_resumed_it_ends_as_if_unbroken(folder: Path, marks: Path) -> None:
    sweep = experiment(folder, 50)
    first = child(folder)  # the whole program is killed
    wait_for_runs(folder, 20)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    second = child(folder)  # a worker is killed, the program lives on; then the program is killed
    wait_for_runs(folder, 60)
    victims = workers_of(second.pid)
    assert victims, "no worker was found"
    os.kill(victims[0], signal.SIGKILL)
    wait_for_runs(folder, 110)
    os.killpg(second.pid, signal.SIGKILL)
    second.wait()
    # A stop between writing and renaming leaves a file that is no run.
    (folder / "out" / SHARDS / ".plain-0001-000000.npz.99").write_bytes(b"half a file")
    assert status("out")["done"] >= 110
    third = child(folder)
    assert third.wait(timeout=180) == 0
    done = Result("out")
    assert status("out") == {"done": 200, "failed": 0, "pending": 0}
    whole = run_sweep(sweep, out="whole", executor=InProcess(), economy=Steady)
    assert stored(done) == stored(whole)
    # A run under way when its process was killed is executed again; a stored one never.
    repeated = sum(count - 1 for count in executed(marks).values())
    assert len(executed(marks)) == 200
    assert repeated <= 6  # two workers, three kills


def test_worker_of_a_cluster_may_be_killed(folder: Path, marks: Path) -> None:
    distributed = pytest.importorskip("distributed")
    import dask

    from simulation.experiments.cluster import NANNY

    sweep = experiment(folder, 30)
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        dask.config.set(NANNY),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, env=environment, silence_logs=50
        ) as cluster,
    ):
        running = child(folder, "dask", cluster.scheduler_address)
        wait_for_runs(folder, 20)
        victim = next(iter(cluster.workers.values())).process.pid
        os.kill(victim, signal.SIGKILL)
        assert running.wait(timeout=180) == 0
    whole = run_sweep(sweep, out="whole", executor=InProcess(), economy=Steady)
    assert stored(Result("out")) == stored(whole)
    assert len(executed(marks)) == 120
    assert sum(count - 1 for count in executed(marks).values()) <= 1


def test_full_disk_stops_cleanly_and_keeps_what_is_finished(folder: Path) -> None:
    sweep = experiment(folder, 5)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    run_sweep(sweep, out="whole", executor=InProcess(), economy=Steady)
    patch = pytest.MonkeyPatch()
    patch.setattr(Steady, "run", _tight_after(8, limits[1]))
    try:
        with pytest.raises(StoreConflict, match=r"cannot write into .*--resume continues"):
            run_sweep(sweep, out="out", executor=InProcess(), economy=Steady)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        patch.undo()
    names = [path.name for path in Path("out", SHARDS).iterdir()]
    assert len(names) == 8 and not any(name.startswith(".") for name in names)
    resumed = run_sweep(sweep, out="out", resume=True, executor=InProcess(), economy=Steady)
    assert stored(resumed) == stored(Result("whole"))


def _tight_after(runs: int, hard: int):
    original, seen = Steady.run, [0]

    def run(self: Steady) -> None:
        original(self)
        seen[0] += 1
        if seen[0] > runs:  # no file may grow beyond a few bytes from now on
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))

    return run


def test_failed_run_is_told_with_its_command_and_the_rest_goes_on(folder: Path) -> None:
    result = run_sweep(experiment(folder, 3), out="out", executor=InProcess(), economy=Fragile)
    assert status("out") == {"done": 9, "failed": 3, "pending": 0}
    words = result.failures[0]["repeat"].split()
    assert words[:2] == ["aiplan", "sweep"] and Path(words[2]).is_file()
    assert words[3:7] == ["--point", "1", "--first-replicate", "2"]
    kept = load_experiment(words[2])
    single = run_sweep(kept, out="single", point=1, first_replicate=2, executor=InProcess(), economy=Steady)
    whole = run_sweep(experiment(folder, 3), out="whole", executor=InProcess(), economy=Steady)
    np.testing.assert_array_equal(single.data["core_revenue"].isel(member=0), whole.data["core_revenue"].isel(member=2))


def test_run_that_kills_its_worker_is_found_and_the_rest_goes_on(folder: Path) -> None:
    result = run_sweep(experiment(folder, 3), jobs=2, out="out", economy=Mortal)
    assert status("out") == {"done": 9, "failed": 3, "pending": 0}
    assert {failure["replicate"] for failure in result.failures} == {2}


def test_failed_and_interrupted_runs_are_tried_again_and_finished_ones_never(folder: Path, marks: Path) -> None:
    sweep = experiment(folder, 3)
    run_sweep(sweep, out="out", executor=InProcess(), economy=Fragile)
    run_sweep(sweep, out="out", resume=True, executor=InProcess(), economy=Counted)
    assert sum(executed(marks).values()) == 3
    assert status("out") == {"done": 12, "failed": 0, "pending": 0}


def test_sweep_of_another_design_is_not_continued(folder: Path) -> None:
    run_sweep(experiment(folder, 3), out="out", executor=InProcess(), economy=Steady)
    with pytest.raises(StoreConflict, match="experiment_digest"):
        run_sweep(experiment(folder, 4), out="out", resume=True, executor=InProcess(), economy=Steady)


def test_status_can_be_asked_before_the_end(folder: Path) -> None:
    run_sweep(experiment(folder, 3), out="out", executor=InProcess(), economy=Steady)
    for path in list(Path("out", SHARDS).glob("*.npz"))[:5]:
        path.unlink()
    assert status("out") == {"done": 7, "failed": 0, "pending": 5}
    assert all(json.loads(line) for line in Path("out", RUNS).read_text().splitlines())
