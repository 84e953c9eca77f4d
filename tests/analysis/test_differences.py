"""Paired differences between scenarios: right in mean and error, and sharper than independent runs."""

import math

import numpy as np
import pytest

from simulation.analysis.differences import VARIABLES, YEARS, differences_table
from tests.analysis import synthetic

SCENARIOS = ("plan_baseline", "no_plan_counterfactual:strict")


def paired(seed=3, members=20, effect=-5.0):
    """Core revenue with much chance that both scenarios share, and a small known effect."""
    random = np.random.default_rng(seed)
    shared = 100 + 30 * random.standard_normal((1, members, 1))
    own = 0.4 * random.standard_normal((2, members, 1))
    return np.broadcast_to(shared + own + np.array([0.0, effect])[:, None, None], (2, members, 60))


def test_the_known_effect_is_found_within_its_error():
    rows = differences_table(synthetic.result({"core_revenue": paired()}, scenarios=SCENARIOS))
    assert [(row["scenario"], row["variable"], row["year"]) for row in rows] == [
        (SCENARIOS[1], "core_revenue", year) for year in YEARS
    ]
    for row in rows:  # four quarters make the year
        assert row["base"] == SCENARIOS[0] and row["unit"] == "bn_cny" and row["runs"] == 20
        assert abs(row["difference"] + 20.0) < 3 * row["error"]
        assert row["relative"] == pytest.approx(row["difference"] / row["base_median"])


def test_common_random_numbers_cancel_from_the_error():
    values = paired()
    row = differences_table(synthetic.result({"core_revenue": values}, scenarios=SCENARIOS))[0]
    yearly = 4 * values[:, :, 0]
    independent = math.sqrt(sum(yearly[n].var(ddof=1) for n in (0, 1)) / 20)
    assert row["error"] == pytest.approx((yearly[1] - yearly[0]).std(ddof=1) / math.sqrt(20))
    assert row["error"] < independent / 10


def test_stocks_are_read_at_year_end_and_each_scenario_keeps_its_rows_together():
    three = (*SCENARIOS, "signal_only")
    values = np.arange(60.0) * np.array([1.0, 2.0, 3.0])[:, None, None]
    rows = differences_table(synthetic.result(dict.fromkeys(VARIABLES, values), scenarios=three))
    assert [row["scenario"] for row in rows] == [SCENARIOS[1]] * 15 + ["signal_only"] * 15
    talent = {(row["scenario"], row["year"]): row for row in rows if row["variable"] == "talent_total"}
    assert talent[SCENARIOS[1], 2020]["difference"] == 19.0 and talent["signal_only", 2020]["difference"] == 38.0
    assert talent["signal_only", 2020]["relative"] == pytest.approx(2.0) and talent["signal_only", 2020]["error"] == 0


def test_only_runs_that_finished_under_both_are_paired():
    values = np.ones((2, 20, 60))
    values[1] += 1.0
    values[0, 4] = np.nan
    values[1, 7] = np.nan
    row = differences_table(synthetic.result({"core_revenue": values}, scenarios=SCENARIOS))[0]
    assert row["runs"] == 18 and row["difference"] == pytest.approx(4.0)


def test_one_scenario_one_run_and_missing_years():
    assert differences_table(synthetic.result({"core_revenue": 1.0})) == []
    single = synthetic.result({"core_revenue": 1.0}, until="2021Q4", scenarios=SCENARIOS, replicates=[0])
    rows = differences_table(single)
    assert [row["year"] for row in rows] == [2020]
    assert rows[0]["difference"] == 0 and math.isnan(rows[0]["error"])
    zero = differences_table(synthetic.result({"core_revenue": 0.0}, scenarios=SCENARIOS))
    assert math.isnan(zero[0]["relative"])
