"""The quick demonstration still gives what was written down; a change must be made on purpose and explained."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.expected.quick import FILE, FIXED, SEEDS, SPREAD, values


@pytest.fixture(scope="module")
def both() -> tuple[dict, dict]:
    return json.loads(FILE.read_text(encoding="utf-8")), values()


@pytest.mark.parametrize("name", FIXED)
def test_what_timelines_set_is_the_same_to_a_millionth(name: str, both: tuple[dict, dict]) -> None:
    expected, found = both
    np.testing.assert_allclose(found["fixed"][name], expected["fixed"][name], rtol=1e-6)


@pytest.mark.parametrize("name", SPREAD)
def test_outcomes_stay_within_the_spread_of_seeds(name: str, both: tuple[dict, dict]) -> None:
    expected, found = both
    error = np.array(expected["deviation"][name]) * np.sqrt(2.0 / SEEDS)
    difference = np.abs(np.array(found["mean"][name]) - np.array(expected["mean"][name]))
    assert np.all(difference <= 4.0 * error + 1e-6 * np.abs(expected["mean"][name])), (name, difference, error)
