"""A store of many runs stays on disk: what is read is what was asked for, and every table comes out the same."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from simulation.analysis.bands import quantiles
from simulation.analysis.comparison import comparison_table
from simulation.analysis.differences import differences_table
from simulation.analysis.targets import targets_table
from simulation.experiments import run_ensemble
from simulation.experiments.executors import InProcess
from simulation.experiments.outcomes import Outcome
from simulation.experiments.sweep import run_sweep
from simulation.results import Result, dataset, export_csv
from simulation.scenario import Scenario
from tests.experiments.killing import experiment
from tests.experiments.stand_in import Steady, settings

RUNS = 400


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores count as large whatever their size."""
    monkeypatch.setattr(dataset, "READ_WHOLE", 0.0)


def test_opening_and_summing_up_take_the_memory_of_one_variable(folder: Path, on_disk: None) -> None:
    run_sweep(experiment(folder, RUNS // 4), out="out", executor=InProcess(), economy=Steady)
    with Result("out").dataset as warm:  # what a first reading imports is no cost of the runs
        quantiles(warm["core_revenue"]).load()
    tracemalloc.start()
    try:
        opened = Result("out").dataset
        _, at_opening = tracemalloc.get_traced_memory()
        bands = quantiles(opened["core_revenue"]).load()
        _, at_most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert opened.sizes["member"] == RUNS and np.isfinite(bands.values).all()
    assert at_opening < opened.nbytes / 4
    assert at_most - at_opening < 12 * opened["core_revenue"].nbytes < opened.nbytes


def test_a_small_store_is_read_whole_and_its_file_let_go(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings())
    data = result.dataset
    (result.folder / "ensemble.nc").unlink()
    assert np.isfinite(data["core_revenue"].values).all()


def test_tables_of_a_store_on_disk_are_those_of_one_in_memory(
    plain: Scenario, generous: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ensemble([plain, generous], **settings(out="out", until="2020Q4"))

    def tables() -> list[object]:
        data = Result("out").dataset
        outcomes = [Outcome("core_revenue", 2020, "A"), Outcome("funding_by_channel", 2019, element="venture")]
        files = export_csv(data.isel(member=slice(2)), folder / "csv", ["core_revenue", "funding_by_channel"])
        return [
            repr(targets_table(data)), repr(differences_table(data)), repr(comparison_table(data, outcomes)),
            [path.read_text(encoding="utf-8") for path in files],
        ]  # fmt: skip

    in_memory = tables()
    monkeypatch.setattr(dataset, "READ_WHOLE", 0.0)
    assert tables() == in_memory


def test_a_growing_ensemble_may_be_open(plain: Scenario, on_disk: None) -> None:
    before = run_ensemble(plain, **settings(out="out", replicates=2)).dataset
    after = run_ensemble(plain, **settings(out="out", replicates=4, resume=True)).dataset
    assert (before.sizes["member"], after.sizes["member"]) == (2, 4)
    np.testing.assert_array_equal(before["core_revenue"].values, after["core_revenue"].values[:, :2])
