"""Every call of the quarter, plain and compiled, on the same states and draws: nothing may differ.

``AIPLAN_REFERENCE_ECONOMIES=400`` compares on that many economies, eight quarters of each, instead of the usual few.
"""

from __future__ import annotations

import os
from functools import lru_cache

import pytest

from simulation.scenario import VARIANTS
from tests.model.drawing import random_scenario
from tests.reference.states import NAMES, step_and_compare, visits

ECONOMIES, VISITS = int(os.environ.get("AIPLAN_REFERENCE_ECONOMIES", "25")), 8


@lru_cache(maxsize=1)
def compared() -> dict[str, list[str]]:
    """One line for each state in which a call differs, by call; each call was compared in all states."""
    lines: dict[str, list[str]] = {name: [] for name in NAMES}
    states = dict.fromkeys(NAMES, 0)
    for number in range(ECONOMIES):
        for economy in visits(number, VISITS):
            quarter = economy.quarters[economy.quarter]
            for call, found in step_and_compare(economy, NAMES):
                states[call] += 1
                if found:
                    lines[call].append(f"economy {number}, {quarter}: " + "; ".join(found[:3]))
    assert set(states.values()) == {ECONOMIES * VISITS}
    return lines


@pytest.mark.parametrize("call", NAMES)
def test_the_plain_rule_and_the_compiled_one_agree(call: str) -> None:
    assert compared()[call] == []


def test_every_variant_of_every_rule_is_among_the_states() -> None:
    met = {pair for number in range(ECONOMIES) for pair in random_scenario(number, "2018Q4").variants.items()}
    assert met == {(rule, choice) for rule, choices in VARIANTS.items() for choice in choices}
