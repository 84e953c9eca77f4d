"""Call 11, ``exit_and_entry``: failure, acquisition, three doors of entry, location, recognition by list makers.

Rule: Exit
    Formula: hazard = base * (exit_floor + hump(age)) * (1 + revenue / 10)^-e, times exit_distress with cash below
        zero; certain
        exit when cash is below minus a quarter's cost; hump = (age/peak) * exp(1 - age/peak)
    Symbols: base exit_rate a year; peak exit_peak_age; e exit_size_elasticity; incumbents do not exit; of those that
        leave the share acquisition_share with efficiency above the median is bought by a group of the same product,
        which takes over staff, customers and, in proportion to revenue, what it lacks in capability; the staff of the
        others seek work and their customers are awarded anew; the group pays acquisition_multiple * revenue of four
        quarters
    Unit: per year
    Source: F13 (peak at 3, high to 7), F15-F16 (6.5-17 % a year), funding.md section 3
    Clause: P039

Rule: Recognition
    Formula: hazard = base * (1 + funded) * (1 + [revenue above recognition_revenue]) / 4 from age one
    Symbols: base recognition_rate; funded and the revenue test count one each; listed firms are recognised at once;
        firms two years old with revenue above certification_revenue are certified with hazard certification_rate
    Unit: per year
    Source: model.md section 4
    Clause: P100
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model.columns import inner
from simulation.model.rules.deals import FUND_CHANNELS, distribute
from simulation.model.rules.entry import enter, keyed_choice
from simulation.model.state import INCUMBENT, SEEKING, START_UP, UNFUNDED

if TYPE_CHECKING:
    from simulation.model.economy import Economy


def exit_hazard(
    age: np.ndarray, revenue: np.ndarray, base: float, peak: float, size_elasticity: float, distressed: np.ndarray,
    floor: float = 0.4, distress: float = 3.0,
) -> np.ndarray:  # fmt: skip
    """Exit hazard a year by age (years), revenue (million CNY a year) and distress; hump-shaped in age."""
    relative = np.maximum(age, 0.1) / peak
    hump = relative * np.exp(1.0 - relative)
    return base * (floor + hump) * (1.0 + revenue / 10.0) ** -size_elasticity * np.where(distressed, distress, 1.0)


def run(economy: Economy) -> None:
    """Exit first, then entry by its three doors, then recognition and certification."""
    _exit(economy)
    enter(economy)
    _recognise(economy)


def _exit(economy: Economy) -> None:
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    age = (t - firms.founded) / 4.0
    cost = np.maximum(firms.revenue - firms.profit, 0.2)
    distressed = firms.cash < 0.0
    hazard = exit_hazard(
        age, firms.revenue_year(), p["exit_rate"], p["exit_peak_age"], p["exit_size_elasticity"], distressed,
        p["exit_floor"], p["exit_distress"],
    )  # fmt: skip
    hazard = np.where(firms.kind == INCUMBENT, 0.0, hazard)
    fails = (economy.streams.uniform("firm_exit", firms.uid, t) < hazard / 4.0) | (firms.cash < -cost)
    fails &= firms.alive & (firms.kind == START_UP)
    rows = np.flatnonzero(fails)
    economy.record("firm_exits", float(firms.weight[rows].sum()))
    if not len(rows):
        economy.record("firm_acquisitions", 0.0)
        return
    bought = economy.streams.uniform("firm_acquired", firms.uid[rows], t) < p["acquisition_share"]
    bought &= firms.efficiency[rows] > 0.0
    economy.record("firm_acquisitions", float(firms.weight[rows[bought]].sum()))
    if bought.any():
        _acquire(economy, rows[bought])
    _close(economy, rows)


def _acquire(economy: Economy, rows: np.ndarray) -> None:
    """A group buys the firm: owners are paid; staff, customers and part of its technology pass to the group."""
    p, firms, ledger, people = economy.parameters, economy.firms, economy.ledger, economy.people
    groups = np.flatnonzero(firms.alive & (firms.kind == INCUMBENT))
    value = firms.revenue_year() * firms.weight
    for row in rows:
        buyer = keyed_choice(economy, groups[firms.product[groups] == firms.product[row]], row)
        if buyer is None:
            continue
        price = p["acquisition_multiple"] * firms.revenue_year()[row] * firms.weight[row]
        ledger.post("acquisitions", "parents", "households", float(price))
        part = value[row] / max(value[row] + value[buyer], 1e-9)
        firms.capability[buyer] += part * np.maximum(firms.capability[row] - firms.capability[buyer], 0.0)
        people.employer[people.alive & (people.employer == row)] = buyer
        _pass_customers(economy, row, buyer)


def _pass_customers(economy: Economy, row: int, buyer: int) -> None:
    """Give the market shares of a row to its buyer, who serves every cell of the product."""
    positions = economy.positions
    mine, theirs = np.flatnonzero(positions.firm == row), np.flatnonzero(positions.firm == buyer)
    order = theirs[np.argsort(positions.cell[theirs], kind="stable")]
    place = np.searchsorted(positions.cell[order], positions.cell[mine])
    np.add.at(positions.share, order[place], positions.share[mine])
    positions.share[mine] = 0.0


def _close(economy: Economy, rows: np.ndarray) -> None:
    """Liquidate: staff seek work, deposits go to owners or creditors bear the loss, claims are written off."""
    firms, ledger, people = economy.firms, economy.ledger, economy.people
    living = people.rows()
    staff = living[np.isin(people.employer[living], rows)]
    people.employer[staff] = SEEKING
    cash = firms.cash[rows].copy()
    # Funds are served before founders, at most what they paid in.
    funds = np.minimum(np.maximum(cash, 0.0), firms.equity[rows][:, FUND_CHANNELS].sum(axis=1))
    ledger.firms_pay("liquidation", "venture_funds", firms, funds, rows)
    distribute(economy, inner(funds, firms.weight[rows]))
    ledger.firms_pay("liquidation", "households", firms, np.maximum(cash, 0.0) - funds, rows)
    ledger.firms_receive("creditor_losses", "rest_domestic", firms, np.maximum(-cash, 0.0), rows)
    ledger.loans -= inner(firms.debt[rows], firms.weight[rows])
    ledger.equity -= np.einsum("i,ij->j", firms.weight[rows], firms.equity[rows])
    firms.debt[rows] = 0.0
    firms.equity[rows] = 0.0
    firms.remove(rows)
    # An entrant may take a row over in the same quarter; it must not inherit the market of the firm that is gone.
    economy.positions.keep(firms.alive[economy.positions.firm])


def _recognise(economy: Economy) -> None:
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    age = (t - firms.founded) / 4.0
    revenue = firms.revenue_year()
    hazard = p["recognition_rate"] * (1.0 + (firms.stage > UNFUNDED)) * (1.0 + (revenue > p["recognition_revenue"]))
    seen = (age >= 1.0) & (economy.streams.uniform("firm_recognised", firms.uid, t) < hazard / 4.0)
    firms.recognised |= seen & firms.alive
    certifies = (age >= 2.0) & (revenue > p["certification_revenue"]) & (
        economy.streams.uniform("firm_certified", firms.uid, t) < p["certification_rate"] / 4.0
    )  # fmt: skip
    firms.certified |= certifies & firms.alive
    economy.record("firm_entries", economy.entries)
