"""The populations of the economy as columns: firms, people, adopters and market positions.

Per-firm quantities are *per firm represented by the row*; a national total is the sum of column times ``weight``.
Money in million CNY, people in persons, capability as natural log relative to the world frontier of 2017.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from simulation.inputs.dimensions import members, note, size
from simulation.model.columns import Columns
from simulation.model.compiled import compiled, inlined

START_UP, INCUMBENT = 0, 1
SEEKING, ACADEMIA, OVERSEAS = -1, -2, -3
STATES = (
    3  # a table by employer begins with the three states without a firm: the row of an employer is employer + STATES
)
UNFUNDED, ANGEL, EARLY, LATE, LISTED = 0, 1, 2, 3, 4
TOP, RESEARCHER, ENGINEER, APPLIED = range(4)
SKILL_PAY = 0.3  # elasticity of a person's pay with respect to skill

PRODUCT_SEGMENT = np.array(
    [members("segment").index(note("product", p).split(";")[0].strip()) for p in members("product")]
)
PRODUCT_LAYER = np.array([members("layer").index(note("product", p).split(";")[1].strip()) for p in members("product")])
BUDGET_SECTORS = np.array(["budget demand" in note("sector", s) for s in members("sector")])
HOUSEHOLD_SECTORS = np.array(["household demand" in note("sector", s) for s in members("sector")])

# Buyers of a cell: the sectors, then core firms, then the rest of the world.
BUYERS = (*members("sector"), "core", "abroad")
CORE_BUYER, ABROAD_BUYER = size("sector"), size("sector") + 1
CELLS = len(BUYERS) * size("product")


@inlined
def revenue_of_year(revenue_quarters: np.ndarray, row: int) -> float:
    """Revenue of a firm in the last four quarters, million CNY."""
    return revenue_quarters[row, 0] + revenue_quarters[row, 1] + revenue_quarters[row, 2] + revenue_quarters[row, 3]


class Firms(Columns):
    """Core firms. ``equity`` is at cost by funding channel; ``revenue_quarters`` holds the last four quarters."""

    fields: ClassVar = {
        "weight": (float, ()), "segment": (np.int64, ()), "product": (np.int64, ()), "layer": (np.int64, ()),
        "kind": (np.int64, ()), "region": (np.int64, ()), "specialty": (np.int64, ()), "founded": (np.int64, ()),
        "capability": (float, (size("field"),)), "knowledge": (float, ()), "data": (float, ()), "compute": (float, ()),
        "efficiency": (float, ()), "cash": (float, ()), "posted": (float, ()), "debt": (float, ()),
        "backlog": (float, ()), "orders": (float, ()), "expected_orders": (float, ()), "capacity": (float, ()),
        "revenue": (float, ()), "revenue_quarters": (float, (4,)), "turnover": (float, ()), "margin": (float, ()),
        "research_intensity": (float, ()), "research_spending": (float, ()), "research_budget": (float, ()),
        "research_induced": (float, ()), "research_share": (float, ()), "export_share": (float, ()),
        "stage": (np.int64, ()),
        "cumulative_funding": (float, ()), "last_round": (np.int64, ()),
        "first_round": (np.int64, ()), "equity": (float, (size("channel"),)),
        "recognised": (np.bool_, ()), "listed": (np.bool_, ()), "certified": (np.bool_, ()),
        "group_revenue": (float, ()), "group_research_intensity": (float, ()), "wage_bill": (float, ()),
        "headcount": (float, (size("tier"),)), "desired": (float, (size("tier"),)),
        "vacancies": (float, (size("tier"),)),
        "profit": (float, ()), "entry_door": (np.int64, ()),
    }  # fmt: skip

    weight: np.ndarray

    def revenue_year(self) -> np.ndarray:
        """Revenue of the last four quarters, per firm, million CNY."""
        return self.revenue_quarters.sum(axis=1)

    def total(self, column: np.ndarray) -> float:
        """National total of a per-firm column over the living."""
        return float((column * self.weight)[self.alive].sum())


class People(Columns):
    """AI-skilled people. ``employer`` is a firm's row, or ``SEEKING``, ``ACADEMIA``, ``OVERSEAS``; wage in million
    CNY a year; ``skill_pay`` is the pay that is due by skill over the posted wage, skill^0.3.
    """

    fields: ClassVar = {
        "tier": (np.int8, ()), "skill": (float, ()), "skill_pay": (float, ()), "region": (np.int8, ()),
        "employer": (np.int32, ()), "wage": (float, ()), "entered": (np.int16, ()), "origin": (np.int8, ()),
    }  # fmt: skip


class Adopters(Columns):
    """Adopting organisations and household groups; ``value_share`` is the share of the sector's value added."""

    fields: ClassVar = {
        "sector": (np.uint8, ()), "region": (np.uint8, ()), "size_class": (np.uint8, ()), "cell": (np.uint16, ()),
        "value_share": (float, ()), "count": (float, ()), "count_sample": (float, ()), "data": (float, ()),
        "threshold": (float, ()),
        "value_total": (float, ()), "depth": (float, ()), "adopted": (np.int16, ()), "scaled": (np.bool_, ()),
    }  # fmt: skip

    def users(self) -> np.ndarray:
        """Numbers of the rows that have adopted, ascending."""
        return np.flatnonzero(self.adopted >= 0)


@compiled
def close_ranks(firm: np.ndarray, cell: np.ndarray, share: np.ndarray, count: np.ndarray, alive: np.ndarray) -> int:
    """Move the positions of living firms to the front, in order; returns how many they are."""
    kept = 0
    for place in range(len(firm)):
        if alive[firm[place]]:
            firm[kept], cell[kept], share[kept], count[kept] = firm[place], cell[place], share[place], count[place]
            kept += 1
    return kept


class Positions:
    """Sparse market positions: one row for a firm in a cell it serves (buyer x product).

    ``share`` is the share of the cell's orders held by all firms of the row together; shares of a cell sum to one.
    ``count`` is how many of the firms that the row stands for serve the cell.
    """

    columns: ClassVar = {"firm": np.int64, "cell": np.int64, "share": float, "count": float}
    firm: np.ndarray
    cell: np.ndarray
    share: np.ndarray
    count: np.ndarray

    def __init__(self) -> None:
        self._room = {name: np.zeros(0, dtype=dtype) for name, dtype in self.columns.items()}
        self.__dict__.update(self._room)

    def add(self, firm: np.ndarray, cell: np.ndarray, share: np.ndarray, count: np.ndarray) -> None:
        """Append positions; a new entrant starts with share zero."""
        before = len(self.firm)
        after = before + len(firm)
        for name, new in zip(self.columns, (firm, cell, share, count), strict=True):
            present, room = getattr(self, name), self._room[name]
            if present.base is not room or after > len(room):
                room = self._room[name] = np.empty(after + after // 4, dtype=room.dtype)
                room[:before] = present
            room[before:after] = new
            setattr(self, name, room[:after])

    def keep(self, mask: np.ndarray) -> None:
        """Drop the positions where ``mask`` is false (their share falls to the others at the next awards)."""
        self.firm, self.cell = self.firm[mask], self.cell[mask]
        self.share, self.count = self.share[mask], self.count[mask]

    def keep_living(self, alive: np.ndarray) -> None:
        """Drop the positions of firms that are gone; ``alive`` is the column of the firms."""
        kept = close_ranks(self.firm, self.cell, self.share, self.count, alive)
        self.firm, self.cell, self.share, self.count = (
            column[:kept] for column in (self.firm, self.cell, self.share, self.count)
        )


def cells_of(product: int, buyers: np.ndarray) -> np.ndarray:
    """Cell numbers of a product sold to the given buyers."""
    return buyers * size("product") + product
