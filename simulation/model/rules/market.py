"""Call 5, ``market``: firms win orders; revenue, price and learning by using follow.

Rule: Competitiveness
    Formula: ln competitiveness = e * efficiency + sum over fields of weight(product, f) * capability(f) + d * ln(1 +
        data) + [public buyer] * protection * strength of the home province
    Symbols: e efficiency_competitiveness; efficiency fixed and log-normal over firms; d data_competitiveness;
        protection local_protection; strength the province's share of core revenue less 1/31
    Unit: log index; only differences between the firms of a cell matter
    Source: model.md section 4; judgement on the weights; local protection in public orders, plan_map P056
    Clause: P026;P031;P056

Rule: Capacity and overflow
    Formula: capacity = (production staff * exp(b * efficiency) * compute^kappa + owner) * output per head; orders
        beyond it go to firms of the cell with room (in proportion to room), then a share to imports, the rest to a
        backlog that is served first
    Symbols: production staff head count by tier times production_weight, less the research share; b efficiency_output;
        kappa compute_output_share; owner owner_capacity; output per head by product, fitted to 2016 and growing by
        productivity_growth a year; share to imports unserved_import_share
    Unit: million CNY a quarter
    Source: model.md section 4
    Clause: P008;P032

Rule: Quality-adjusted price by learning
    Formula: ln P = -learning * log2(Q / Q0) - pass_through * (quality - quality0) - compute share * ln(access)
    Symbols: Q cumulative real output of the product; learning per doubling; quality revenue-weighted log capability;
        access compute within reach relative to 2016; learning learning_rate; pass_through quality_pass_through; compute
        share compute_price_share
    Unit: log index (2016Q1 = 0)
    Source: plan_map P026: 0.05-0.25 per doubling; F66, F67
    Clause: P026;P031

Rule: Data from use
    Formula: data(t) = data(t-1) * (1 - d/4) + gain * sqrt(revenue + public_gain * sales to public buyers)
    Symbols: d data_decay; gain data_gain; public_gain scope_spillover of data-rich public contracts (economies of
        scope); revenue of the quarter
    Unit: index (1 = an average firm of 2016)
    Source: Beraja, Yang and Yuchtman (2023)
    Clause: P026;P063

Rule: Expected orders (variants ``adaptive`` and ``extrapolative``)
    Formula: expected(t) = expected(t-1) + s * (orders * trend - expected(t-1)); trend = 1 (adaptive) or
        min(1.25, max(0.8, orders / expected(t-1)))^x (extrapolative)
    Symbols: s expectation_smoothing; x extrapolation; orders won in the quarter, backlog included
    Unit: million CNY a quarter
    Source: adaptive expectations (Cagan 1956; Nerlove 1958); extrapolation as a rival; judgement on s and x
    Clause: P039

Rule: Gross margin
    Formula: margin = product's margin + g * log10(revenue of four quarters / 10) + [incumbent] * m, between 0.02 and
        0.9
    Symbols: g margin_scale_gain, the logarithm kept between -1 and 2; m incumbent_margin
    Unit: share of revenue
    Source: F26, F29, F30 for margins by layer; judgement on scale
    Clause: P039
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled, inlined
from simulation.model.rules import awards
from simulation.model.state import ABROAD_BUYER, BUDGET_SECTORS, CELLS, INCUMBENT

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PUBLIC_CELL = np.repeat([*BUDGET_SECTORS, False, False], size("product"))
FIRST_ABROAD = ABROAD_BUYER * size("product")  # the cells of buyers abroad are the last


class Makers(NamedTuple):
    """Columns from which the standing and the capacity of firms follow, shape (firm,)."""

    alive: np.ndarray
    product: np.ndarray
    efficiency: np.ndarray
    capability: np.ndarray
    data: np.ndarray
    headcount: np.ndarray
    research_share: np.ndarray
    compute: np.ndarray
    capacity: np.ndarray


class StandingTerms(NamedTuple):
    """Terms of competitiveness and capacity; ``per_head`` is output per head by product, million CNY a quarter."""

    efficiency_competitiveness: float
    data_competitiveness: float
    production_weight: np.ndarray
    efficiency_output: float
    compute_output_share: float
    owner_capacity: float
    per_head: np.ndarray


class Sellers(NamedTuple):
    """Columns of the firms that sales change, shape (firm,)."""

    alive: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    orders: np.ndarray
    expected_orders: np.ndarray
    backlog: np.ndarray
    revenue: np.ndarray
    revenue_quarters: np.ndarray
    turnover: np.ndarray
    export_share: np.ndarray
    data: np.ndarray
    margin: np.ndarray


class Books(NamedTuple):
    """What the firms of a row are asked for and sell together in the quarter, million CNY, shape (firm,)."""

    demand: np.ndarray
    places: np.ndarray  # positions
    owed_by_order: np.ndarray  # backlog over new orders
    owed_by_place: np.ndarray  # backlog over positions, of those without new orders
    served: np.ndarray  # share of demand within capacity
    spare: np.ndarray  # capacity beyond demand over demand
    sales: np.ndarray
    unserved: np.ndarray
    exports: np.ndarray
    public: np.ndarray


class Cells(NamedTuple):
    """What is sold in a cell in the quarter, million CNY, shape (cell,)."""

    over: np.ndarray  # demand beyond the capacity of those who won it
    offered: np.ndarray  # room of the others
    taken: np.ndarray  # share of the offer that is taken
    missing: np.ndarray  # share of the excess that nobody serves and that goes to backlogs
    imports: np.ndarray
    sales: np.ndarray


class LearningTerms(NamedTuple):
    """Terms of data, expectations and margins."""

    quarter: int
    data_decay: float
    data_gain: float
    scope_spillover: float
    expectation_smoothing: float
    extrapolation: float
    margin_scale_gain: float
    incumbent_margin: float
    base_margin: np.ndarray


@compiled
def stand(firms: Makers, technology: np.ndarray, terms: StandingTerms, quality: np.ndarray, level: np.ndarray) -> None:
    """Capacity of each firm (million CNY a quarter), quality (log) and competitiveness before local protection."""
    for row in range(len(firms.alive)):
        if not firms.alive[row]:
            firms.capacity[row] = 0.0
            continue
        product, efficiency = firms.product[row], firms.efficiency[row]
        quality[row] = staff = 0.0
        for field in range(technology.shape[1]):
            quality[row] += technology[product, field] * firms.capability[row, field]
        level[row] = (
            terms.efficiency_competitiveness * efficiency + quality[row]
            + terms.data_competitiveness * math.log1p(firms.data[row])
        )  # fmt: skip
        for tier in range(len(terms.production_weight)):
            staff += firms.headcount[row, tier] * terms.production_weight[tier]
        boost = math.exp(
            terms.efficiency_output * efficiency + terms.compute_output_share * math.log(max(firms.compute[row], 0.05))
        )
        production = staff * (1.0 - firms.research_share[row]) * boost + terms.owner_capacity
        firms.capacity[row] = production * terms.per_head[product]


@compiled
def compete(
    firm: np.ndarray, cell: np.ndarray, level: np.ndarray, protection: np.ndarray, competitiveness: np.ndarray
) -> None:
    """Log competitiveness of each position; ``protection`` is what a firm's home province adds with public buyers."""
    for place in range(len(firm)):
        competitiveness[place] = level[firm[place]] + (protection[firm[place]] if PUBLIC_CELL[cell[place]] else 0.0)


@compiled
def gather_demand(
    share: np.ndarray, firm: np.ndarray, cell: np.ndarray, orders: np.ndarray, firms: Sellers, books: Books,
    demand: np.ndarray,
) -> None:  # fmt: skip
    """Orders won by each position and its part of the backlog of its firm, million CNY, shape (position,).

    A backlog goes where the new orders are, or over all markets of a firm without new orders.
    """
    for place in range(len(share)):
        demand[place] = share[place] * orders[cell[place]]
        books.demand[firm[place]] += demand[place]
        books.places[firm[place]] += 1.0
    for row in range(len(books.demand)):
        won, backlog = books.demand[row], firms.backlog[row] * firms.weight[row]
        firms.orders[row] = won / max(firms.weight[row], 1e-300)
        books.demand[row] = won + backlog
        books.owed_by_order[row] = backlog / won if won > 0.0 else 0.0
        books.owed_by_place[row] = 0.0 if won > 0.0 else backlog / max(books.places[row], 1.0)
    for place in range(len(share)):
        demand[place] += demand[place] * books.owed_by_order[firm[place]] + books.owed_by_place[firm[place]]


@compiled
def serve(
    demand: np.ndarray, firm: np.ndarray, cell: np.ndarray, room: np.ndarray, weight: np.ndarray, leak: float,
    books: Books, cells: Cells, sales: np.ndarray,
) -> None:  # fmt: skip
    """Serve orders within capacity; what nobody can serve goes to imports by the share ``leak``, else to backlogs.

    Parameters: ``demand`` and ``sales`` (position,) in million CNY; ``room`` capacity of each of the firms that a row
    stands for (firm,).  ``books`` hold the demand for each firm, all else in them and in ``cells`` begins with zeros.
    """
    for row in range(len(room)):
        load, capacity = max(books.demand[row], 1e-300), room[row] * weight[row]
        books.served[row] = min(1.0, capacity / load)
        books.spare[row] = max(capacity - load, 0.0) / load
    for place in range(len(demand)):
        cells.over[cell[place]] += demand[place] * (1.0 - books.served[firm[place]])
        cells.offered[cell[place]] += demand[place] * books.spare[firm[place]]
    for number in range(CELLS):
        left = max(cells.over[number] - cells.offered[number], 0.0)
        cells.taken[number] = min(1.0, cells.over[number] / max(cells.offered[number], 1e-300))
        cells.missing[number] = (1.0 - leak) * left / max(cells.over[number], 1e-300)
        cells.imports[number] = leak * left
    for place in range(len(demand)):
        row, number = firm[place], cell[place]
        sold = demand[place] * (books.served[row] + books.spare[row] * cells.taken[number])
        sales[place] = sold
        cells.sales[number] += sold
        books.sales[row] += sold
        books.unserved[row] += demand[place] * (1.0 - books.served[row]) * cells.missing[number]
        books.public[row] += sold if PUBLIC_CELL[number] else 0.0
        books.exports[row] += sold if number >= FIRST_ABROAD else 0.0


@inlined
def gross_margin(base: float, incumbent: float, revenue: float, gain: float) -> float:
    """Gross margin of a firm, share of revenue: the product's, plus what groups add, plus scale (log10 of revenue of
    four quarters over 10 million CNY).
    """
    scale = min(max(math.log10(max(revenue, 0.1) / 10.0), -1.0), 2.0)
    return min(max(base + gain * scale + incumbent, 0.02), 0.9)


@compiled
def learn(
    firms: Sellers, books: Books, terms: LearningTerms, quality: np.ndarray, by_product: np.ndarray,
    quality_by_product: np.ndarray,
) -> None:  # fmt: skip
    """Enter the sales of the quarter; data, expectations and margins follow.

    Revenue and revenue-weighted quality are added up by product, shape (product,), million CNY.
    """
    for row in range(len(firms.alive)):
        weight = max(firms.weight[row], 1e-300)
        revenue = books.sales[row] / weight
        firms.backlog[row] = books.unserved[row] / weight
        firms.revenue[row] = firms.revenue_quarters[row, terms.quarter % 4] = revenue
        firms.export_share[row] = books.exports[row] / books.sales[row] if revenue > 0.0 else 0.0
        if not firms.alive[row]:
            continue
        product = firms.product[row]
        by_product[product] += books.sales[row]
        quality_by_product[product] += books.sales[row] * quality[row]
        firms.turnover[row] += revenue
        public = books.public[row] / weight
        firms.data[row] *= 1.0 - terms.data_decay / 4.0
        firms.data[row] += terms.data_gain * math.sqrt(revenue + terms.scope_spillover * public)
        expected, trend = firms.expected_orders[row], 1.0
        if terms.extrapolation != 0.0:
            trend = min(max(firms.orders[row] / max(expected, 1e-9), 0.8), 1.25) ** terms.extrapolation
        firms.expected_orders[row] += terms.expectation_smoothing * (firms.orders[row] * trend - expected)
        year = 0.0
        for quarter in range(4):
            year += firms.revenue_quarters[row, quarter]
        incumbent = terms.incumbent_margin if firms.kind[row] == INCUMBENT else 0.0
        firms.margin[row] = gross_margin(terms.base_margin[product], incumbent, year, terms.margin_scale_gain)


def run(economy: Economy) -> None:
    """Award contracts, serve orders, and let price, data and expectations follow."""
    firms, market, positions = economy.firms, economy.market, economy.positions
    if not firms.alive[positions.firm].all():
        positions.keep(firms.alive[positions.firm])
    quality = np.zeros(firms.length)
    awards.win(economy, competitiveness(economy, quality))
    books = Books(*np.zeros((len(Books._fields), firms.length)))
    demand = np.empty(len(positions.share))
    sellers = firms.pick(Sellers)
    gather_demand(positions.share, positions.firm, positions.cell, market.orders, sellers, books, demand)
    cells, market.sales = Cells(*np.zeros((len(Cells._fields), CELLS))), np.empty(len(demand))
    serve(
        demand, positions.firm, positions.cell, firms.capacity, firms.weight,
        economy.parameters["unserved_import_share"], books, cells, market.sales,
    )  # fmt: skip
    market.sales_by_cell = cells.sales
    # In a cell without any position nothing is asked of firms: its orders go abroad.
    market.imports = cells.imports + np.where(cells.sales + cells.over > 0.0, 0.0, market.orders)
    market.orders_placed[:] = market.orders
    market.order_history.append(float(market.orders.sum()))
    _learn(economy, sellers, books, quality)


def competitiveness(economy: Economy, quality: np.ndarray) -> np.ndarray:
    """Log competitiveness of each position, shape (position,); ``quality`` of each firm and its capacity are set."""
    p, firms, positions = economy.parameters, economy.firms, economy.positions
    growth = (1.0 + p["productivity_growth"]) ** (economy.quarter / 4.0)
    terms = p.terms(StandingTerms, per_head=economy.labour.output_per_head * growth)
    level = np.zeros(firms.length)
    stand(firms.pick(Makers), economy.market.product_technology, terms, quality, level)
    result = np.empty(len(positions.firm))
    protection = p["local_protection"] * economy.local_strength
    compete(positions.firm, positions.cell, level, protection[firms.region], result)
    return result


def _learn(economy: Economy, sellers: Sellers, books: Books, quality: np.ndarray) -> None:
    """Firms learn from their sales, and prices from what has been made so far."""
    p, market = economy.parameters, economy.market
    extrapolation = p["extrapolation"] if economy.variants["expectations"] == "extrapolative" else 0.0
    terms = p.terms(LearningTerms, quarter=economy.quarter, extrapolation=extrapolation, base_margin=market.base_margin)
    by_product, mean = np.zeros((2, size("product")))
    learn(sellers, books, terms, quality, by_product, mean)
    market.cumulative_output += by_product / np.exp(market.log_price)
    doublings = np.log2(market.cumulative_output / market.initial_output)
    mean /= np.maximum(by_product, 1e-300)
    if market.initial_quality is None:
        market.initial_quality = mean
    market.log_quality_gain = mean - market.initial_quality
    market.log_price = -p["learning_rate"] * doublings - p["quality_pass_through"] * market.log_quality_gain
    market.log_price -= p["compute_price_share"] * math.log(economy.compute.relative_access)
