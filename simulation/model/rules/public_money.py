"""Call 9, ``finance``, part one: public money - research, missions, provinces in a race.

How it reaches firms is in ``grants``.

Rule: Split of fiscal research money
    Formula: E = u * effective; basic = b * E; the rest by portfolio weights over common technology,
        industrialisation and application; universities get basic and common technology, firms the others; diverted =
        max(delivered - E, 0)
    Symbols: effective and delivered levels of fiscal_rd_grants; u grant_use_share, the part that is put to its purpose;
        b basic_research_share; portfolio weights portfolio_balance
    Unit: million CNY a quarter
    Source: CSET (2019) for the level; Boeing and Peters (2022) for diversion
    Clause: P010;P011;P073

Rule: Race of provinces
    Formula: own(r) = national target * share(r) * multiplier * (1 + race_signal * signal); target(r) = (1 - i) * own(r)
        + i * max(own(r), last sum of targets * share(r)); spending(r) = min(money per target * target / 4, fiscal
        space(r)); a share is idle capacity, the rest reaches local firms; procurement of the next quarter shrinks by
        displacement * spending
    Symbols: share(r) mean of the province's shares of core revenue and of GDP; multiplier local_target_multiplier; i
        race_imitation; local_money_per_target; local_fiscal_space by GDP, growing local_fiscal_growth a year; idle
        share idle_share *
        max(1, sum of targets / national target), at most 0.8; displacement fiscal_displacement; GDP shares gdp_share
    Unit: million CNY a quarter
    Source: F76 (2.4-2.9 times for 2020); plan_map note 4
    Clause: P056;P099

Rule: Review of projects
    Formula: at the end of a year weight(b) = weight(b) * (1 + rate * (progress(b) - mean) / largest deviation), 0.2 to
        5
    Symbols: b theory field; rate project_reallocation_rate; progress breakthroughs plus the hazard run up over its
        threshold; weights share basic research money out
    Unit: ratio
    Source: plan_map P072 (judgement)
    Clause: P072
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.compiled import compiled, inlined
from simulation.model.ledger import Books, direction
from simulation.model.rules.grants import (
    ANNOUNCED,
    CHAMPIONS,
    ENTRIES,
    EXPORTS,
    GDP,
    GRANTED,
    IDLE_CAPACITY,
    LOCAL,
    LOCAL_STANDING,
    PLANNED,
    PLANNED_PULL,
    PULL,
    RATE,
    REVENUE,
    SPENDING,
    TARGET,
    Claimants,
    SupportTerms,
    award,
    pay_claims,
    weigh,
)  # fmt: skip

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FISCAL = index("channel", "fiscal_grants")
BASIC, COMMON = index("public_use", "basic"), index("public_use", "common_technology")
TARGET_ENDS = (20, 40, 60)
PROGRAMMES = (
    ("major_project_budget", "mission", "public_research", "major_project_paid"),
    ("related_programme_budget", "related", "public_research", "related_programme_paid"),
    ("team_grant_rate", "teams", "team_grants", "team_grants_paid"),
)
DIRECTION = direction(ENTRIES)


def portfolio(basic_share: float, balance: np.ndarray) -> np.ndarray:
    """Shares of the four uses, summing to one: the basic share first, the rest by the balance of the other uses."""
    rest = [0.0 if use == BASIC else weight for use, weight in enumerate(balance.tolist())]
    scale = (1.0 - basic_share) / max(sum(rest), 1e-12)
    return np.array([basic_share if use == BASIC else scale * weight for use, weight in enumerate(rest)])


def national_target(targets: np.ndarray, quarter: int) -> tuple[int, float]:
    """The next national core target: (first quarter after its year, bn CNY); the last one stays."""
    place = next((place for place, end in enumerate(TARGET_ENDS) if quarter < end), len(TARGET_ENDS) - 1)
    return TARGET_ENDS[place], float(targets[place])


@inlined
def local_target(national: float, share: float, multiplier: float, peers: float, imitation: float) -> float:
    """Target of a province, bn CNY: its share of the national one times its ambition, drawn towards its peers' sum."""
    own = national * share * multiplier
    return (1.0 - imitation) * own + imitation * max(own, peers * share)


@inlined
def programme_money(target: float, money_per_target: float, fiscal_space: float) -> float:
    """Programme money of a province in a quarter, million CNY: follows its target within its fiscal space."""
    return min(1000.0 * target * money_per_target / 4.0, fiscal_space)


@inlined
def race(provinces: np.ndarray, terms: SupportTerms) -> float:
    """New targets and programme money of every province (number, region) and what of it reaches its firms; returns the
    money as announced, million CNY.
    """
    peers = peers_announced = revenue = gdp = announced = 0.0
    for region in range(provinces.shape[1]):
        peers += provinces[TARGET, region]
        peers_announced += provinces[ANNOUNCED, region]
        revenue += provinces[REVENUE, region]
        gdp += provinces[GDP, region]
    ratio = peers / terms.national if terms.national > 0.0 else 0.0
    idle = min(0.8, terms.idle_share * max(ratio, 1.0))
    for region in range(provinces.shape[1]):
        own = provinces[GDP, region] / gdp
        share, space = 0.5 * provinces[REVENUE, region] / max(revenue, 1e-9) + 0.5 * own, terms.space * own
        for number, multiplier, sum_ in (
            (ANNOUNCED, terms.announced_multiplier, peers_announced), (TARGET, terms.multiplier, peers),
        ):  # fmt: skip
            provinces[number, region] = local_target(terms.national, share, multiplier, sum_, terms.race_imitation)
            spending = programme_money(provinces[number, region], terms.local_money_per_target, space)
            if number == ANNOUNCED:
                announced += spending
        standing = provinces[LOCAL_STANDING, region]
        reaching = (1.0 - idle) * spending if standing > 0.0 else 0.0
        provinces[RATE, region] = reaching / max(standing, 1e-9)
        provinces[SPENDING, region] = spending
        provinces[IDLE_CAPACITY, region] = 0.95 * provinces[IDLE_CAPACITY, region] + spending - reaching
    return announced


@compiled
def support_firms(
    firms: Claimants, provinces: np.ndarray, claims: np.ndarray, champions: np.ndarray, books: Books,
    terms: SupportTerms,
) -> tuple[float, float]:  # fmt: skip
    """Grants, local programmes and export support: claims are weighed, grants awarded, provinces race, firms are paid.

    Returns the national number of tickets won and the provinces' money as announced, million CNY.
    """
    exports = weigh(firms, books.weight, provinces, claims, champions)
    won = award(firms, books.weight, provinces, claims, champions, terms)
    announced = race(provinces, terms)
    ticket = terms.budget / won if won > 0.0 else 0.0
    support = terms.export_support / max(exports, 1e-9)
    pay_claims(firms, provinces, claims, books, ticket, support, terms.fiscal_additionality)
    return won, announced


def run(economy: Economy) -> None:
    """Pay public money out for the quarter."""
    budget = _research_money(economy)
    _support_firms(economy, budget)
    _other_programmes(economy)
    review(economy)


def _research_money(economy: Economy) -> float:
    """Pay for basic research and common technology; returns what is left for grants to firms, million CNY."""
    levers, ledger = economy.levers, economy.ledger
    delivered = 250.0 * levers.delivered("fiscal_rd_grants")
    effective = 250.0 * levers.effective("fiscal_rd_grants")
    useful = effective * economy.parameters["grant_use_share"]
    shares = portfolio(levers.effective("basic_research_share"), levers.effective("portfolio_balance"))
    basic, common = useful * float(shares[BASIC]), useful * float(shares[COMMON])
    economy.public_funds.update(basic=basic, common=common)
    ledger.post("public_research", "central_government", "universities", basic + common)
    ledger.post("diverted_grants", "central_government", "rest_domestic", max(delivered - useful, 0.0))
    economy.record("grants_paid", delivered / 1000.0)
    economy.record("basic_research_paid", delivered * levers.delivered("basic_research_share") / 1000.0)
    uses = portfolio(levers.delivered("basic_research_share"), levers.delivered("portfolio_balance"))
    economy.record("public_research_by_use", uses * (delivered / 1000.0))
    return useful - (basic + common)


def _support_firms(economy: Economy, budget: float) -> None:
    levers, ledger, firms = economy.levers, economy.ledger, economy.firms
    support = 250.0 * levers.delivered("outward_fdi_support")
    provinces, claims = _provinces(economy), np.zeros((firms.length, 5))
    champions, books = np.full((size("product"), CHAMPIONS), -1), ledger.books(firms, DIRECTION)
    terms = _terms(economy, budget, support)
    won, announced = support_firms(firms.pick(Claimants), provinces, claims, champions, books, terms)
    ledger.enter(ENTRIES, books.totals)
    economy.race.numbers[:] = provinces[: len(economy.race.numbers)]
    if won > 0.0:
        economy.public_by_region = provinces[GRANTED]
        economy.record_channel(FISCAL, budget)
    else:
        ledger.post("public_research", "central_government", "universities", budget)
    # What is spent without reaching its purpose (lever_effect below one) goes where idle capacity goes.
    spent, reached = float(provinces[SPENDING].sum()), books.totals.tolist()
    missed = max(spent - reached[LOCAL], 0.0) + max(announced - spent, 0.0)
    ledger.post("local_programmes", "local_government", "rest_domestic", missed)
    ledger.post("export_support", "central_government", "rest_domestic", max(support - reached[EXPORTS], 0.0))
    economy.fiscal_squeeze = economy.parameters["fiscal_displacement"] * spent
    economy.record("public_money_by_region", provinces[PLANNED] * (budget / 1000.0))
    economy.record("champion_support_paid", levers.delivered("champion_support") * budget / 1000.0)
    signal = levers.delivered("market_allocation_weight")
    economy.record("public_funds_by_market_signal", signal * budget / 1000.0)
    economy.record("local_programme_spending", announced / 1000.0)
    economy.record("idle_capacity", float(provinces[IDLE_CAPACITY].sum()) / 1000.0)
    economy.record("local_targets_sum", float(provinces[TARGET].sum()))
    economy.record("export_support_paid", support / 1000.0)


def _provinces(economy: Economy) -> np.ndarray:
    """Numbers of the provinces at the beginning of the call, shape (number, region)."""
    levers, found = economy.levers, np.zeros((GRANTED + 1, size("region")))
    found[: len(economy.race.numbers)] = economy.race.numbers
    found[GDP] = economy.parameters["gdp_share"]
    found[PULL] = np.exp(levers.effective("region_allocation_rule"))
    found[PLANNED_PULL] = np.exp(levers.delivered("region_allocation_rule"))
    return found


def _terms(economy: Economy, budget: float, support: float) -> SupportTerms:
    p, levers, t = economy.parameters, economy.levers, economy.quarter
    ambition = 1.0 + p["race_signal"] * economy.government.signal[0]
    return p.terms(
        SupportTerms, grant_draws=economy.streams.key("firm_selection", t, 9), budget=budget,
        market_allocation_weight=levers.effective("market_allocation_weight"),
        champion_support=levers.effective("champion_support"),
        export_support=min(250.0 * levers.effective("outward_fdi_support"), support),
        national=national_target(p["target_core_revenue"], t)[1],
        multiplier=levers.effective("local_target_multiplier") * ambition,
        announced_multiplier=levers.delivered("local_target_multiplier") * ambition,
        space=250.0 * p["local_fiscal_space"] * (1.0 + p["local_fiscal_growth"]) ** (t / 4.0),
    )  # fmt: skip


def _other_programmes(economy: Economy) -> None:
    levers, funds = economy.levers, economy.public_funds
    for lever, key, flow, variable in PROGRAMMES:
        delivered = 250.0 * levers.delivered(lever)
        funds[key] = 250.0 * levers.effective(lever)
        economy.ledger.post(flow, "central_government", "universities", delivered)
        economy.record(variable, delivered / 1000.0)
    moved = levers.delivered("project_reallocation_rate") * delivered_project(economy)
    economy.record("project_money_moved", moved / 1000.0)


def delivered_project(economy: Economy) -> float:
    """Mission and basic money under review in the quarter, million CNY."""
    return economy.public_funds["mission"] + economy.public_funds["basic"]


def review(economy: Economy) -> None:
    """At the end of each year move project money from theory fields with slow progress to those with fast progress."""
    if economy.quarter % 4 != 3:
        return
    rate = economy.levers.effective("project_reallocation_rate")
    progress = np.array([base.hazard / base.threshold + base.breakthroughs for base in economy.research_bases])
    shift = rate * (progress - progress.mean()) / max(float(np.abs(progress - progress.mean()).max()), 1e-9)
    for base, change in zip(economy.research_bases, shift.tolist(), strict=True):
        base.weight = min(max(base.weight * (1.0 + change), 0.2), 5.0)
