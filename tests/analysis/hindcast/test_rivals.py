"""Rivals find the laws that made a series, keep to the units they are given, and say why they cannot be estimated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.analysis.hindcast.information import Known, known_figures, usable, vintage, years
from simulation.analysis.hindcast.rivals import NAIVE, RIVALS, TWINS, Rivals, twins
from simulation.analysis.hindcast.rivals.base import NotEstimable, forecast
from simulation.analysis.hindcast.rivals.curves import BASS, GOMPERTZ, LOGISTIC, START, estimate
from simulation.analysis.hindcast.rivals.diffusion import adoption
from simulation.analysis.hindcast.rivals.growth import _regression
from simulation.analysis.hindcast.rivals.institutes import institutes, path
from simulation.calibration.likelihood import figure
from simulation.inputs.evidence import calibration_rows, observations
from simulation.inputs.forecasts import INFORMATION, REAL_TIME, Forecast


def _known(logs, times=None, series="core_revenue", scope="A", sigma=0.05):
    logs = np.asarray(logs, dtype=float)
    times = 2022.0 - np.arange(len(logs))[::-1] if times is None else np.asarray(times, dtype=float)
    return Known(2021, REAL_TIME, series, scope, times, logs, np.full(len(logs), sigma))


def _quantiles(model, known, day=date(2023, 12, 31)):
    made = forecast(model, known, NAIVE[model](known), day)
    assert isinstance(made, Forecast), made
    return made


def test_the_last_day_of_a_year_is_the_next_number():
    assert years(date(2020, 12, 31)) == 2021.0
    assert years(date(2021, 1, 1)) == pytest.approx(2021.0, abs=0.003)


def test_constant_growth_goes_on_growing():
    made = _quantiles("constant_growth", _known(3.0 + 0.2 * np.arange(20)))
    assert np.log(made.at(0.5)) == pytest.approx(3.0 + 0.2 * 21, abs=0.02)


def test_constant_growth_is_less_sure_of_what_is_farther_and_of_what_scatters():
    steady = _known(0.2 * np.arange(12))
    rough = _known(0.2 * np.arange(12) + np.where(np.arange(12) % 2, 0.4, 0.0))

    def spread(known, year):
        made = _quantiles("constant_growth", known, date(year, 12, 31))
        return np.log(made.at(0.95) / made.at(0.05))

    assert spread(steady, 2022) < spread(steady, 2024) < spread(rough, 2024)


def test_the_autoregression_finds_its_persistence_and_its_mean():
    generator = np.random.default_rng(3)
    growth = [0.2]
    for _ in range(600):
        growth.append(0.2 + 0.6 * (growth[-1] - 0.2) + 0.1 * generator.normal())
    (intercept, phi), covariance, sd, _ = _regression(np.array(growth))
    assert phi == pytest.approx(0.6, abs=3 * np.sqrt(covariance[1, 1]))
    assert intercept / (1 - phi) == pytest.approx(0.2, abs=0.03)
    assert sd == pytest.approx(0.1, rel=0.1)


def test_growth_that_persists_is_forecast_to_persist():
    logs = np.cumsum([0.1, 0.1, 0.12, 0.15, 0.2, 0.27, 0.36, 0.48])
    assert _quantiles("autoregression", _known(logs)).at(0.5) > _quantiles("constant_growth", _known(logs)).at(0.5)


@pytest.mark.parametrize(
    ("curve", "parameters"),
    [
        (LOGISTIC, (7.0, np.log(0.6), 9.0)),
        (GOMPERTZ, (7.0, np.log(0.3), 8.0)),
        (BASS, (7.0, np.log(0.01), np.log(0.5))),
    ],
    ids=["logistic", "gompertz", "bass"],
)
def test_curves_find_their_parameters(curve, parameters):
    times = START + np.arange(1.0, 21.0)
    logs = curve.value(np.array(parameters), times - START) + 0.01 * np.random.default_rng(4).normal(size=20)
    found, *_ = estimate(curve, _known(logs, times))
    assert found[0] + logs[-1] == pytest.approx(7.0, abs=0.05)
    assert found[1:] == pytest.approx(parameters[1:], rel=0.06)


def test_a_series_that_has_levelled_off_is_not_forecast_to_grow_on():
    logs = LOGISTIC.value(np.array([7.0, 0.0, 4.0]), np.arange(1.0, 13.0))
    known = _known(logs, START + np.arange(1.0, 13.0))
    assert _quantiles("logistic", known).at(0.5) == pytest.approx(np.exp(7.0), rel=0.1)
    assert _quantiles("constant_growth", known).at(0.5) > 1.5 * np.exp(7.0)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.floats(-0.5, 1.0), min_size=4, max_size=8),
    st.floats(-3.0, 3.0),
    st.sampled_from([name for name in NAIVE if name != "target_line"]),
)
def test_forecasts_are_ordered_and_in_the_unit_of_the_figures(steps, scale, model):
    known = _known(3.0 + np.cumsum(steps))
    made = np.array(_quantiles(model, known).quantiles)
    assert np.all(made > 0.0) and np.all(np.diff(made) >= 0.0)
    scaled = _quantiles(model, replace(known, logs=known.logs + scale))
    assert np.array(scaled.quantiles) == pytest.approx(made * np.exp(scale), rel=1e-4)


def test_the_line_goes_through_the_targets_that_are_not_passed():
    target = _quantiles("target_line", _known([np.log(300.0)], sigma=1e-9), date(2025, 12, 31))
    assert target.at(0.5) == pytest.approx(400.0, rel=0.02)
    passed = _quantiles("target_line", _known([np.log(500.0)], sigma=1e-9), date(2030, 12, 31))
    assert passed.at(0.5) == pytest.approx(1000.0, rel=0.02)
    middle = _quantiles("target_line", _known([np.log(500.0)], [2022.0], sigma=1e-9), date(2025, 12, 31))
    assert middle.at(0.5) == pytest.approx(500.0 + 500.0 * 4 / 9, rel=0.02)


def test_without_a_figure_the_line_joins_the_targets():
    empty = _known([])
    assert _quantiles("target_line", empty, date(2020, 12, 31)).at(0.5) == pytest.approx(150.0, rel=0.02)
    before = forecast("target_line", empty, NAIVE["target_line"](empty), date(2019, 12, 31))
    assert isinstance(before, NotEstimable)


@pytest.mark.parametrize(
    ("model", "count"), [("constant_growth", 1), ("autoregression", 3), ("logistic", 2), ("gompertz", 2), ("bass", 2)]
)
def test_too_few_figures_are_told(model, count):
    made = NAIVE[model](_known(np.arange(count) * 0.1))
    assert isinstance(made, NotEstimable)
    assert f"{count} known at the end of 2021" in made.reason
    assert not isinstance(NAIVE[model](_known(np.arange(count + 1) * 0.1)), NotEstimable)


def test_rivals_that_do_not_fit_a_series_say_so():
    assert "no stock that spreads" in NAIVE["bass"](_known(np.arange(9.0), series="equity_funding")).reason
    assert "no target" in NAIVE["target_line"](_known(np.arange(9.0), series="core_firms", scope="list")).reason


def test_institutes_count_from_their_publication_and_in_their_own_scope():
    model = next(row for row in observations() if row.kind == "forecast" and row.scope.startswith("iResearch core AI"))
    early = replace(model, period="2023", value=300.0, published="2020-06")
    late = replace(early, value=250.0, published="2021-12")
    rows = [early, late, replace(late, value=1.0, published="2022-03"), replace(late, scope="another", value=2.0)]
    day = date(2023, 12, 31)

    def said(known):
        return forecast("institutes", known, institutes(known, rows), day)

    known = _known([], scope="I")
    assert said(known).quantiles == pytest.approx([250.0] * 99)  # the latest known, and nothing about its error
    assert said(replace(known, origin=2020)).at(0.5) == pytest.approx(300.0)
    assert isinstance(said(replace(known, origin=2019)), NotEstimable)
    assert isinstance(said(_known([], scope="A")), NotEstimable)
    assert isinstance(forecast("institutes", known, institutes(known, rows), date(2024, 12, 31)), NotEstimable)


def test_a_stated_growth_is_a_forecast_of_every_year_of_it():
    stated = list(path(date(2025, 12, 31), 400.0, "forecast: CAGR 2021-25 25%; and more"))
    assert [(day.year, value) for day, value in stated] == [
        (2025, 400.0), (2022, pytest.approx(204.8)), (2023, pytest.approx(256.0)), (2024, pytest.approx(320.0)),
    ]  # fmt: skip
    for note in ("CAGR 30.6%", "CAGR 2025-29 32.1%", "", "growth of 25 % a year"):
        assert list(path(date(2025, 12, 31), 400.0, note)) == [(date(2025, 12, 31), 400.0)]


def test_adoption_solves_its_equation():
    p, q, first = np.array([0.02]), np.array([0.4]), np.array([0.1])
    share, step = 0.1, 1e-4
    for _ in range(30000):
        share += step * (p[0] + q[0] * share) * (1.0 - share)
    assert adoption(p, q, first, np.array([0.0, 3.0]))[0] == pytest.approx([0.1, share], rel=1e-3)


@pytest.mark.parametrize("name", list(TWINS))
def test_a_twin_finds_an_economy_of_its_own_kind(name):
    # Figures without noise of one draw of the prior; its core revenue of 2023 is forecast from those to 2021.
    twin, draw = TWINS[name], 1234
    paths = twins._drawn(twin)
    rows = []
    for row in calibration_rows():
        each = figure(row)
        if each is not None and each.latent in paths and row.scope in ("A", "list", "broad") and not row.is_floor:
            level = 6.5 if each.latent in twin.free else 0.0
            value = float(np.exp(twins._seen(paths, each.latent, row.day)[draw] + level))
            rows.append(replace(row, value=value, published=str(row.day.year), lower=None, sigma_log=0.05))
    made = Rivals(rows)
    known = made.known(2021, REAL_TIME, "core_revenue", "A")
    found = forecast(name, known, made.fitted(name, known), date(2023, 12, 31))
    truth = next(row.value for row in rows if row.series == "core_revenue" and row.day.year == 2023)
    assert isinstance(found, Forecast)
    assert found.at(0.05) < truth < found.at(0.95)
    assert abs(np.log(found.at(0.5) / truth)) < 0.25


def test_a_twin_needs_a_figure_where_no_prior_knows_the_level():
    made = Rivals([row for row in calibration_rows() if row.series == "core_revenue" and row.scope == "A"])
    for name in TWINS:
        assert not isinstance(made.fitted(name, made.known(2022, REAL_TIME, "core_revenue", "I")), NotEstimable)
        assert isinstance(made.fitted(name, made.known(2022, REAL_TIME, "core_firms", "list")), NotEstimable)
        assert isinstance(made.fitted(name, made.known(2022, REAL_TIME, "core_revenue", "N")), NotEstimable)
        assert isinstance(made.fitted(name, made.known(2022, REAL_TIME, "related_revenue", "I")), NotEstimable)


def test_without_any_figure_a_twin_forecasts_from_its_priors():
    made = Rivals([])
    known = made.known(2019, REAL_TIME, "core_revenue", "A")
    for name in TWINS:
        wide = forecast(name, known, made.fitted(name, known), date(2021, 12, 31))
        assert isinstance(wide, Forecast) and wide.at(0.95) > 5.0 * wide.at(0.05)


def test_every_rival_has_a_forecast_or_a_reason():
    made = Rivals(calibration_rows())
    for origin in (2019, 2022):
        known = made.known(origin, REAL_TIME, "core_revenue", "A")
        for model in RIVALS:
            found = forecast(model, known, made.fitted(model, known), date(origin + 1, 12, 31))
            assert isinstance(found, Forecast) or found.reason


@pytest.mark.parametrize("information", INFORMATION)
def test_rivals_know_what_the_calibration_knows(information):
    rows = [row for row in calibration_rows() if figure(row) is not None]
    for origin in (2017, 2019, 2020, 2021, 2022, 2023):
        seen = {each.key for each in vintage(origin, information).figures(rows)}
        assert seen == {figure(row).key for row in rows if usable(row, origin, information)}


def test_real_time_figures_are_fewer_than_those_of_pseudo_real_time():
    rows = calibration_rows()
    assert len(known_figures(rows, 2020, REAL_TIME, "core_revenue", "A")) == 0
    assert len(known_figures(rows, 2020, "pseudo_real_time", "core_revenue", "A")) == 2
    held_out = [row for row in rows if not row.fitted]
    for row in held_out:
        known = known_figures(held_out, 2023, "pseudo_real_time", row.series, row.scope)
        assert len(known) == 0
