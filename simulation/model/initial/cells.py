"""Which cells of the market (buyer x product) a firm serves: start-ups one to three buyers, incumbents all.

A row that stands for many firms covers the cells those firms would serve: it holds a *count* of firms in each, so that
small scales have the same number of competitors in every cell, in expectation, as the full population.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled, inlined
from simulation.model.initial.attributes import drawn_place
from simulation.model.state import ABROAD_BUYER, BUYERS, INCUMBENT, Firms
from simulation.model.streams import joined_id, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

MEAN_BUYERS = 2.0
MOST_BUYERS = 3
PRODUCTS = size("product")


class Sellers(NamedTuple):
    """Columns of firms that choose cells, shape (firm,)."""

    uid: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    product: np.ndarray


class Places(NamedTuple):
    """Positions to be filled, shape (position,): row of the firm, cell, and firms of the row that serve it."""

    owner: np.ndarray
    cell: np.ndarray
    number: np.ndarray


@inlined
def single_buyers(uid: np.uint64, demand: np.ndarray, exporter_share: float, keys: np.ndarray) -> int:
    """Buyers of one firm as bits: one to three drawn by demand, shape (buyer,), and abroad for exporters."""
    buyers = 0
    for draw in range(1 + int(MOST_BUYERS * uniform_of(keys[0], uid))):
        buyers |= 1 << drawn_place(demand, uniform_of(keys[draw + 1], uid))
    if uniform_of(keys[5], uid) < exporter_share:
        buyers |= 1 << ABROAD_BUYER
    return buyers


@compiled
def fill_cells(
    firms: Sellers, rows: np.ndarray, demand: np.ndarray, exporter_share: float, keys: np.ndarray, places: Places
) -> int:
    """Positions of the given rows into ``places``; returns how many.

    ``demand`` (product, buyer at home) is each buyer's share of what is ordered of a product.
    """
    found = 0
    for place in range(len(rows)):
        row = rows[place]
        uid, weight, product, chosen = firms.uid[row], firms.weight[row], firms.product[row], 0
        single = weight == 1.0 and firms.kind[row] != INCUMBENT
        if single:
            chosen = single_buyers(uid, demand[product], exporter_share, keys)
        for buyer in range(len(BUYERS)):
            cell, count = buyer * PRODUCTS + product, 1.0
            if single:
                count = float((chosen >> buyer) & 1)
            elif firms.kind[row] != INCUMBENT:
                # Of many firms the expected count, its fraction drawn, so that it is exact on average.
                chance = exporter_share if buyer == ABROAD_BUYER else min(1.0, MEAN_BUYERS * demand[product, buyer])
                count = math.floor(weight * chance + uniform_of(keys[6], np.uint64(joined_id(uid, np.uint64(cell)))))
            if count > 0.0:
                places.owner[found] = row
                places.cell[found] = cell
                places.number[found] = count
                found += 1
    return found


def choose_cells(economy: Economy, firms: Firms, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells of the given rows: (row, cell, count of firms of the row that serve the cell), one entry per position."""
    orders = economy.market.orders.reshape(len(BUYERS), PRODUCTS)[:ABROAD_BUYER]
    demand = np.ascontiguousarray((orders / np.maximum(orders.sum(axis=0), 1e-300)).T)
    most = len(rows) * len(BUYERS)
    places = Places(np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64), np.empty(most))
    exporter_share = float(economy.parameters["exporter_share"])
    keys = economy.streams.keys_for_life("firm_market")
    found = fill_cells(firms.pick(Sellers), rows, demand, exporter_share, keys, places)
    return places.owner[:found], places.cell[:found], places.number[:found]
