"""Call 7, ``research``: budgets, new knowledge and spill-overs; then capability and public theory.

Rule: Research budget of a firm
    Formula: budget = intensity/4 * revenue of four quarters * (user cost / user cost0)^-elasticity + cash / (4 * burn
        years) + funded / (4 * grant_project_years), not below zero; the first term times (1 + w *
        talent_cost_deduction); funded' = (1 - 1 / (4 * grant_project_years)) * funded + (1 + additionality) * grants
    Symbols: user cost (1 - tax (1 + deduction)) / (1 - tax), for firms with profit only; the cash term is for funded
        start-ups that are not listed; funded what grants induce and is not spent yet, as a project employs people for
        its length; additionality fiscal_additionality, which may be negative; w talent_cost_weight; user cost0 at
        reference_deduction and at reference_certified_tax or profit_tax_rate; elasticity research_tax_elasticity; burn
        years burn_years
    Unit: million CNY a quarter
    Source: Chen et al. (2018): real elasticity 1.14; Boeing (2016) to Hu and Deng (2019) for additionality; F20-F24
    Clause: P037;P074;P088

Rule: New knowledge
    Formula: new = exp(a) * RD^alpha * CES(H, C, D)^(1 - alpha) * (1 + theta * spill); K' = (1 - delta/4) K + new; CES =
        (s_H H^r + s_C C^r + s_D D^r)^(1/r), r = (sigma - 1)/sigma;
        theta * spill = (spill_over * log2(1 + links / 2) * (1 + alliance_gain * [alliance]) + platform_gain *
        [platform] + flexible_gain * ln(1 + flexible posts / 100)) * weak modifiers
    Symbols: a research_efficiency * efficiency of the firm; RD budget over the index of software pay; H research staff
        by research_weight; C = RD * compute within reach; D own data * (1 + public_data_gain * public_data_openness +
        data_infrastructure_gain * data_infrastructure); sigma research_substitution, below one, so the scarcest of
        talent, compute and data binds; links coop_network_density; delta knowledge_decay by layer; s
        research_input_shares; alpha research_returns; alliance firms alliance_membership of the recognised; platform
        firms the part 1 - exp(-open_platforms * members_per_platform / small firms) of small start-ups (revenue below
        small_firm_revenue) whose specialty is a field of an open platform; flexible posts
        of call 3
    Unit: knowledge (1 = a firm with 1 million of research a quarter)
    Source: talent.md section 9 (alpha 0.6; delta 0.30 and 0.18); plan_map P032
    Clause: P024;P032;P033;P036;P053;P068;P089
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled, inlined
from simulation.model.rules.capability import advance_capability
from simulation.model.rules.modifiers import modifier
from simulation.model.rules.theory import advance_theory, measure
from simulation.model.state import START_UP, UNFUNDED, revenue_of_year
from simulation.model.streams import uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

# National totals over the living: research budgets (million CNY), own data, firms recognised, small start-ups, firms.
BUDGETS, OWN_DATA, RECOGNISED, SMALL, FIRMS = range(5)
LEAST = 1e-3  # research staff, compute and data are never quite nothing


class Budgeted(NamedTuple):
    """Columns that budgets rest on, shape (firm,)."""

    alive: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    stage: np.ndarray
    listed: np.ndarray
    certified: np.ndarray
    recognised: np.ndarray
    profit: np.ndarray
    cash: np.ndarray
    data: np.ndarray
    revenue_quarters: np.ndarray
    research_intensity: np.ndarray
    research_induced: np.ndarray
    research_budget: np.ndarray


class BudgetTerms(NamedTuple):
    """Parameters; response to the user cost of certified and other firms with profit; relief for talent cost."""

    certified: float
    other: float
    relief: float
    burn_years: float
    grant_project_years: float
    small_firm_revenue: float


class Researching(NamedTuple):
    """Columns that new knowledge rests on, shape (firm,) or (firm, tier)."""

    alive: np.ndarray
    uid: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    layer: np.ndarray
    specialty: np.ndarray
    recognised: np.ndarray
    revenue_quarters: np.ndarray
    research_budget: np.ndarray
    headcount: np.ndarray
    research_share: np.ndarray
    compute: np.ndarray
    data: np.ndarray
    efficiency: np.ndarray
    knowledge: np.ndarray


class KnowledgeTerms(NamedTuple):
    """Parameters of new knowledge; index of software pay, shares of inputs, parts of the spill-over, chances, keys."""

    research_weight: np.ndarray
    research_substitution: float
    research_returns: float
    research_efficiency: float
    knowledge_decay: np.ndarray
    alliance_gain: float
    platform_gain: float
    small_firm_revenue: float
    deflator: float
    shares: np.ndarray
    openness: float
    network: float
    flexible: float
    weak: float
    alliance_membership: float
    joined: float
    alliance_key: np.uint64
    platform_key: np.uint64


def user_cost(tax: float, deduction: float) -> float:
    """User cost of research (1 without tax advantage): ``(1 - tax (1 + deduction)) / (1 - tax)``."""
    return (1.0 - tax * (1.0 + deduction)) / (1.0 - tax)


@inlined
def research_budget(
    intensity: float, revenue_year: float, response: float, spare_cash: float, burn_years: float, induced: float
) -> float:
    """Research budget of a firm, million CNY a quarter; ``spare_cash`` that of funded start-ups, zero for others."""
    return max(intensity / 4.0 * revenue_year * response + spare_cash / (4.0 * burn_years) + induced, 0.0)


@inlined
def ces(staff: float, compute: float, data: float, shares: np.ndarray, sigma: float) -> float:
    """Constant-elasticity composite of research staff, compute and data; elasticity ``sigma`` below or above one."""
    r = (sigma - 1.0) / sigma
    if abs(r) < 1e-6:
        return staff ** shares[0] * compute ** shares[1] * data ** shares[2]
    return (shares[0] * staff**r + shares[1] * compute**r + shares[2] * data**r) ** (1.0 / r)


@inlined
def new_knowledge(efficiency: float, budget: float, composite: float, alpha: float, spill: float) -> float:
    """New knowledge of a firm in a quarter; zero where there is no budget."""
    return math.exp(efficiency) * budget**alpha * composite ** (1.0 - alpha) * (1.0 + spill)


@inlined
def is_small(kind: int, revenue_year: float, ceiling: float) -> bool:
    """Whether a firm is a small start-up, which may join a platform."""
    return kind == START_UP and revenue_year < ceiling


def run(economy: Economy) -> None:
    """Plan and do research for one quarter."""
    totals = _budget(economy)
    new = _produce(economy, totals)
    advance_capability(economy, new, totals[FIRMS])
    advance_theory(economy)
    measure(economy)


def _budget(economy: Economy) -> list[float]:
    """Budgets of all firms; returns the national totals."""
    p, levers = economy.parameters, economy.levers
    deduction, reference = levers.effective("rd_super_deduction"), p["reference_deduction"]
    certified, other = (
        (user_cost(tax, deduction) / user_cost(before, reference)) ** -p["research_tax_elasticity"]
        for tax, before in (
            (levers.effective("hnte_tax_rate"), p["reference_certified_tax"]),
            (p["profit_tax_rate"], p["profit_tax_rate"]),
        )
    )
    relief = 1.0 + p["talent_cost_weight"] * levers.effective("talent_cost_deduction")
    totals = np.zeros(5)
    plan_budgets(
        economy.firms.pick(Budgeted), p.terms(BudgetTerms, certified=certified, other=other, relief=relief), totals
    )
    national = totals.tolist()
    salaries = p["research_wage_share"] * national[BUDGETS]
    economy.record("talent_cost_deducted", levers.delivered("talent_cost_deduction") * salaries / 1000.0)
    return national


@compiled
def plan_budgets(firms: Budgeted, terms: BudgetTerms, totals: np.ndarray) -> None:
    """Research budget of every firm, which draws on what grants have induced; ``totals`` are national, shape (5,)."""
    for row in range(len(firms.alive)):
        firms.research_budget[row] = 0.0
        if not firms.alive[row]:
            firms.research_induced[row] = 0.0
            continue
        induced = firms.research_induced[row] / (4.0 * terms.grant_project_years)
        firms.research_induced[row] -= induced
        weight, revenue = firms.weight[row], revenue_of_year(firms.revenue_quarters, row)
        response = terms.relief
        if firms.profit[row] > 0.0:
            response *= terms.certified if firms.certified[row] else terms.other
        funded = firms.kind[row] == START_UP and firms.stage[row] > UNFUNDED and not firms.listed[row]
        spare_cash = max(firms.cash[row], 0.0) if funded else 0.0
        budget = research_budget(
            firms.research_intensity[row], revenue, response, spare_cash, terms.burn_years, induced
        )
        firms.research_budget[row] = budget
        totals[BUDGETS] += weight * budget
        totals[OWN_DATA] += weight * firms.data[row]
        totals[RECOGNISED] += weight * firms.recognised[row]
        totals[SMALL] += weight * is_small(firms.kind[row], revenue, terms.small_firm_revenue)
        totals[FIRMS] += weight


def _produce(economy: Economy, totals: list[float]) -> np.ndarray:
    """New knowledge of every firm (zero in rows of the dead)."""
    p, firms, levers, streams = economy.parameters, economy.firms, economy.levers, economy.streams
    openness = 1.0 + p["public_data_gain"] * levers.effective("public_data_openness")
    openness += p["data_infrastructure_gain"] * levers.effective("data_infrastructure")
    economy.market.data_access = openness
    served, joined = _open_platforms(economy, max(totals[SMALL], 1.0))
    terms = p.terms(
        KnowledgeTerms,
        deflator=economy.labour.software_wage / economy.labour.initial_software_wage,
        shares=p.shares("research_input_shares"),
        openness=openness,
        network=p["spill_over"] * math.log2(1.0 + levers.effective("coop_network_density") / 2.0),
        flexible=p["flexible_gain"] * math.log1p(economy.education.flexible / 100.0),
        weak=modifier(economy, "patent_pool_share") * modifier(economy, "foreign_rd_presence"),
        alliance_membership=levers.effective("alliance_membership"),
        joined=joined,
        alliance_key=streams.key("alliance_member", 0),
        platform_key=streams.key("platform_member", 0),
    )
    new, members = np.zeros(firms.length), np.zeros(size("field"))
    produced = produce(firms.pick(Researching), terms, served, members, new)
    _count_members(economy, members.tolist())
    economy.research.opened = levers.effective("open_source_rate")
    for name, amount in (
        ("knowledge_produced", produced),
        ("knowledge_opened", levers.delivered("open_source_rate") * produced),
        ("public_data_opened", p["public_data_gain"] * levers.delivered("public_data_openness") * totals[OWN_DATA]),
        (
            "shared_sector_data",
            p["data_infrastructure_gain"] * levers.delivered("data_infrastructure") * totals[OWN_DATA],
        ),
        ("alliance_members", levers.delivered("alliance_membership") * totals[RECOGNISED]),
        ("cooperation_links", levers.delivered("coop_network_density") * totals[RECOGNISED]),
    ):
        economy.record(name, amount)
    return new


@compiled
def produce(
    firms: Researching, terms: KnowledgeTerms, served: np.ndarray, members: np.ndarray, new: np.ndarray
) -> float:
    """New knowledge by firm (into ``new``) and members of platforms by field (into ``members``, national); returns the
    national sum of new knowledge.
    """
    total = 0.0
    for row in range(len(firms.alive)):
        if not firms.alive[row]:
            continue
        uid, field, weight = firms.uid[row], firms.specialty[row], firms.weight[row]
        budget = firms.research_budget[row] / terms.deflator
        staff = 0.0
        for tier in range(len(terms.research_weight)):
            staff += firms.headcount[row, tier] * terms.research_weight[tier]
        composite = ces(
            max(staff * firms.research_share[row], LEAST), max(budget * firms.compute[row], LEAST),
            max(firms.data[row] * terms.openness, LEAST), terms.shares, terms.research_substitution,
        )  # fmt: skip
        spill = terms.network
        if firms.recognised[row] and uniform_of(terms.alliance_key, uid) < terms.alliance_membership:
            spill *= 1.0 + terms.alliance_gain
        small = is_small(firms.kind[row], revenue_of_year(firms.revenue_quarters, row), terms.small_firm_revenue)
        if small and served[field] and uniform_of(terms.platform_key, uid) < terms.joined:
            spill += terms.platform_gain
            members[field] += weight
        spill = (spill + terms.flexible) * terms.weak
        efficiency = terms.research_efficiency * firms.efficiency[row]
        new[row] = new_knowledge(efficiency, budget, composite, terms.research_returns, spill)
        kept = 1.0 - terms.knowledge_decay[firms.layer[row]] / 4.0
        firms.knowledge[row] = kept * firms.knowledge[row] + new[row]
        total += weight * new[row]
    return total


def _open_platforms(economy: Economy, small: float) -> tuple[np.ndarray, float]:
    """Open the platforms in force; returns which fields they serve (bool) and which share of small start-ups joins."""
    p, levers = economy.parameters, economy.levers
    wanted = round(levers.effective("open_platforms"))
    while len(economy.platforms) < wanted:
        economy.open_platform()
    served = np.zeros(size("field"), dtype=np.bool_)
    for platform in economy.platforms[:wanted]:
        served[platform.field] = True
    joined, recorded = (
        1.0 - math.exp(-count * p["members_per_platform"] / small)
        for count in (levers.effective("open_platforms"), levers.delivered("open_platforms"))
    )
    economy.record("platform_members", recorded * small)
    return served, joined


def _count_members(economy: Economy, members: list[float]) -> None:
    """Members of each platform: those of a field are shared by the platforms of the field."""
    fields = [platform.field for platform in economy.platforms]
    for platform in economy.platforms:
        platform.members = members[platform.field] / fields.count(platform.field)
