"""What is written down of every firm, deal and adopter while an economy lives; the rules never notice.

The economy is stepped quarter by quarter and its columns are read after each step. At scale 1 a row is one firm; at
smaller scales a row stands for ``weight`` firms, and every statistic weighs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.analysis.facts.history import (
    ADOPTER_COLUMNS,
    AS_THEY_STAND,
    FIRST_YEAR,
    Deals,
    History,
    Lives,
    Panel,
    Returns,
)
from simulation.experiments.work import EconomyClass
from simulation.inputs.dimensions import index, size
from simulation.model.rules.deals import FUND_CHANNELS
from simulation.model.state import BUDGET_SECTORS, BUYERS, CORE_BUYER, UNFUNDED

CAPITAL_MARKET = index("channel", "capital_market")
PRODUCTS = size("product")
BEFORE = -1  # quarter of entry of the firms of the start, which may leave in the first quarter


class Observer:
    """Reads the columns of an economy after each quarter.

    Parameters
    ----------
    economy : Economy
        Not stepped yet.
    """

    def __init__(self, economy: Any) -> None:
        self.economy = economy
        self.panels: dict[int, Panel] = {}
        self.lives: dict[int, list[float]] = {}
        self.deals: list[tuple[np.ndarray, ...]] = []
        self.returns: list[tuple[np.ndarray, ...]] = []
        self.sums: dict[str, np.ndarray] = {}
        self._remember()
        self._note_entries(np.flatnonzero(economy.firms.alive), BEFORE)

    def watch(self) -> History:
        """Let the economy live through all its quarters; what was seen."""
        economy = self.economy
        while economy.quarter < len(economy.quarters):
            economy.step()
            self._read(economy.quarter - 1)
        lives = np.array(list(self.lives.values())).T
        uid = np.array(list(self.lives), dtype=np.uint64)
        numbers = (lives[k].astype(np.int64) for k in (1, 2, 3, 4))
        return History(
            self.panels, Lives(uid, lives[0], *numbers), Deals(*_joined(self.deals, 5)),
            Returns(*_joined(self.returns, 4)), dict(economy.records), dict(economy.effective.values),
        )  # fmt: skip

    # -- one quarter --------------------------------------------------------------------------------------------------

    def _read(self, quarter: int) -> None:
        firms, before = self.economy.firms, self.before
        seen = len(before["uid"])
        alive, uid = firms.alive[:seen], firms.uid[:seen]
        same = alive & before["alive"] & (uid == before["uid"])
        self._note_exits(np.flatnonzero(before["alive"] & ~same), quarter)
        new = firms.alive.copy()
        new[:seen] &= ~same
        self._note_entries(np.flatnonzero(new), quarter)
        rows = np.flatnonzero(same)
        self._note_deals(rows, quarter)
        self._note_stakes(rows, quarter)
        self._add_up(quarter, new)
        if quarter % 4 == 3:
            self.panels[FIRST_YEAR + quarter // 4] = self._panel(FIRST_YEAR + quarter // 4)
        self._remember()

    def _remember(self) -> None:
        firms = self.economy.firms
        names = ("alive", "uid", "cash", "stage", "cumulative_funding", "listed", "equity")
        self.before = {name: getattr(firms, name).copy() for name in names}

    def _note_entries(self, rows: np.ndarray, quarter: int) -> None:
        firms = self.economy.firms
        for row in rows:
            told = (firms.weight[row], firms.kind[row], firms.founded[row], quarter, -1)
            self.lives[int(firms.uid[row])] = [float(number) for number in told]

    def _note_exits(self, rows: np.ndarray, quarter: int) -> None:
        """Exits; funds are served first out of the deposits, of which those of the quarter before are known."""
        for row in rows:
            self.lives[int(self.before["uid"][row])][-1] = quarter
        held = self.before["equity"][rows][:, FUND_CHANNELS].sum(axis=1)
        back = np.minimum(np.maximum(self.before["cash"][rows], 0.0), held)
        self._note_returns(quarter, self.before["uid"][rows], held, back)

    def _note_deals(self, rows: np.ndarray, quarter: int) -> None:
        firms, before = self.economy.firms, self.before
        ticket = firms.cumulative_funding[rows] - before["cumulative_funding"][rows]
        rows, ticket = rows[ticket > 0.0], ticket[ticket > 0.0]
        first = before["stage"][rows] == UNFUNDED
        self.deals.append((np.full(len(rows), quarter), firms.uid[rows], ticket, firms.weight[rows], first))

    def _note_stakes(self, rows: np.ndarray, quarter: int) -> None:
        """Funds leave at the listing, for their stake in the value, or are bought back at cost.

        The value is read from what the public paid for new shares, a known part of it.
        """
        p, firms, before = self.economy.parameters, self.economy.firms, self.before
        held_before = before["equity"][rows][:, FUND_CHANNELS].sum(axis=1)
        held = firms.equity[rows][:, FUND_CHANNELS].sum(axis=1)
        gone = np.maximum(held_before - held, 0.0)
        left = gone > 1e-9
        new = firms.listed[rows] & ~before["listed"][rows]
        issued = firms.equity[rows, CAPITAL_MARKET] - before["equity"][rows, CAPITAL_MARKET] - gone
        value = np.maximum(issued, 0.0) / p["listing_float"]
        proceeds = np.where(new, p["fund_stake"] * value, gone)[left]
        self._note_returns(quarter, firms.uid[rows][left], gone[left], proceeds)

    def _note_returns(self, quarter: int, uid: np.ndarray, cost: np.ndarray, proceeds: np.ndarray) -> None:
        paid = cost > 1e-9
        self.returns.append((np.full(int(paid.sum()), quarter), uid[paid], cost[paid], proceeds[paid]))

    def _add_up(self, quarter: int, new: np.ndarray) -> None:
        """Flows of the year so far; a row that a newcomer has taken over begins anew."""
        firms, positions, market = self.economy.firms, self.economy.positions, self.economy.market
        length = firms.length
        if quarter % 4 == 0 or not self.sums:
            shapes = {"profits": (length, 4), "research": (length,), "public_model_sales": (length,)}
            self.sums = {name: np.zeros(shape) for name, shape in shapes.items()}
        for name, held in self.sums.items():
            if len(held) < length:
                self.sums[name] = held = np.concatenate([held, np.zeros((length - len(held), *held.shape[1:]))])
            held[new] = 0.0
        self.sums["profits"][:, quarter % 4] = firms.profit
        self.sums["research"] += firms.research_spending
        buyer, product = positions.cell // PRODUCTS, positions.cell % PRODUCTS
        public = np.append(BUDGET_SECTORS, [False, False])[buyer] & (product == index("product", "platform"))
        sold = positions.share[public] * market.sales_by_cell[positions.cell[public]]
        self.sums["public_model_sales"] += np.bincount(positions.firm[public], sold, length)

    def _panel(self, year: int) -> Panel:
        economy, firms = self.economy, self.economy.firms
        rows = np.flatnonzero(firms.alive)
        columns = {name: getattr(firms, name)[rows] for name in AS_THEY_STAND}
        columns |= {name: held[rows] for name, held in self.sums.items()}
        columns["public_model_sales"] /= np.maximum(columns["weight"], 1e-300)
        columns |= {"quarters": firms.revenue_quarters[rows], "staff": firms.headcount[rows].sum(axis=1)}
        adopters = {name: getattr(economy.adopters, name).copy() for name in ADOPTER_COLUMNS}
        orders = economy.market.orders_placed.reshape(-1, PRODUCTS).copy()
        return Panel(year, columns, adopters, self._links(), orders, economy.carrying.copy())

    def _links(self) -> np.ndarray:
        """Recognised firms that sell to each sector (and to no other buyer), shape (buyer,)."""
        firms, positions = self.economy.firms, self.economy.positions
        buyer = positions.cell // PRODUCTS
        seen = (positions.share > 0.0) & firms.recognised[positions.firm] & (buyer < CORE_BUYER)
        return np.bincount(buyer[seen], positions.count[seen], len(BUYERS))


def _joined(parts: list[tuple[np.ndarray, ...]], width: int) -> list[np.ndarray]:
    if not parts:
        return [np.zeros(0) for _ in range(width)]
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]


def observe(
    effective: Any, seed: int = 1, replicate: int = 0, scale: float = 1.0, economy: EconomyClass | None = None
) -> History:
    """Run one economy, watched, and let go of it.

    Parameters
    ----------
    effective : Effective
        Inputs.
    seed, replicate : int
        Keys of every random draw; watching changes none.
    scale : float
        Share of small firms and people that is simulated, 0 to 1.
    economy : callable, optional
        Another class with the columns of :class:`simulation.model.Economy`.
    """
    if economy is None:
        from simulation.model import Economy

        economy = Economy
    built = economy(effective, seed=seed, replicate=replicate, scale=scale)
    try:
        return Observer(built).watch()
    finally:
        built.close()
