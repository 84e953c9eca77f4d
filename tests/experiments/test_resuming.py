"""Folders that are continued: they grow and never shrink, put in order what was left, and belong to one program."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from simulation.analysis.swept import Swept
from simulation.errors import StoreConflict, UsageError
from simulation.experiments import run_ensemble
from simulation.experiments.executors import InProcess
from simulation.experiments.experiment import load_experiment
from simulation.experiments.sweep import run_sweep, status
from simulation.results import Result
from simulation.results.lock import FolderLock
from simulation.results.store import RUNS, SHARDS
from simulation.scenario import Scenario, load
from tests.experiments.conftest import PLAIN
from tests.experiments.killing import MARKS, child, experiment, wait_for_runs, workers_of
from tests.experiments.stand_in import Fragile, Hopeless, Steady, settings

OUTCOME = "outcomes: [{variable: core_revenue, year: 2017}]\n"
SLOW = "tests.experiments.stand_in:Slow"


def change(old: str, new: str) -> None:
    path = Path("sweep.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def sweep(**options: object) -> Result:
    return run_sweep(load_experiment("sweep.yaml"), out="out", executor=InProcess(), economy=Steady, **options)


@pytest.fixture
def marks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "marks").mkdir()
    monkeypatch.setenv(MARKS, str(folder / "marks"))


def test_sweep_that_has_grown_can_be_analysed(folder: Path) -> None:
    experiment(folder, 3)
    sweep()
    change("replicates: 4\n", "replicates: 6\n" + OUTCOME)
    sweep(resume=True)
    swept = Swept("out")
    (outcome,) = swept.outcomes()
    assert swept.values(outcome).shape == (3, 6)
    assert swept.result.manifest["replicates"] == 6 and swept.result.manifest["outcomes"] == [outcome.name]


def test_folder_knows_what_it_grows_to_before_anything_runs(folder: Path) -> None:
    experiment(folder, 3)
    sweep()
    change("replicates: 4\n", "replicates: 6\n")
    with pytest.raises(KeyboardInterrupt):
        run_sweep(load_experiment("sweep.yaml"), out="out", resume=True, progress=_stop, economy=Steady)
    assert load_experiment("out/experiment.yaml").replicates == 6
    assert status("out") == {"done": 12, "failed": 0, "pending": 6}


def _stop(*numbers: int) -> None:
    raise KeyboardInterrupt


def test_fewer_runs_than_a_folder_holds_are_refused(plain: Scenario, folder: Path) -> None:
    experiment(folder, 3)
    sweep()
    change("replicates: 4\n", "replicates: 3\n")
    with pytest.raises(StoreConflict, match="may only grow"):
        sweep(resume=True)
    run_ensemble(plain, **settings(out="runs"))
    for fewer in ({"replicates": 2}, {"first_replicate": 2}):
        with pytest.raises(StoreConflict, match="may only grow"):
            run_ensemble(plain, **settings(out="runs", resume=True, **fewer))
    assert Result("runs").manifest["status"] == {"done": 4, "failed": 0}


def test_folder_of_a_single_point_holds_one_run(folder: Path) -> None:
    experiment(folder, 3)
    assert sweep(point=2, first_replicate=1).manifest["replicates"] == 1
    assert status("out") == {"done": 1, "failed": 0, "pending": 0}
    with pytest.raises(StoreConflict, match="may only grow"):
        sweep(point=2, first_replicate=3, resume=True)


def test_independent_points_do_not_grow(folder: Path) -> None:
    experiment(folder, 3)
    change("replicates: 4\n", "replicates: 4\npairing: independent\n")
    sweep()
    change("replicates: 4\n", "replicates: 6\n")
    with pytest.raises(StoreConflict, match="independently"):
        sweep(resume=True)


def test_scenarios_whose_results_would_share_files_are_refused(folder: Path) -> None:
    for name in ("one plan.yaml", "one_plan.yaml"):
        (folder / name).write_text(PLAIN, encoding="utf-8")
    both = [load("one plan.yaml"), load("one_plan.yaml")]
    with pytest.raises(UsageError, match="one plan and one_plan would be kept under one name"):
        run_ensemble(both, **settings())


def test_what_an_interruption_left_is_put_in_order(plain: Scenario) -> None:
    run_ensemble(plain, **settings(out="out", economy=Fragile))
    lines = Path("out", RUNS).read_text(encoding="utf-8").splitlines(keepends=True)
    Path("out", RUNS).write_text("".join(lines[1:])[:-20], encoding="utf-8")  # one is missing, one cut off
    run_ensemble(plain, **settings(out="single", replicates=1, first_replicate=2))
    shards = [Path(name, SHARDS, "plain-0000-000002.npz") for name in ("single", "out")]
    shards[0].rename(shards[1])  # the run that had failed is stored
    damaged = Path("out", SHARDS, "plain-0000-000001.npz")
    damaged.write_bytes(b"")
    assert [line["replicate"] for line in Result("out").failures] == []
    result = run_ensemble(plain, **settings(out="out", resume=True))
    assert sorted((line["replicate"], line["status"]) for line in result.runs) == [(n, "done") for n in range(4)]
    whole = run_ensemble(plain, **settings(out="whole"))
    assert result.data["core_revenue"].equals(whole.data["core_revenue"])
    texts = Path("out", RUNS).read_text(encoding="utf-8").splitlines()
    broken = [text for text in texts if not text.endswith("}")]
    assert len(broken) == 1 and all(json.loads(text) for text in texts if text not in broken)


def test_damaged_shard_counts_as_not_done(plain: Scenario) -> None:
    whole = run_ensemble(plain, **settings(out="out"))
    before = whole.data["core_revenue"].copy()
    shard = Path("out", SHARDS, "plain-0000-000003.npz")
    shard.write_bytes(shard.read_bytes()[:1000])
    again = run_ensemble(plain, **settings(out="out", resume=True))
    assert again.data["core_revenue"].equals(before)


def test_folder_that_another_program_fills_is_refused(plain: Scenario) -> None:
    run_ensemble(plain, **settings(out="out"))
    held = FolderLock(Path("out", RUNS))
    with pytest.raises(StoreConflict, match="out is being filled by another program"):
        run_ensemble(plain, **settings(out="out", resume=True))
    held.release()
    run_ensemble(plain, **settings(out="out", resume=True))


def test_lock_ends_with_the_runs_however_they_end(plain: Scenario) -> None:
    for _ in range(2):
        with pytest.raises(Exception, match="nothing works"):
            run_ensemble(plain, **settings(out="out", economy=Hopeless, resume=True))


def test_interrupt_stops_a_pool_after_the_batches_under_way(folder: Path, marks: None) -> None:
    experiment(folder, 100)  # batches of eight runs
    running = child(folder)
    wait_for_runs(folder, 20)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    before = status("out")["done"]
    assert running.wait(timeout=60) != 0
    done = status("out")["done"]
    assert done - before <= 2 * 8
    resumed = child(folder)
    assert resumed.wait(timeout=180) == 0
    assert len(Result("out").runs) == 400 == status("out")["done"]


def test_workers_end_with_a_program_that_is_killed_alone(folder: Path, marks: None) -> None:
    experiment(folder, 100)
    running = child(folder)
    wait_for_runs(folder, 20)
    workers = workers_of(running.pid)
    assert len(workers) >= 2, workers
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    end = time.monotonic() + 10.0
    while any(map(_lives, workers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(_lives, workers))
    left = status("out")["done"]
    assert left < 400
    sweep(resume=True)
    assert status("out")["done"] == 400


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_result_of_a_sweep_needs_nothing_outside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment(folder, 3)
    change("design:", OUTCOME + "design:")
    sweep()
    (folder / "plain.yaml").unlink()
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    swept = Swept("../out")
    assert swept.values(swept.outcomes()[0]).shape == (3, 4)
    kept = load_experiment("../out/experiment.yaml")
    assert "scenarios: [scenarios/plain.yaml]" in kept.text
    run_sweep(kept, out="../out", resume=True, executor=InProcess(), economy=Steady)
    single = run_sweep(kept, out="single", point=2, first_replicate=3, executor=InProcess(), economy=Steady)
    there = swept.result.data["core_revenue"].isel(member=7)
    assert (single.data["core_revenue"].isel(member=0).values == there.values).all()


def test_repeating_command_is_told_as_seen_from_here(
    plain: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ensemble(plain, **settings(out="runs", economy=Fragile))
    experiment(folder, 3)
    run_sweep(load_experiment("sweep.yaml"), out="swept", executor=InProcess(), economy=Fragile)
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    for name, file in (("runs", "scenarios/plain.yaml"), ("swept", "experiment.yaml")):
        told = Result(f"../{name}").failures[0]["repeat"].split()[2]
        assert told == f"../{name}/{file}" and Path(told).is_file()


@pytest.mark.parametrize(
    "written",
    ["scenarios: plain.yaml", "scenarios:\n- plain.yaml  # the one", "scenarios:\n  - plain.yaml\n\n# factors follow"],
)
def test_kept_experiment_names_the_kept_scenarios_in_any_notation(folder: Path, written: str) -> None:
    experiment(folder, 3)
    change("scenarios: [plain.yaml]", written)
    sweep()
    text = Path("out/experiment.yaml").read_text(encoding="utf-8")
    assert ("scenarios: [scenarios/plain.yaml]" in text and "#" not in written) or "#" in text
    assert load_experiment("out/experiment.yaml").factors == load_experiment("sweep.yaml").factors
