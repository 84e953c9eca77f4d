"""Call 7, ``research``: capability, spill-overs, imitation, open source, public theory and breakthroughs.

Rule: Research budget of a firm
    Formula: budget = intensity/4 * revenue of four quarters * (user cost / user cost0)^-elasticity + cash / (4 * burn
        years) + grants for use + additionality * grants, not below zero; the first term times (1 + w *
        talent_cost_deduction)
    Symbols: user cost (1 - tax (1 + deduction)) / (1 - tax), for firms with profit only; the cash term is for funded
        start-ups that are not listed; grants of the last quarter; additionality fiscal_additionality, which may be
        negative; w talent_cost_weight; user cost0 at reference_deduction and at reference_certified_tax or
        profit_tax_rate; elasticity research_tax_elasticity; burn years burn_years
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

Rule: Product improvement
    Formula: with probability 1 - exp(-lambda/4 * ln(1 + new)), capability(f) += step * kept * focus(f) * headroom(f);
        headroom = 1 - exp(-max(0, reach - capability)); kept = (1 - open_source_cost * open_source_rate) * weak
        modifiers
    Symbols: lambda improvement_rate; step improvement_step; focus weight of the field in the product over the largest
        weight; reach = max(world frontier, public level) + reach_beyond
    Unit: log points
    Source: model.md section 4 (Poisson product improvements)
    Clause: P013;P031

Rule: Imitation and transfer
    Formula: capability(f) += focus(f) * absorb/4 * (k_foreign (F - c)+ + k_domestic (best - c)+ + k_open (pool - c)+
        + transfer (public - c)+)
    Symbols: k_foreign (foreign_absorption + international_coop) * (1 - foreign_screening), times the field's
        imitation_ease and what import limits leave of it (restriction_exposure); k_domestic domestic_imitation * log2(1
        + links / 2); k_open open_pool_absorption; transfer tech_transfer_rate; absorb = absorption_floor + K / (K +
        half * exp(burden * frontier progress)): own knowledge, which money, people, compute and data build, decides how
        fast a firm learns, and the frontier becomes harder to follow; half absorption_half; burden absorption_burden
    Unit: log points a quarter
    Source: Cohen and Levinthal (1990) absorptive capacity; Bloom et al. (2020) on the burden of knowledge; plan_map
        P013, P024, P081, P082
    Clause: P001;P007;P013;P024;P081;P082;P085
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, members, size
from simulation.model.rules.modifiers import modifier
from simulation.model.rules.theory import advance_theory, measure
from simulation.model.state import START_UP, UNFUNDED

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FIELDS = members("field")
CHIPS = index("field", "ai_chips")


def user_cost(tax: np.ndarray | float, deduction: float) -> np.ndarray:
    """User cost of research (1 without tax advantage): ``(1 - tax (1 + deduction)) / (1 - tax)``."""
    return (1.0 - np.asarray(tax) * (1.0 + deduction)) / (1.0 - np.asarray(tax))


def ces(staff: np.ndarray, compute: np.ndarray, data: np.ndarray, shares: np.ndarray, sigma: float) -> np.ndarray:
    """Constant-elasticity composite of research staff, compute and data; elasticity ``sigma`` below or above one."""
    r = (sigma - 1.0) / sigma
    if abs(r) < 1e-6:
        return staff ** shares[0] * compute ** shares[1] * data ** shares[2]
    inner = shares[0] * staff**r + shares[1] * compute**r + shares[2] * data**r
    return inner ** (1.0 / r)


def new_knowledge(
    efficiency: np.ndarray, budget: np.ndarray, composite: np.ndarray, alpha: float, spill: np.ndarray
) -> np.ndarray:
    """New knowledge of a quarter per firm; zero where there is no budget."""
    return np.exp(efficiency) * budget**alpha * composite ** (1.0 - alpha) * (1.0 + spill)


def headroom(level: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Share of an improvement step that is still open, 0 at the reachable level."""
    return 1.0 - np.exp(-np.maximum(reach - level, 0.0))


def field_focus(technology: np.ndarray, product: np.ndarray, specialty: np.ndarray) -> np.ndarray:
    """Weight of each field in a firm's work, 0 to 1, shape (firm, field): its product's, and all of its specialty."""
    weights = technology[product]
    focus = weights / np.maximum(weights.max(axis=1, keepdims=True), 1e-12)
    focus[np.arange(len(specialty)), specialty] = 1.0
    return focus


def run(economy: Economy) -> None:
    """Plan and do research for one quarter."""
    _budget(economy)
    knowledge = _produce(economy)
    _improve(economy, knowledge)
    _imitate(economy)
    advance_theory(economy)
    measure(economy)


def _budget(economy: Economy) -> None:
    p, firms, levers = economy.parameters, economy.firms, economy.levers
    tax = np.where(firms.certified, levers.effective("hnte_tax_rate"), p["profit_tax_rate"])
    base_tax = np.where(firms.certified, p["reference_certified_tax"], p["profit_tax_rate"])
    now = user_cost(tax, levers.effective("rd_super_deduction"))
    before = user_cost(base_tax, p["reference_deduction"])
    relief = 1.0 + p["talent_cost_weight"] * levers.effective("talent_cost_deduction")
    response = np.where(firms.profit > 0.0, (now / before) ** -p["research_tax_elasticity"], 1.0) * relief
    own = firms.research_intensity / 4.0 * firms.revenue_year() * response
    funded = (firms.kind == START_UP) & (firms.stage > UNFUNDED) & ~firms.listed
    own = own + np.where(funded, np.maximum(firms.cash, 0.0) / (4.0 * p["burn_years"]), 0.0)
    firms.research_budget[:] = np.maximum(own + firms.research_induced, 0.0) * firms.alive
    firms.research_induced[:] = 0.0
    salaries = p["research_wage_share"] * firms.total(firms.research_budget)
    economy.record("talent_cost_deducted", levers.delivered("talent_cost_deduction") * salaries / 1000.0)


def _produce(economy: Economy) -> np.ndarray:
    p, firms, levers = economy.parameters, economy.firms, economy.levers
    research = economy.research
    deflator = economy.labour.software_wage / economy.labour.initial_software_wage
    budget = firms.research_budget / deflator
    staff = np.maximum((firms.headcount @ p["research_weight"]) * firms.research_share, 1e-3)
    compute = np.maximum(budget * firms.compute, 1e-3)
    openness = 1.0 + p["public_data_gain"] * levers.effective("public_data_openness")
    openness += p["data_infrastructure_gain"] * levers.effective("data_infrastructure")
    economy.market.data_access = openness
    own_data = firms.total(firms.data)
    economy.record("public_data_opened", p["public_data_gain"] * levers.delivered("public_data_openness") * own_data)
    economy.record(
        "shared_sector_data", p["data_infrastructure_gain"] * levers.delivered("data_infrastructure") * own_data
    )
    data = np.maximum(firms.data * openness, 1e-3)
    shares = p["research_input_shares"]
    composite = ces(staff, compute, data, shares / shares.sum(), p["research_substitution"])
    alliance = firms.recognised & (
        economy.streams.uniform("alliance_member", firms.uid, 0) < levers.effective("alliance_membership")
    )
    recognised = firms.total(firms.recognised.astype(float))
    economy.record("alliance_members", levers.delivered("alliance_membership") * recognised)
    member = _join_platforms(economy)
    density = levers.effective("coop_network_density")
    economy.record("cooperation_links", levers.delivered("coop_network_density") * recognised)
    spill = p["spill_over"] * np.log2(1.0 + density / 2.0) * (1.0 + p["alliance_gain"] * alliance)
    spill = spill + p["platform_gain"] * member + p["flexible_gain"] * np.log1p(economy.education.flexible / 100.0)
    spill = spill * modifier(economy, "patent_pool_share") * modifier(economy, "foreign_rd_presence")
    efficiency = p["research_efficiency"] * firms.efficiency
    new = new_knowledge(efficiency, budget, composite, p["research_returns"], spill) * firms.alive
    decay = p["knowledge_decay"][firms.layer]
    firms.knowledge[:] = (1.0 - decay / 4.0) * firms.knowledge + new
    total = firms.total(new)
    research.opened = levers.effective("open_source_rate")
    economy.record("knowledge_opened", levers.delivered("open_source_rate") * total)
    economy.record("knowledge_produced", total)
    return new


def _join_platforms(economy: Economy) -> np.ndarray:
    """Open the platforms in force and let small start-ups of their fields join; bool per row."""
    p, firms, levers = economy.parameters, economy.firms, economy.levers
    wanted = round(levers.effective("open_platforms"))
    while len(economy.platforms) < wanted:
        economy.open_platform()
    small = firms.alive & (firms.kind == START_UP) & (firms.revenue_year() < p["small_firm_revenue"])
    number = max(firms.total(small.astype(float)), 1.0)
    joined, recorded = (
        1.0 - np.exp(-count * p["members_per_platform"] / number)
        for count in (levers.effective("open_platforms"), levers.delivered("open_platforms"))
    )
    served = np.zeros(size("field"), dtype=bool)
    served[[platform.field for platform in economy.platforms[:wanted]]] = True
    chosen = small & served[firms.specialty]
    chosen &= economy.streams.uniform("platform_member", firms.uid, 0) < joined
    for platform in economy.platforms:
        rivals = sum(other.field == platform.field for other in economy.platforms)
        platform.members = firms.total((chosen & (firms.specialty == platform.field)).astype(float)) / rivals
    economy.record("platform_members", recorded * number)
    return chosen


def _improve(economy: Economy, knowledge: np.ndarray) -> None:
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    research = economy.research
    reach = np.maximum(economy.world.frontier, research.public_level) + p["reach_beyond"]
    focus = field_focus(economy.market.product_technology, firms.product, firms.specialty)
    chance = 1.0 - np.exp(-p["improvement_rate"] / 4.0 * np.log1p(knowledge))
    hit = (economy.streams.uniform("firm_improvement", firms.uid, t) < chance) & firms.alive
    keep = 1.0 - p["open_source_cost"] * research.opened
    keep *= (
        modifier(economy, "ip_strength")
        * modifier(economy, "exploratory_share")
        * modifier(economy, "dual_use_spillover")
    )
    step = p["improvement_step"] * keep * headroom(firms.capability, reach) * focus
    firms.capability += step * hit[:, None]


def _imitate(economy: Economy) -> None:
    p, firms, levers, research = economy.parameters, economy.firms, economy.levers, economy.research
    coop = p["foreign_absorption"] + levers.effective("international_coop")
    coop *= 1.0 - p.driver("foreign_screening")
    density = levers.effective("coop_network_density")
    domestic = p["domestic_imitation"] * np.log2(1.0 + density / 2.0)
    transfer = levers.effective("tech_transfer_rate")
    progress = float(np.mean(economy.world.frontier - research.initial_frontier))
    half = p["absorption_half"] * np.exp(p["absorption_burden"] * progress)
    absorb = firms.knowledge / (firms.knowledge + half)
    level = firms.capability
    restriction = levers.effective("compute_import_restriction")
    openness = p["imitation_ease"] * (1.0 - restriction * p["restriction_exposure"])
    ahead = openness * np.maximum(economy.world.frontier - level, 0.0)
    pull = coop * ahead
    pull += domestic * np.maximum(research.best - level, 0.0)
    pull += p["open_pool_absorption"] * np.maximum(research.pool - level, 0.0)
    pull += transfer * np.maximum(research.public_level - level, 0.0)
    focus = field_focus(economy.market.product_technology, firms.product, firms.specialty)
    taken = focus * (p["absorption_floor"] + absorb)[:, None] / 4.0
    admitted = levers.delivered("international_coop") * (1.0 - p.driver("foreign_screening"))
    per_firm = firms.total((ahead * taken).sum(axis=1)) / max(firms.total(np.ones(firms.length)), 1.0)
    economy.record("foreign_knowledge_absorbed", admitted * per_firm)
    firms.capability += np.where(firms.alive[:, None], pull * taken, 0.0)
