"""Wherever within the registry's bounds a scenario goes, books close, people are counted and states stay in bounds."""

from __future__ import annotations

import pytest

from simulation.model import Economy
from tests.model.drawing import effective
from tests.model.states import BATCH, LONG_LIVED, RANDOM_SCENARIOS, first_problem, problems_of, quarters_of


@pytest.mark.parametrize("first", range(0, RANDOM_SCENARIOS - LONG_LIVED, BATCH))
def test_books_heads_and_states_hold_in_any_scenario(first: int) -> None:
    assert [found for number in range(first, first + BATCH) if (found := first_problem(number, "2020Q4"))] == []


def test_books_heads_and_states_hold_in_the_baseline() -> None:
    economy = Economy(effective("plan_baseline", "2030Q4"), seed=3, scale=0.05)
    for before, _ in quarters_of(economy):
        assert problems_of(before, economy) == []
