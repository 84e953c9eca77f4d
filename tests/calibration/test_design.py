"""The design: the same points everywhere, resumed, failures left out, drivers realised only up to the origin."""

import numpy as np
import pytest

from simulation.calibration import parameters
from simulation.calibration.design import Design, Specification, simulate_design, to_values
from simulation.calibration.latent import Layout, combined, parts_of
from simulation.errors import StoreConflict
from simulation.experiments import InProcess
from simulation.inputs import quarters
from simulation.inputs.registry import registry
from simulation.scenario import load
from tests.calibration.conftest import SPECIFICATION
from tests.calibration.stand_in import Analytic, Stumbling

SMALL = Specification("conditional", points=64, until="2023Q4")


def _simulate(folder, economy=Analytic, specification=SMALL, **settings):
    return simulate_design(specification, folder, executor=InProcess(), economy=economy, **settings)


def test_at_most_ten_are_fitted_and_every_choice_has_a_reason():
    listed = parameters.sampled_parameters()
    assert 1 <= len(parameters.names(parameters.FITTED)) <= 10
    assert all(each.reason for each in listed)
    for each in listed:
        if each.role in (parameters.FITTED, parameters.UNCALIBRATED):
            assert each.factor.prior == each.factor.parameter.prior, f"{each.name} has the prior of the registry"
    # Additionality may be nil or negative, and the design reaches there.
    assert {"fiscal_additionality", "co_investment_additionality"} <= set(parameters.names(parameters.UNCALIBRATED))


def test_values_stay_within_the_bounds():
    sampled = SMALL.factors()
    values = to_values(SMALL.cube(), sampled)
    for factor, column in zip(sampled, values.T, strict=True):
        assert factor.parameter.low <= column.min() and column.max() <= factor.parameter.high


def test_an_interrupted_design_continues_to_the_same_bits(tmp_path):
    whole = _simulate(tmp_path / "whole")
    broken = tmp_path / "broken"
    _simulate(broken)
    (broken / "runs-000032.npy").unlink()
    seen = []
    again = _simulate(broken, progress=lambda *counts: seen.append(counts))
    assert seen == [(32, 64, 0), (64, 64, 0)]
    assert np.array_equal(again.values, whole.values) and np.array_equal(again.cube, whole.cube)


def test_another_design_is_not_mixed_in(tmp_path):
    _simulate(tmp_path)
    with pytest.raises(StoreConflict, match="another design"):
        _simulate(tmp_path, specification=Specification("conditional", points=128, until="2023Q4"))


def test_a_run_that_fails_is_told_and_left_out(tmp_path):
    told = []
    found = _simulate(tmp_path, Stumbling, warn=told.append)
    assert len(found) == 63 and 7 not in found.point
    assert told == ["run 7: FloatingPointError: cash is not finite in 2019Q2"]


def test_repeated_points_share_their_parameters_and_differ_by_chance(design: Design):
    assert len(design) == SPECIFICATION.runs
    mine = np.flatnonzero(design.point == 3)
    assert len(mine) == 1 + SPECIFICATION.repeats
    assert (design.cube[mine] == design.cube[3]).all()
    assert len(np.unique(design.values[mine, 0])) == len(mine)


def test_two_workers_simulate_the_same_bits(tmp_path):
    small = Specification("conditional", points=64, until="2017Q4", scale=0.05)
    one = simulate_design(small, tmp_path / "one", executor=InProcess(), economy=Analytic)
    two = simulate_design(small, tmp_path / "two", jobs=2, economy=Analytic)
    assert np.array_equal(one.values, two.values) and np.array_equal(one.cube, two.cube)


def test_unconditional_inputs_know_the_past_and_not_the_future():
    specification = Specification("unconditional-2020", points=8)
    inputs = specification.inputs()
    history = load("historical_actual").effective("2030Q4", 0, 1)
    neutral = load("plan_baseline").effective("2030Q4", 0, 1)
    after = inputs.quarters.index("2021Q1")
    assert specification.after == after
    for name, path in inputs.paths.items():
        assert np.array_equal(path[:after], history.paths[name][:after])
        assert np.array_equal(path[after:], neutral.paths[name][after:])
    drivers = [factor for factor in specification.factors() if factor.name in parameters.names(parameters.DRIVER)]
    assert drivers and all(factor.start == after for factor in drivers)
    assert all(registry()[factor.name].section == "external" for factor in drivers)


def test_stored_values_are_sums_of_years_and_values_at_dates():
    layout = Layout(quarters.span(until="2017Q4"))
    economy = Analytic(load("plan_baseline").effective("2017Q4", 0, 1))
    economy.run()
    values = layout.read(economy.records)
    at = dict(zip(layout.columns, values, strict=True))
    assert at["core_revenue@2017"] == pytest.approx(economy.records["core_revenue"][4:].sum(), rel=1e-6)
    assert at["firms_alive@2016"] == pytest.approx(economy.records["firms_alive"][3], rel=1e-6)
    assert at["wage_it_sector@2017"] == pytest.approx(economy.records["wage_it_sector"][4:].mean(), rel=1e-6)
    firms = np.log(economy.records["firms_recognised"])
    from datetime import date

    end = combined(np.log(values), layout.columns, parts_of("firms_recognised", date(2017, 6, 30)))
    assert end == pytest.approx(firms[5], rel=1e-6)
    between = combined(np.log(values), layout.columns, parts_of("firms_recognised", date(2017, 8, 15)))
    assert firms[5] < between < firms[6]
    with pytest.raises(KeyError):
        combined(np.log(values), layout.columns, parts_of("core_revenue", date(2018, 12, 31)))
