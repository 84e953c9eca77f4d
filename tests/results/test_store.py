"""The result folder: nothing overwritten, nothing half-written, everything told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from simulation.errors import StoreConflict
from simulation.experiments import run_ensemble
from simulation.results import Result, data_version, export_csv, program_version
from simulation.results.provenance import command_line
from simulation.results.shards import read_shard, write_shard
from simulation.results.store import read_runs
from simulation.scenario import Scenario, load
from tests.experiments.stand_in import Hopeless, settings


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_existing_folder_is_left_alone(plain: Scenario, folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(StoreConflict, match="exists already"):
        run_ensemble(plain, **settings(out="out", economy=Hopeless))
    assert files(folder / "out") == {"thesis.txt"}


@pytest.mark.parametrize("out", ["file/below", "/proc/aiplan/result"])
def test_folder_that_cannot_be_made_stops_before_anything_runs(plain: Scenario, folder: Path, out: str) -> None:
    (folder / "file").write_text("a file")
    before = files(folder)
    with pytest.raises(StoreConflict, match="cannot make the folder"):
        run_ensemble(plain, **settings(out=out, economy=Hopeless))
    assert files(folder) == before


def test_folder_without_manifest_is_not_resumed(plain: Scenario, folder: Path) -> None:
    (folder / "out").mkdir()
    with pytest.raises(StoreConflict, match="is not a result folder"):
        run_ensemble(plain, **settings(out="out", resume=True))
    assert not files(folder / "out")


def test_resuming_a_folder_that_does_not_exist_starts_it(plain: Scenario) -> None:
    assert len(run_ensemble(plain, **settings(out="new", resume=True)).runs) == 4


def test_default_folder_is_named_after_the_experiment_and_counted(plain: Scenario, generous: Scenario) -> None:
    names = [run_ensemble(plain, **settings()).folder for _ in range(3)]
    assert names[0].parent == Path("results/runs") and names[0].name.startswith("plain-")
    assert [name.name for name in names[1:]] == [f"{names[0].name}-2", f"{names[0].name}-3"]
    other = run_ensemble(plain, **settings(seed=4)).folder
    assert other.name != names[0].name and other.name[-2] != "-"
    assert run_ensemble([plain, generous], **settings()).folder.name.startswith("plain_and_1_more-")


def test_folder_holds_what_the_contract_names(plain: Scenario) -> None:
    folder = run_ensemble(plain, **settings()).folder
    shards = {f"shards/plain-0000-{replicate:06d}.npz" for replicate in range(4)}
    assert files(folder) == {"manifest.json", "runs.jsonl", "ensemble.nc", "scenarios/plain.yaml", *shards}


def test_kept_scenario_file_is_the_scenario(generous: Scenario) -> None:
    folder = run_ensemble(generous, **settings()).folder
    again = load(folder / "scenarios" / "generous.yaml")
    assert again.digest == generous.digest


def test_manifest_says_what_is_needed_to_repeat_the_run(generous: Scenario) -> None:
    manifest = json.loads((run_ensemble(generous, **settings()).folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["program_version"] == program_version()
    assert manifest["data_version"] == data_version()
    assert {key: manifest[key] for key in ("seed", "scale", "until", "replicates", "level")} == {
        "seed": 3, "scale": 0.05, "until": "2018Q4", "replicates": 4, "level": "detail"
    }  # fmt: skip
    (scenario,) = manifest["scenarios"]
    assert scenario["id"] == "generous" and scenario["digest"] == generous.digest
    assert scenario["variants"]["market"] == "awards"
    assert {"python", "numpy", "numba", "llvmlite", "mesa", "xarray"} <= set(manifest["dependencies"])
    assert manifest["status"] == {"done": 4, "failed": 0}
    assert "generous" in manifest["command"]


def test_command_names_no_path_of_the_machine(folder: Path) -> None:
    text = command_line(["run", str(folder / "deep" / "s.yaml"), "--out", str(folder.parent / "out"), "--set", "a=b c"])
    assert text == "aiplan run deep/s.yaml --out ../out --set 'a=b c'"


def test_line_cut_off_by_an_interruption_is_passed_over(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings())
    with open(result.folder / "runs.jsonl", "a") as file:
        file.write('{"scenario": "plain", "parame')
    assert len(read_runs(result.folder)) == 4


def test_shard_is_whole_or_absent(folder: Path) -> None:
    path = folder / "run.npz"
    assert read_shard(path) is None
    kept = {"a": np.array([1.5, np.nan]), "none": np.zeros((2, 0)), "b": np.arange(6.0).reshape(2, 3)}
    write_shard(path, kept)
    found = read_shard(path)
    assert list(found) == list(kept)
    for name, values in kept.items():
        np.testing.assert_array_equal(found[name], values, strict=True)
    assert files(folder) == {"run.npz"}


@pytest.mark.parametrize("content", [None, "", "{", "[1]"])
def test_folder_that_is_no_result_says_so(folder: Path, content: str | None) -> None:
    (folder / "other").mkdir()
    if content is not None:
        (folder / "other" / "manifest.json").write_text(content)
    with pytest.raises(StoreConflict, match="other"):
        Result("other")


def test_exported_values_are_those_of_the_dataset(plain: Scenario, folder: Path) -> None:
    data = run_ensemble(plain, **settings(replicates=2)).data
    (path,) = export_csv(data, folder / "csv", ["funding_by_channel"])
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "scenario,parameter_set,replicate,quarter,channel,variable,value,unit,scope"
    assert len(lines) - 1 == data["funding_by_channel"].size
    first = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert float(first["value"]) == data["funding_by_channel"].values.flat[0]
    assert (first["quarter"], first["scenario"]) == ("2016Q1", "plain")


def test_a_run_of_a_sweep_takes_at_most_twenty_kilobytes(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings(until="2030Q4", level="core", replicates=1))
    (shard,) = (result.folder / "shards").iterdir()
    assert shard.stat().st_size <= 20_000
