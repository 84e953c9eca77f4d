"""Who wins the orders of a cell; part of the call ``market``.

Rule: Awards (variant ``awards``)
    Formula: share(t) = (1 - b/4) * share(t-1) + b/4 * award; award proportional to
        w * (s + floor)^eta * exp(beta * ln competitiveness) * lumpiness
    Symbols: b award_rate, share of a cell that comes up for award a year (none in the first quarter); s share per firm,
        w number of firms of the row that serve the cell; floor award_floor times the mean share, which entrants get;
        eta award_eta, beta award_beta; lumpiness a keyed log-normal of mean one and variance (1 + cv^2) / expected
        number of contracts (at least a quarter of one), cv contract_dispersion; contracts orders up for award over
        contract_size
    Unit: share of the cell's orders
    Source: model.md section 4 (prototype: beta 0.45-0.6, eta 0.6); F77 contract sizes
    Clause: P026;P039

Rule: Replicator (variant ``replicator``)
    Formula: share(t) proportional to share(t-1) * exp(beta * (ln competitiveness - mean of the cell))
    Symbols: beta award_beta, here a quarter; the mean weighs by share; ends in a monopoly per cell when efficiency
        persists
    Unit: share of the cell's orders
    Source: Silverberg, Dosi and Orsenigo (1988)
    Clause: P039
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.compiled import compiled, inlined
from simulation.model.state import CELLS

if TYPE_CHECKING:
    from simulation.model.economy import Economy

LEAST_CONTRACTS = 0.25  # expected contracts that a position is given at least


class AwardTerms(NamedTuple):
    """Terms of awards; ``turn`` is the share of a cell that comes up in the quarter."""

    turn: float
    award_floor: float
    award_eta: float
    award_beta: float
    contract_size: float
    contract_dispersion: float


class Cells(NamedTuple):
    """Sums over the positions of a cell, shape (cell,)."""

    firms: np.ndarray
    held: np.ndarray
    attraction: np.ndarray


@inlined
def lumpiness(contracts: float, dispersion: float) -> float:
    """Standard deviation of the log of what a position wins, when so many contracts are expected."""
    return math.sqrt(math.log1p((1.0 + dispersion**2) / max(contracts, LEAST_CONTRACTS)))


@compiled
def weigh_offers(
    share: np.ndarray, cell: np.ndarray, count: np.ndarray, competitiveness: np.ndarray, draws: np.ndarray,
    orders: np.ndarray, terms: AwardTerms, cells: Cells, present: np.ndarray,
) -> None:  # fmt: skip
    """What each position has to offer: its ``present`` place, s + floor, and the log of the rest in place of ``draws``.

    Shape (position,); the log is that of competitiveness and of luck, a keyed factor of mean one.
    """
    dispersion = terms.contract_dispersion
    most = lumpiness(LEAST_CONTRACTS, dispersion)
    for place in range(len(share)):
        cells.firms[cell[place]] += count[place]
        cells.held[cell[place]] += share[place]
    for place in range(len(share)):
        per_firm = share[place] / count[place]
        present[place] = per_firm + terms.award_floor / cells.firms[cell[place]]
        contracts = orders[cell[place]] * terms.turn / terms.contract_size * per_firm
        spread = lumpiness(contracts, dispersion) if contracts > LEAST_CONTRACTS else most
        draws[place] = terms.award_beta * competitiveness[place] + spread * draws[place] - spread**2 / 2.0


@compiled
def share_out(share: np.ndarray, cell: np.ndarray, attraction: np.ndarray, turn: float, cells: Cells) -> None:
    """New shares in place of the old: what is awarded in proportion to attraction, shape (position,), and what stays.

    A cell whose holders are all gone comes up as a whole.
    """
    for place in range(len(share)):
        cells.attraction[cell[place]] += attraction[place]
    for place in range(len(share)):
        held, awarded = cells.held[cell[place]], attraction[place] / max(cells.attraction[cell[place]], 1e-300)
        share[place] = (1.0 - turn) * share[place] / held + turn * awarded if held > 0.0 else awarded


def award_shares(
    share: np.ndarray, cell: np.ndarray, count: np.ndarray, competitiveness: np.ndarray, draws: np.ndarray,
    orders: np.ndarray, terms: AwardTerms,
) -> None:  # fmt: skip
    """New shares of all positions in place of the old: what is awarded this quarter and what stays.

    Parameters: ``share``, ``cell``, ``count`` of firms, ``competitiveness`` and normal ``draws``, which are used up
    (position,); ``orders`` (cell,) million CNY.
    """
    cells, present = Cells(*np.zeros((len(Cells._fields), CELLS))), np.empty(len(share))
    weigh_offers(share, cell, count, competitiveness, draws, orders, terms, cells, present)
    # Logarithm and exponential of whole columns: several times as fast as one by one.
    attraction = count * np.exp(terms.award_eta * np.log(present) + draws)
    share_out(share, cell, attraction, terms.turn, cells)


@compiled
def replicate_shares(
    share: np.ndarray, cell: np.ndarray, competitiveness: np.ndarray, beta: float, sums: np.ndarray
) -> None:
    """Replicator dynamics in place: shares grow with competitiveness relative to the cell's mean, shape (position,).

    ``sums``, shape (3, cell), begin with zeros.
    """
    held, mean, grown = sums[0], sums[1], sums[2]
    for place in range(len(share)):
        held[cell[place]] += share[place]
        mean[cell[place]] += share[place] * competitiveness[place]
    for place in range(len(share)):
        ahead = competitiveness[place] - mean[cell[place]] / max(held[cell[place]], 1e-300)
        share[place] = (share[place] + 1e-9) * math.exp(beta / 4.0 * ahead)
        grown[cell[place]] += share[place]
    for place in range(len(share)):
        share[place] /= grown[cell[place]]


def win(economy: Economy, competitiveness: np.ndarray) -> None:
    """Set the share of each position in the orders of its cell; ``competitiveness`` has shape (position,)."""
    p, positions, t = economy.parameters, economy.positions, economy.quarter
    if economy.variants["market"] == "replicator":
        replicate_shares(positions.share, positions.cell, competitiveness, p["award_beta"], np.zeros((3, CELLS)))
        return
    terms = p.terms(AwardTerms, turn=p["award_rate"] / 4.0 if t else 0.0)
    draws = economy.streams.normal_pairs("contract_award", economy.firms.uid, positions.firm, positions.cell, t)
    award_shares(positions.share, positions.cell, positions.count, competitiveness, draws, economy.market.orders, terms)
