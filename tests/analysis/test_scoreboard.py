"""The scoreboard on results that reproduce, miss or lack the published figures."""

import math

import numpy as np
import pytest

from simulation.analysis.frames import format_table
from simulation.analysis.scoreboard import format_scoreboard, observation_parameters, scoreboard
from simulation.inputs import units
from simulation.inputs.evidence import calibration_rows
from simulation.inputs.operators import operator
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables

from .synthetic import growing, result


def _rows(values, **shape):
    rows = scoreboard(result(values, **shape))
    return {(row["series"], row["date"][:4], row["scope"]): row for row in rows}


def _levels(scale=1.0):
    """A constant economy that agrees with the published figures of 2022, times ``scale``."""
    share = {name: units.convert(1.0, "percent", variables()[name].unit) for name in _PERCENT}
    tiers = np.array([171.0 / float(registry()["ai2000_share"].values), 10_000.0, 100_000.0, 500_000.0])
    return {
        "core_revenue": scale * 508.0 / 4,
        "related_revenue_r2": scale * 570.0 / 4 / operator("related", "I").factor(),
        "firms_recognised": scale * 3800.0 / operator("firms", "wide list").factor(),
        "equity_funding_broad": scale * 118.0 / 4,
        **{name: scale * value * share[name] for name, value in _PERCENT.items()},
        "talent_by_tier": (("tier",), scale * tiers),
        "wage_it_sector": scale * units.convert(220_418.0, "cny/year", _wage_unit()),
    }


_PERCENT = {
    "top5_province_share_firms": 85.6,
    "gross_margin_listed": 35.4,
    "rd_intensity_listed": 9.98,
    "cr4_speech_language": 38.9,
    "cr5_platform": 69.9,
}


def _wage_unit():
    unit = variables()["wage_it_sector"].unit
    return unit if units.convertible(unit, "cny/year") else unit.replace("/person", "").replace("person/", "")


def test_every_calibration_row_is_shown_with_its_role():
    rows = scoreboard(result(_levels()))
    assert len(rows) == len(calibration_rows())
    assert all(row["holdout"] == (row["role"] == "holdout") for row in rows)
    assert {row["series"] for row in rows if row["holdout"]} == {"core_revenue", "core_firms", "equity_funding"}
    assert all(row["date"].startswith("2023") for row in rows if row["holdout"])


def test_an_economy_that_reproduces_a_figure_has_distance_zero_in_its_operator():
    rows = _rows(_levels())
    for key in [
        ("core_revenue", "2022", "A"), ("related_revenue", "2020", "I"), ("core_firms", "2022", "wide list"),
        ("equity_funding", "2022", "broad"), ("top5_province_share_firms", "2020", "Nankai sample"),
        ("gross_margin_listed", "2022", "66 listed"), ("rd_intensity_listed", "2022", "197 listed"),
        ("cr4_speech_language", "2022", "IDC"), ("cr5_platform", "2022", "IDC"),
        ("researchers", "2017", "top-venue authors"), ("ai2000_scholars", "2020", "AI 2000 list"),
        ("wage_it_sector", "2022", "IT sector, non-private units"),
    ]:  # fmt: skip
        row = rows[key]
        assert row["simulated"] == pytest.approx(row["observed"], rel=1e-6), key
        assert row["distance"] == pytest.approx(0, abs=1e-6), key
        assert row["passed"] is True


def test_distances_are_in_sigmas_of_the_log():
    row = _rows(_levels(scale=math.exp(0.08)))["core_revenue", "2022", "A"]
    assert row["distance"] == pytest.approx(1.0)
    assert _rows(_levels(scale=math.exp(0.08 * 2.1)))["core_revenue", "2022", "A"]["passed"] is False
    assert _rows(_levels(scale=math.exp(-0.08 * 1.9)))["core_revenue", "2022", "A"]["passed"] is True


def test_floors_are_one_sided():
    above = _rows(_levels(scale=3.0))["related_revenue", "2020", "I"]
    assert (above["kind"], above["distance"], above["passed"]) == ("floor", 0, True)
    below = _rows(_levels(scale=0.1))["related_revenue", "2020", "I"]
    assert below["distance"] == pytest.approx(math.log(0.1) / 0.7)
    assert below["passed"] is False


def test_the_narrow_scope_is_compared_by_growth_only():
    rows = _rows({"core_revenue": growing(2017, 200.0, 0.5)})
    assert rows["core_revenue", "2017", "N"]["kind"] == "reference"
    assert rows["core_revenue", "2017", "N"]["passed"] is None
    row = rows["core_revenue", "2019", "N"]
    assert row["observed"] == pytest.approx(51.0 / 22.7)
    assert row["simulated"] == pytest.approx(1.5**2)
    tenfold = _rows({"core_revenue": growing(2017, 2000.0, 0.5)})["core_revenue", "2019", "N"]
    assert tenfold["distance"] == pytest.approx(row["distance"])


def test_dates_before_the_run_cannot_be_scored():
    row = _rows({"core_revenue": 100.0})["core_revenue", "2015", "N"]
    assert math.isnan(row["distance"])
    assert row["passed"] is None
    assert row["runs"] == 0


def test_stocks_are_read_on_the_day_between_quarter_ends():
    firms = np.arange(60.0) * 100.0
    rows = _rows({"firms_recognised": firms})
    central = rows["core_firms", "2019", "list"]["simulated"] / operator("firms", "list").factor()
    # 31 May 2019 lies between the ends of the first (index 12) and second (13) quarter.
    assert 1200 < central < 1300


def test_bands_hold_the_factors_uncertainty_and_the_median_does_not():
    rows = _rows({"core_revenue": 100.0}, replicates=range(100))
    certain, scaled = rows["core_revenue", "2022", "A"], rows["core_revenue", "2023", "I"]
    assert certain["low"] == certain["high"] == pytest.approx(400)
    assert scaled["low"] < scaled["simulated"] < scaled["high"]
    assert scaled["simulated"] == pytest.approx(400 * operator("core", "I").factor())


def test_observation_parameters_in_force_replace_the_defaults():
    dataset = result({"core_revenue": 100.0})
    row = next(row for row in scoreboard(dataset, {"scope_factor_i": 0.5}) if row["scope"] == "I" and row["holdout"])
    assert row["simulated"] == row["low"] == row["high"] == pytest.approx(200)


def test_missing_variables_are_named():
    row = _rows({"core_revenue": 100.0})["cr5_platform", "2022", "IDC"]
    assert row["passed"] is None
    assert "cr5_platform" in row["operator"]


def test_every_series_has_an_operator():
    assert all("no operator" not in row["operator"] for row in scoreboard(result(_levels())))
    assert {"scope_factor_n", "list_share", "list_widening", "ai2000_share"} <= set(observation_parameters())


def test_the_scoreboard_reads_as_text():
    text = format_scoreboard(scoreboard(result(_levels(scale=2.0))))
    assert "holdout" in text and "NO" in text and "floor" in text
    assert format_table([{"a": 1.234, "b": "x"}], digits={"a": 1}).splitlines()[2] == "1.2  x"
