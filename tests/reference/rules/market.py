"""Call 5, ``market``, in plain terms: contracts are awarded cell by cell, firms serve what they can."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.reference.draws import hash_each
from tests.reference.names import ABROAD_BUYER, CELLS, FIELDS, IS_BUDGET_SECTOR, SECTORS, TIERS, buyer_of
from tests.reference.rules import learning

if TYPE_CHECKING:
    from tests.reference.agents import Firm, PlainEconomy, Position

# Amounts by position, million CNY for the whole row, or other numbers.
Amounts = dict["Position", float]


def run(plain: PlainEconomy) -> None:
    """Award contracts, serve orders, then let price, data and expectations follow."""
    plain.keep_positions(lambda position: plain.firm_at(position.firm).alive)
    cells = by_cell(plain)
    competitiveness = relative_competitiveness(plain, cells)
    if plain.variants["market"] == "replicator":
        replicate(plain, cells, competitiveness)
    else:
        award(plain, cells, competitiveness)
    demand = ask_firms(plain)
    serve(plain, cells, demand)
    book(plain)
    learning.run(plain)


def by_cell(plain: PlainEconomy) -> dict[int, list[Position]]:
    """Positions of each cell that anybody serves."""
    cells = defaultdict(list)
    for position in plain.positions:
        cells[position.cell].append(position)
    return cells


def by_firm(plain: PlainEconomy) -> dict[int, list[Position]]:
    """Positions of each firm's row."""
    rows = defaultdict(list)
    for position in plain.positions:
        rows[position.firm].append(position)
    return rows


def is_public(cell: int) -> bool:
    """Whether the buyer of a cell pays from a budget."""
    return buyer_of(cell) in SECTORS and IS_BUDGET_SECTOR[buyer_of(cell)]


# -- Rule: Competitiveness --------------------------------------------------------------------------------------------


def relative_competitiveness(plain: PlainEconomy, cells: dict[int, list[Position]]) -> Amounts:
    """Log competitiveness of each position less the mean of its cell."""
    level = {firm.row: firm_competitiveness(plain, firm) for firm in plain.firms}
    relative = {}
    for cell, rivals in cells.items():
        value = {position: level[position.firm] for position in rivals}
        if is_public(cell):
            for position in rivals:
                value[position] += protection(plain, plain.firm_at(position.firm))
        mean = sum(value.values()) / len(rivals)
        relative.update({position: value[position] - mean for position in rivals})
    return relative


def firm_competitiveness(plain: PlainEconomy, firm: Firm) -> float:
    """Efficiency, technology weighted by the needs of the product, and data."""
    level = plain.value("efficiency_competitiveness") * firm.efficiency + technology(plain, firm)
    return level + plain.value("data_competitiveness") * math.log1p(firm.data)


def technology(plain: PlainEconomy, firm: Firm) -> float:
    """Capability of a firm, weighted by what its product needs."""
    needs = plain.market.product_technology[firm.product]
    return sum(needs[field] * firm.capability[field] for field in FIELDS)


def protection(plain: PlainEconomy, firm: Firm) -> float:
    """Advantage with public buyers from the strength of the home province."""
    return plain.value("local_protection") * plain.local_strength[firm.region]


# -- Rule: Awards, Rule: Replicator -----------------------------------------------------------------------------------


def award(plain: PlainEconomy, cells: dict[int, list[Position]], competitiveness: Amounts) -> None:
    """A part of each cell comes up and is awarded by attraction; the rest stays as it is."""
    rate = plain.value("award_rate") / 4.0 if plain.quarter else 0.0
    chance = lumpiness(plain, rate)
    for rivals in cells.values():
        held = sum(position.share for position in rivals)
        mean_share = 1.0 / sum(position.count for position in rivals)
        attraction = {
            position: position.count
            * (position.share / position.count + plain.value("award_floor") * mean_share) ** plain.value("award_eta")
            * math.exp(plain.value("award_beta") * competitiveness[position])
            * chance[position]
            for position in rivals
        }
        everything = sum(attraction.values())
        turn = rate if held > 0.0 else 1.0
        for position in rivals:
            kept = position.share / held if held > 0.0 else 0.0
            position.share = (1.0 - turn) * kept + turn * attraction[position] / everything


def lumpiness(plain: PlainEconomy, rate: float) -> Amounts:
    """Keyed log-normal of mean one for each position: the fewer contracts, the wider."""
    ids = hash_each(
        [plain.firm_at(position.firm).uid for position in plain.positions],
        [position.cell for position in plain.positions],
    )
    normals = plain.normals("contract_award", ids)
    found = {}
    for position, normal in zip(plain.positions, normals, strict=True):
        contracts = plain.market.orders[position.cell] * rate / plain.value("contract_size")
        expected = max(contracts * position.share / position.count, 0.25)
        variance = math.log1p((1.0 + plain.value("contract_dispersion") ** 2) / expected)
        found[position] = math.exp(math.sqrt(variance) * normal - variance / 2.0)
    return found


def replicate(plain: PlainEconomy, cells: dict[int, list[Position]], competitiveness: Amounts) -> None:
    """Variant ``replicator``: shares grow with competitiveness relative to the cell's mean weighted by share."""
    for rivals in cells.values():
        held = sum(position.share for position in rivals)
        mean = sum(position.share * competitiveness[position] for position in rivals) / max(held, 1e-300)
        grown = [
            (position.share + 1e-9) * math.exp(plain.value("award_beta") / 4.0 * (competitiveness[position] - mean))
            for position in rivals
        ]
        for position, size in zip(rivals, grown, strict=True):
            position.share = size / sum(grown)


# -- Rule: Capacity and overflow --------------------------------------------------------------------------------------


def ask_firms(plain: PlainEconomy) -> Amounts:
    """Demand on each position: its share of the orders, and the firm's backlog where its new orders are."""
    orders = {position: position.share * plain.market.orders[position.cell] for position in plain.positions}
    demand = dict(orders)
    rows = by_firm(plain)
    for firm in plain.firms:
        mine = rows[firm.row]
        new = sum(orders[position] for position in mine)
        firm.orders = new / firm.weight
        for position in mine:
            part = orders[position] / new if new > 0.0 else 1.0 / len(mine)
            demand[position] += firm.backlog * firm.weight * part
    return demand


def serve(plain: PlainEconomy, cells: dict[int, list[Position]], demand: Amounts) -> None:
    """Serve up to capacity, pass what is over to rivals with room, import a part of the rest, keep the rest waiting."""
    offered, waiting = serve_own(plain, demand)
    imports = [0.0 if cell in cells else plain.market.orders[cell] for cell in CELLS]
    unserved = defaultdict(float)
    for cell, rivals in cells.items():
        over = sum(waiting[position] for position in rivals)
        room = sum(offered[position] for position in rivals)
        taken = 0.0
        for position in rivals:
            more = offered[position] * min(1.0, over / max(room, 1e-300))
            position.sales += more
            taken += more
        left = max(over - taken, 0.0)
        imports[cell] += plain.value("unserved_import_share") * left
        for position in rivals:
            missing = waiting[position] * left / max(over, 1e-300)
            unserved[position.firm] += (1.0 - plain.value("unserved_import_share")) * missing
    plain.market.imports = imports
    for firm in plain.firms:
        firm.backlog = unserved[firm.row] / firm.weight


def serve_own(plain: PlainEconomy, demand: Amounts) -> tuple[Amounts, Amounts]:
    """What firms sell of their own demand; returns the room they offer to others and what waits, by position."""
    offered, waiting = {}, {}
    rows = by_firm(plain)
    for firm in plain.firms:
        firm.capacity = capacity(plain, firm)
        room, load = firm.capacity * firm.weight, sum(demand[position] for position in rows[firm.row])
        rate = min(1.0, room / max(load, 1e-300))
        for position in rows[firm.row]:
            position.sales = demand[position] * rate
            waiting[position] = demand[position] - position.sales
        spare = max(room - sum(position.sales for position in rows[firm.row]), 0.0)
        for position in rows[firm.row]:
            offered[position] = spare * demand[position] / max(load, 1e-300)
    return offered, waiting


def capacity(plain: PlainEconomy, firm: Firm) -> float:
    """(production staff * exp(b * efficiency) * compute^kappa + owner) * output per head, million CNY a quarter."""
    staff = sum(firm.headcount[tier] * plain.value("production_weight")[tier] for tier in TIERS)
    production = staff * (1.0 - firm.research_share) * math.exp(plain.value("efficiency_output") * firm.efficiency)
    production *= max(firm.compute, 0.05) ** plain.value("compute_output_share")
    growth = (1.0 + plain.value("productivity_growth")) ** (plain.quarter / 4.0)
    return (production + plain.value("owner_capacity")) * plain.labour.output_per_head[firm.product] * growth


# -- books of the quarter ---------------------------------------------------------------------------------------------


def book(plain: PlainEconomy) -> None:
    """Note orders and sales by cell, and the revenue and exports of each firm."""
    market, rows = plain.market, by_firm(plain)
    market.orders_placed = list(market.orders)
    market.order_history.append(sum(market.orders))
    market.sales_by_cell = [0.0 for _ in CELLS]
    for position in plain.positions:
        market.sales_by_cell[position.cell] += position.sales
    for firm in plain.firms:
        sales = {position: position.sales / firm.weight for position in rows[firm.row]}
        firm.revenue = sum(sales.values())
        firm.revenue_quarters[plain.quarter % 4] = firm.revenue
        firm.turnover += firm.revenue
        exported = sum(amount for position, amount in sales.items() if buyer_of(position.cell) == ABROAD_BUYER)
        firm.export_share = exported / firm.revenue if firm.revenue > 0.0 else 0.0
