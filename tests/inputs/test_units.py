"""Units: parsing, conversion and its inverse, and refusal of what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.inputs import units

SAMPLES = sorted(units.BASE)
COMPOUND = [
    "bn_cny/year",
    "mn_cny/quarter",
    "cny/person/year",
    "thousand_cny/person/month",
    "count/year",
    "per_quarter",
]


def _convertible_pairs():
    names = SAMPLES + COMPOUND
    return [(a, b) for a in names for b in names if units.convertible(a, b)]


@given(st.sampled_from(_convertible_pairs()), st.floats(-1e12, 1e12))
def test_conversion_there_and_back_returns_the_value(pair, value):
    there, back = pair
    assert units.convert(units.convert(value, there, back), back, there) == pytest.approx(value, rel=1e-12, abs=1e-300)


@given(st.sampled_from(_convertible_pairs()), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_conversion_is_linear(pair, first, second):
    there, back = pair
    together = units.convert(first + second, there, back)
    assert together == pytest.approx(units.convert(first, there, back) + units.convert(second, there, back), rel=1e-9)


@given(st.sampled_from(SAMPLES), st.sampled_from(SAMPLES), st.floats(0.1, 10))
def test_units_of_different_dimensions_never_convert(first, second, value):
    if units.BASE[first][0] == units.BASE[second][0]:
        units.convert(value, first, second)
    else:
        with pytest.raises(units.UnitError):
            units.convert(value, first, second)


@pytest.mark.parametrize(
    ("value", "there", "back", "expected"),
    [
        (30, "bn_cny", "mn_cny", 30_000),
        (12, "percent", "share", 0.12),
        (40, "bn_cny/year", "bn_cny/quarter", 10),
        (1, "per_quarter", "per_year", 4),
        (133_150, "CNY a year", "thousand_cny/year", 133.15),
        (2, "million persons/year", "persons/year", 2e6),
        (3, "years", "quarters", 12),
        (1, "log_points", "ratio", 1),
    ],
)
def test_known_conversions(value, there, back, expected):
    assert units.convert(value, there, back) == pytest.approx(expected)


def test_arrays_convert_elementwise():
    assert np.allclose(units.convert(np.array([1.0, 2.0]), "bn_cny", "mn_cny"), [1000, 2000])


@pytest.mark.parametrize("text", ["", "bn_cyn", "furlongs", "bn_cny/", "/year"])
def test_unknown_units_are_refused(text):
    with pytest.raises(units.UnitError):
        units.parse(text)


def test_a_misspelt_unit_names_the_nearest():
    with pytest.raises(units.UnitError, match="bn_cny"):
        units.parse("bn_cyn")


def test_an_index_is_not_a_share():
    assert not units.convertible("index", "share")


@given(st.floats(-1e9, 1e9), st.sampled_from(SAMPLES))
def test_quantities_with_a_unit_are_read_back(value, unit):
    number, read = units.parse_quantity(f"{value!r} {unit}")
    assert (number, read) == (value, unit)


@pytest.mark.parametrize("text", ["bn_cny", "", "thirty bn_cny", "30 bn_cyn"])
def test_text_that_is_no_quantity_is_refused(text):
    with pytest.raises(units.UnitError):
        units.parse_quantity(text)
