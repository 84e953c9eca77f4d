"""The dataset follows the variable table, and survives being stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray

from simulation.errors import RunFailed
from simulation.experiments import run_ensemble, simulate
from simulation.inputs import dimensions
from simulation.inputs.variables import variables
from simulation.results import Member, Result, write_dataset
from simulation.results.dataset import netcdf_value, quarter_ends, select
from simulation.scenario import Scenario
from tests.experiments.stand_in import Steady, settings


def test_every_row_of_the_table_has_its_dimensions_units_and_labels(plain: Scenario) -> None:
    data = run_ensemble(plain, **settings()).data
    assert set(data.data_vars) == set(variables())
    for name, row in variables().items():
        assert data[name].dims == ("scenario", "member", "time", *row.dims)
        assert data[name].attrs["units"] == row.unit
        assert (data[name].attrs["long_name"], data[name].attrs["label_zh"]) == (row.label_en, row.label_zh)
        for dim in row.dims:
            assert data[dim].values.tolist() == list(dimensions.members(dim))


def test_values_stand_where_the_run_recorded_them(plain: Scenario) -> None:
    data = run_ensemble(plain, **settings()).data
    records, _ = simulate(plain.effective("2018Q4"), seed=3, replicate=2, scale=0.05, economy=Recorded)
    for name, values in records.items():
        np.testing.assert_array_equal(data[name].isel(scenario=0, member=2), values)


class Recorded(Steady):
    """Keeps its records when it is closed."""

    def close(self) -> None:
        return


def test_time_is_the_last_day_of_each_quarter() -> None:
    days = quarter_ends(["2016Q1", "2016Q2", "2016Q3", "2016Q4", "2020Q1"])
    assert [str(day)[:10] for day in days] == ["2016-03-31", "2016-06-30", "2016-09-30", "2016-12-31", "2020-03-31"]


def test_stored_dataset_reads_back_equal(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings())
    xarray.testing.assert_identical(Result(result.folder).data, result.data)
    assert result.data["quarter"].values.tolist() == list(plain.effective("2018Q4").quarters)


def test_failed_run_is_missing_not_zero(folder: Path) -> None:
    shape = {name: (1, *row.shape) for name, row in variables().items()}

    def read(scenario: str, member: Member) -> dict[str, np.ndarray] | None:
        return None if member.replicate else {name: np.ones(size) for name, size in shape.items()}

    write_dataset(folder / "out.nc", ["s"], [Member(0, 0), Member(0, 1)], ["2016Q1"], read)
    data = xarray.load_dataset(folder / "out.nc")
    assert float(data["core_revenue"].sel(member=0).sum()) == 1.0
    assert np.isnan(data["core_revenue"].sel(member=1)).all()


def test_record_of_a_wrong_shape_is_refused() -> None:
    records = {name: np.ones((3, *row.shape)) for name, row in variables().items()}
    name = next(name for name, row in variables().items() if row.shape)
    with pytest.raises(RunFailed, match=f"{name} was recorded with shape"):
        select({**records, name: np.ones(3)}, 3)


def test_provenance_that_netcdf_cannot_hold_becomes_json_text(plain: Scenario) -> None:
    result = run_ensemble(plain, **settings())
    attributes = result.data.attrs
    assert attributes["scale"] == 0.05
    assert '"zh": "平常"' in attributes["scenario_titles"]
    assert netcdf_value(True) == "true"
    assert netcdf_value({"a": [1, float("nan")]}) == '{"a": [1, null]}'
