"""Small random economies for the comparison: random scenarios, seeds, variants and scales, few adopters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from simulation.model import Economy
from simulation.model.economy import CALLS
from simulation.model.initial import adopters
from tests.model.drawing import random_scenario

NAMES = [name for name, _ in CALLS]
RULES = dict(CALLS)


@contextmanager
def few_adopters() -> Iterator[None]:
    """Build economies with the fewest adopters that each sector can have."""
    least, adopters.LEAST = adopters.LEAST, 0
    yield
    adopters.LEAST = least


def small_economy(number: int, until: str = "2021Q4", scale: float = 0.002) -> Economy:
    """Economy ``number``: a random scenario and seed at a tiny scale."""
    with few_adopters():
        return Economy(random_scenario(number, until), seed=number, scale=scale)
