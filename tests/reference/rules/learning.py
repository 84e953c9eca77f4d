"""Learning by doing and using, part of the call ``market``: price, data, expected orders, margin."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.reference.names import INCUMBENT, PRODUCTS
from tests.reference.rules import market

if TYPE_CHECKING:
    from tests.reference.agents import Firm, PlainEconomy


def run(plain: PlainEconomy) -> None:
    """Prices fall by product; firms gather data, revise what they expect and set their margin."""
    set_prices(plain)
    public = sales_to_public_buyers(plain)
    for firm in plain.firms:
        gather_data(plain, firm, public[firm.row] / firm.weight)
        expect(plain, firm)
        firm.margin = gross_margin(plain, firm)


# -- Rule: Quality-adjusted price by learning -------------------------------------------------------------------------


def set_prices(plain: PlainEconomy) -> None:
    """Log price of each product: doublings of real output, quality, compute within reach."""
    state = plain.market
    revenue, quality = revenue_and_quality(plain)
    if state.initial_quality is None:
        state.initial_quality = list(quality)
    for product in PRODUCTS:
        state.cumulative_output[product] += revenue[product] / math.exp(state.log_price[product])
        doublings = math.log2(state.cumulative_output[product] / state.initial_output[product])
        state.log_quality_gain[product] = quality[product] - state.initial_quality[product]
        state.log_price[product] = (
            -plain.value("learning_rate") * doublings
            - plain.value("quality_pass_through") * state.log_quality_gain[product]
            - plain.value("compute_price_share") * math.log(plain.compute.relative_access)
        )


def revenue_and_quality(plain: PlainEconomy) -> tuple[list[float], list[float]]:
    """Revenue of each product and the log capability behind it, weighted by revenue (zero where nobody sells)."""
    revenue, weighted = [0.0 for _ in PRODUCTS], [0.0 for _ in PRODUCTS]
    for firm in plain.firms:
        revenue[firm.product] += firm.revenue * firm.weight
        weighted[firm.product] += firm.revenue * firm.weight * market.technology(plain, firm)
    return revenue, [part / max(total, 1e-300) for part, total in zip(weighted, revenue, strict=True)]


# -- Rule: Data from use ----------------------------------------------------------------------------------------------


def sales_to_public_buyers(plain: PlainEconomy) -> dict[int, float]:
    """Sales to buyers with budgets, by row of the seller."""
    sold = defaultdict(float)
    for position in plain.positions:
        if market.is_public(position.cell):
            sold[position.firm] += position.sales
    return sold


def gather_data(plain: PlainEconomy, firm: Firm, public: float) -> None:
    """Data ages, and use adds to it; data-rich public contracts add beside."""
    kept = 1.0 - plain.value("data_decay") / 4.0
    used = firm.revenue + plain.value("scope_spillover") * public
    firm.data = firm.data * kept + plain.value("data_gain") * math.sqrt(used)


# -- Rule: Expected orders --------------------------------------------------------------------------------------------


def expect(plain: PlainEconomy, firm: Firm) -> None:
    """Move expected orders a part of the way to the orders of the quarter, or to their trend."""
    trend = 1.0
    if plain.variants["expectations"] == "extrapolative":
        change = firm.orders / max(firm.expected_orders, 1e-9)
        trend = min(1.25, max(0.8, change)) ** plain.value("extrapolation")
    firm.expected_orders += plain.value("expectation_smoothing") * (firm.orders * trend - firm.expected_orders)


# -- Rule: Gross margin -----------------------------------------------------------------------------------------------


def gross_margin(plain: PlainEconomy, firm: Firm) -> float:
    """Margin of the product, more with scale, and what a group has beside; between 0.02 and 0.9."""
    scale = math.log10(max(firm.revenue_year(), 0.1) / 10.0)
    margin = plain.market.base_margin[firm.product] + plain.value("margin_scale_gain") * min(2.0, max(-1.0, scale))
    if firm.kind == INCUMBENT:
        margin += plain.value("incumbent_margin")
    return min(0.9, max(0.02, margin))
