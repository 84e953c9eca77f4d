"""Sweeps survive what kills processes: nothing finished is lost or repeated, and the store ends up the same."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from simulation.errors import StoreConflict
from simulation.experiments.executors import InProcess
from simulation.experiments.experiment import load_experiment
from simulation.experiments.sweep import run_sweep, status
from simulation.experiments.work import Batch
from simulation.results.store import RUNS, SHARDS
from tests.experiments.killing import (
    DASK,
    MARKS,
    TORN,
    child,
    digests,
    executed,
    experiment,
    kill,
    leftovers,
    repeated,
    wait_for_runs,
    workers_of,
)
from tests.experiments.stand_in import Counted, Fragile, Mortal, Steady

if TYPE_CHECKING:
    from simulation.experiments.cluster import Cluster


@pytest.fixture
def marks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder in which every executed run leaves a mark."""
    place = folder / "marks"
    place.mkdir()
    monkeypatch.setenv(MARKS, str(place))
    return place


def test_killed_three_times_and_resumed_it_ends_as_if_unbroken(folder: Path, marks: Path) -> None:
    sweep = experiment(folder, 50)
    first = child(folder)  # the whole program is killed
    wait_for_runs(folder, 20)
    kill(first)
    second = child(folder)  # a worker is killed, the program lives on; then the program is killed
    wait_for_runs(folder, 60)
    victims = workers_of(second.pid)
    assert victims, "no worker was found"
    os.kill(victims[0], signal.SIGKILL)
    wait_for_runs(folder, 110)
    kill(second)
    third = child(folder, TORN, writes=20)  # it dies between writing a run and renaming it
    assert third.wait(timeout=180) == -signal.SIGKILL
    assert leftovers(folder)
    assert 110 <= status("out")["done"] < 200
    assert child(folder).wait(timeout=180) == 0
    assert status("out") == {"done": 200, "failed": 0, "pending": 0}
    run_sweep(sweep, out="whole", executor=InProcess(), economy=Steady)
    assert digests("out") == digests("whole")
    # A run under way when its process was killed is begun again; a stored one never.
    assert len(executed(marks)) == 200
    assert 1 <= repeated(marks) <= 7  # two workers, three kills, and the run that was not renamed


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
        running = child(folder, DASK, cluster.scheduler_address)
        wait_for_runs(folder, 20)
        victim = next(iter(cluster.workers.values())).process.pid
        os.kill(victim, signal.SIGKILL)
        assert running.wait(timeout=180) == 0
    run_sweep(sweep, out="whole", executor=InProcess(), economy=Steady)
    assert digests("out") == digests("whole")
    assert len(executed(marks)) == 120
    assert repeated(marks) <= 1


class FarAway:
    """A cluster whose workers do not see the result folder."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.workers = cluster, cluster.workers
        self.handed_back = 0

    def map(self, function: Callable[[Batch], Any], tasks: Sequence[Batch]) -> Iterator[tuple[Batch, Any]]:
        sent = [replace(task, folder=Path("/folder/of/another/machine")) for task in tasks]
        for task, outcome in self.cluster.map(function, sent):
            self.handed_back += sum(bool(done.records) for done in outcome)
            yield tasks[sent.index(task)], outcome


def test_cluster_that_does_not_see_the_folder_hands_its_runs_back(folder: Path) -> None:
    distributed = pytest.importorskip("distributed")
    from simulation.experiments.cluster import Cluster

    sweep = experiment(folder, 2)
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with (
        distributed.LocalCluster(env=environment, **options) as local,
        Cluster(local.scheduler_address) as cluster,
    ):
        far = FarAway(cluster)
        run_sweep(sweep, out="out", executor=far, economy=Steady)
    assert far.handed_back == 8
    run_sweep(sweep, out="whole", executor=InProcess(), economy=Steady)
    assert digests("out") == digests("whole")


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
    assert digests(resumed.folder) == digests("whole")


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
