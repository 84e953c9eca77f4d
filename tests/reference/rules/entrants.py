"""Call 11, plain, part three: what an entrant is like and which cells of the market it serves, by its stable id."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

from tests.reference.agents import Firm, PlainEconomy
from tests.reference.draws import hash_ids
from tests.reference.names import (
    ABROAD_BUYER,
    BUYERS,
    FIELDS,
    PRODUCT_LAYER,
    PRODUCT_SEGMENT,
    PRODUCTS,
    START_UP,
    UNFUNDED,
    cell_of,
)

MEAN_BUYERS = 2.0


# -- Attributes of an entrant -----------------------------------------------------------------------------------------


def drawn_place(weights: list[float], draw: float) -> int:
    """Place in a list that a uniform draw falls on, with chances in proportion to weights."""
    total = sum(weights)
    for place, reached in enumerate(accumulate(weights)):
        if draw <= reached / total:
            return place
    return len(weights) - 1


def draw_entrant(plain: PlainEconomy, uid: int, region: int) -> dict[str, Any]:
    """Attributes of an entrant: product by present demand, technology by what is accessible, the rest for life."""
    product = draw_product(plain, uid)
    efficiency = plain.value("efficiency_dispersion") * plain.normal("firm_initial", uid, index=1, quarter=0)
    specialty = drawn_place(
        plain.market.product_technology[product], plain.uniform("firm_initial", uid, index=2, quarter=0)
    )
    return {
        "region": region,
        "product": product,
        "segment": PRODUCT_SEGMENT[product],
        "layer": PRODUCT_LAYER[product],
        "kind": START_UP,
        "stage": UNFUNDED,
        "weight": plain.firm_weight,
        "efficiency": efficiency,
        "specialty": specialty,
        "research_intensity": draw_research_intensity(plain, uid),
        "capability": draw_capability(plain, uid, efficiency),
        "data": 0.3,
        "compute": 1.0,
        "margin": plain.market.base_margin[product],
    }


def draw_product(plain: PlainEconomy, uid: int) -> int:
    """Product of an entrant: what it likes to make times what sells."""
    weights = []
    for product in PRODUCTS:
        sales = sum(plain.market.sales_by_cell[cell_of(buyer, product)] for buyer in BUYERS) + 1e-9
        weights.append(plain.value("entry_product_taste")[product] * sales**0.7)
    return drawn_place(weights, plain.uniform("entrant", uid, index=1, quarter=0))


def draw_research_intensity(plain: PlainEconomy, uid: int) -> float:
    """Research over revenue: log-normal, and much more for firms that do little else."""
    normal = plain.normal("firm_initial", uid, index=4, quarter=0)
    if plain.uniform("firm_initial", uid, index=3, quarter=0) < plain.value("pure_play_share"):
        return plain.value("pure_play_research_intensity") * math.exp(0.6 * normal)
    spread = math.exp(plain.value("research_intensity_dispersion") * normal)
    return min(plain.value("start_up_research_intensity") * spread, 1.5)


def draw_capability(plain: PlainEconomy, uid: int, efficiency: float) -> list[float]:
    """Levels of an entrant by field: below the best at home, more or less by luck and efficiency."""
    luck = plain.value("technology_dispersion") * plain.normal("entrant", uid, index=2, quarter=0)
    behind = math.log(plain.value("entrant_technology"))
    return [plain.research.best[field] + behind + luck + 0.1 * efficiency for field in FIELDS]


# -- Cells an entrant serves ------------------------------------------------------------------------------------------


def join_market(plain: PlainEconomy, firm: Firm) -> None:
    """Give an entrant a foot, with share zero, in the cells it serves."""
    counts = cells_of_one(plain, firm) if firm.weight == 1.0 else cells_of_many(plain, firm)
    for cell, count in counts.items():
        plain.add_position(firm, cell, 0.0, count)


def demand_shares(plain: PlainEconomy, product: int) -> list[float]:
    """Shares of the buyers at home (sectors and core firms) in the orders of a product."""
    orders = [plain.market.orders[cell_of(buyer, product)] for buyer in BUYERS if buyer != ABROAD_BUYER]
    return [order / max(sum(orders), 1e-300) for order in orders]


def cells_of_one(plain: PlainEconomy, firm: Firm) -> dict[int, float]:
    """Cells of a row that is one firm: one to three buyers by demand, and abroad for exporters."""
    shares = demand_shares(plain, firm.product)
    buyers = []
    for attempt in range(1 + int(3.0 * plain.uniform("firm_market", firm.uid, index=0, quarter=0))):
        draw = plain.uniform("firm_market", firm.uid, index=attempt + 1, quarter=0)
        reached = list(accumulate(shares))
        buyers.append(min(sum(draw > share for share in reached), len(shares) - 1))
    if plain.uniform("firm_market", firm.uid, index=5, quarter=0) < plain.value("exporter_share"):
        buyers.append(ABROAD_BUYER)
    return {cell_of(buyer, firm.product): 1.0 for buyer in buyers}


def cells_of_many(plain: PlainEconomy, firm: Firm) -> dict[int, float]:
    """Cells of a row that stands for many firms: how many of them serve each, exact on average."""
    chances = [min(1.0, MEAN_BUYERS * share) for share in demand_shares(plain, firm.product)]
    chances.append(plain.value("exporter_share"))
    cells = [cell_of(buyer, firm.product) for buyer in BUYERS]
    draws = plain.uniforms("firm_market", [hash_ids(firm.uid, cell) for cell in cells], index=6, quarter=0)
    counts = {
        cell: math.floor(firm.weight * chance + draw) for cell, chance, draw in zip(cells, chances, draws, strict=True)
    }
    return {cell: float(count) for cell, count in counts.items() if count > 0}
