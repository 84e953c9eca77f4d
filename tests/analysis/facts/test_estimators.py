"""Each estimator finds the truth in data that were drawn from it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from simulation.analysis.facts import estimators


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


@given(some.floats(0.6, 2.5))
@settings(max_examples=15, deadline=None)
def test_a_pareto_sample_gives_its_exponent(exponent):
    size = generator().pareto(exponent, 20_000) + 1.0
    assert estimators.rank_size_exponent(size, 2_000) == pytest.approx(exponent, rel=0.08)
    assert estimators.tail_exponent(size, 2.0) == pytest.approx(exponent, rel=0.05)


def test_the_tail_is_found_below_which_sizes_are_not_pareto():
    draws = generator()
    size = np.concatenate([draws.uniform(1.0, 10.0, 3_000), 10.0 * (draws.pareto(1.4, 2_000) + 1.0)])
    assert estimators.fitted_tail_exponent(size) == pytest.approx(1.4, rel=0.08)
    assert math.isnan(estimators.fitted_tail_exponent(size[:20]))


def test_a_row_for_two_firms_counts_as_two():
    size = generator().pareto(1.1, 3_000) + 1.0
    both = np.concatenate([size, size])
    once = estimators.rank_size_exponent(size, 600, np.full(3_000, 2.0))
    assert once == pytest.approx(estimators.rank_size_exponent(both, 600), rel=0.01)


@pytest.mark.parametrize(("draw", "shape"), [("laplace", 1.0), ("normal", 2.0)])
def test_subbotin_shape(draw, shape):
    values = 0.3 + 0.2 * getattr(generator(), draw)(size=40_000)
    assert estimators.subbotin_shape(values) == pytest.approx(shape, rel=0.04)


@given(some.floats(0.05, 0.4))
@settings(max_examples=10, deadline=None)
def test_growth_that_spreads_less_for_the_large(beta):
    draws = generator()
    size = np.exp(draws.normal(3.0, 1.5, 30_000))
    growth = size**-beta * draws.normal(size=30_000)
    assert estimators.size_scaling(size, growth) == pytest.approx(beta, abs=0.02)


def test_exponential_lifetimes_with_late_entry_and_an_end():
    draws = generator()
    life = draws.exponential(10.0, 60_000)
    seen_from, seen_to = draws.uniform(0.0, 15.0, 60_000), draws.uniform(15.0, 30.0, 60_000)
    entry, last = seen_from, seen_to
    kept = life > entry  # whoever is gone before anybody looks is never known of
    end = np.minimum(life, last)[kept]
    left = (life < last)[kept]
    weight = np.ones(int(kept.sum()))
    some_of_them = slice(0, 5_000)
    median = estimators.survival_median(*(column[some_of_them] for column in (entry[kept], end, left, weight)))
    assert median == pytest.approx(10.0 * math.log(2.0), abs=0.4)
    hazard = estimators.hazard_by_year(entry[kept], end, left, weight)
    assert hazard == pytest.approx(np.full(12, 0.1), rel=0.1)


def test_a_population_that_lives_on_has_no_median():
    left = np.array([True, False, False])
    assert estimators.survival_median(np.zeros(3), np.array([1.0, 9.0, 9.0]), left, np.ones(3)) == math.inf


@given(some.floats(0.1, 0.8), some.floats(2015.0, 2030.0), some.sampled_from((1.0, 0.9)))
@settings(deadline=None)
def test_a_logistic_curve_gives_its_rate(rate, middle, ceiling):
    shares = {year: ceiling / (1.0 + math.exp(-rate * (year - middle))) for year in range(2018, 2026)}
    assert estimators.logistic_rate(shares, ceiling) == pytest.approx(rate, rel=1e-6)


@given(some.floats(0.001, 0.04), some.floats(0.15, 0.6))
@settings(max_examples=40, deadline=None)
def test_a_bass_curve_gives_p_and_q(p, q):
    shares = {}
    for year in range(2016, 2026):
        fading = math.exp(-(p + q) * (year - 2015))
        shares[year] = (1.0 - fading) / (1.0 + q / p * fading)
    assert estimators.bass(shares, 2015) == pytest.approx((p, q), rel=1e-3)


def test_shares():
    values = np.array([4.0, 3.0, 2.0, 1.0])
    assert estimators.top_share(values, 2) == pytest.approx(70.0)
    assert estimators.herfindahl(values) == pytest.approx(0.3)
    assert estimators.share_where(values > 2.5, np.array([1.0, 1.0, 1.0, 5.0])) == pytest.approx(25.0)
    assert math.isnan(estimators.share_where(values > 9.0, np.zeros(4)))
    assert estimators.peak_year({2015: 1.0, 2016: 3.0, 2017: 2.0, 2018: 9.0}, 2015, 2017) == 2016
