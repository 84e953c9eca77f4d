"""Spending and orders of the quarter by buyer and product; part of the call ``adoption``.

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

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, members, size
from simulation.model.blocks import Peers, Uses
from simulation.model.compiled import compiled, inlined
from simulation.model.rules.modifiers import modifier
from simulation.model.state import ABROAD_BUYER, BUDGET_SECTORS, CORE_BUYER, PRODUCT_SEGMENT

if TYPE_CHECKING:
    from simulation.model.economy import Economy

SMALL = index("size_class", "small")
CITY, INFORMATION = index("sector", "city"), index("sector", "information")
COMPUTE = index("product", "compute")
PROCUREMENT = [(place, f"procurement_{name}") for place, name in enumerate(members("sector")) if BUDGET_SECTORS[place]]


class Users(NamedTuple):
    """Columns of the adopters that spending reads, shape (adopter,)."""

    sector: np.ndarray
    size_class: np.ndarray
    cell: np.ndarray
    value_share: np.ndarray
    count: np.ndarray  # type: ignore[assignment]
    count_sample: np.ndarray
    scaled: np.ndarray
    depth: np.ndarray


class SpendingTerms(NamedTuple):
    """Terms of spending; of each sector value added (million CNY a year) and the share of it that full use takes."""

    value_added: np.ndarray
    share: np.ndarray
    size_spending: np.ndarray
    running_use: float
    integration_cost: float
    upkeep: float
    spend_cap: np.ndarray


@inlined
def spending(
    value_added: float, share: float, depth: float, new_depth: float, use: float, integration: float, upkeep: float,
    cap: float,
) -> tuple[float, float]:  # fmt: skip
    """Nominal AI spending of an adopter in a quarter and its one-off part, million CNY.

    ``share`` is the share of value added that full use takes at present prices.
    """
    unit = share * value_added / 4.0
    one_off = unit * integration * 4.0 * new_depth
    total = unit * (use + integration * upkeep) * depth + one_off
    limit = min(1.0, cap * value_added / 4.0 / max(total, 1e-300))
    return total * limit, one_off * limit


def share_of_full_use(
    share: np.ndarray, growth: float, years: float, price: np.ndarray, elasticity: float
) -> np.ndarray:
    """Share of value added that full use takes (sector,): it grows by the year and follows the price of the basket."""
    return share * (1.0 + growth) ** years * price ** (1.0 - elasticity)


@compiled
def spend(
    adopters: Users, terms: SpendingTerms, users: np.ndarray, new_depth: np.ndarray, uses: Uses, peers: Peers
) -> tuple[float, float]:
    """Rows that have adopted (``users``) spend, those of budget sectors apart; sums over them go to the blocks.

    Returns what they spend once on integration and what the small among them spend, million CNY.
    """
    integration = small = 0.0
    for row in users:
        sector, size_class = adopters.sector[row], adopters.size_class[row]
        value, depth = adopters.value_share[row], adopters.depth[row]
        uses.organisations[sector] += adopters.count[row]
        uses.organisations_by_size[size_class] += adopters.count[row]
        peers.adopted_in_cell[adopters.cell[row]] += adopters.count_sample[row]
        peers.adopted_in_sector[sector] += adopters.count_sample[row]
        uses.value[sector] += value
        uses.depth[sector] += value * depth
        uses.scaled_depth[sector] += value * depth if adopters.scaled[row] else 0.0
        if BUDGET_SECTORS[sector]:
            continue
        total, one_off = spending(
            terms.value_added[sector] * value, terms.share[sector] * terms.size_spending[size_class], depth,
            new_depth[row], terms.running_use, terms.integration_cost, terms.upkeep, terms.spend_cap[sector],
        )  # fmt: skip
        uses.spending[sector] += total
        integration += one_off
        small += total if size_class == SMALL else 0.0
    return integration, small


def cleared_share(gated: np.ndarray, clarity: np.ndarray) -> np.ndarray:
    """Share of a segment's orders that the law lets through: the gated share only as far as the law is clear."""
    return 1.0 - gated * (1.0 - clarity)


def place(economy: Economy, price: np.ndarray, new_depth: np.ndarray) -> None:
    """Adopters, budget sectors, builders of compute, core firms and buyers abroad order.

    Parameters: ``price`` of each sector's basket (sector,); ``new_depth`` that each adopter has added (adopter,).
    """
    p, levers, market = economy.parameters, economy.levers, economy.market
    wanted = _adopters_spend(economy, price, new_depth)
    _budgets_spend(economy, wanted)
    orders = market.orders.reshape(-1, size("product"))
    of_sectors = orders[:CORE_BUYER]
    np.multiply(wanted[:, None], market.product_mix, out=of_sectors)
    by_segment = wanted @ market.segment_mix
    cleared = cleared_share(p["gated_share"], levers.delivered("legal_clarity")) * by_segment
    economy.record("launch_permits", cleared / 1000.0)
    of_sectors *= cleared_share(p["gated_share"], levers.effective("legal_clarity"))[PRODUCT_SEGMENT]
    orders[INFORMATION, COMPUTE] += economy.compute.domestic_platform
    orders[CITY, COMPUTE] += economy.compute.domestic_public
    core = p["core_to_core_share"] * economy.firms.total(economy.firms.revenue)
    orders[CORE_BUYER] = core * (p["core_to_core_mix"] / p["core_to_core_mix"].sum())
    domestic, reach = of_sectors.sum(axis=0), _reach_abroad(economy)
    orders[ABROAD_BUYER] = levers.effective("export_share") * reach * domestic
    economy.record("exports_ordered", levers.delivered("export_share") * reach * float(domestic.sum()) / 1000.0)


def _adopters_spend(economy: Economy, price: np.ndarray, new_depth: np.ndarray) -> np.ndarray:
    """Adopters outside budget sectors spend; returns their orders by sector, million CNY."""
    p, levers, adopters, uses = economy.parameters, economy.levers, economy.adopters, economy.adoption.uses
    peers = economy.adoption.peers
    terms = p.terms(
        SpendingTerms, value_added=1000.0 * p.driver("value_added") * (1.0 + p.driver("value_added_shock")),
        share=share_of_full_use(
            p["spend_share"] * p["spend_share_by_sector"], p["spend_share_growth"], (economy.quarter - 6) / 4.0, price,
            p["price_elasticity"],
        ),
    )  # fmt: skip
    for column in (*uses, peers.adopted_in_cell, peers.adopted_in_sector):
        column.fill(0.0)
    integration, small = spend(adopters.pick(Users), terms, adopters.users(), new_depth, uses, peers)
    take_up = p["subsidy_take_up"]
    economy.support = {
        "subsidies": integration * take_up * levers.delivered("adoption_subsidy"),
        "vouchers": small * take_up * levers.delivered("sme_cloud_support"),
    }
    economy.record("adoption_subsidies_paid", economy.support["subsidies"] / 1000.0)
    economy.record("cloud_vouchers_paid", economy.support["vouchers"] / 1000.0)
    economy.record("adopter_spending_by_sector", uses.spending / 1000.0)
    return uses.spending.copy()


def _budgets_spend(economy: Economy, wanted: np.ndarray) -> None:
    """Add what budget sectors order, less what local programmes displaced, and public works in the city."""
    levers = economy.levers
    planned = [250.0 * levers.effective(name) for _, name in PROCUREMENT]
    kept = 1.0 - min(0.5, economy.fiscal_squeeze / max(sum(planned), 1e-9))
    contracts = np.zeros(size("sector"))
    for (sector, name), amount in zip(PROCUREMENT, planned, strict=True):
        wanted[sector] = amount * kept
        contracts[sector] = levers.delivered(name) / 4.0 * kept
    wanted[CITY] += 250.0 * levers.effective("ppp_projects")
    economy.record("procurement_contracts", contracts)


def _reach_abroad(economy: Economy) -> float:
    """Demand abroad for what is offered at home, over its norm (ratio)."""
    p, levers, research = economy.parameters, economy.levers, economy.research
    reach = p.driver("foreign_demand") * (1.0 - p.driver("foreign_screening")) * modifier(economy, "bri_market_access")
    level = (research.relative_level / research.initial_relative_level) ** p["export_quality_elasticity"]
    support = 1.0 + p["export_support_effect"] * math.log1p(levers.effective("outward_fdi_support"))
    return float(reach * level * support)
