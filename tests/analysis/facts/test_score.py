"""What passes, what is counted, and which facts find a statistic."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from simulation.analysis.facts import ensemble, score
from simulation.analysis.facts.catalogue import NO_STATISTIC, find, known
from simulation.analysis.facts.ensemble import Values, measure
from simulation.analysis.facts.known import NOT_IN_THE_MODEL, Statistic
from simulation.errors import RunFailed, UsageError
from simulation.inputs.evidence import Fact, facts
from simulation.results.dataset import Member
from simulation.scenario import load

F01 = next(fact for fact in facts() if fact.id == "F01")
NAME = "rank_size_top500"


def row_of(fact: Fact, numbers: list[float]) -> dict:
    values = Values({NAME: np.array(numbers)}, {}, len(numbers), 0)
    return score.scoreboard([fact], values)[0]


def test_every_fact_of_the_package_is_answered_or_says_why_not():
    answers = {fact.id: find(fact) for fact in facts()}
    assert {name for name, answer in answers.items() if not isinstance(answer, Statistic)} == set(NOT_IN_THE_MODEL)
    assert all(answer.unit == fact.unit for fact in facts() if isinstance(answer := find(fact), Statistic))
    assert all(len(reason) > 20 for reason in NOT_IN_THE_MODEL.values())


def test_grade_a_needs_the_median_and_nearly_every_run():
    inside, outside = [1.0] * 19, [2.0]
    assert row_of(F01, inside + outside)["passed"]
    row = row_of(F01, inside + outside * 2)
    assert not row["passed"] and row["median_inside"] and row["seeds_passed"] == pytest.approx(19 / 21)
    assert not row_of(F01, [2.0] * 20)["passed"]


def test_grade_b_tells_a_distance_and_needs_the_median_alone():
    fact = replace(F01, certainty="B", low=1.0, central=2.0, high=4.0)
    row = row_of(fact, [3.9, 3.9, 9.0])
    assert row["passed"] and row["distance"] == pytest.approx(np.log(3.9 / 2) / np.log(2)) and row["distance_in"]
    assert not row_of(fact, [9.0, 9.0, 2.0])["passed"]


def test_grade_c_needs_the_sign():
    fact = replace(F01, certainty="C", low=-50.0, central=-20.0, high=-10.0)
    assert row_of(fact, [-1.0] * 20)["passed"]
    assert not row_of(fact, [-1.0] * 18 + [1.0] * 2)["passed"]


def test_a_mere_sign_is_not_passed_by_half_a_sign():
    fact = replace(F01, certainty="B", unit="sign", low=0.0, central=1.0, high=1.0, statistic=NAME)
    assert not row_of(fact, [0.5] * 20)["passed"] and row_of(fact, [1.0] * 20)["passed"]


def test_a_run_without_the_number_fails_the_fact():
    row = row_of(F01, [1.0] * 18 + [float("nan")] * 2)
    assert not row["passed"] and row["seeds_passed"] == pytest.approx(0.9)


def test_fitted_facts_are_shown_and_not_counted():
    rows = [row_of(replace(F01, use=use), [1.0] * 20) for use in ("calibration", "validation")]
    told = score.summary(rows)
    assert [row["status"] for row in rows] == ["fitted", "scored"] and all(row["passed"] for row in rows)
    assert told["grade_a"] == 1 and told["grade_a_passed"] == 1 and told["fitted"] == 1


@given(some.floats(0.01, 100.0), some.floats(0.01, 100.0))
def test_distance_is_the_same_in_any_unit(value, unit):
    fact = replace(F01, low=1.0, central=2.0, high=5.0)
    other = replace(fact, low=unit, central=2.0 * unit, high=5.0 * unit)
    assert score.distance(other, value * unit)[0] == pytest.approx(score.distance(fact, value)[0], abs=1e-9)


def test_parameters_that_a_fact_has_informed_are_named():
    exits = next(fact for fact in facts() if fact.id == "F13")
    values = Values({"worst_age": np.array([4.0])}, {}, 1, 0)
    assert "exit_peak_age" in score.scoreboard([exits], values)[0]["informed"]


def test_facts_are_known_by_text_id_and_unit_or_name():
    other = replace(F01, id="X1")
    assert find(other).name == NAME  # the text of F01 under another id
    assert find(replace(F01, statistic="the exponent, told in other words")).name == NAME
    assert find(replace(F01, statistic="mean age of founders", unit="years")) == NO_STATISTIC
    assert find(replace(F01, id="X2", statistic="beijing_share")).name == "beijing_share"
    assert len({each.name for each in known()}) == len(known())


def test_numbers_are_the_same_for_any_number_of_workers():
    names = ("rank_size_top500", "median_lifetime", "beijing_share", "manufacturing_adoption")
    scenario = load("historical_actual")
    one, two = (measure(scenario, names, 4, 1, 0.01, jobs) for jobs in (1, 2))
    assert all(np.array_equal(one.numbers[name], two.numbers[name], equal_nan=True) for name in names)
    assert len(set(one.numbers["rank_size_top500"])) == 4  # and differ between runs
    assert np.array_equal(one.directions["manufacturing_adoption"], two.directions["manufacturing_adoption"])


def test_each_run_has_its_own_set_of_the_posterior_on_request(monkeypatch):
    sets = {1: {"exit_rate": 0.05}, 2: {"exit_rate": 0.09}}
    monkeypatch.setattr(ensemble, "members_of", lambda _, runs: [Member(1 + run % 2, run) for run in runs])
    monkeypatch.setattr(ensemble, "calibrated", sets.__getitem__)
    rates: list[float] = []

    class Telling(Broken):
        def __init__(self, effective, seed, replicate, scale):
            rates.append(effective.values["exit_rate"])
            super().__init__()

    with pytest.raises(RunFailed):
        measure(load("historical_actual"), (NAME,), 4, jobs=1, sets=None, economy=Telling)
    assert rates == [0.05, 0.09, 0.05, 0.09]


class Broken:
    """An economy that cannot be built."""

    def __init__(self, *given, **named):
        raise FloatingPointError("cash is not finite")


def test_failed_runs_are_told_and_an_ensemble_without_runs_is_an_error():
    told: list[str] = []
    with pytest.raises(RunFailed, match="none of the runs"):
        measure(load("historical_actual"), (NAME,), 2, jobs=1, economy=Broken, warn=told.append)
    assert len(told) == 2 and "cash is not finite" in told[0]
    for wrong in ({"runs": 0}, {"scale": 0.0}, {"scale": 1.5}):
        with pytest.raises(UsageError):
            measure(load("historical_actual"), (NAME,), **wrong)
