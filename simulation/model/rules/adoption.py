"""Call 4, ``adoption``: adopters decide and place orders by segment; budgets, exporters and builders order too.

Rule: Hazard of adoption (variant ``threshold``)
    Formula: h = speed_s * size speed * (p + q * peers) / 4 * 2 / (1 + exp(-b));
        b = b0 + ln(expected gain) + size + a * ln(data) + z - e * ln(price) - ln((1 - subsidy) * (1 - vouchers))
        - skill cost - legal risk + trust + demonstration + pilots + ln(weak modifiers);
        skill cost = c * wage ratio / (1 + supply / half) * (1 - vouchers) * skill_cost_by_size;
        trust = trust_gain * R - compliance_drag * R^2 - risk_drag * social risk
    Symbols: speed_s adoption_speed of the sector; size speed adoption_speed_by_size (fixed cost weighs more on the
        small); p adoption_innovation, q adoption_imitation; peers adopters' share,
        cell (sector x province) shrunk to the sector by peer_prior observations; expected gain belief_weight *
        value_belief +
        (1 - belief_weight) * ai_productivity_elasticity, over value_belief; z fixed threshold of the adopter; price
        quality-adjusted price index of the sector's basket (2016 = 1), e price_response; subsidy adoption_subsidy and
        vouchers sme_cloud_support (small adopters only), both times subsidy_take_up; supply compound_weight * graduates
        with compound skills + re-trained people; legal risk legal_risk * (1 - clarity of the sector's basket); R
        regulation in force; demonstration demonstration_effect * ln(1 + demonstrations so far / demonstrations_half),
        fed by demo_factories_per_year, in manufacturing only; pilots pilot_adoption_effect * exposure of the province;
        the trend of social_demand_growth stands among the weak modifiers; b0 benefit_intercept; size size_benefit; a
        data_returns; c skill_cost, half skill_supply_half
    Unit: per quarter
    Source: threshold model of diffusion (Granovetter 1978; Bass 1969); F54-F60; shrinkage so that speed does not depend
        on scale
    Clause: P002;P003;P006;P025;P035;P045;P046;P047;P048;P049;P050;P051;P052;P054;P057;P058;P064;P087

Rule: Hazard of adoption (variant ``bass``)
    Formula: h = speed_s * (p + q * adopted share of the sector) / 4
    Symbols: as above; one hazard for all adopters of a sector, no benefit term (the scaling step keeps its own)
    Unit: per quarter
    Source: Bass (1969); F54, F55
    Clause: P045

Rule: Depth of use
    Formula: a pilot has depth d0; it scales with hazard k * 2 / (1 + exp(-b)) a year; after scaling
        d(t) = d(t-1) + r / 4 * (1 - d(t-1))
    Symbols: d0 pilot_depth; k scaling_rate; r deepening_rate; depth 0 to 1
    Unit: share of full use
    Source: F63: about one pilot in five scales; pilots fade into scale over years
    Clause: P045;P048;P049

Rule: Spending of an adopter
    Formula: s_s * size * (1 + g)^years * V/4 * P^(1 - epsilon) * (use * d + integration * (4 * new depth + upkeep *
        d)), at most cap_s * V/4
    Symbols: V value added of the adopter a year, its part of value_added * (1 + value_added_shock); s_s spend_share *
        spend_share_by_sector; g spend_share_growth, years from mid-2017; use running_use; integration integration_cost,
        one-off on new depth, with upkeep a year on depth; P quality-adjusted price of its basket; epsilon
        price_elasticity (1: price changes leave nominal spending as it is); size size_spending; cap_s spend_cap
    Unit: million CNY a quarter
    Source: model.md section 4; caps 3 % of value added, 10 % in information services
    Clause: P006;P009;P045

Rule: Orders of budget sectors, of builders of compute, of core firms and from abroad
    Formula: budget sectors: procurement_<sector> / 4, less what local programmes displaced (at most half), the city
        also ppp_projects / 4; every sector's orders are split over products by product_share and let through as far as
        1 - gated_share * (1 - legal_clarity) of the segment; compute builders: the domestic share of last quarter's
        capex plan; core firms: core_to_core_share * revenue of the last quarter; abroad: export_share * domestic orders
        * foreign_demand * (1 - foreign_screening) * (level / level0)^q * (1 + x * ln(1 + outward support)) * weak
        modifier
    Symbols: level relative level of domestic technology; q export_quality_elasticity; x export_support_effect; domestic
        orders those of sectors, without core firms; procurement procurement_government, procurement_courts,
        procurement_city, procurement_transport, procurement_environment and procurement_public_safety; core orders
        split by core_to_core_mix; outward support outward_fdi_support
    Unit: million CNY a quarter
    Source: funding_channels_estimate.csv; model.md section 4
    Clause: P039;P040;P041;P042;P043;P044;P059;P060;P061;P062;P063;P069;P080;P083;P087
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, members, size
from simulation.model.rules.modifiers import modifier
from simulation.model.state import ABROAD_BUYER, BUDGET_SECTORS, CORE_BUYER, PRODUCT_SEGMENT

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PRODUCTS = members("product")
COMPUTE, PLATFORM = index("product", "compute"), index("product", "platform")
SOCIAL_SECTORS = [index("sector", s) for s in ("education", "health", "eldercare", "environment")]
SERVICE_SECTORS = [index("sector", s) for s in ("education", "health", "eldercare")]


def peer_share(
    adopted: np.ndarray, weight: np.ndarray, cell: np.ndarray, sector: np.ndarray, prior: float
) -> np.ndarray:
    """Share of adopting peers an adopter sees, shape (adopter,): its cell, shrunk to its sector.

    ``weight`` are the organisations a row stands for; a cell counts for as many observations as it has rows, the sector
    for ``prior``.  Nobody is a peer of itself.  Both keep speed from depending on the scale: with few rows a cell is
    mostly noise, and a row would slow itself down.
    """
    in_sector = _among_others(adopted, weight, sector, np.zeros(len(adopted)))
    in_cell = _among_others(adopted, weight, cell, in_sector)
    n = np.bincount(cell)[cell]
    return (n * in_cell + prior * in_sector) / (n + prior)


def _among_others(adopted: np.ndarray, weight: np.ndarray, group: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """Share of adopters among the others of a group; ``alone`` for those without others."""
    theirs = np.bincount(group, weight * adopted)[group] - weight * adopted
    others = np.bincount(group, weight)[group] - weight
    share = np.clip(theirs / np.maximum(others, 1e-300), 0.0, 1.0)
    return np.where(others > 1e-9 * weight, share, alone)


def logistic(benefit: np.ndarray) -> np.ndarray:
    """Logistic response, 0 to 1."""
    return 1.0 / (1.0 + np.exp(-np.clip(benefit, -40.0, 40.0)))


def spending(
    value_added: np.ndarray, share: np.ndarray, price: np.ndarray, elasticity: float, depth: np.ndarray,
    new_depth: np.ndarray, use: float, integration: float, upkeep: float, cap: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Nominal AI spending of a quarter and its integration part, million CNY, shape (adopter,)."""
    unit = share * value_added / 4.0 * price ** (1.0 - elasticity)
    running = unit * (use + integration * upkeep) * depth
    one_off = unit * integration * 4.0 * new_depth
    total = running + one_off
    limit = np.minimum(1.0, cap * value_added / 4.0 / np.maximum(total, 1e-300))
    return total * limit, one_off * limit


def cleared_share(gated: np.ndarray, clarity: np.ndarray) -> np.ndarray:
    """Share of a segment's orders that the law lets through: the gated share only as far as the law is clear."""
    return 1.0 - gated * (1.0 - clarity)


def run(economy: Economy) -> None:
    """Adopt, deepen and order."""
    new_depth = _adopt_and_deepen(economy)
    _order(economy, new_depth)


def _benefit(economy: Economy) -> np.ndarray:
    p, levers, a = economy.parameters, economy.levers, economy.adopters
    belief, realised = p["value_belief"], p["ai_productivity_elasticity"]
    gain = np.log(np.maximum(p["belief_weight"] * belief + (1.0 - p["belief_weight"]) * realised, 1e-6) / belief)
    subsidy = levers.effective("adoption_subsidy") * p["subsidy_take_up"]
    vouchers = levers.effective("sme_cloud_support") * p["subsidy_take_up"] * (a.size_class == 0)
    education = economy.education
    supply = education.compound_stock * p["compound_weight"] + education.reskilled_stock
    skill = p["skill_cost"] * economy.labour.relative_wage("applied") / (1.0 + supply / p["skill_supply_half"])
    skill = skill * (1.0 - vouchers) * p["skill_cost_by_size"][a.size_class]
    legal = p["legal_risk"] * (1.0 - levers.effective("legal_clarity") @ economy.market.segment_mix.T)[a.sector]
    regulation = economy.government.regulation
    trust = (
        p["trust_gain"] * regulation
        - p["compliance_drag"] * regulation**2
        - p["risk_drag"] * economy.government.social_risk
    )
    demonstration = np.zeros(size("sector"))
    demonstration[index("sector", "manufacturing")] = p["demonstration_effect"] * np.log1p(
        economy.education.demonstrations / p["demonstrations_half"]
    )
    weak = np.ones(size("sector"))
    weak[SERVICE_SECTORS] *= modifier(economy, "service_policy_fit")
    weak[SOCIAL_SECTORS] *= (1.0 + p.driver("social_demand_growth")) ** ((economy.quarter - 6) / 4.0)
    weak *= modifier(economy, "standards_coverage") * modifier(economy, "public_ai_literacy")
    weak *= modifier(economy, "network_coverage") * modifier(economy, "governance_maturity")
    weak *= modifier(economy, "certification_capacity")
    price = economy.market.sector_price()[a.sector]
    pilots = p["pilot_adoption_effect"] * economy.government.exposure[a.region]
    data = a.data * economy.market.data_access
    return (
        p["benefit_intercept"] + gain + p["size_benefit"][a.size_class] + p["data_returns"] * np.log(data) + a.threshold
        - p["price_response"] * np.log(price) - np.log((1.0 - subsidy) * (1.0 - vouchers)) - skill - legal + trust
        + (demonstration + np.log(weak))[a.sector] + pilots
    )  # fmt: skip


def _adopt_and_deepen(economy: Economy) -> np.ndarray:
    p, levers, a, t = economy.parameters, economy.levers, economy.adopters, economy.quarter
    demonstrations = levers.effective("demo_factories_per_year") / 4.0
    economy.education.demonstrations += demonstrations
    economy.record("demonstrations", levers.delivered("demo_factories_per_year") / 4.0)
    benefit = _benefit(economy)
    adopted = a.adopted >= 0
    innovation, imitation = p["adoption_innovation"], p["adoption_imitation"]
    speed = p["adoption_speed"][a.sector]
    if economy.variants["adoption"] == "bass":
        sector = np.bincount(a.sector, a.count * adopted) / np.bincount(a.sector, a.count)
        hazard = speed * (innovation + imitation * sector[a.sector]) / 4.0
    else:
        speed = speed * p["adoption_speed_by_size"][a.size_class]
        peers = peer_share(adopted.astype(float), a.count_sample, a.cell, a.sector, p["peer_prior"])
        hazard = speed * (innovation + imitation * peers) / 4.0 * 2.0 * logistic(benefit)
    start = ~adopted & (economy.streams.uniform("adopter_adopts", a.uid, t) < hazard)
    pilot = p["pilot_depth"]
    scaling = p["scaling_rate"] / 4.0 * 2.0 * logistic(benefit)
    scale_now = adopted & ~a.scaled & (economy.streams.uniform("adopter_scales", a.uid, t) < scaling)
    before = a.depth.copy()
    a.adopted[start] = t
    a.depth[start] = pilot
    a.scaled |= scale_now
    a.depth += np.where(a.scaled, p["deepening_rate"] / 4.0 * (1.0 - a.depth), 0.0)
    return a.depth - before


def _order(economy: Economy, new_depth: np.ndarray) -> None:
    p, levers, a, market = economy.parameters, economy.levers, economy.adopters, economy.market
    value = 1000.0 * p.driver("value_added") * (1.0 + p.driver("value_added_shock"))
    epsilon = p["price_elasticity"]
    price = market.sector_price()
    share = p["spend_share"] * p["spend_share_by_sector"]
    share = share * (1.0 + p["spend_share_growth"]) ** ((economy.quarter - 6) / 4.0)
    per_row = value[a.sector] * a.value_share
    total, one_off = spending(
        per_row, share[a.sector] * p["size_spending"][a.size_class], price[a.sector], epsilon, a.depth, new_depth,
        p["running_use"], p["integration_cost"], p["upkeep"], p["spend_cap"][a.sector],
    )  # fmt: skip
    private = ~BUDGET_SECTORS[a.sector]
    total, one_off = total * private, one_off * private
    take_up = p["subsidy_take_up"]
    small = np.where(a.size_class == 0, total, 0.0).sum()
    paid = float(one_off.sum()) * take_up
    economy.support = {
        "subsidies": paid * levers.delivered("adoption_subsidy"),
        "vouchers": small * take_up * levers.delivered("sme_cloud_support"),
    }
    economy.record("adoption_subsidies_paid", economy.support["subsidies"] / 1000.0)
    economy.record("cloud_vouchers_paid", economy.support["vouchers"] / 1000.0)
    by_sector = np.bincount(a.sector, total, size("sector"))
    economy.record("adopter_spending_by_sector", by_sector / 1000.0)
    delivered = np.zeros(size("sector"))
    for sector in np.flatnonzero(BUDGET_SECTORS):
        name = f"procurement_{members('sector')[sector]}"
        by_sector[sector] = 250.0 * levers.effective(name)
        delivered[sector] = levers.delivered(name) / 4.0
    budgets = float(by_sector[BUDGET_SECTORS].sum())
    kept = 1.0 - min(0.5, economy.fiscal_squeeze / max(budgets, 1e-9))
    by_sector[BUDGET_SECTORS] *= kept
    by_sector[index("sector", "city")] += 250.0 * levers.effective("ppp_projects")
    economy.record("procurement_contracts", delivered * kept)
    orders = market.orders.reshape(-1, size("product"))
    orders[:] = 0.0
    orders[: size("sector")] = by_sector[:, None] * market.product_mix
    gate = cleared_share(p["gated_share"], levers.effective("legal_clarity"))
    gated = orders[: size("sector")] * gate[PRODUCT_SEGMENT]
    wanted = np.bincount(PRODUCT_SEGMENT, orders[: size("sector")].sum(axis=0), size("segment"))
    cleared = cleared_share(p["gated_share"], levers.delivered("legal_clarity")) * wanted
    economy.record("launch_permits", cleared / 1000.0)
    orders[: size("sector")] = gated
    _compute_orders(economy, orders)
    _core_and_foreign_orders(economy, orders)


def _compute_orders(economy: Economy, orders: np.ndarray) -> None:
    plan = economy.compute
    orders[index("sector", "information"), COMPUTE] += plan.domestic_platform
    orders[index("sector", "city"), COMPUTE] += plan.domestic_public


def _core_and_foreign_orders(economy: Economy, orders: np.ndarray) -> None:
    p, levers, firms = economy.parameters, economy.levers, economy.firms
    core = p["core_to_core_share"] * firms.total(firms.revenue)
    mix = p["core_to_core_mix"] / p["core_to_core_mix"].sum()
    orders[CORE_BUYER] = core * mix
    domestic = orders[:CORE_BUYER].sum(axis=0)
    elasticity = p["export_quality_elasticity"]
    level = (economy.research.relative_level / economy.research.initial_relative_level) ** elasticity
    reach = p.driver("foreign_demand") * (1.0 - p.driver("foreign_screening")) * level
    reach *= modifier(economy, "bri_market_access")
    support = 1.0 + p["export_support_effect"] * np.log1p(levers.effective("outward_fdi_support"))
    orders[ABROAD_BUYER] = levers.effective("export_share") * domestic * reach * support
    economy.record(
        "exports_ordered", float(levers.delivered("export_share") * domestic.sum() * reach * support) / 1000.0
    )
