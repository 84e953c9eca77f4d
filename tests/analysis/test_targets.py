"""The target table on results whose verdict is known beforehand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.analysis.frames import plain
from simulation.analysis.targets import COLUMNS, format_targets, median_year, targets_table, wilson_interval
from simulation.inputs.claims import claim
from simulation.inputs.operators import judged_targets, operator

from .synthetic import growing, result

FLOWS = ("core_revenue", "related_revenue_r1", "related_revenue_r2", "related_revenue_r3")


def _table(**values):
    rows = targets_table(result({name: values.get(name, 0.0) for name in FLOWS}, **values.get("shape", {})))
    return {(row["scenario"], row["indicator"], row["year"], row["scope"]): row for row in rows}


def test_the_rows_are_fixed():
    keys = [(target.indicator, target.year, how.scope) for target, how in judged_targets()]
    assert keys == [
        *[("core", 2020, scope) for scope in "NABI"],
        *[("core", year, scope) for year in (2025, 2030) for scope in "ABI"],
        *[("related", year, scope) for year in (2020, 2025, 2030) for scope in ("R1", "R2", "R3", "I")],
    ]


def test_every_row_has_the_agreed_columns():
    rows = targets_table(result({"core_revenue": 100.0}))
    assert len(rows) == 22
    assert all(tuple(row) == COLUMNS for row in rows)
    assert all(row["claim"] == claim(row["indicator"], row["scope"], row["year"]) for row in rows)
    assert all(row["claim"] == "exploratory" for row in rows if row["indicator"] == "related" or row["year"] > 2025)
    assert all((row["flag"] == "weakly identified") == (row["indicator"] == "related") for row in rows)


def test_a_year_is_the_sum_of_its_four_quarters():
    row = _table(core_revenue=50.0)["plan_baseline", "core", 2020, "A"]
    assert row["median"] == pytest.approx(200)
    assert row["margin"] == pytest.approx(200 / 150 - 1)
    assert row["probability"] == 1
    assert row["runs"] == 20
    assert row["year_reached"] == 2016


def test_more_than_means_more_than():
    assert _table(core_revenue=37.5)["plan_baseline", "core", 2020, "A"]["probability"] == 0
    assert _table(core_revenue=37.5001)["plan_baseline", "core", 2020, "A"]["probability"] == 1


def test_the_share_of_runs_above_the_threshold_is_the_probability():
    core = np.where(np.arange(20)[None, :, None] < 15, 101.0, 99.0)
    row = _table(core_revenue=core)["plan_baseline", "core", 2025, "A"]
    assert row["probability"] == 0.75
    assert row["low"] < 0.75 < row["high"]
    assert row["low"], row["high"] == pytest.approx(wilson_interval(15, 20))


def test_the_first_year_above_the_threshold():
    # 100 in 2020 growing by a quarter a year: 156 in 2022, 488 in 2027, 1,164 in 2031.
    rows = _table(core_revenue=growing(2020, 100.0, 0.25))
    assert rows["plan_baseline", "core", 2020, "A"]["year_reached"] == 2022
    assert rows["plan_baseline", "core", 2025, "A"]["year_reached"] == 2027
    assert math.isnan(rows["plan_baseline", "core", 2030, "A"]["year_reached"])


def test_scopes_judge_the_same_economy_differently():
    rows = _table(core_revenue=60.0)
    verdicts = {scope: rows["plan_baseline", "core", 2020, scope] for scope in "NABI"}
    assert verdicts["A"]["probability"] == verdicts["B"]["probability"] == 1
    assert verdicts["N"]["probability"] == verdicts["I"]["probability"] == 0
    factors = operator("core", "B").factors([(0, n) for n in range(20)])
    assert verdicts["B"]["median"] == pytest.approx(np.median(240 * factors))


def test_the_factors_uncertainty_enters_the_probability():
    # In scope B, 400 x 1.25 at the median: a latent 320 is above in about half of the members.
    row = _table(core_revenue=80.0, shape={"replicates": range(200)})["plan_baseline", "core", 2025, "B"]
    assert 0.35 < row["probability"] < 0.65


def test_paired_scenarios_share_their_factors():
    rows = _table(core_revenue=80.0, shape={"scenarios": ("a", "b")})
    first, second = rows["a", "core", 2025, "B"], rows["b", "core", 2025, "B"]
    assert {k: v for k, v in first.items() if k != "scenario"} == {k: v for k, v in second.items() if k != "scenario"}


def test_related_revenue_is_judged_in_its_definitions():
    rows = _table(related_revenue_r1=100.0, related_revenue_r2=300.0, related_revenue_r3=2000.0)
    verdict = {scope: rows["plan_baseline", "related", 2020, scope]["probability"] for scope in ("R1", "R2", "R3")}
    assert verdict == {"R1": 0, "R2": 1, "R3": 1}
    assert rows["plan_baseline", "related", 2025, "R3"]["margin"] == pytest.approx(8000 / 5000 - 1)


def test_extrapolation_is_marked():
    rows = _table(core_revenue=60.0)
    marks = {key[1:]: row["extrapolated"] for key, row in rows.items()}
    assert not marks["core", 2020, "A"] and not marks["core", 2020, "N"] and not marks["core", 2020, "I"]
    assert marks["core", 2025, "A"] and marks["core", 2030, "I"] and marks["core", 2020, "B"]
    assert not marks["related", 2020, "I"] and marks["related", 2030, "I"] and marks["related", 2020, "R2"]


def test_years_outside_the_run_have_no_runs():
    rows = _table(core_revenue=60.0, shape={"until": "2025Q3"})
    assert rows["plan_baseline", "core", 2020, "A"]["runs"] == 20
    # 2025 has three quarters only: it is not a year.
    for year in (2025, 2030):
        row = rows["plan_baseline", "core", year, "A"]
        assert row["runs"] == 0
        assert all(math.isnan(row[name]) for name in ("probability", "low", "high", "median", "margin", "year_reached"))


def test_variables_that_were_not_stored_have_no_runs():
    rows = targets_table(result({"core_revenue": 60.0}))
    assert all(row["runs"] == (20 if row["indicator"] == "core" else 0) for row in rows)


def test_failed_members_are_left_out():
    core = np.full((1, 20, 60), 60.0)
    core[0, :5] = np.nan
    row = _table(core_revenue=core)["plan_baseline", "core", 2020, "A"]
    assert (row["runs"], row["probability"]) == (15, 1)


def test_the_narrow_scope_is_not_read_after_2020():
    # In scope N the threshold would be passed in 2024 only, when the scope no longer exists.
    row = _table(core_revenue=growing(2020, 500.0, 0.25))["plan_baseline", "core", 2020, "N"]
    assert math.isnan(row["year_reached"])


def test_rows_become_valid_json_and_readable_text():
    rows = targets_table(result({"core_revenue": 60.0}, until="2025Q3"))
    assert json.loads(json.dumps(plain(rows), allow_nan=False))[4]["median"] is None
    text = format_targets(rows)
    assert "one published observation" in text
    assert "2016" in text and "2,016" not in text
    assert all(len(line) < 200 for line in text.splitlines())


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.99))
def test_intervals_contain_the_share_and_narrow_with_runs(trials, data, level):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson_interval(successes, trials, level)
    assert 0 <= low <= successes / trials <= high <= 1
    assert low < high
    wide = wilson_interval(successes, trials, level)
    narrow = wilson_interval(successes * 4, trials * 4, level)
    assert narrow[1] - narrow[0] <= wide[1] - wide[0]


def test_agreement_of_all_runs_is_not_certainty():
    low, high = wilson_interval(20, 20)
    assert high == 1
    assert low == pytest.approx(0.8808, abs=1e-3)


@pytest.mark.parametrize(
    ("years", "expected"),
    [([2020, 2021, 2022], 2021), ([2020, np.nan], 2020), ([2020, np.nan, np.nan], np.nan), ([2020, 2022], 2020)],
)
def test_the_median_year_counts_those_that_never_arrive(years, expected):
    assert median_year(np.array(years, dtype=float)) == pytest.approx(expected, nan_ok=True)
