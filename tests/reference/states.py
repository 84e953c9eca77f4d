"""Small random economies for the comparison: random scenarios, seeds and variants, quarters all along, hard states."""

from __future__ import annotations

import gc
import importlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from simulation.model import Economy
from simulation.model.economy import CALLS
from simulation.model.initial import adopters
from simulation.model.state import SEEKING
from tests.model.drawing import random_scenario, with_values
from tests.reference.bridge import differences, mirror
from tests.reference.hard_money import MONEY_HARMS

NAMES = [name for name, _ in CALLS]
RULES = dict(CALLS)
LAST = {True: "2030Q4", False: "2020Q4"}


def plain_rule(call: str) -> Any:
    """Module of a call's plain rule."""
    return importlib.import_module(f"tests.reference.rules.{call}")


@contextmanager
def few_adopters() -> Iterator[None]:
    """Build economies with the fewest adopters that each sector can have."""
    least, adopters.LEAST = adopters.LEAST, 0
    yield
    adopters.LEAST = least


def small_economy(number: int, until: str = "2021Q4", scale: float = 0.001) -> Economy:
    """Economy ``number``: a random scenario and seed at a tiny scale, with a few groups (who stand in all cells).

    In two of three economies a row of entrants stands for so few firms that some come every quarter.
    """
    inputs = with_values(random_scenario(number, until), incumbent_count=float(8 + number % 17))
    with few_adopters():
        economy = Economy(inputs, seed=number, scale=scale)
    economy.firm_weight = (economy.firm_weight, 200.0, 500.0)[number % 3]
    return economy


def visits(number: int, count: int) -> Iterator[Economy]:
    """Economy ``number`` at ``count`` quarters of its life, two in three of them made hard; every third lives long."""
    dice = random.Random(number)
    economy = small_economy(number, LAST[number % 3 == 0])
    quarters = {0} if number % 2 else set()
    while len(quarters) < count:
        quarters.add(dice.randrange(1, len(economy.quarters)))
    while economy.quarter <= max(quarters):
        if economy.quarter not in quarters:
            economy.step()
            continue
        if economy.quarter and dice.random() < 2.0 / 3.0:
            for harm in dice.sample(HARMS, 5):
                harm(economy, dice)
        with no_collection():
            yield economy
    economy.close()


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the collection of garbage, which many small objects would start again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def step_and_compare(economy: Economy, calls: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Live through a quarter; yields each call of ``calls`` with what plain and compiled rules disagree about."""
    economy._open_quarter()
    for name in NAMES:
        economy.reads.current = name
        plain = mirror(economy) if name in calls else None
        if plain is not None:
            plain_rule(name).run(plain)
        RULES[name].run(economy)
        if plain is not None:
            found = differences(plain, economy)
            plain.close()
            yield name, found
    economy._close_quarter()


# -- hard states ------------------------------------------------------------------------------------------------------


def some_rows(table: Any, dice: random.Random, share: float = 0.2) -> np.ndarray:
    """Rows of some of the living."""
    living = table.rows()
    return living[[dice.random() < share for _ in living]]


def drain_deposits(economy: Economy, dice: random.Random) -> None:
    """Firms in debt to their suppliers."""
    economy.firms.cash[some_rows(economy.firms, dice)] = -dice.choice([0.01, 1.0, 300.0])


def fill_deposits(economy: Economy, dice: random.Random) -> None:
    """Idle money in firms and funds."""
    economy.firms.cash[some_rows(economy.firms, dice)] += 1e4
    economy.venture.uncalled *= 10.0
    for channel in economy.channels:
        channel.powder = channel.powder * 10.0 + 100.0


def take_staff(economy: Economy, dice: random.Random) -> None:
    """Firms without anybody."""
    leaving = np.isin(economy.people.employer, some_rows(economy.firms, dice)) & economy.people.alive
    economy.people.employer[leaving] = SEEKING


def empty_posts(economy: Economy, dice: random.Random) -> None:
    """Everybody works, or nobody seeks in some tier."""
    people = economy.people
    firm = int(economy.firms.rows()[-1])
    people.employer[people.alive & (people.employer == SEEKING) & (people.tier != dice.randrange(4))] = firm


def close_with_staff(economy: Economy, dice: random.Random) -> None:
    """Firms that are gone while their people have not noticed."""
    economy.firms.remove(some_rows(economy.firms, dice, 0.05))


def swamp_with_orders(economy: Economy, dice: random.Random) -> None:
    """A backlog beyond all capacity, and high expectations."""
    rows = some_rows(economy.firms, dice, 0.5)
    economy.firms.backlog[rows] = 50.0 + 20.0 * economy.firms.orders[rows]
    economy.firms.expected_orders[rows] *= 10.0


def lose_orders(economy: Economy, dice: random.Random) -> None:
    """Nothing is expected or waiting."""
    rows = some_rows(economy.firms, dice, 0.5)
    economy.firms.backlog[rows] = economy.firms.expected_orders[rows] = economy.firms.data[rows] = 0.0


def free_cells(economy: Economy, dice: random.Random) -> None:
    """Cells whose holders are gone come up as a whole."""
    economy.positions.share[np.isin(economy.positions.cell, [dice.randrange(152) for _ in range(40)])] = 0.0


def starve_of_compute(economy: Economy, dice: random.Random) -> None:
    """Firms with next to no compute."""
    economy.firms.compute[some_rows(economy.firms, dice)] = dice.choice([0.0, 0.02, 0.049])


def shake_wages(economy: Economy, dice: random.Random) -> None:
    """Posted wages and tightness out of the usual range."""
    economy.labour.wage *= np.array([dice.uniform(0.3, 3.0) for _ in economy.labour.wage])
    economy.labour.tightness[:] = [dice.choice([0.0, 0.5, 500.0]) for _ in economy.labour.tightness]


def squeeze_budgets(economy: Economy, dice: random.Random) -> None:
    """Local programmes displace procurement; regulation and risk are high."""
    economy.fiscal_squeeze = dice.choice([100.0, 1e6])
    economy.government.regulation, economy.government.social_risk = dice.uniform(0.0, 1.0), dice.uniform(0.0, 2.0)


def age_funding(economy: Economy, dice: random.Random) -> None:
    """Rounds that lie long back, funds that end and want their money, which firms have."""
    rows = some_rows(economy.firms, dice, 0.9)
    economy.firms.cash[rows] = np.maximum(economy.firms.cash[rows], 20.0)
    economy.firms.last_round[rows] -= 12
    economy.firms.first_round[rows] -= 20


HARMS: list[Callable[[Economy, random.Random], None]] = [
    drain_deposits, fill_deposits, take_staff, empty_posts, close_with_staff, swamp_with_orders, lose_orders,
    free_cells, starve_of_compute, shake_wages, squeeze_budgets, age_funding, *MONEY_HARMS,
]  # fmt: skip
