"""Call 11, ``exit_and_entry``: failure, acquisition, three doors of entry, location, recognition by list makers.

Rule: Exit
    Formula: hazard = base * (exit_floor + hump(age)) * (1 + revenue / 10)^-e, times exit_distress with cash below
        zero; certain
        exit when cash is below minus a quarter's cost; hump = (age/peak) * exp(1 - age/peak)
    Symbols: base exit_rate a year; peak exit_peak_age; e exit_size_elasticity; incumbents do not exit; of those that
        leave the share acquisition_share with efficiency above the median is bought by a group of the same product,
        which takes over staff, customers and, in proportion to revenue, what it lacks in capability; the staff of the
        others seek work and their customers are awarded anew; the group pays acquisition_multiple * revenue of four
        quarters, of which the funds of a backed firm get their fund_stake and founders the rest
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

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled, inlined
from simulation.model.ledger import Books, direction, transact
from simulation.model.rules.deals import distribute, held_by_funds
from simulation.model.rules.entry import NOBODY, enter, keyed_choice
from simulation.model.rules.staffing import Workers, follow
from simulation.model.state import BUYERS, INCUMBENT, OVERSEAS, SEEKING, START_UP, UNFUNDED, revenue_of_year
from simulation.model.streams import uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PRODUCTS = size("product")
ENTRIES = (
    ("liquidation", "firms", "venture_funds"), ("liquidation", "firms", "households"),
    ("creditor_losses", "rest_domestic", "firms"),
)  # fmt: skip
STAY = np.arange(OVERSEAS, 0, dtype=np.int32)  # people without a firm are not moved
DIRECTION = direction(ENTRIES)
TO_FUNDS, TO_OWNERS, LOSSES = range(len(ENTRIES))


class Fates(NamedTuple):
    """Columns that decide a firm's exit and its sale, shape (firm,)."""

    alive: np.ndarray
    uid: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    weight: np.ndarray
    founded: np.ndarray
    cash: np.ndarray
    revenue: np.ndarray
    profit: np.ndarray
    revenue_quarters: np.ndarray
    efficiency: np.ndarray
    capability: np.ndarray
    equity: np.ndarray


class ExitTerms(NamedTuple):
    """What exit and acquisition depend on."""

    exit_rate: float
    exit_peak_age: float
    exit_size_elasticity: float
    exit_floor: float
    exit_distress: float
    acquisition_share: float
    acquisition_multiple: float
    fund_stake: float
    quarter: int
    exit_key: np.uint64
    sale_key: np.uint64
    buyer_key: np.uint64


class Estates(NamedTuple):
    """Columns that a closed firm leaves behind, shape (firm,), equity (firm, channel)."""

    alive: np.ndarray
    debt: np.ndarray
    equity: np.ndarray


class Known(NamedTuple):
    """Columns that list makers look at, shape (firm,)."""

    alive: np.ndarray
    uid: np.ndarray
    founded: np.ndarray
    stage: np.ndarray
    revenue_quarters: np.ndarray
    recognised: np.ndarray
    certified: np.ndarray


class ListTerms(NamedTuple):
    """What recognition and certification depend on."""

    recognition_rate: float
    recognition_revenue: float
    certification_rate: float
    certification_revenue: float
    quarter: int
    recognition_key: np.uint64
    certification_key: np.uint64


@inlined
def exit_hazard(
    age: float, revenue: float, base: float, peak: float, size_elasticity: float, distressed: bool,
    floor: float, distress: float,
) -> float:  # fmt: skip
    """Exit hazard a year by age (years), revenue (million CNY a year) and distress; hump-shaped in age."""
    relative = max(age, 0.1) / peak
    hump = relative * math.exp(1.0 - relative)
    hazard = base * (floor + hump) * (1.0 + revenue / 10.0) ** -size_elasticity
    return hazard * distress if distressed else hazard


@inlined
def recognition_hazard(funded: bool, revenue: float, rate: float, threshold: float) -> float:
    """Hazard a year that list makers take notice of a firm; ``revenue`` of four quarters, million CNY."""
    return rate * (1.0 + funded) * (1.0 + (revenue > threshold))


def run(economy: Economy) -> None:
    """Exit first, then entry by its three doors, then recognition and certification."""
    enter(economy, _exit(economy))
    _recognise(economy)


@compiled
def choose_exits(firms: Fates, terms: ExitTerms, rows: np.ndarray, bought: np.ndarray) -> tuple[int, float, float]:
    """Rows that leave and which of them are for sale; returns how many rows, and firms that leave and are sold."""
    found = 0
    leaving = sold = 0.0
    for row in range(len(firms.alive)):
        if not firms.alive[row] or firms.kind[row] != START_UP:
            continue
        age = (terms.quarter - firms.founded[row]) / 4.0
        cost = max(firms.revenue[row] - firms.profit[row], 0.2)
        hazard = exit_hazard(
            age, revenue_of_year(firms.revenue_quarters, row), terms.exit_rate, terms.exit_peak_age,
            terms.exit_size_elasticity, firms.cash[row] < 0.0, terms.exit_floor, terms.exit_distress,
        )  # fmt: skip
        if firms.cash[row] < -cost or uniform_of(terms.exit_key, firms.uid[row]) < hazard / 4.0:
            for_sale = firms.efficiency[row] > 0.0
            for_sale &= uniform_of(terms.sale_key, firms.uid[row]) < terms.acquisition_share
            rows[found] = row
            bought[found] = for_sale
            leaving += firms.weight[row]
            sold += firms.weight[row] * for_sale
            found += 1
    return found, leaving, sold


@compiled
def acquire(
    firms: Fates, terms: ExitTerms, rows: np.ndarray, bought: np.ndarray, groups: np.ndarray, goes_to: np.ndarray
) -> tuple[float, float]:
    """Groups buy firms and take over part of their technology; returns what owners and funds get, million CNY.

    ``goes_to`` (firm,) is where the staff and the customers of each row go: themselves, a buyer, or to seek.
    """
    to_owners = to_funds = 0.0
    for place in range(len(rows)):
        row = rows[place]
        buyer = keyed_choice(groups, firms.product, firms.uid, row, terms.buyer_key) if bought[place] else NOBODY
        goes_to[row] = SEEKING
        if buyer == NOBODY:
            continue
        goes_to[row] = buyer
        value = revenue_of_year(firms.revenue_quarters, row) * firms.weight[row]
        worth = revenue_of_year(firms.revenue_quarters, buyer) * firms.weight[buyer]
        stake = terms.fund_stake if held_by_funds(firms.equity, row) > 0.0 else 0.0
        to_funds += stake * terms.acquisition_multiple * value
        to_owners += (1.0 - stake) * terms.acquisition_multiple * value
        for field in range(firms.capability.shape[1]):
            lacking = firms.capability[row, field] - firms.capability[buyer, field]
            firms.capability[buyer, field] += value / max(value + worth, 1e-9) * max(lacking, 0.0)
    return to_owners, to_funds


@compiled
def pass_customers(
    firm: np.ndarray, cell: np.ndarray, share: np.ndarray, goes_to: np.ndarray, number: np.ndarray, held: np.ndarray
) -> None:  # fmt: skip
    """Give the market shares of rows that were bought to their buyers, who serve every cell of their product.

    ``number`` (firm,) counts the groups from one, others are zero; ``held`` (group, buyer) is room for their positions.
    """
    for place in range(len(firm)):
        group = number[firm[place]]
        if group > 0:
            held[group - 1, cell[place] // PRODUCTS] = place
    for place in range(len(firm)):
        to = goes_to[firm[place]]
        if to >= 0 and to != firm[place]:
            share[held[number[to] - 1, cell[place] // PRODUCTS]] += share[place]


@compiled
def liquidate(firms: Estates, books: Books, rows: np.ndarray, claims: np.ndarray) -> float:
    """Close the rows: funds are served before founders, at most what they paid in, creditors bear what is missing.

    Payments go by ``ENTRIES``; ``claims`` receives the equity written off by channel; returns the debt written off,
    million CNY.
    """
    written_off = 0.0
    for place in range(len(rows)):
        row = rows[place]
        cash, weight = books.cash[row], books.weight[row]
        to_funds = min(max(cash, 0.0), held_by_funds(firms.equity, row))
        books.amounts[TO_FUNDS] = to_funds
        books.amounts[TO_OWNERS] = max(cash, 0.0) - to_funds
        books.amounts[LOSSES] = max(-cash, 0.0)
        transact(books, row)
        written_off += weight * firms.debt[row]
        for channel in range(len(claims)):
            claims[channel] += weight * firms.equity[row, channel]
            firms.equity[row, channel] = 0.0
        firms.debt[row] = 0.0
        firms.alive[row] = False
    return written_off


def _exit(economy: Economy) -> int:
    """Firms leave; returns the rows of people who may found or join new firms."""
    p, firms, streams, quarter = economy.parameters, economy.firms, economy.streams, economy.quarter
    terms = p.terms(
        ExitTerms, quarter=quarter, exit_key=streams.key("firm_exit", quarter),
        sale_key=streams.key("firm_acquired", quarter), buyer_key=streams.key("acquirer", quarter),
    )  # fmt: skip
    fates = firms.pick(Fates)
    rows, bought = firms.room("leaving", np.int64), firms.room("bought", np.bool_)
    found, leaving, sold = choose_exits(fates, terms, rows, bought)
    economy.record("firm_exits", leaving)
    economy.record("firm_acquisitions", sold)
    goes_to = np.arange(firms.length, dtype=np.int32)
    if found:
        rows = rows[:found]
        groups = np.flatnonzero(firms.alive & (firms.kind == INCUMBENT))
        to_owners, to_funds = acquire(fates, terms, rows, bought, groups, goes_to)
        economy.ledger.post("acquisitions", "parents", "households", to_owners)
        economy.ledger.post("acquisitions", "parents", "venture_funds", to_funds)
        distribute(economy, to_funds)
        if sold > 0.0:
            number, held = np.zeros_like(goes_to), np.empty((len(groups), len(BUYERS)), dtype=np.int64)
            number[groups] = np.arange(1, len(groups) + 1)
            positions = economy.positions
            pass_customers(positions.firm, positions.cell, positions.share, goes_to, number, held)
        _close(economy, rows)
    return follow(economy.people.pick(Workers), np.concatenate([STAY, goes_to]))


def _close(economy: Economy, rows: np.ndarray) -> None:
    """Liquidate: deposits go to owners or creditors bear the loss, claims are written off, rows become free."""
    firms, ledger = economy.firms, economy.ledger
    books, claims = ledger.books(firms, DIRECTION), np.zeros(len(ledger.equity))
    ledger.loans -= liquidate(firms.pick(Estates), books, rows, claims)
    ledger.equity -= claims
    ledger.enter(ENTRIES, books.totals)
    distribute(economy, float(books.totals[TO_FUNDS]))
    firms.free_from(int(rows[0]))
    # An entrant may take a row over in the same quarter; it must not inherit the market of the firm that is gone.
    economy.positions.keep_living(firms.alive)


@compiled
def recognise(firms: Known, terms: ListTerms) -> None:
    """List makers take notice of firms, and firms are certified."""
    for row in range(len(firms.alive)):
        age = (terms.quarter - firms.founded[row]) / 4.0
        if not firms.alive[row] or age < 1.0:
            continue
        revenue = revenue_of_year(firms.revenue_quarters, row)
        if not firms.recognised[row]:
            hazard = recognition_hazard(
                firms.stage[row] > UNFUNDED, revenue, terms.recognition_rate, terms.recognition_revenue
            )
            firms.recognised[row] = uniform_of(terms.recognition_key, firms.uid[row]) < hazard / 4.0
        if not firms.certified[row] and age >= 2.0 and revenue > terms.certification_revenue:
            firms.certified[row] = uniform_of(terms.certification_key, firms.uid[row]) < terms.certification_rate / 4.0


def _recognise(economy: Economy) -> None:
    streams, quarter = economy.streams, economy.quarter
    terms = economy.parameters.terms(
        ListTerms, quarter=quarter, recognition_key=streams.key("firm_recognised", quarter),
        certification_key=streams.key("firm_certified", quarter),
    )  # fmt: skip
    recognise(economy.firms.pick(Known), terms)
    economy.record("firm_entries", economy.entries)
