"""Ensembles: same bits however they are run, resumed where they stopped, failures kept with the way to repeat them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simulation.errors import RunFailed, StoreConflict, UsageError
from simulation.experiments import run_ensemble
from simulation.experiments.plan import make_plan
from simulation.inputs.posterior import HAND_FITTED, Posterior
from simulation.results import Result
from simulation.scenario import Scenario
from tests.experiments.stand_in import (
    BROKEN,
    Counted,
    Forgetful,
    Fragile,
    Hopeless,
    Interrupted,
    Mortal,
    settings,
)


def stored_bytes(result: Result) -> dict[str, bytes]:
    return {str(name): result.data[name].values.tobytes() for name in result.data.variables}


def test_number_of_workers_does_not_change_a_bit(plain: Scenario, generous: Scenario) -> None:
    alone = run_ensemble([plain, generous], **settings(replicates=6, out="alone"))
    shared = run_ensemble([plain, generous], **settings(replicates=6, out="shared", jobs=2))
    assert stored_bytes(alone) == stored_bytes(shared)
    assert alone.manifest["scenarios"] == shared.manifest["scenarios"]


def test_hash_seed_does_not_change_a_bit(plain: Scenario, folder: Path) -> None:
    script = (
        "import sys; from simulation.scenario import load; from simulation.experiments import run_ensemble; "
        "from tests.experiments.stand_in import settings; "
        "run_ensemble(load('plain.yaml'), **settings(out=sys.argv[1]))"
    )
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", script, f"out{hash_seed}"], env=environment, cwd=folder, check=True)
    assert stored_bytes(Result("out1")) == stored_bytes(Result("out2"))


def test_script_without_guard_may_use_several_workers(plain: Scenario, folder: Path) -> None:
    script = folder / "script.py"
    script.write_text(
        "from simulation.scenario import load\n"
        "from simulation.experiments import run_ensemble\n"
        "from tests.experiments.stand_in import settings\n"
        "print(len(run_ensemble(load('plain.yaml'), **settings(jobs=2, out='guarded')).runs))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert (done.stdout.strip(), done.returncode) == ("4", 0), done.stderr


def test_scenarios_share_their_randomness(plain: Scenario, generous: Scenario) -> None:
    result = run_ensemble([plain, generous], **settings())
    revenue = result.data["core_revenue"]
    before, after = revenue.sel(time=slice(None, "2017-12-31")), revenue.sel(time=slice("2018-01-01", None))
    np.testing.assert_array_equal(before.sel(scenario="plain"), before.sel(scenario="generous"))
    assert (after.sel(scenario="generous") > after.sel(scenario="plain")).all()


def test_members_carry_parameter_set_and_replicate(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings(replicates=2, parameter_sets=(0, 5)))
    assert result.data["parameter_set"].values.tolist() == [0, 0, 5, 5]
    assert result.data["replicate"].values.tolist() == [0, 1, 0, 1]
    level = result.data["core_revenue"].isel(scenario=0, time=0)
    assert (level.sel(member=2) > level.sel(member=0)).item()


def test_core_level_stores_less_and_the_same_values(plain: Scenario) -> None:
    everything = run_ensemble(plain, **settings(out="detail"))
    core = run_ensemble(plain, **settings(out="core", level="core"))
    assert set(core.data.data_vars) < set(everything.data.data_vars)
    for name in core.data.data_vars:
        np.testing.assert_array_equal(core.data[name], everything.data[name])


@pytest.mark.parametrize("jobs", [1, 2])
def test_failed_run_is_recorded_and_the_rest_goes_on(plain: Scenario, jobs: int) -> None:
    result = run_ensemble(plain, **settings(replicates=6, economy=Fragile, jobs=jobs))
    (failure,) = result.failures
    assert failure["replicate"] == BROKEN
    assert failure["error"] == "FloatingPointError: cash is not finite in 2019Q2"
    assert "stand_in.py" in failure["traceback"]
    assert result.manifest["status"] == {"done": 5, "failed": 1}
    assert BROKEN not in result.data["replicate"].values
    assert np.isfinite(result.data["core_revenue"].values).all()


def test_repeating_command_names_the_very_run(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings(economy=Fragile))
    words = shlex.split(result.failures[0]["repeat"])
    assert words[:2] == ["aiplan", "run"]
    assert not Path(words[2]).is_absolute() and Path(words[2]).is_file()
    options = dict(zip(words[3:-1:2], words[4:-1:2], strict=True))
    assert options["--first-replicate"] == str(BROKEN)
    assert (options["--replicates"], options["--seed"], options["--scale"]) == ("1", "3", "0.05")
    assert options["--until"] == "2018Q4"


def test_one_run_of_an_ensemble_can_be_repeated(plain: Scenario) -> None:
    whole = run_ensemble(plain, **settings())
    single = run_ensemble(plain, **settings(replicates=1, first_replicate=2))
    np.testing.assert_array_equal(single.data["core_revenue"].isel(member=0), whole.data["core_revenue"].isel(member=2))


def test_values_missing_under_one_scenario_stay_missing_there(plain: Scenario, generous: Scenario) -> None:
    run_ensemble([plain, generous], **settings(out="out"))
    (Path("out") / "shards" / f"plain-0000-{BROKEN:06d}.npz").unlink()
    result = run_ensemble([plain, generous], **settings(out="out", resume=True, economy=Fragile))
    revenue = result.data["core_revenue"].sel(member=BROKEN)
    assert np.isnan(revenue.sel(scenario="plain")).all()
    assert np.isfinite(revenue.sel(scenario="generous")).all()


def test_worker_that_dies_is_reported_as_failed_runs(plain: Scenario) -> None:
    result_error = None
    try:
        result = run_ensemble(plain, **settings(replicates=8, economy=Mortal, jobs=2, out="out"))
    except RunFailed as error:
        result_error, result = error, Result("out")
    assert BROKEN in {failure["replicate"] for failure in result.failures}
    assert all("BrokenProcessPool" in failure["error"] for failure in result.failures)
    assert result_error is None or not (Path("out") / "ensemble.nc").exists()


def test_no_run_at_all_is_an_error_that_keeps_the_record(plain: Scenario) -> None:
    with pytest.raises(RunFailed, match="nothing works"):
        run_ensemble(plain, **settings(economy=Hopeless, out="out"))
    assert len(Result("out").failures) == 4
    assert not (Path("out") / "ensemble.nc").exists()


def test_model_that_forgets_a_variable_fails(plain: Scenario) -> None:
    with pytest.raises(RunFailed, match="did not record"):
        run_ensemble(plain, **settings(economy=Forgetful))


def test_resuming_runs_only_what_is_missing(
    plain: Scenario, generous: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = folder / "marks"
    marks.mkdir()
    monkeypatch.setenv("STAND_IN_MARKS", str(marks))
    with pytest.raises(KeyboardInterrupt):
        run_ensemble([plain, generous], **settings(out="out", economy=Interrupted))
    assert len(list(marks.iterdir())) == 2
    assert not (Path("out") / "ensemble.nc").exists()
    resumed = run_ensemble([plain, generous], **settings(out="out", resume=True, economy=Counted))
    assert len(list(marks.iterdir())) == 8
    whole = run_ensemble([plain, generous], **settings(out="whole"))
    assert stored_bytes(resumed) == stored_bytes(whole)


def test_resuming_may_add_replicates(plain: Scenario) -> None:
    run_ensemble(plain, **settings(replicates=2, out="out"))
    more = run_ensemble(plain, **settings(replicates=4, out="out", resume=True))
    whole = run_ensemble(plain, **settings(replicates=4, out="whole"))
    assert stored_bytes(more) == stored_bytes(whole)
    assert more.manifest["replicates"] == 4


@pytest.mark.parametrize("change", [{"seed": 4}, {"scale": 0.1}, {"until": "2018Q3"}, {"level": "core"}])
def test_folder_of_another_experiment_is_not_resumed(plain: Scenario, change: dict[str, object]) -> None:
    run_ensemble(plain, **settings(out="out"))
    with pytest.raises(StoreConflict, match=next(iter(change))):
        run_ensemble(plain, **settings(out="out", resume=True, **change))


def test_folder_of_another_scenario_is_not_resumed(plain: Scenario, generous: Scenario) -> None:
    run_ensemble(plain, **settings(out="out"))
    with pytest.raises(StoreConflict, match="scenarios"):
        run_ensemble(generous, **settings(out="out", resume=True))


def test_progress_counts_every_run(plain: Scenario) -> None:
    seen: list[tuple[int, int, int]] = []
    run_ensemble(plain, **settings(economy=Fragile, progress=lambda *numbers: seen.append(numbers)))
    assert seen[0] == (0, 4, 0)
    assert seen[-1] == (4, 4, 1)
    assert [finished for finished, _, _ in seen] == sorted(finished for finished, _, _ in seen)


def test_profile_is_kept_when_asked_for(plain: Scenario) -> None:
    profiled = run_ensemble(plain, **settings(profile=True, out="profiled"))
    quarters = len(profiled.data["time"])
    times = {"world": quarters * [0.25], "market": quarters * [0.75]}
    assert all(run["profile"]["calls"] == times for run in profiled.runs)
    assert not any("profile" in run for run in run_ensemble(plain, **settings(out="plain")).runs)


def test_settings_come_from_the_scenario_unless_given(folder: Path) -> None:
    from simulation.scenario import load

    text = "kind: scenario\nschema_version: 1\nrun: {replicates: 3, seed: 9, scale: 0.2, until: 2017}\n"
    (folder / "own.yaml").write_text(text)
    manifest = run_ensemble(load("own.yaml"), economy=settings()["economy"], seed=10).manifest
    assert (manifest["replicates"], manifest["seed"], manifest["scale"]) == (3, 10, 0.2)
    assert manifest["until"] == "2017Q4"


@pytest.mark.parametrize(
    "wrong",
    [{"replicates": 0}, {"scale": 0.0}, {"scale": 1.5}, {"seed": -1}, {"until": "2016Q5"}, {"parameter_sets": ()}],
)
def test_impossible_settings_stop_before_anything_is_written(
    plain: Scenario, folder: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        run_ensemble(plain, **settings(**wrong))
    assert not (folder / "results").exists()


def test_two_scenarios_of_one_name_are_refused(plain: Scenario, folder: Path) -> None:
    with pytest.raises(UsageError, match="two scenarios are called plain"):
        run_ensemble([plain, plain], **settings())
    assert not (folder / "results").exists()


def test_every_line_of_the_record_is_json(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings(economy=Fragile))
    lines = [json.loads(line) for line in (result.folder / "runs.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines] == ["done", "done", "failed", "done"]


def test_each_run_has_a_set_of_the_posterior_and_scenarios_share_it(
    plain: Scenario, generous: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Posterior("2026a", "", (0.5, 0.5), ({"spend_share": 0.01}, {"spend_share": 0.02}))
    monkeypatch.setattr("simulation.experiments.plan.posterior", lambda: held)
    result = run_ensemble([plain, generous], **settings(replicates=3, parameter_sets=None))
    assert result.data["parameter_set"].values.tolist() == [1, 2, 1]
    assert result.data["replicate"].values.tolist() == [0, 1, 2]
    assert result.manifest["posterior"] == held.name
    assert held.name.startswith("2026a ")
    plan = make_plan((plain,), {"replicates": 3, "seed": 1, "scale": 0.1, "until": "2017Q4"}, "core", None, 0)
    values = [plan.inputs_of(plain.id, number).values["spend_share"] for number in (1, 2)]
    assert values == [0.01, 0.02]
    central = run_ensemble(plain, **settings(replicates=2, out="central"))
    assert central.data["parameter_set"].values.tolist() == [0, 0]


def test_without_a_posterior_every_run_has_the_central_set(plain: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.experiments.plan.posterior", lambda: HAND_FITTED)
    result = run_ensemble(plain, **settings(replicates=2, parameter_sets=None))
    assert result.data["parameter_set"].values.tolist() == [0, 0]
