"""The same as in the shorter random scenarios, to the end of the plan (a file of its own, to run beside the other)."""

from __future__ import annotations

import pytest

from tests.model.states import BATCH, LONG_LIVED, RANDOM_SCENARIOS, first_problem


@pytest.mark.parametrize("first", range(RANDOM_SCENARIOS - LONG_LIVED, RANDOM_SCENARIOS, BATCH))
def test_books_heads_and_states_hold_to_the_end_of_the_plan(first: int) -> None:
    assert [found for number in range(first, first + BATCH) if (found := first_problem(number, "2030Q4"))] == []
