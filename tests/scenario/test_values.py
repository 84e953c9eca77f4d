"""What a value in a scenario file means in every quarter."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.scenario import dates


def at(quarter: str) -> int:
    return dates.AXIS.index(quarter)


def test_default_path_grows_from_the_start_of_the_plan(folder):
    path = folder.load("title: {en: x}").path("grants")
    assert path[at("2017Q3")] == 10.0
    assert path[at("2019Q3")] == pytest.approx(10 * 1.05**2)
    assert path[at("2016Q1")] == pytest.approx(10 * 1.05**-1.5)


def test_a_step_holds_until_the_next_date(folder):
    path = folder.load("policy:\n  grants: {2018Q2: 12, 2020: 20}").path("grants")
    assert path[at("2018Q1")] == pytest.approx(10 * 1.05**0.5)
    assert set(path[at("2018Q2") : at("2020Q1")]) == {12.0}
    assert set(path[at("2020Q1") :]) == {20.0}


def test_a_bare_number_of_a_plan_lever_holds_from_the_plan_on(folder):
    path = folder.load("policy:\n  grants: 30").path("grants")
    assert path[at("2017Q2")] < 10
    assert set(path[at("2017Q3") :]) == {30.0}


def test_a_ramp_is_linear_and_ends_exactly(folder):
    text = "policy:\n  grants: {2018Q1: 10, ramp: {from: 2020Q1, to: 2024Q1, value: 0.3}}"
    path = folder.load(text).path("grants")
    assert path[at("2020Q1")] == 10.0
    assert path[at("2022Q1")] == pytest.approx((10 + 0.3) / 2)
    assert set(path[at("2024Q1") :]) == {0.3}
    assert np.allclose(np.diff(path[at("2020Q1") : at("2024Q1") + 1]), (0.3 - 10) / 16)


def test_several_ramps_join_and_a_year_ends_in_its_last_quarter(folder):
    text = "policy:\n  grants: {ramp: [{from: 2018, to: 2019, value: 20}, {from: 2021, to: 2022, value: 40}]}"
    path = folder.load(text).path("grants")
    assert path[at("2019Q4")] == 20.0
    assert path[at("2019Q3")] < 20.0
    assert path[at("2021Q1")] == 20.0
    assert path[at("2022Q4")] == 40.0


def test_null_in_a_path_lets_the_default_resume(folder):
    scenario = folder.load("policy:\n  grants: {2018Q1: 50, 2020Q1: ~}")
    default = folder.load("title: {en: x}").path("grants")
    path = scenario.path("grants")
    assert path[at("2019Q4")] == 50.0
    assert np.array_equal(path[at("2020Q1") :], default[at("2020Q1") :])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("30", 30.0),
        ("'30 bn_cny/year'", 30.0),
        ("'30 bn_cny'", 30.0),  # a flow without a period is that of a year, like every rate of a scenario file
        ("'30000 mn_cny'", 30.0),
        ("'2.5 bn_cny/quarter'", 10.0),
        ("'3e4 mn_cny/year'", 30.0),
        ("1e1", 10.0),
        ("'45'", 45.0),
    ],
)
def test_units_are_converted(folder, written, value):
    path = folder.load(f"policy:\n  grants: {{2020: {written}}}").path("grants")
    assert path[at("2020Q1")] == pytest.approx(value, rel=1e-12)


def test_percent_of_a_share(folder):
    assert folder.load("policy:\n  subsidy: '25 percent'").path("subsidy")[-1] == pytest.approx(0.25)
    assert folder.load("policy:\n  subsidy: 25%").path("subsidy")[-1] == pytest.approx(0.25)


def test_vectors_by_element_by_date_and_as_one_number(folder):
    by_element = folder.load("policy:\n  tilt: {model: 0.9, application: {2020: 0.5}}").path("tilt")
    assert by_element[at("2019Q4")].tolist() == [0.1, 0.9, 0.3]
    assert by_element[at("2020Q1")].tolist() == [0.1, 0.9, 0.5]
    dated = folder.load("policy:\n  tilt: {2018: {model: 0.9}, 2020: 0.5, 2022: {model: 0.7}}").path("tilt")
    assert dated[at("2018Q1")].tolist() == [0.1, 0.9, 0.3]
    assert dated[at("2020Q1")].tolist() == [0.5, 0.5, 0.5]
    assert dated[at("2022Q1")].tolist() == [0.5, 0.7, 0.5]
    assert set(folder.load("policy:\n  tilt: 0.4").path("tilt")[at("2017Q3") :].ravel()) == {0.4}


def test_a_vector_ramp(folder):
    text = "policy:\n  tilt: {ramp: {from: 2018Q1, to: 2018Q3, value: {model: 0.6}}}"
    path = folder.load(text).path("tilt")
    assert path[at("2018Q2")].tolist() == pytest.approx([0.1, 0.4, 0.3])


def test_constants_of_the_model(folder):
    values = folder.load("model:\n  elasticity: 1.5\n  levels: {model: 4}").effective().values
    assert values["elasticity"] == 1.5
    assert values["levels"].tolist() == [1.0, 4.0, 3.0]


def test_yaml_words_that_look_like_truth_values_stay_text(folder):
    scenario = folder.load("title: {en: 'NO'}\nstory: {en: no}")
    assert scenario.title["en"] == "NO"
    assert scenario.story["en"] == "no"
