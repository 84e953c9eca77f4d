"""Priors: the text is read, quantiles rise, stay within bounds and agree with the distribution function."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.inputs.priors import parse_prior

TEXTS = [
    "uniform(0, 1)", "loguniform(0.1, 10)", "normal(0.2, 0.1)", "lognormal(1.25, 0.10)", "triangular(5, 20, 60)",
    "triangular(0, 0, 1)", "triangular(0, 1, 1)", "beta(2, 5)",
]  # fmt: skip


@given(st.sampled_from(TEXTS), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_quantiles_rise_with_probability_and_stay_in_the_support(text, probabilities):
    prior = parse_prior(text)
    values = prior.quantile(np.sort(probabilities))
    assert np.all(values[1:] >= values[:-1])
    assert np.all((values >= prior.support[0]) & (values <= prior.support[1]))


@given(st.sampled_from(TEXTS), st.floats(0.001, 0.999))
def test_the_distribution_function_inverts_the_quantile(text, probability):
    prior = parse_prior(text)
    assert prior.cdf(prior.quantile(probability)) == pytest.approx(probability, abs=1e-6)


@given(st.sampled_from(TEXTS), st.floats(0, 1), st.floats(0.1, 0.4), st.floats(0.6, 0.9))
def test_truncation_keeps_quantiles_within_the_bounds(text, probability, low, high):
    prior = parse_prior(text)
    bounds = prior.quantile(low), prior.quantile(high)
    value = prior.quantile(probability, *bounds)
    assert bounds[0] <= value <= bounds[1]
    assert prior.cdf(prior.quantile(0.5, *bounds)) == pytest.approx((low + high) / 2, abs=1e-6)


def test_quantiles_agree_with_scipy():
    u = np.linspace(0.01, 0.99, 25)
    assert np.allclose(parse_prior("normal(0.2,0.1)").quantile(u), stats.norm(0.2, 0.1).ppf(u))
    assert np.allclose(parse_prior("lognormal(1.25,0.1)").quantile(u), stats.lognorm(0.1, scale=1.25).ppf(u))
    assert np.allclose(parse_prior("beta(2,5)").quantile(u), stats.beta(2, 5).ppf(u))
    triangular = stats.triang(15 / 55, 5, 55)
    assert np.allclose(parse_prior("triangular(5,20,60)").quantile(u), triangular.ppf(u))


def test_a_fixed_value_has_no_spread():
    assert parse_prior("fixed(3)").quantile(0.9) == 3


@pytest.mark.parametrize(
    "text",
    ["", "uniform", "uniform(1)", "uniform(2,1)", "normal(0,-1)", "lognormal(-1,0.1)", "triangular(0,2,1)",
     "gamma(1,2)", "uniform(a,b)", "uniform(0,nan)", "beta(0,1)", "loguniform(0,1)"],
)  # fmt: skip
def test_texts_that_make_no_distribution_are_refused(text):
    with pytest.raises(ValueError):
        parse_prior(text)


def test_bounds_without_probability_are_refused():
    with pytest.raises(ValueError, match="no probability"):
        parse_prior("uniform(0,1)").quantile(0.5, 2.0, 3.0)


def test_probabilities_outside_zero_and_one_are_refused():
    with pytest.raises(ValueError, match="probability"):
        parse_prior("uniform(0,1)").quantile(1.5)
