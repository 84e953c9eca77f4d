"""Which cells of the market (buyer x product) a firm serves: start-ups one to three buyers, incumbents all.

A row that stands for many firms covers the cells those firms would serve: it holds a *count* of firms in each, so that
small scales have the same number of competitors in every cell, in expectation, as the full population.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.state import ABROAD_BUYER, BUYERS, CORE_BUYER, INCUMBENT, START_UP, Firms, cells_of
from simulation.model.streams import hash_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

MEAN_BUYERS = 2.0


def choose_cells(economy: Economy, firms: Firms, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells of the given rows: (row, cell, count of firms of the row that serve the cell), one entry per position."""
    orders = economy.market.orders.reshape(-1, size("product"))
    demand = orders[:ABROAD_BUYER] / np.maximum(orders[:ABROAD_BUYER].sum(axis=0), 1e-300)
    start_ups = rows[firms.kind[rows] == START_UP]
    single = start_ups[firms.weight[start_ups] == 1.0]
    parts = [
        _incumbent_cells(firms, rows[firms.kind[rows] == INCUMBENT]),
        _single_cells(economy, firms, single, demand),
        _group_cells(economy, firms, start_ups[firms.weight[start_ups] != 1.0], demand),
    ]
    owner, cell, count = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return owner.astype(np.int64), cell.astype(np.int64), count.astype(float)


def _incumbent_cells(firms: Firms, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    buyers = np.arange(len(BUYERS))
    cells = [cells_of(int(firms.product[row]), buyers) for row in rows]
    cell = np.concatenate(cells) if cells else np.zeros(0, dtype=np.int64)
    return np.repeat(rows, len(buyers)), cell, np.ones(len(cell))


def _single_cells(
    economy: Economy, firms: Firms, rows: np.ndarray, demand: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One firm a row: one to three buyers drawn by demand, and abroad for exporters."""
    streams, uid = economy.streams, firms.uid[rows]
    wanted = 1 + (3.0 * streams.uniform("firm_market", uid, 0, 0)).astype(int)
    cumulative = np.cumsum(demand, axis=0)
    owners, cells = [], []
    for draw in range(3):
        active = rows[wanted > draw]
        u = streams.uniform("firm_market", firms.uid[active], 0, draw + 1)
        buyer = np.minimum((u[:, None] > cumulative[:, firms.product[active]].T).sum(axis=1), CORE_BUYER)
        owners.append(active)
        cells.append(buyer * size("product") + firms.product[active])
    exporting = rows[streams.uniform("firm_market", uid, 0, 5) < economy.parameters["exporter_share"]]
    owners.append(exporting)
    cells.append(ABROAD_BUYER * size("product") + firms.product[exporting])
    owner, cell = np.concatenate(owners), np.concatenate(cells)
    _, first = np.unique(owner * np.int64(10_000) + cell, return_index=True)
    first = np.sort(first)
    return owner[first], cell[first], np.ones(len(first))


def _group_cells(
    economy: Economy, firms: Firms, rows: np.ndarray, demand: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of many firms: the expected count in each cell, its fraction drawn, so that it is exact on average."""
    buyers = np.arange(len(BUYERS))
    chance = np.minimum(1.0, MEAN_BUYERS * demand[:, firms.product[rows]].T)
    chance = np.column_stack([chance, np.full(len(rows), economy.parameters["exporter_share"])])
    expected = firms.weight[rows][:, None] * chance
    owner = np.repeat(rows, len(buyers))
    cell = (buyers[None, :] * size("product") + firms.product[rows][:, None]).ravel()
    draws = economy.streams.uniform("firm_market", hash_ids(firms.uid[owner], cell), 0, 6).reshape(expected.shape)
    count = np.floor(expected + draws).ravel()
    kept = count > 0.0
    return owner[kept], cell[kept], count[kept]
