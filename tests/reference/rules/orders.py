"""Orders of a quarter, part of the call ``adoption``: adopters spend, budgets buy, builders, core firms and abroad."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.inputs.dimensions import index, members
from tests.reference.names import (
    ABROAD_BUYER,
    CORE_BUYER,
    IS_BUDGET_SECTOR,
    PRODUCT_SEGMENT,
    PRODUCTS,
    SECTORS,
    SEGMENTS,
    cell_of,
)

if TYPE_CHECKING:
    from tests.reference.agents import Adopter, PlainEconomy

COMPUTE = index("product", "compute")
CITY, INFORMATION = index("sector", "city"), index("sector", "information")
BUDGETS = [sector for sector in SECTORS if IS_BUDGET_SECTOR[sector]]
SMALL = 0


def place(plain: PlainEconomy, new_depth: dict[int, float]) -> None:
    """Orders of all buyers, cell by cell, million CNY."""
    by_sector = spend(plain, new_depth)
    buy_from_budgets(plain, by_sector)
    order_by_sectors(plain, by_sector)
    order_compute(plain)
    order_by_core_firms(plain)
    order_from_abroad(plain)


# -- Rule: Spending of an adopter -------------------------------------------------------------------------------------


def spend(plain: PlainEconomy, new_depth: dict[int, float]) -> list[float]:
    """Spending of private adopters by sector; what supports it is noted."""
    by_sector = [0.0 for _ in SECTORS]
    one_off = small = 0.0
    prices = [basket_price(plain, sector) for sector in SECTORS]
    for adopter in plain.adopters:
        if IS_BUDGET_SECTOR[adopter.sector]:
            continue
        running, integration = spending(plain, adopter, new_depth[adopter.uid], prices[adopter.sector])
        by_sector[adopter.sector] += running + integration
        one_off += integration
        small += running + integration if adopter.size_class == SMALL else 0.0
    take_up = plain.value("subsidy_take_up")
    plain.support = {
        "subsidies": one_off * take_up * plain.delivered("adoption_subsidy"),
        "vouchers": small * take_up * plain.delivered("sme_cloud_support"),
    }
    plain.record("adoption_subsidies_paid", plain.support["subsidies"] / 1000.0)
    plain.record("cloud_vouchers_paid", plain.support["vouchers"] / 1000.0)
    plain.adoption.uses.spending = list(by_sector)
    plain.record("adopter_spending_by_sector", [amount / 1000.0 for amount in by_sector])
    return by_sector


def spending(plain: PlainEconomy, adopter: Adopter, new_depth: float, price: float) -> tuple[float, float]:
    """Running and one-off spending of an adopter in the quarter, cut alike where they pass the cap."""
    value = value_added(plain, adopter.sector) * adopter.value_share
    years = (plain.quarter - 6) / 4.0
    share = plain.value("spend_share") * plain.value("spend_share_by_sector")[adopter.sector]
    share *= plain.value("size_spending")[adopter.size_class] * (1.0 + plain.value("spend_share_growth")) ** years
    unit = share * value / 4.0 * price ** (1.0 - plain.value("price_elasticity"))
    use, integration = plain.value("running_use"), plain.value("integration_cost")
    running = unit * (use + integration * plain.value("upkeep")) * adopter.depth
    one_off = unit * integration * 4.0 * new_depth
    cap = plain.value("spend_cap")[adopter.sector] * value / 4.0
    part = min(1.0, cap / max(running + one_off, 1e-300))
    return running * part, one_off * part


def value_added(plain: PlainEconomy, sector: int) -> float:
    """Value added of a sector a year after shocks, million CNY."""
    return 1000.0 * plain.driver("value_added")[sector] * (1.0 + plain.driver("value_added_shock"))


def basket_price(plain: PlainEconomy, sector: int) -> float:
    """Quality-adjusted price of what a sector buys, 2016Q1 = 1."""
    basket = plain.market.product_mix[sector]
    return math.exp(sum(basket[product] * plain.market.log_price[product] for product in PRODUCTS))


# -- Rule: Orders of budget sectors, of builders of compute, of core firms and from abroad ----------------------------


def buy_from_budgets(plain: PlainEconomy, by_sector: list[float]) -> None:
    """Procurement, less what local programmes displaced; the city buys partnership projects besides."""
    levers = {sector: f"procurement_{members('sector')[sector]}" for sector in BUDGETS}
    budgets = {sector: 250.0 * plain.effective(lever) for sector, lever in levers.items()}
    kept = 1.0 - min(0.5, plain.fiscal_squeeze / max(sum(budgets.values()), 1e-9))
    contracts = [0.0 for _ in SECTORS]
    for sector, lever in levers.items():
        by_sector[sector] = budgets[sector] * kept
        contracts[sector] = plain.delivered(lever) / 4.0 * kept
    by_sector[CITY] += 250.0 * plain.effective("ppp_projects")
    plain.record("procurement_contracts", contracts)


def order_by_sectors(plain: PlainEconomy, by_sector: list[float]) -> None:
    """Split each sector's money over products, as far as the law lets them through."""
    permitted = [0.0 for _ in SEGMENTS]
    for sector in SECTORS:
        for product in PRODUCTS:
            segment = PRODUCT_SEGMENT[product]
            wanted = by_sector[sector] * plain.market.product_mix[sector][product]
            through = cleared_share(plain, segment, plain.effective("legal_clarity"))
            plain.market.orders[cell_of(sector, product)] = wanted * through
            permitted[segment] += wanted * cleared_share(plain, segment, plain.delivered("legal_clarity"))
    plain.record("launch_permits", [amount / 1000.0 for amount in permitted])


def cleared_share(plain: PlainEconomy, segment: int, clarity: list[float]) -> float:
    """1 - gated share * (1 - clarity of the law)."""
    return 1.0 - plain.value("gated_share")[segment] * (1.0 - clarity[segment])


def order_compute(plain: PlainEconomy) -> None:
    """Builders of compute order what they planned last quarter and did not import."""
    plain.market.orders[cell_of(INFORMATION, COMPUTE)] += plain.compute.domestic_platform
    plain.market.orders[cell_of(CITY, COMPUTE)] += plain.compute.domestic_public


def order_by_core_firms(plain: PlainEconomy) -> None:
    """Core firms buy from each other a share of what they sold last quarter."""
    total = plain.value("core_to_core_share") * plain.national(lambda firm: firm.revenue)
    mix = plain.value("core_to_core_mix")
    for product in PRODUCTS:
        plain.market.orders[cell_of(CORE_BUYER, product)] = total * mix[product] / sum(mix)


def order_from_abroad(plain: PlainEconomy) -> None:
    """Exports follow the domestic orders of sectors, demand and screening abroad, quality and support."""
    reach = foreign_reach(plain)
    everything = 0.0
    for product in PRODUCTS:
        domestic = sum(plain.market.orders[cell_of(sector, product)] for sector in SECTORS)
        everything += domestic
        plain.market.orders[cell_of(ABROAD_BUYER, product)] = plain.effective("export_share") * domestic * reach
    plain.record("exports_ordered", plain.delivered("export_share") * everything * reach / 1000.0)


def foreign_reach(plain: PlainEconomy) -> float:
    """foreign demand * (1 - screening) * relative level^q * (1 + x ln(1 + outward support)) * weak modifier."""
    level = plain.research.relative_level / plain.research.initial_relative_level
    reach = plain.driver("foreign_demand") * (1.0 - plain.driver("foreign_screening"))
    reach *= level ** plain.value("export_quality_elasticity") * plain.modifier("bri_market_access")
    return reach * (1.0 + plain.value("export_support_effect") * math.log1p(plain.effective("outward_fdi_support")))
