"""Call 13, plain, part two: related revenue in three nested definitions."""

from __future__ import annotations

import math

from simulation.inputs.dimensions import index, members
from tests.reference.agents import PlainEconomy
from tests.reference.names import SECTORS

CARRIERS = members("carrier")
# Quarter in which the sales of the products that may carry AI are given.
GIVEN_IN = 18


def attribute_related_revenue(plain: PlainEconomy) -> None:
    """Record related revenue of the quarter, each definition within the next."""
    output = gross_output(plain)
    plain.depth_history.append(scaled_depth(plain))
    gains = realised_gains(plain, output)
    spread_ai_in_products(plain)
    products = gains + sales_of_products_with_ai(plain)
    touched = output_past_the_step(plain, output)
    plain.record("related_revenue_r1", gains / 1000.0)
    plain.record("related_revenue_r2", products / 1000.0)
    plain.record("related_revenue_r3", (products + touched) / 1000.0)
    plain.record("gross_output_share_r1", gains / sum(output))
    plain.record("gross_output_share_r3", touched / sum(output))


def gross_output(plain: PlainEconomy) -> list[float]:
    """Gross output of each sector in the quarter, million CNY."""
    shock = 1.0 + plain.driver("value_added_shock")
    added, ratio = plain.driver("value_added"), plain.value("output_ratio")
    return [250.0 * added[sector] * shock * ratio[sector] for sector in SECTORS]


def scaled_depth(plain: PlainEconomy) -> list[float]:
    """Depth of use in each sector, by value, of the adopters past the scale step."""
    depth = [0.0 for _ in SECTORS]
    for adopter in plain.adopters:
        if adopter.scaled:
            depth[adopter.sector] += adopter.value_share * adopter.depth
    return depth


# -- Realised gains (R1) ----------------------------------------------------------------------------------------------


def realised_gains(plain: PlainEconomy, output: list[float]) -> float:
    """Productivity gains of the use of some years ago, on today's output; none before that."""
    lag = round(4.0 * plain.value("productivity_lag"))
    if len(plain.depth_history) <= lag:
        return 0.0
    depth = plain.depth_history[-1 - lag]
    return plain.value("ai_productivity_elasticity") * sum(depth[sector] * output[sector] for sector in SECTORS)


# -- Products that carry AI (R2) --------------------------------------------------------------------------------------


def spread_ai_in_products(plain: PlainEconomy) -> None:
    """AI spreads through the products that may carry it, as a logistic curve, faster the better it is."""
    for place, name in enumerate(CARRIERS):
        share = plain.carrying[place]
        room = 1.0 - share / plain.value("carrying_ceiling")
        plain.carrying[place] += (
            plain.value("carrying_speed") / 4.0 * share * room * carrier_quality(plain, place, name)
        )


def carrier_quality(plain: PlainEconomy, place: int, name: str) -> float:
    """Pull of a product's AI: its technology against the frontier since 2016, and how clear the law is."""
    technology = plain.market.product_technology[index("product", name)]
    gaps = [best - abroad for best, abroad in zip(plain.research.best, plain.world.frontier, strict=True)]
    level = sum(weight * gap for weight, gap in zip(technology, gaps, strict=True))
    relative = level - plain.initial_carrier_gap[place]
    clarity = plain.effective("legal_clarity")[index("segment", name)]
    law = 1.0 + plain.value("carrying_clarity") * (clarity - 0.5)
    return min(max(math.exp(plain.value("carrying_technology") * relative) * law, 0.2), 2.0)


def sales_of_products_with_ai(plain: PlainEconomy) -> float:
    """Sales of the products that carry AI in the quarter."""
    growth = (1.0 + plain.value("carrier_sales_growth")) ** ((plain.quarter - GIVEN_IN) / 4.0)
    yearly = sum(sales * share for sales, share in zip(plain.value("carrier_sales"), plain.carrying, strict=True))
    return 250.0 * yearly * growth


# -- Output of sectors past the scale step (R3) -----------------------------------------------------------------------


def output_past_the_step(plain: PlainEconomy, output: list[float]) -> float:
    """Output in tasks that AI touches, of the adopters past the scale step."""
    depth = plain.depth_history[-1]
    return plain.value("related_exposure") * sum(depth[sector] * output[sector] for sector in SECTORS)
