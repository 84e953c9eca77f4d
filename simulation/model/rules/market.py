"""Call 5, ``market``: firms win orders; revenue, price and learning by using follow.

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

Rule: Competitiveness
    Formula: ln competitiveness = e * efficiency + sum over fields of weight(product, f) * capability(f) + d * ln(1 +
        data) + [public buyer] * protection * strength of the home province, less the mean of the cell
    Symbols: e efficiency_competitiveness; efficiency fixed and log-normal over firms; d data_competitiveness;
        protection local_protection; strength the province's share of core revenue less 1/31
    Unit: log index
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

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.state import BUDGET_SECTORS, CELLS, INCUMBENT
from simulation.model.streams import hash_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PUBLIC_BUYER = np.zeros(size("sector") + 2, dtype=bool)
PUBLIC_BUYER[: size("sector")] = BUDGET_SECTORS


def award_shares(
    share: np.ndarray, cell: np.ndarray, weight: np.ndarray, log_competitiveness: np.ndarray, lumpiness: np.ndarray,
    up_for_award: np.ndarray, floor: float, eta: float, beta: float,
) -> np.ndarray:  # fmt: skip
    """New shares of all positions, shape (position,): what is awarded this quarter and what stays.

    ``up_for_award`` is the share of each cell that comes up this quarter, shape (cell,).
    """
    firms_in_cell = np.bincount(cell, weight, CELLS)
    mean = 1.0 / np.maximum(firms_in_cell, 1e-12)
    attraction = weight * (share / weight + floor * mean[cell]) ** eta * np.exp(beta * log_competitiveness) * lumpiness
    award = attraction / np.bincount(cell, attraction, CELLS)[cell]
    in_cell = np.bincount(cell, share, CELLS)
    held = share / np.maximum(in_cell, 1e-300)[cell]
    # A cell whose holders are all gone comes up as a whole.
    turn = np.where(in_cell > 0.0, up_for_award, 1.0)[cell]
    return (1.0 - turn) * held + turn * award


def replicate_shares(share: np.ndarray, cell: np.ndarray, log_competitiveness: np.ndarray, beta: float) -> np.ndarray:
    """Replicator dynamics: shares grow with competitiveness relative to the cell's mean, shape (position,)."""
    mean = np.bincount(cell, share * log_competitiveness, CELLS) / np.maximum(np.bincount(cell, share, CELLS), 1e-300)
    grown = (share + 1e-9) * np.exp(beta / 4.0 * (log_competitiveness - mean[cell]))
    return grown / np.bincount(cell, grown, CELLS)[cell]


def serve(
    demand: np.ndarray, room: np.ndarray, cell: np.ndarray, firm: np.ndarray, leak: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Serve orders within capacity.

    Parameters: ``demand`` (position,) million CNY; ``room`` (firm,) capacity of the row; ``leak`` share of what nobody
    can serve that goes to imports.  Returns sales (position,), imports (cell,) and unserved orders (position,).
    """
    rows = len(room)
    load = np.bincount(firm, demand, rows)
    rate = np.minimum(1.0, room / np.maximum(load, 1e-300))
    sales = demand * rate[firm]
    over = np.bincount(cell, np.maximum(demand - sales, 0.0), CELLS)
    spare = np.maximum(room - np.bincount(firm, sales, rows), 0.0)
    offered = spare[firm] * demand / np.maximum(load, 1e-300)[firm]
    offered_cell = np.bincount(cell, offered, CELLS)
    taken = offered * np.minimum(1.0, over / np.maximum(offered_cell, 1e-300))[cell]
    left = np.maximum(over - np.bincount(cell, taken, CELLS), 0.0)
    missing = np.maximum(demand - sales, 0.0) * (left / np.maximum(over, 1e-300))[cell]
    return sales + taken, leak * left, (1.0 - leak) * missing


def run(economy: Economy) -> None:
    """Award contracts, serve orders, and let price, data and expectations follow."""
    positions, firms, market = economy.positions, economy.firms, economy.market
    positions.keep(firms.alive[positions.firm])
    competitiveness = _competitiveness(economy)
    _win(economy, competitiveness)
    demand = positions.share * market.orders[positions.cell]
    firms.orders[:] = np.bincount(positions.firm, demand, firms.length) / np.maximum(firms.weight, 1e-300)
    backlog = firms.backlog * firms.weight
    load = np.bincount(positions.firm, demand, firms.length)
    # A backlog goes where the new orders are, or over all markets of a firm without new orders.
    places = np.bincount(positions.firm, minlength=firms.length)
    spread = np.where(load > 0.0, 1.0 / np.maximum(load, 1e-300), 0.0)[positions.firm] * demand
    spread += ((load <= 0.0) / np.maximum(places, 1))[positions.firm]
    demand = demand + backlog[positions.firm] * spread
    room = _capacity(economy)
    leak = economy.parameters["unserved_import_share"]
    sales, imports, unserved = serve(demand, room * firms.weight, positions.cell, positions.firm, leak)
    unclaimed = market.orders.copy()
    unclaimed[np.unique(positions.cell)] = 0.0
    market.imports = imports + unclaimed
    market.sales = sales
    market.orders_placed = market.orders.copy()
    market.order_history.append(float(market.orders.sum()))
    market.sales_by_cell = np.bincount(positions.cell, sales, CELLS)
    firms.backlog[:] = np.bincount(positions.firm, unserved, firms.length) / np.maximum(firms.weight, 1e-300)
    revenue = np.bincount(positions.firm, sales, firms.length) / np.maximum(firms.weight, 1e-300)
    firms.revenue[:] = revenue
    firms.revenue_quarters[:, economy.quarter % 4] = revenue
    firms.turnover += revenue
    abroad = positions.cell >= (size("sector") + 1) * size("product")
    exported = np.bincount(positions.firm[abroad], sales[abroad], firms.length) / np.maximum(firms.weight, 1e-300)
    firms.export_share[:] = np.where(revenue > 0.0, exported / np.maximum(revenue, 1e-300), 0.0)
    _learn(economy, sales)


def _competitiveness(economy: Economy) -> np.ndarray:
    """Log competitiveness of each position relative to its cell, shape (position,)."""
    p, firms, positions = economy.parameters, economy.firms, economy.positions
    weights = economy.market.product_technology
    quality = np.einsum("ij,ij->i", firms.capability, weights[firms.product])
    level = (
        p["efficiency_competitiveness"] * firms.efficiency + quality + p["data_competitiveness"] * np.log1p(firms.data)
    )
    value = level[positions.firm]
    buyer = positions.cell // size("product")
    public = PUBLIC_BUYER[buyer]
    strength = economy.local_strength[firms.region[positions.firm]]
    value = value + public * p["local_protection"] * strength
    cell_mean = np.bincount(positions.cell, value, CELLS) / np.maximum(np.bincount(positions.cell, minlength=CELLS), 1)
    return value - cell_mean[positions.cell]


def _win(economy: Economy, competitiveness: np.ndarray) -> None:
    p, positions, firms, market = economy.parameters, economy.positions, economy.firms, economy.market
    weight = positions.count
    if economy.variants["market"] == "replicator":
        positions.share = replicate_shares(positions.share, positions.cell, competitiveness, p["award_beta"])
        return
    turn = np.full(CELLS, p["award_rate"] / 4.0)
    if economy.quarter == 0:
        turn[:] = 0.0
    contracts = market.orders * turn / p["contract_size"]
    expected = np.maximum(contracts[positions.cell] * positions.share / weight, 0.25)
    spread = np.sqrt(np.log1p((1.0 + p["contract_dispersion"] ** 2) / expected))
    ids = hash_ids(firms.uid[positions.firm], positions.cell)
    lumpiness = np.exp(spread * economy.streams.normal("contract_award", ids, economy.quarter) - spread**2 / 2.0)
    positions.share = award_shares(
        positions.share, positions.cell, weight, competitiveness, lumpiness, turn, p["award_floor"], p["award_eta"],
        p["award_beta"],
    )  # fmt: skip


def _capacity(economy: Economy) -> np.ndarray:
    """Capacity of each firm in the quarter, million CNY, shape (row,)."""
    p, firms = economy.parameters, economy.firms
    staff = firms.headcount @ p["production_weight"]
    production = staff * (1.0 - firms.research_share)
    growth = (1.0 + p["productivity_growth"]) ** (economy.quarter / 4.0)
    per_head = economy.labour.output_per_head[firms.product] * growth
    boost = np.exp(p["efficiency_output"] * firms.efficiency)
    compute = np.maximum(firms.compute, 0.05) ** p["compute_output_share"]
    owner = p["owner_capacity"] * per_head
    firms.capacity[:] = (production * boost * compute * per_head + owner) * firms.alive
    return firms.capacity


def _learn(economy: Economy, sales: np.ndarray) -> None:
    p, firms, market, positions = economy.parameters, economy.firms, economy.market, economy.positions
    by_product = np.bincount(firms.product, firms.revenue * firms.weight * firms.alive, size("product"))
    market.cumulative_output += by_product / np.exp(market.log_price)
    doublings = np.log2(market.cumulative_output / market.initial_output)
    quality = np.einsum("ij,ij->i", firms.capability, market.product_technology[firms.product])
    revenue = firms.revenue * firms.weight * firms.alive
    mean = np.bincount(firms.product, revenue * quality, size("product")) / np.maximum(by_product, 1e-300)
    if market.initial_quality is None:
        market.initial_quality = mean
    market.log_quality_gain = mean - market.initial_quality
    market.log_price = -p["learning_rate"] * doublings - p["quality_pass_through"] * market.log_quality_gain
    market.log_price -= p["compute_price_share"] * np.log(economy.compute.relative_access)
    buyer = positions.cell // size("product")
    public = np.bincount(positions.firm, sales * PUBLIC_BUYER[buyer], firms.length) / np.maximum(firms.weight, 1e-300)
    firms.data *= 1.0 - p["data_decay"] / 4.0
    firms.data += p["data_gain"] * np.sqrt(firms.revenue + p["scope_spillover"] * public)
    smoothing = p["expectation_smoothing"]
    trend = 1.0
    if economy.variants["expectations"] == "extrapolative":
        before = np.maximum(firms.expected_orders, 1e-9)
        trend = np.clip(firms.orders / before, 0.8, 1.25) ** p["extrapolation"]
    firms.expected_orders += smoothing * (firms.orders * trend - firms.expected_orders)
    firms.margin[:] = gross_margin(
        market.base_margin[firms.product],
        firms.kind,
        firms.revenue_year(),
        p["margin_scale_gain"],
        p["incumbent_margin"],
    )


def gross_margin(base: np.ndarray, kind: np.ndarray, revenue: np.ndarray, gain: float, incumbent: float) -> np.ndarray:
    """Gross margin of each firm, share of revenue: the product's, plus scale (log10 of revenue over 10 m), plus
    kind.
    """
    scale = np.clip(np.log10(np.maximum(revenue, 0.1) / 10.0), -1.0, 2.0)
    return np.clip(base + gain * scale + np.where(kind == INCUMBENT, incumbent, 0.0), 0.02, 0.9)
