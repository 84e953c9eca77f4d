"""The verb ``hindcast`` as a user calls it."""

from __future__ import annotations

import csv
import json

import pytest

from simulation.analysis.hindcast import cases, paths
from simulation.inputs import forecasts as stored
from simulation.inputs.evidence import CALIBRATION_COLUMNS
from tests.analysis.hindcast.stand_in import made_up

AGREED = ("series", "scope", "origin", "year", "model", "observed", "q05", "q10", "q50", "q90", "q95", "crps")
OWN = made_up()
LATER = "core_revenue,2027-12-31,{value},,,0.1,bn CNY a year,{scope},2028,holdout,made up,nobody,nowhere,"


@pytest.fixture(autouse=True)
def made_up_forecasts(monkeypatch):
    for module in (stored, cases, paths):
        monkeypatch.setattr(module, "forecasts", lambda: OWN)


def _later(folder, *lines):
    path = folder / "later.csv"
    path.write_text("\n".join([",".join(CALIBRATION_COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path.as_posix()


def test_one_object_for_each_series_origin_horizon_and_model(aiplan):
    done = aiplan("hindcast", "--json", "--no-figures", "--origin", "2021", "--series", "core_revenue")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert all(set(AGREED) <= set(row) for row in rows)
    keys = [tuple(row[name] for name in ("series", "scope", "origin", "date", "information", "drivers", "model"))
            for row in rows]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert {row["model"] for row in rows} >= {"aiplan", "constant_growth", "institutes", "dynamics_twin"}
    assert all((row["crps"] is None) == (row["status"] != "scored") for row in rows)
    assert "not estimable" in {row["status"] for row in rows}


def test_tables_and_figures_are_written(aiplan, folder):
    done = aiplan("hindcast", "--origin", "2020", "--origin", "2022", "--out", "there")
    assert done.code == 0, done.err
    assert "not estimable" in done.out and "needs 4 figures in scope A" in done.out
    assert "core_firms list 2021-12-31" in done.out  # a floor
    names = {path.name for path in (folder / "there").iterdir()}
    assert {
        "cases.csv",
        "scores.csv",
        "summary.csv",
        "horizons.csv",
        "hindcast_fans.png",
        "hindcast_scores.png",
    } <= names
    with open(folder / "there" / "summary.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(int(row["distinct_observations"]) <= int(row["cases"]) for row in rows)


def test_the_whole_hindcast_tells_what_may_be_claimed(aiplan, folder):
    done = aiplan("hindcast", "--no-figures", "--out", "there")
    assert "What may be claimed" in done.out and "exploratory" in done.out
    assert (folder / "there" / "claims.csv").is_file()
    part = aiplan("hindcast", "--no-figures", "--out", "part", "--series", "core_revenue")
    assert "What may be claimed" not in part.out and not (folder / "part" / "claims.csv").exists()


def test_without_forecasts_of_the_model_the_rivals_are_shown(aiplan, monkeypatch):
    for module in (stored, cases, paths):
        monkeypatch.setattr(module, "forecasts", lambda: ())
    done = aiplan("hindcast", "--no-figures", "--series", "core_revenue")
    assert done.code == 0
    assert "no forecasts of the model are stored" in done.err
    assert "target_line" in done.out


def test_later_figures_are_scored_and_change_no_forecast(aiplan, folder):
    def told(value):
        file = _later(folder, LATER.format(value=value, scope="A"))
        done = aiplan("hindcast", "--json", "--no-figures", "--observations", file, "--origin", "2022")
        assert done.code == 0, done.err
        return json.loads(done.out)

    first, second = told(900), told(5000)
    assert {row["year"] for row in first} == {2027}
    assert [row["q50"] for row in first] == [row["q50"] for row in second]
    assert [row["crps"] for row in first] != [row["crps"] for row in second]


def test_a_wrong_file_is_named_with_its_line(aiplan, folder):
    file = _later(folder, LATER.format(value=900, scope="A"), LATER.format(value=900, scope="Q"))
    done = aiplan("hindcast", "--observations", file)
    assert done.code == 3
    assert "error: later.csv:3:" in done.err and "unknown scope 'Q'" in done.err and "valid: A, N, I, B" in done.err
    assert aiplan("hindcast", "--observations", "missing.csv").code == 3


def test_figures_of_the_past_alone_are_a_usage_error(aiplan, folder):
    file = _later(folder, LATER.format(value=900, scope="A").replace("2027-12", "2018-12"))
    done = aiplan("hindcast", "--observations", file)
    assert done.code == 2
    assert "no figure to score after these origins" in done.err


@pytest.mark.parametrize("wrong", [("--origin", "1999"), ("--series", "profits")])
def test_unknown_origins_and_series_are_usage_errors(aiplan, wrong):
    done = aiplan("hindcast", *wrong)
    assert done.code == 2
    assert f"{wrong[1]}; there are" in done.err
