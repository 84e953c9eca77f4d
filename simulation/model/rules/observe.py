"""Call 13, ``observe``: indicators of the quarter are recorded; nothing is decided here.

Rule: Pay in the IT sector
    Formula: (software pool * software pay + AI staff * their pay) / (pool + AI staff)
    Symbols: pool software_workforce
    Unit: thousand CNY a year
    Source: NBS wage_it_sector
    Clause: P008

Rule: Employment effect
    Formula: employment effect = employment_elasticity * value-weighted depth of use
    Symbols: employment_elasticity weakly known, its prior includes zero and negative values; shown, it moves nothing
    Unit: share of employment
    Source: plan_map P065 (judgement)
    Clause: P065
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.compiled import compiled, inlined
from simulation.model.rules import concentration, related
from simulation.model.state import ACADEMIA, BUYERS, INCUMBENT, OVERSEAS, SEEKING, revenue_of_year

if TYPE_CHECKING:
    from simulation.model.economy import Economy

TIERS, REGIONS, SECTORS, PRODUCTS = size("tier"), size("region"), size("sector"), size("product")
STATES = 1 - OVERSEAS  # at work, seeking, in academia, overseas
DEAD = 16
CORE_EQUITY = [
    index("channel", name) for name in ("angel", "venture", "growth", "corporate", "foreign", "guidance_funds")
]  # fmt: skip


class Producers(NamedTuple):
    """Columns of firms that the industry's totals are made of, shape (firm,)."""

    alive: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    segment: np.ndarray
    layer: np.ndarray
    region: np.ndarray
    revenue: np.ndarray
    revenue_quarters: np.ndarray
    export_share: np.ndarray
    backlog: np.ndarray
    capacity: np.ndarray
    margin: np.ndarray
    profit: np.ndarray
    research_spending: np.ndarray
    recognised: np.ndarray
    listed: np.ndarray
    group_revenue: np.ndarray
    group_research_intensity: np.ndarray


class Parts(NamedTuple):
    """Revenue (million CNY) by segment, layer and region; firms and recognised firms by region."""

    segment: np.ndarray
    layer: np.ndarray
    region: np.ndarray
    firms: np.ndarray
    recognised: np.ndarray


class Industry(NamedTuple):
    """National totals of the quarter in million CNY, the number of listed firms, and sums over these and the groups:
    their number, gross margins, research over revenue of the group, and how many have losses.
    """

    revenue: float
    exports: float
    backlog: float
    capacity: float
    research_spending: float
    listed: float
    shown: float
    margins: float
    intensities: float
    losses: float


class Lives(NamedTuple):
    """Columns of people that talent statistics are made of, shape (person,)."""

    alive: np.ndarray
    employer: np.ndarray
    tier: np.ndarray
    region: np.ndarray
    wage: np.ndarray


class Talent(NamedTuple):
    """Rows of people by state (at work, seeking, in academia, overseas); at home by tier and region; at work by tier,
    and their pay (million CNY a year); then room to count in, by state, tier and region.
    """

    state: np.ndarray
    tier: np.ndarray
    region: np.ndarray
    employed: np.ndarray
    paid: np.ndarray
    rows: np.ndarray
    pay: np.ndarray


def run(economy: Economy) -> None:
    """Record the indicators of the quarter."""
    related.run(economy)
    _industry(economy)
    concentration.run(economy)
    _people(economy)
    _adoption(economy)
    _money(economy)


@inlined
def research_intensity(firms: Producers, row: int) -> float:
    """Research over revenue of a firm with the group around it, at most 1.5."""
    group = firms.group_revenue[row]
    spent = firms.group_research_intensity[row] * group + 4.0 * firms.research_spending[row]
    return min(spent / max(group + revenue_of_year(firms.revenue_quarters, row), 1e-9), 1.5)


@compiled
def sum_industry(firms: Producers, parts: Parts) -> Industry:
    """Totals of the industry and their parts."""
    total = exports = backlog = capacity = research = listed = shown = margins = intensities = losses = 0.0
    for row in range(len(firms.alive)):
        if not firms.alive[row]:
            continue
        weight, region = firms.weight[row], firms.region[row]
        revenue = firms.revenue[row] * weight
        total += revenue
        exports += firms.export_share[row] * revenue
        backlog += firms.backlog[row] * weight
        capacity += firms.capacity[row] * weight
        research += firms.research_spending[row] * weight
        parts.segment[firms.segment[row]] += revenue
        parts.layer[firms.layer[row]] += revenue
        parts.region[region] += revenue
        parts.firms[region] += weight
        parts.recognised[region] += weight * firms.recognised[row]
        listed += weight * firms.listed[row]
        if firms.listed[row] or firms.kind[row] == INCUMBENT:
            shown += weight
            margins += weight * firms.margin[row]
            intensities += weight * research_intensity(firms, row)
            losses += weight * (firms.profit[row] < 0.0)
    return Industry(total, exports, backlog, capacity, research, listed, shown, margins, intensities, losses)


def _industry(economy: Economy) -> None:
    market, record = economy.market, economy.record
    parts = Parts(*(np.zeros(size(name)) for name in ("segment", "layer", "region", "region", "region")))
    industry = sum_industry(economy.firms.pick(Producers), parts)
    revenue = industry.revenue / 1000.0
    record("core_revenue", revenue)
    record("core_final_sales", revenue - economy.now.get("core_to_core_sales", 0.0))
    record("core_exports", industry.exports / 1000.0)
    record("core_revenue_by_segment", parts.segment / 1000.0)
    record("core_revenue_by_region", parts.region / 1000.0)
    record("core_revenue_by_layer", parts.layer / 1000.0)
    by_buyer = market.sales_by_cell.reshape(len(BUYERS), PRODUCTS).sum(axis=1)
    record("core_revenue_by_sector", by_buyer[:SECTORS] / 1000.0)
    record("unserved_imports", market.imports.sum() / 1000.0)
    record("backlog", industry.backlog / 1000.0)
    record("firms_alive", parts.firms.sum())
    recognised = parts.recognised.sum()
    record("firms_recognised", recognised)
    record("listed_firms", industry.listed)
    record("firms_by_region", parts.firms)
    record("price_index_by_product", np.exp(market.log_price))
    record("research_spending", industry.research_spending / 1000.0)
    record("capacity_utilisation", industry.revenue / max(industry.capacity, 1e-9))
    shown = industry.shown or math.nan
    record("gross_margin_listed", 100.0 * industry.margins / shown)
    record("rd_intensity_listed", 100.0 * industry.intensities / shown)
    record("loss_share_listed", 100.0 * industry.losses / shown)
    parts.recognised.sort()
    record("top5_province_share_firms", 100.0 * parts.recognised[-5:].sum() / max(recognised, 1e-9))


@compiled
def count_people(people: Lives, talent: Talent, where: np.ndarray) -> None:
    """Count people by state, tier and region, and add up their pay; ``where`` (person,) is room for their cells."""
    for row in range(len(people.alive)):
        state = np.int32(0) - min(people.employer[row], np.int32(0))
        cell = (state * np.int32(TIERS) + people.tier[row]) * np.int32(REGIONS) + people.region[row]
        # The dead are counted too, in turn in several cells, which is faster than to leave them out.
        where[row] = cell if people.alive[row] else STATES * TIERS * REGIONS + row % DEAD
    for row in range(len(people.alive)):
        talent.rows[where[row]] += 1.0
        talent.pay[where[row]] += people.wage[row]
    for cell in range(STATES * TIERS * REGIONS):
        state, tier_, count = cell // (TIERS * REGIONS), cell // REGIONS % TIERS, talent.rows[cell]
        talent.state[state] += count
        if state < -OVERSEAS:
            talent.tier[tier_] += count
            talent.region[cell % REGIONS] += count
        if state == 0:
            talent.employed[tier_] += count
            talent.paid[tier_] += talent.pay[cell]


def _people(economy: Economy) -> None:
    labour, p, record, weight = economy.labour, economy.parameters, economy.record, economy.person_weight
    cells = STATES * TIERS * REGIONS + DEAD
    talent = Talent(*(np.zeros(length) for length in (STATES, TIERS, REGIONS, TIERS, TIERS, cells, cells)))
    count_people(economy.people.pick(Lives), talent, economy.people.room("where", np.uint32))
    state = (talent.state * weight).tolist()
    record("talent_by_tier", talent.tier * weight)
    record("talent_total", sum(state[:-OVERSEAS]))
    record("talent_overseas", state[-OVERSEAS])
    record("talent_in_academia", state[-ACADEMIA])
    record("talent_seeking", state[-SEEKING])
    record("talent_by_region", talent.region * weight)
    means = np.where(talent.employed > 0.0, talent.paid / np.maximum(talent.employed, 1.0), labour.wage)
    record("wage_by_tier", 1000.0 * means)
    record("posted_wage_by_tier", 1000.0 * labour.wage)
    record("wage_software", 1000.0 * labour.software_wage)
    pool = 1e6 * p.driver("software_workforce")
    bill = pool * labour.software_wage + float(talent.paid.sum()) * weight
    record("wage_it_sector", 1000.0 * bill / (pool + state[0]))
    record("vacancies_by_tier", labour.vacancies)
    record("vacancy_ratio_by_tier", labour.seekers / np.maximum(labour.vacancies, 1e-9))
    flows = economy.people_flows
    record("talent_graduates", flows["graduates"])
    record("talent_converted", flows["conversion"])
    record("talent_exits", flows["exits"])


def _adoption(economy: Economy) -> None:
    """Use of AI as the call ``adoption`` has measured it."""
    adoption, record = economy.adoption, economy.record
    uses, depth = adoption.uses, adoption.national(adoption.uses.depth)
    record("adoption_rate_by_sector", uses.organisations / adoption.organisations)
    record("adoption_depth_by_sector", uses.depth / adoption.value)
    record("adoption_rate", uses.organisations.sum() / adoption.organisations.sum())
    record("adoption_rate_by_value", adoption.national(uses.value))
    record("adoption_depth", depth)
    record("adoption_rate_by_size", uses.organisations_by_size / adoption.organisations_by_size)
    record("employment_effect", economy.parameters["employment_elasticity"] * depth)


def _money(economy: Economy) -> None:
    ledger, venture = economy.ledger, economy.venture
    economy.record("equity_funding_broad", (venture.called + venture.guidance_invested) / 1000.0)
    economy.record("equity_funding_core", economy.now["funding_by_channel"][CORE_EQUITY].sum())
    economy.record("funding_by_region", economy.funding_by_region / 1000.0)
    economy.record("public_spending", ledger.paid_by("central_government", "local_government") / 1000.0)
    economy.record("balances", ledger.balances / 1000.0)
    economy.record("transaction_flows", ledger.by_flow() / 1000.0)
