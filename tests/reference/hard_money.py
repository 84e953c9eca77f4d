"""Hard states for research, money, entry and government: what a run rarely meets, put into an economy on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from simulation.model import Economy
from simulation.model.state import ANGEL, EARLY, LATE, START_UP, UNFUNDED
from tests.reference.rules.deals import FUND_CHANNELS


def some_of(rows: np.ndarray, dice: random.Random, share: float = 0.3) -> np.ndarray:
    """Some of the rows."""
    return rows[np.array([dice.random() < share for _ in rows], dtype=bool)]


def start_ups(economy: Economy) -> np.ndarray:
    """Rows of the start-ups that are not listed."""
    firms = economy.firms
    return np.flatnonzero(firms.alive & (firms.kind == START_UP) & ~firms.listed)


def let_in_many(economy: Economy, dice: random.Random) -> None:
    """From here on a row of entrants stands for few firms, or for one, as far as few firms are expected."""
    usual = float(economy.expected_entries.sum())
    economy.firm_weight = max(dice.choice([1.0, 8.0, 30.0, 100.0]), round(usual / 25.0))


def shuffle_ages(economy: Economy, dice: random.Random) -> None:
    """Firms of every age, up to 30 years."""
    firms = economy.firms
    for row in some_of(start_ups(economy), dice, 0.6):
        firms.founded[row] = economy.quarter - dice.randrange(120)


def shuffle_rounds(economy: Economy, dice: random.Random) -> None:
    """Firms at every stage of funding, with funds among their owners or without."""
    firms, t = economy.firms, economy.quarter
    for row in some_of(start_ups(economy), dice, 0.7):
        firms.stage[row] = dice.choice([UNFUNDED, ANGEL, EARLY, LATE])
        firms.last_round[row], firms.first_round[row] = t - dice.randrange(12), t - dice.randrange(60)
        firms.equity[row, :] = 0.0
        firms.cumulative_funding[row] = 0.0
        if firms.stage[row] != UNFUNDED:
            firms.cumulative_funding[row] = dice.choice([3.0, 80.0, 2000.0])
            firms.equity[row, dice.choice(FUND_CHANNELS)] = firms.cumulative_funding[row]


def shake_revenue(economy: Economy, dice: random.Random) -> None:
    """Firms that suddenly sell a lot, or nothing."""
    firms = economy.firms
    for row in some_of(firms.rows(), dice):
        firms.revenue_quarters[row] *= dice.choice([0.0, 0.01, 30.0, 1000.0])
        firms.expected_orders[row] *= dice.choice([0.0, 1.0, 5.0])


def shake_profit(economy: Economy, dice: random.Random) -> None:
    """Losses and profits of the last quarter change places."""
    rows = some_of(economy.firms.rows(), dice, 0.5)
    economy.firms.profit[rows] *= -1.0


def owe_banks(economy: Economy, dice: random.Random) -> None:
    """Firms with debt, some above any line."""
    for row in some_of(economy.firms.rows(), dice):
        economy.firms.debt[row] = dice.choice([0.1, 10.0, 1000.0])


def hold_cash(economy: Economy, dice: random.Random) -> None:
    """Firms with more cash than they need, units of groups among them, and firms short of it."""
    for row in some_of(economy.firms.rows(), dice, 0.5):
        economy.firms.cash[row] = dice.choice([-1e3, -0.22, 0.0, 1e2, 1e5])


def certify(economy: Economy, dice: random.Random) -> None:
    """Certificates and recognition where they are not expected."""
    firms = economy.firms
    firms.certified[some_of(firms.rows(), dice, 0.5)] = dice.random() < 0.5
    firms.recognised[some_of(firms.rows(), dice, 0.5)] = dice.random() < 0.5


def shake_levels(economy: Economy, dice: random.Random) -> None:
    """Capability ahead of the frontier or far behind; much knowledge or none."""
    firms = economy.firms
    for row in some_of(firms.rows(), dice):
        firms.capability[row] += dice.choice([-2.0, 1.0, 4.0])
        firms.knowledge[row] *= dice.choice([0.0, 10.0])
    economy.research.public_level += dice.choice([-1.0, 0.0, 1.0])
    economy.research.pool += dice.choice([-1.0, 0.0, 1.0])


def bring_breakthroughs_near(economy: Economy, dice: random.Random) -> None:
    """Theory fields whose next breakthrough is due, now or as a lift of the public level."""
    for base in economy.research_bases:
        base.hazard = base.threshold * dice.choice([0.3, 0.99999, 1.5])
        base.weight = dice.choice([0.2, 1.0, 4.9])
        if dice.random() < 0.5:
            base.pending.append((economy.quarter, 0.2))


def advance_pilots(economy: Economy, dice: random.Random) -> None:
    """Pilots in some provinces, good reviews behind them, and part of the roll-out."""
    government = economy.government
    pilots = dice.randrange(1, len(government.exposure))
    government.exposure[:] = 0.0
    government.exposure[:pilots] = 1.0
    government.evaluations_passed = dice.randrange(4)
    government.rolled_out[:] = dice.choice([0.0, 0.3, 0.9])


def fill_histories(economy: Economy, dice: random.Random) -> None:
    """What government has seen over two years, near a target or far from it, growing or shrinking."""
    government = economy.government
    level, growth = dice.choice([150.0, 400.0, 1000.0]) * dice.uniform(0.3, 1.6), dice.uniform(0.6, 2.4)
    government.indicators.extend(level * growth ** (quarter / 4.0) for quarter in range(6))
    government.adjustment_wanted, government.adjustment = dice.uniform(-0.5, 0.5), dice.uniform(-0.5, 0.5)
    economy.revenue_history.extend(dice.uniform(1.0, 1000.0) for _ in range(8))


def judge_entries(economy: Economy, dice: random.Random) -> None:
    """Entry over two years that went better or worse in pilot provinces, by little or much."""
    advance_pilots(economy, dice)
    exposure = economy.government.exposure
    effect = dice.choice([0.0, dice.uniform(-0.3, 0.5)])
    entries = 2.0 * np.exp(np.where(exposure >= 1.0, effect, 0.0))
    firms = np.full(len(exposure), dice.choice([0.01, 100.0]))
    economy.entry_history.extend(np.array([entries, firms]) for _ in range(8))
    economy.entries_before_pilots = np.array([np.full(len(exposure), 16.0), 8.0 * firms])


def fill_funds(economy: Economy, dice: random.Random) -> None:
    """Stages swamped with money or empty; guidance money carried over; promises used up."""
    for channel in economy.channels:
        channel.powder, channel.uncalled = dice.choice([0.0, 10.0, 1e5]), dice.choice([0.0, 1e4])
    venture = economy.venture
    venture.uncalled, venture.guidance_carry = dice.choice([0.0, 1e3, 1e6]), dice.choice([0.0, 500.0])
    venture.log_flow += dice.choice([-2.0, 0.0, 2.0])
    venture.history = [venture.log_flow + dice.uniform(-1.0, 1.0) for _ in range(dice.choice([1, 4, 9]))]


def move_signal(economy: Economy, dice: random.Random) -> None:
    """The plan as a signal: a strong shift, and a level that has just risen or fallen."""
    government = economy.government
    government.signal, government.signal_recorded = (
        (dice.uniform(0.0, 0.8), dice.uniform(0.0, 1.0)) for _ in ("effective", "delivered")
    )


def order_compute(economy: Economy, dice: random.Random) -> None:
    """Compute nearly all domestic, or abundant, or short; old orders to pay."""
    compute = economy.compute
    compute.domestic_share, compute.capacity = dice.choice([0.05, 0.6, 0.99]), dice.choice([0.01, 1.0, 100.0])
    compute.imports = {"parents": dice.uniform(0.0, 1e4), "local_government": dice.uniform(0.0, 1e3)}
    compute.public_idle = dice.choice([-5.0, 20.0])


MONEY_HARMS: list[Callable[[Any, random.Random], None]] = [
    let_in_many, shuffle_ages, shuffle_rounds, shake_revenue, shake_profit, owe_banks, hold_cash, certify, shake_levels,
    bring_breakthroughs_near, advance_pilots, fill_histories, judge_entries,
    fill_funds, move_signal, order_compute,
]  # fmt: skip
