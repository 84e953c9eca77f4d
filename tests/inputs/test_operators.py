"""Observation operators: factors, breaks, floors and where each statistic holds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.inputs import quarters
from simulation.inputs.operators import log_distance, operator, operators, scopes
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables

MEMBERS = [(0, n) for n in range(400)]


def test_every_operator_reads_a_recorded_variable_and_observation_parameters():
    for how in operators().values():
        assert how.variable in variables(), how.id
        for name in how.parameters:
            assert "observation" in registry()[name].rules, name


def test_scopes_of_core_and_related_revenue():
    assert scopes("core") == ("N", "A", "B", "I")
    assert scopes("related") == ("R1", "R2", "R3", "I")
    with pytest.raises(KeyError, match="N, A, B, I"):
        operator("core", "C")


def test_scope_a_is_the_latent_economy():
    assert operator("core", "A").factor() == 1
    assert np.all(operator("core", "A").factors(MEMBERS) == 1)


def test_factors_have_the_published_size():
    assert operator("core", "N").factor() == pytest.approx(1 / 5.2, rel=0.05)
    assert operator("core", "B").factor() == pytest.approx(1.25, rel=0.01)
    assert operator("core", "I").factor() == pytest.approx(1 / 2.7, rel=0.05)
    assert registry()["list_widening"].low == pytest.approx(1.4)
    assert registry()["list_widening"].high == pytest.approx(2.5)
    ratio = operator("firms", "wide list").factor() / operator("firms", "list").factor()
    assert ratio == pytest.approx(1.9)
    assert operator("equity", "narrow").factor() < operator("equity", "zero2ipo").factor() < 1


def test_the_newer_scope_is_uncertain_as_stated():
    draws = np.log(operator("core", "B").factors(MEMBERS))
    assert np.median(draws) == pytest.approx(math.log(1.25), abs=0.02)
    assert 0.07 < draws.std() < 0.12


def test_a_member_keeps_its_factor_whoever_else_is_in_the_ensemble():
    how = operator("core", "B")
    alone = how.factors([(0, 7)])
    assert how.factors(MEMBERS)[7] == alone[0]
    assert how.factors([(1, 7)])[0] != alone[0]
    assert operator("core", "I").factors([(0, 7)])[0] != alone[0]


def test_a_value_in_force_replaces_default_and_uncertainty():
    how = operator("core", "B")
    assert how.factor({"scope_factor_b": 1.4}) == 1.4
    assert np.all(how.factors(MEMBERS, {"scope_factor_b": 1.4}) == 1.4)


def test_domains_end_with_the_last_publication():
    assert operator("core", "N").judged == (2020,)
    assert not operator("core", "A").extrapolated(2020)
    assert operator("core", "A").extrapolated(2025)
    assert operator("core", "I").extrapolated(2030)
    assert operator("core", "B").extrapolated(2020)
    assert not operator("related", "I").extrapolated(2020)
    assert operator("related", "I").extrapolated(2025)


def test_the_list_widens_once_along_its_ramp():
    how = operator("firms", "wide list")
    span = quarters.span("2020Q1", "2023Q4")
    factors = how.series(np.ones(len(span)), span)
    assert factors[span.index("2020Q4")] == pytest.approx(operator("firms", "list").factor())
    assert factors[span.index("2022Q4")] == pytest.approx(how.factor())
    assert np.all(np.diff(factors) >= 0)
    assert factors[-1] == factors[span.index("2022Q4")]


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0.01, 1))
def test_distances_are_zero_at_the_figure_and_one_sigma_at_one_sigma(observed, simulated, sigma):
    assert log_distance(observed, observed, sigma) == 0
    assert log_distance(observed * math.exp(sigma), observed, sigma) == pytest.approx(1)
    distance = log_distance(simulated, observed, sigma)
    assert (distance > 0) == (simulated > observed) or simulated == pytest.approx(observed)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_values_above_a_floor_do_not_contradict_it(observed, simulated):
    distance = log_distance(simulated, observed, 0.2, floor=True)
    assert distance <= 0
    assert (distance == 0) == (simulated >= observed)


def test_missing_and_zero_figures():
    assert math.isnan(log_distance(math.nan, 1, 0.1))
    assert log_distance(0, 1, 0.1) == -math.inf
