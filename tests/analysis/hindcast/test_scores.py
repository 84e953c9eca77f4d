"""Scores against closed forms; averages over the cases that they name; ranks on shared cases alone; claims."""

from __future__ import annotations

import csv
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.analysis.hindcast.cases import NOT_ESTIMABLE, OWN, Stored, hindcast
from simulation.analysis.hindcast.claims import claims_table
from simulation.analysis.hindcast.scores import crps, score
from simulation.analysis.hindcast.summary import by_horizon, groups, summary
from simulation.inputs import claims as stored_claims
from simulation.inputs.forecasts import LEVELS, Forecast, forecasts
from tests.analysis.hindcast.stand_in import made_up

NORMAL = NormalDist()
UNIT = np.array([NORMAL.inv_cdf(level) for level in LEVELS])


def _forecast(quantiles, drivers="unconditional"):
    return Forecast(OWN, "real_time", drivers, 2020, "core_revenue", "A", date(2022, 12, 31), "bn CNY a year",
                    tuple(quantiles))  # fmt: skip


@settings(deadline=None)
@given(st.floats(-2.5, 2.5), st.floats(0.1, 10.0))
def test_crps_of_a_normal_is_its_closed_form(z, sd):
    exact = sd * (z * (2 * NORMAL.cdf(z) - 1) + 2 * NORMAL.pdf(z) - 1 / np.sqrt(np.pi))
    assert float(crps(5.0 + sd * UNIT, np.array(5.0 + sd * z))) == pytest.approx(exact, rel=0.02, abs=0.003 * sd)


@settings(deadline=None)
@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4))
def test_crps_of_a_point_is_its_absolute_error(point, observed):
    assert float(crps(np.full(99, point), np.array(observed))) == pytest.approx(abs(point - observed), abs=1e-9)


@settings(deadline=None)
@given(st.floats(20.0, 500.0))
def test_wider_bands_hold_what_narrower_ones_hold(observed):
    scored = score(_forecast(np.exp(5.0 + 0.3 * UNIT)), observed)
    assert scored["inside_50"] <= scored["inside_80"] <= scored["inside_90"]
    assert scored["bias_log"] == pytest.approx(5.0 - np.log(observed))
    assert scored["inside_90"] == (abs(np.log(observed) - 5.0) <= 1.6448 * 0.3)


def test_floors_are_shown_and_not_scored():
    cases = [case for case in hindcast(own=made_up()) if case["status"] == "floor"]
    assert {(case["series"], case["scope"]) for case in cases} == {("core_firms", "list"), ("related_revenue", "I")}
    assert all(case["crps"] is None for case in cases)
    assert any(case["q50"] is not None for case in cases if case["model"] == OWN)


def test_every_figure_after_the_origin_is_a_case_of_every_model():
    cases = hindcast((2021,), ("core_revenue",), own=made_up())
    keys = {(case["scope"], case["year"]) for case in cases}
    assert keys == {("A", 2022), ("A", 2023), ("I", 2023)}
    assert len(cases) == 2 * 3 * (2 + 9)
    missing = [case for case in cases if case["status"] == NOT_ESTIMABLE]
    assert missing and all(case["reason"] and case["crps"] is None for case in missing)


def test_without_stored_forecasts_the_model_is_not_estimable():
    cases = hindcast((2022,), ("core_revenue",), own=())
    assert {case["status"] for case in cases if case["model"] == OWN} == {NOT_ESTIMABLE}
    assert claims_table(cases)[0]["claim"] == "exploratory"


def test_a_stock_between_two_stored_days_is_interpolated_and_a_flow_is_not():
    stored = Stored(made_up((2020,)))
    place = ("real_time", "unconditional", 2020)
    before, middle, after = (
        stored.at(*place, "core_firms", "list", day).at(0.5)
        for day in (date(2022, 12, 31), date(2023, 7, 1), date(2023, 12, 31))
    )
    assert before < middle < after
    assert middle == pytest.approx(np.sqrt(before * after), rel=0.01)
    assert "for this date" in stored.at(*place, "core_revenue", "A", date(2023, 7, 1)).reason


def _case(model, year, value, low=True, drivers="", origin=2019, information="real_time", series="core_revenue"):
    return {
        "series": series, "scope": "A", "origin": origin, "year": year, "date": f"{year}-12-31", "observed": 100.0,
        "horizon": year - origin, "information": information, "drivers": drivers, "model": model, "status": "scored",
        "reason": "", "crps": value, "crps_log": value / 100, "bias_log": 0.0, "error_log": 0.0,
        "inside_50": low, "inside_80": low,        "inside_90": low,
    }  # fmt: skip


def _own(year, value, low=True, origin=2019):
    return _case(OWN, year, value, low, "unconditional", origin)


def test_models_are_compared_over_shared_cases_alone():
    # The rival is better where both forecast; the model's easy case of 2022 must not help it.
    cases = [_own(2020, 10.0), _own(2021, 10.0), _own(2022, 0.1)]
    cases += [_case("constant_growth", 2020, 9.0), _case("constant_growth", 2021, 9.0), _case("bass", 2021, 1.0)]
    rows = {row["model"]: row for row in summary(cases) if row["drivers"] == "unconditional"}
    assert rows[OWN]["crps"] == pytest.approx(20.1 / 3)
    assert rows["constant_growth"]["crps_relative"] == pytest.approx(0.9)
    assert (rows["constant_growth"]["rank"], rows[OWN]["rank"]) == (1, 2)
    assert rows[OWN]["rank_cases"] == 2 and rows["constant_growth"]["shared_cases"] == 2
    # A single case ranks nobody where two figures can be had without it.
    assert rows["bass"]["rank"] is None and rows["bass"]["cases"] == 1


def test_one_figure_forecast_twice_is_one_observation():
    rows = summary([_own(2021, 1.0, origin=2019), _own(2021, 2.0, origin=2020), _own(2022, 1.0)])
    row = next(row for row in rows if row["model"] == OWN and row["drivers"] == "unconditional")
    assert (row["cases"], row["distinct_observations"]) == (3, 2)


def test_averages_are_those_of_the_cases():
    cases = hindcast(own=made_up())
    rows = {tuple(row[name] for name in ("series", "scope", "information", "drivers", "model")): row
            for row in summary(cases)}  # fmt: skip
    for what, scored, _ in groups(cases):
        for model, found in scored.items():
            row = rows[(*what.values(), model)]
            assert row["cases"] == len(found)
            if found:
                assert row["crps"] == pytest.approx(np.mean([case["crps"] for case in found.values()]))
                assert row["coverage_90"] == pytest.approx(np.mean([case["inside_90"] for case in found.values()]))


def test_horizons_apart_add_up_to_the_whole():
    cases = hindcast((2019, 2021), ("core_revenue",), own=made_up())
    names = ("series", "scope", "information", "drivers", "model")
    counted: dict[tuple, int] = {}
    for row in by_horizon(cases):
        assert 1 <= row["horizon"] <= 3
        key = tuple(row[name] for name in names)
        counted[key] = counted.get(key, 0) + row["cases"]
    assert counted == {tuple(row[name] for name in names): row["cases"] for row in summary(cases)}


def _claim(cases):
    return next(row for row in claims_table(cases) if (row["indicator"], row["scope"]) == ("core", "A"))


def _pair(own, rival, inside=(True,) * 4):
    years = range(2020, 2024)
    return [_own(year, own, low) for year, low in zip(years, inside, strict=True)] + [
        _case("constant_growth", year, rival) for year in years
    ]


def test_a_scope_that_covers_and_beats_the_naive_models_may_be_projected():
    row = _claim(_both(_pair(1.0, 2.0)))
    assert (row["claim"], row["best_naive"], row["coverage_90"]) == ("projection", "constant_growth", 1.0)
    assert _claim(_both(_pair(1.0, 1.0)))["claim"] == "projection"  # not worse is enough


def test_a_scope_that_fails_with_final_figures_is_exploratory():
    final = [{**case, "information": "pseudo_real_time"} for case in _pair(2.0, 1.0)]
    row = _claim([*_pair(1.0, 2.0), *final])
    assert (row["claim"], row["information"]) == ("exploratory", "pseudo_real_time")
    assert "smaller CRPS" in row["reason"]


def _both(cases):
    """The cases in real time, and the same in pseudo-real time."""
    return [*cases, *({**case, "information": "pseudo_real_time"} for case in cases)]


@pytest.mark.parametrize(
    ("cases", "reason"),
    [
        (_pair(2.0, 1.0), "smaller CRPS"),
        (_pair(1.0, 2.0, (True, False, True, True)), "75 %"),
        (_pair(1.0, 2.0)[:2] + _pair(1.0, 2.0)[4:], "2 of the 3 figures"),
        (_pair(1.0, 2.0)[:4], "no naive model"),
        ([*_pair(1.0, 2.0)[:4], *(_case("diffusion_twin", year, 0.1) for year in range(2020, 2024))], "no naive model"),
        ([{**case, "information": "pseudo_real_time"} for case in _pair(1.0, 2.0)], "0 of the 3 figures"),
        (
            [{**case, "drivers": "conditional" if case["drivers"] else ""} for case in _pair(1.0, 2.0)],
            "0 of the 3 figures",
        ),
    ],
    ids=[
        "rival better",
        "coverage",
        "few figures",
        "nothing to compare",
        "twins do not decide",
        "pseudo",
        "conditional",
    ],
)
def test_any_failure_makes_a_scope_exploratory(cases, reason):
    row = _claim(cases)
    assert row["claim"] == "exploratory"
    assert reason in row["reason"]


def test_the_best_naive_model_decides_even_where_others_are_worse():
    cases = [*_pair(1.0, 2.0), *(_case("logistic", year, 0.5) for year in (2022, 2023))]
    row = _claim(cases)
    assert (row["claim"], row["best_naive"]) == ("exploratory", "logistic")


def test_related_revenue_is_always_weakly_identified():
    rows = claims_table(hindcast(own=made_up()))
    assert all((row["flag"] == "weakly identified") == (row["indicator"] == "related") for row in rows)
    assert all(row["claim"] == "exploratory" for row in rows if row["indicator"] == "related")
    assert tuple(rows[0]) == stored_claims.COLUMNS


@pytest.mark.skipif(not forecasts(), reason="no forecasts of the model are shipped")
def test_the_shipped_claims_are_those_of_the_hindcast():
    with open(stored_claims.FILE, encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    made = claims_table(hindcast())
    assert len(shipped) == len(made)
    for row, now in zip(shipped, made, strict=True):
        for name, value in now.items():
            if isinstance(value, float):
                assert float(row[name]) == pytest.approx(value, rel=2e-3), (row["indicator"], row["scope"], name)
            else:
                assert row[name] == ("" if value is None else str(value)), (row["indicator"], row["scope"], name)
