"""Attributes that a firm has for life, drawn by its stable id, and what an entrant starts with.

The formulas stand with the rule ``Attributes of an entrant`` (:mod:`simulation.model.rules.entry`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled
from simulation.model.ledger import Books, direction, transact
from simulation.model.state import PRODUCT_LAYER, PRODUCT_SEGMENT
from simulation.model.streams import QUANTILE_TABLE, normal_of, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FOUNDING, SPIN_OFF, CONVERSION = 1, 2, 3
# What entrants pay in: the entries of their deposits in the ledger.
ENTRIES = (("founders_equity", "households", "firms"), ("conversion_equity", "rest_domestic", "firms"))
DIRECTION = direction(ENTRIES)
BY_FOUNDERS, BY_PARENTS = range(len(ENTRIES))
NEVER = -8  # quarter of the last funding round of a firm that has had none


class Latent(NamedTuple):
    """What attributes fixed for life are drawn from; technology weights (product, field), quantiles of the normal."""

    efficiency_dispersion: float
    start_up_research_intensity: float
    research_intensity_dispersion: float
    pure_play_share: float
    pure_play_research_intensity: float
    technology: np.ndarray
    quantiles: np.ndarray
    keys: np.ndarray


class Terms(NamedTuple):
    """What an entrant's start depends on; taste, base margin, segment and layer by product, best level by field."""

    latent: Latent
    taste: np.ndarray
    segment: np.ndarray
    layer: np.ndarray
    base_margin: np.ndarray
    best: np.ndarray
    entrant_technology: float
    technology_dispersion: float
    founding_capital: float
    conversion_capital: float
    entrant_expected_revenue: float
    firm_weight: float
    quarter: int
    keys: np.ndarray


class Entrants(NamedTuple):
    """Columns of firms that an entrant starts with, shape (firm,); all others are zero: a start-up without money."""

    uid: np.ndarray
    weight: np.ndarray
    region: np.ndarray
    product: np.ndarray
    segment: np.ndarray
    layer: np.ndarray
    founded: np.ndarray
    last_round: np.ndarray
    entry_door: np.ndarray
    efficiency: np.ndarray
    specialty: np.ndarray
    research_intensity: np.ndarray
    capability: np.ndarray
    data: np.ndarray
    compute: np.ndarray
    margin: np.ndarray
    expected_orders: np.ndarray


def latent_terms(economy: Economy) -> Latent:
    """What latent attributes are drawn from in this economy."""
    p = economy.parameters
    return Latent(
        float(p["efficiency_dispersion"]), float(p["start_up_research_intensity"]),
        float(p["research_intensity_dispersion"]), float(p["pure_play_share"]),
        float(p["pure_play_research_intensity"]), economy.market.product_technology, QUANTILE_TABLE,
        economy.streams.keys_for_life("firm_initial"),
    )  # fmt: skip


@compiled
def drawn_place(weights: np.ndarray, draw: float) -> int:
    """Place drawn in proportion to weights by a uniform draw."""
    total = 0.0
    for weight in weights:
        total += weight
    passed = 0.0
    for place in range(len(weights) - 1):
        passed += weights[place]
        if draw <= passed / total:
            return place
    return len(weights) - 1


@compiled
def latent_attributes(uid: np.uint64, product: int, latent: Latent) -> tuple[float, int, float]:
    """Efficiency (log points), specialty (field) and research intensity (share of revenue) of a firm, for life."""
    efficiency = latent.efficiency_dispersion * normal_of(latent.keys[1], uid, latent.quantiles)
    specialty = drawn_place(latent.technology[product], uniform_of(latent.keys[2], uid))
    normal = normal_of(latent.keys[4], uid, latent.quantiles)
    if uniform_of(latent.keys[3], uid) < latent.pure_play_share:
        return efficiency, specialty, latent.pure_play_research_intensity * math.exp(0.6 * normal)
    spread = math.exp(latent.research_intensity_dispersion * normal)
    return efficiency, specialty, min(latent.start_up_research_intensity * spread, 1.5)


@compiled
def draw_attributes(
    uid: np.ndarray, product: np.ndarray, latent: Latent, efficiency: np.ndarray, specialty: np.ndarray,
    research_intensity: np.ndarray,
) -> None:  # fmt: skip
    """Latent attributes of many firms into the last three arrays, shape (firm,)."""
    for row in range(len(uid)):
        efficiency[row], specialty[row], research_intensity[row] = latent_attributes(uid[row], product[row], latent)


@compiled
def equip(
    firms: Entrants, books: Books, rows: np.ndarray, region: np.ndarray, door: np.ndarray, terms: Terms
) -> int:  # fmt: skip
    """Give entrants their attributes and deposits (by ``ENTRIES``); returns the rows of conversions."""
    latent, conversions, accessible = terms.latent, 0, math.log(terms.entrant_technology)
    for place in range(len(rows)):
        row = rows[place]
        uid, converted = firms.uid[row], door[place] == CONVERSION
        product = drawn_place(terms.taste, uniform_of(terms.keys[1], uid))
        efficiency, firms.specialty[row], firms.research_intensity[row] = latent_attributes(uid, product, latent)
        level = accessible + terms.technology_dispersion * normal_of(terms.keys[2], uid, latent.quantiles)
        for field in range(len(terms.best)):
            firms.capability[row, field] = terms.best[field] + level + 0.1 * efficiency
        firms.efficiency[row] = efficiency
        firms.product[row] = product
        firms.segment[row] = terms.segment[product]
        firms.layer[row] = terms.layer[product]
        firms.margin[row] = terms.base_margin[product]
        firms.data[row] = 0.3
        firms.compute[row] = 1.0
        firms.weight[row] = terms.firm_weight
        firms.region[row] = region[place]
        firms.entry_door[row] = door[place]
        firms.last_round[row] = NEVER
        firms.founded[row] = terms.quarter - 4 * converted
        firms.expected_orders[row] = 0.25 * terms.entrant_expected_revenue * (1.0 + converted)
        capital = terms.conversion_capital if converted else terms.founding_capital
        capital *= 2.0 if door[place] == SPIN_OFF else 1.0
        capital *= math.exp(0.6 * normal_of(terms.keys[0], uid, latent.quantiles))
        books.amounts[BY_FOUNDERS] = 0.0 if converted else capital
        books.amounts[BY_PARENTS] = capital if converted else 0.0
        transact(books, row)
        conversions += converted
    return conversions


def draw_entrants(economy: Economy, rows: np.ndarray, region: np.ndarray, door: np.ndarray) -> int:
    """Columns and deposits of entrants by present demand and accessible technology; returns the rows of conversions."""
    p, streams = economy.parameters, economy.streams
    keys = streams.keys_for_life("entrant").copy()
    keys[0] = streams.key("entrant", economy.quarter, 7)
    demand = economy.market.sales_by_cell.reshape(-1, size("product")).sum(axis=0) + 1e-9
    terms = p.terms(
        Terms, latent=latent_terms(economy), taste=p["entry_product_taste"] * demand**0.7, segment=PRODUCT_SEGMENT,
        layer=PRODUCT_LAYER, base_margin=economy.market.base_margin, best=economy.research.best,
        firm_weight=economy.firm_weight, quarter=economy.quarter, keys=keys,
    )  # fmt: skip
    books = economy.ledger.books(economy.firms, DIRECTION)
    conversions = equip(economy.firms.pick(Entrants), books, rows, region, door, terms)
    economy.ledger.enter(ENTRIES, books.totals)
    return conversions
