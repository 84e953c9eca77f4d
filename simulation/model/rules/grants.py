"""Call 9, ``finance``, part two: public money reaches firms - grants, local programmes and export support.

Rule: Grants to firms
    Formula: chance of firm i = budget * score(i) / (ticket * sum of scores); each winner gets the same ticket, scaled
        so that the budget is spent; score = market weight * sqrt(revenue) * growth + (1 - market weight) * (0.2 +
        [certified]) * sqrt(revenue) * tilt, each part normalised, and a champion share for the three largest firms of
        each product
    Symbols: market weight market_allocation_weight; growth expected over past orders, 0.25 to 4; tilt
        exp(region_allocation_rule); champion share champion_support; ticket grant_ticket
    Unit: million CNY
    Source: Boeing (2016); Wang, Li and Furman (2017); Tianjin mean grant 3.2 m
    Clause: P012;P053;P056;P073;P074
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from simulation.model.compiled import inlined
from simulation.model.ledger import Books, transact
from simulation.model.streams import uniform_of

CHAMPIONS = 3
# Claims of a firm: revenue of the year, market signal, standing on file, championship; and the tickets it has won.
YEAR, SIGNAL, STANDING, CHAMPION, TICKETS = range(5)
# Numbers of a province: the race; its share of GDP and pull on grants as put to use and as planned; revenue and
# standing of its firms and what these get a point of standing; scores as planned and grants paid.
(
    TARGET, ANNOUNCED, SPENDING, IDLE_CAPACITY, GDP, PULL, PLANNED_PULL, REVENUE, LOCAL_STANDING, RATE, PLANNED,
    GRANTED,
) = range(12)  # fmt: skip
ENTRIES = (
    ("grants", "central_government", "firms"), ("local_programmes", "local_government", "firms"),
    ("export_support", "central_government", "firms"),
)  # fmt: skip
GRANTS, LOCAL, EXPORTS = range(len(ENTRIES))


class Claimants(NamedTuple):
    """Columns that claims on public money rest on, shape (firm,)."""

    alive: np.ndarray
    uid: np.ndarray
    product: np.ndarray
    region: np.ndarray
    certified: np.ndarray
    revenue: np.ndarray
    revenue_quarters: np.ndarray
    expected_orders: np.ndarray
    export_share: np.ndarray
    research_induced: np.ndarray


class SupportTerms(NamedTuple):
    """What public money for firms depends on; money in million CNY, the national target in bn CNY."""

    grant_draws: np.uint64
    budget: float
    market_allocation_weight: float
    champion_support: float
    grant_ticket: float
    fiscal_additionality: float
    export_support: float
    national: float
    multiplier: float
    announced_multiplier: float
    race_imitation: float
    local_money_per_target: float
    space: float
    idle_share: float


@inlined
def weigh(
    firms: Claimants, weights: np.ndarray, provinces: np.ndarray, claims: np.ndarray, champions: np.ndarray
) -> float:
    """Claims of every firm (firm, claim) and province (number, region); returns national exports, million CNY.

    ``champions`` (product, champion) takes the rows of the largest firms, largest first (of equals the later row).
    """
    exports = 0.0
    for row in range(len(firms.alive)):
        if firms.alive[row]:
            weight, region, product, quarters = (
                weights[row],
                firms.region[row],
                firms.product[row],
                firms.revenue_quarters,
            )
            year = quarters[row, 0] + quarters[row, 1] + quarters[row, 2] + quarters[row, 3]
            root = math.sqrt(max(year, 0.0))
            growth = min(max(firms.expected_orders[row] * 4.0 / max(year, 1.0), 0.25), 4.0)
            claims[row, YEAR], claims[row, SIGNAL] = year, root * growth
            claims[row, STANDING] = (0.2 + firms.certified[row]) * root
            exports += weight * firms.export_share[row] * firms.revenue[row]
            provinces[REVENUE, region] += weight * firms.revenue[row]
            provinces[LOCAL_STANDING, region] += weight * claims[row, STANDING]
            place, last = CHAMPIONS - 1, champions[product, CHAMPIONS - 1]
            if last < 0 or year >= claims[last, YEAR]:
                while place > 0 and (
                    champions[product, place - 1] < 0 or year >= claims[champions[product, place - 1], YEAR]
                ):
                    champions[product, place] = champions[product, place - 1]
                    place -= 1
                champions[product, place] = row
    return exports


@inlined
def award(
    firms: Claimants, weights: np.ndarray, provinces: np.ndarray, claims: np.ndarray, champions: np.ndarray,
    terms: SupportTerms,
) -> float:  # fmt: skip
    """Tickets that every firm wins; returns their national number, and adds up the scores as planned by province."""
    signal = on_file = on_plan = honoured = won = 0.0
    for product in range(len(champions)):
        for row in champions[product]:
            if row >= 0:
                claims[row, CHAMPION] = 1.0
                honoured += weights[row]
    for region in range(provinces.shape[1]):
        on_file += provinces[LOCAL_STANDING, region] * provinces[PULL, region]
        on_plan += provinces[LOCAL_STANDING, region] * provinces[PLANNED_PULL, region]
    for row in range(len(firms.alive)):
        if firms.alive[row]:
            signal += weights[row] * claims[row, SIGNAL]
    kept = terms.champion_support if honoured > 0.0 else 0.0
    by_signal = (1.0 - kept) * terms.market_allocation_weight / max(signal, 1e-9)
    by_file = (1.0 - kept) * (1.0 - terms.market_allocation_weight) / max(on_file, 1e-9)
    by_plan = (1.0 - kept) * (1.0 - terms.market_allocation_weight) / max(on_plan, 1e-9)
    for row in range(len(firms.alive)):
        if firms.alive[row]:
            region, standing = firms.region[row], claims[row, STANDING]
            score = by_signal * claims[row, SIGNAL] + kept * claims[row, CHAMPION] / max(honoured, 1e-9)
            planned = score + by_plan * standing * provinces[PLANNED_PULL, region]
            score += by_file * standing * provinces[PULL, region]
            expected = terms.budget * score / terms.grant_ticket
            claims[row, TICKETS] = math.floor(expected + uniform_of(terms.grant_draws, firms.uid[row]))
            provinces[PLANNED, region] += weights[row] * planned
            won += weights[row] * claims[row, TICKETS]
    return won


@inlined
def pay_claims(
    firms: Claimants, provinces: np.ndarray, claims: np.ndarray, books: Books, ticket: float, exports: float,
    additionality: float,
) -> None:  # fmt: skip
    """Pay grants (million CNY a ticket), local programmes and export support (a yuan of exports)."""
    for row in range(len(firms.alive)):
        if firms.alive[row]:
            region = firms.region[row]
            grant, local = claims[row, TICKETS] * ticket, claims[row, STANDING] * provinces[RATE, region]
            books.amounts[GRANTS], books.amounts[LOCAL] = grant, local
            books.amounts[EXPORTS] = firms.export_share[row] * firms.revenue[row] * exports
            transact(books, row)
            firms.research_induced[row] += (grant + local) * (1.0 + additionality)
            provinces[GRANTED, region] += grant * books.weight[row]
