"""Wherever within the registry's bounds a scenario goes, books close, people are counted and states stay in bounds."""

from __future__ import annotations

import pytest

from simulation.model import Economy
from tests.model.drawing import effective
from tests.model.states import first_problem, problems_of, quarters_of

RANDOM_SCENARIOS = 200
BATCH = 10


@pytest.mark.parametrize("first", range(0, RANDOM_SCENARIOS - BATCH, BATCH))
def test_books_heads_and_states_hold_in_any_scenario(first: int) -> None:
    assert [found for number in range(first, first + BATCH) if (found := first_problem(number, "2020Q4"))] == []


def test_books_heads_and_states_hold_to_the_end_of_the_plan() -> None:
    numbers = range(RANDOM_SCENARIOS - BATCH, RANDOM_SCENARIOS)
    assert [found for number in numbers if (found := first_problem(number, "2030Q4"))] == []


def test_books_heads_and_states_hold_in_the_baseline() -> None:
    economy = Economy(effective("plan_baseline", "2030Q4"), seed=3, scale=0.05)
    for before, _ in quarters_of(economy):
        assert problems_of(before, economy) == []
