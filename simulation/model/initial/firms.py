"""Firms of 2016Q1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.initial.attributes import draw_attributes, latent_terms
from simulation.model.initial.cells import choose_cells
from simulation.model.state import (
    ANGEL,
    EARLY,
    INCUMBENT,
    LATE,
    PRODUCT_LAYER,
    PRODUCT_SEGMENT,
    START_UP,
    UNFUNDED,
    Firms,
    Positions,
)  # fmt: skip
from simulation.model.streams import encode_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

START_UP_ORIGIN, INCUMBENT_ORIGIN, EXTRA_ORIGIN = 0, 30, 31
KEPT = 50
# The largest groups lead the products with the largest orders, one each; the others follow the shares.
LEADERS = 4
# Head offices of the groups (regions.csv: where the listed and platform firms of the lists sit), repeated in this
# order.
INCUMBENT_HOMES = (
    "guangdong", "beijing", "zhejiang", "beijing", "guangdong", "shanghai", "anhui", "beijing", "guangdong", "zhejiang",
    "beijing", "shanghai", "guangdong", "jiangsu", "beijing", "shandong", "shanghai", "guangdong", "sichuan", "hubei",
)  # fmt: skip
INCUMBENT_REGIONS = np.array([index("region", name) for name in INCUMBENT_HOMES])


def _latent_columns(economy: Economy, uid: np.ndarray, product: np.ndarray) -> dict[str, np.ndarray]:
    """Attributes for life of firms by stable id, shape (firm,)."""
    count = len(uid)
    columns = {
        "efficiency": np.empty(count), "specialty": np.empty(count, dtype=np.int64),
        "research_intensity": np.empty(count),
    }  # fmt: skip
    draw_attributes(uid, product, latent_terms(economy), *columns.values())
    return columns


def _start_up_universe(economy: Economy, uid: np.ndarray) -> dict[str, np.ndarray]:
    """Start-ups of 2016Q1 at scale one, by slot."""
    p, streams = economy.parameters, economy.streams
    share = p["initial_region_share"] / p["initial_region_share"].sum()
    region = np.minimum(
        np.searchsorted(np.cumsum(share), streams.uniform("firm_initial", uid, 0, 5)), size("region") - 1
    )
    mix = p["initial_product_share"] / p["initial_product_share"].sum()
    product = np.minimum(
        np.searchsorted(np.cumsum(mix), streams.uniform("firm_initial", uid, 0, 6)), size("product") - 1
    )
    history = p["founding_history"] / p["founding_history"].sum()
    year = np.minimum(np.searchsorted(np.cumsum(history), streams.uniform("firm_initial", uid, 0, 7)), len(history) - 1)
    # Founding years end with 2015, and the run begins on its last day: the youngest are not yet a year old.
    age = year + streams.uniform("firm_initial", uid, 0, 8)
    staff = p["initial_staff_median"] * np.exp(
        p["initial_staff_dispersion"] * streams.normal("firm_initial", uid, 0, 9)
    )
    funded = streams.uniform("firm_initial", uid, 0, 10) < p["initial_funded_share"]
    raised = p["initial_funding_median"] * np.exp(
        p["initial_funding_dispersion"] * streams.normal("firm_initial", uid, 0, 11)
    )
    raised = np.minimum(np.where(funded, raised, 0.0), 8000.0)
    staff = staff * (1.0 + 0.5 * np.log1p(raised / 20.0))
    return {"uid": uid, "region": region, "product": product, "age": age, "staff": staff, "raised": raised}


def _sample(economy: Economy, universe: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Rows kept at this scale and their weights: the largest with weight one, a stratified sample of the others."""
    order = np.argsort(-universe["staff"], kind="stable")
    kept, rest = order[:KEPT], order[KEPT:]
    stratum = np.lexsort((-universe["staff"][rest], universe["product"][rest], universe["region"][rest]))
    rest = rest[stratum]
    rows = max(1, round(len(rest) * economy.scale))
    if rows >= len(rest):
        chosen = rest
    else:
        chosen = rest[
            ((np.arange(rows) + economy.streams.one("firm_initial", 0, 1, 12)) * len(rest) / rows).astype(int)
        ]
    weights = np.concatenate([np.ones(len(kept)), np.full(len(chosen), len(rest) / len(chosen))])
    return np.concatenate([kept, chosen]), weights


def _with_extra(
    economy: Economy, universe: dict[str, np.ndarray], chosen: np.ndarray, weight: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Columns and weights of the chosen start-ups; extra firms stand beside the sample and begin without staff."""
    extra = _start_up_universe(economy, encode_ids(EXTRA_ORIGIN, 0, np.arange(economy.extra_firms)))
    extra["staff"] = np.zeros(economy.extra_firms)
    columns = {name: np.concatenate([column[chosen], extra[name]]) for name, column in universe.items()}
    return columns, np.concatenate([weight, np.ones(economy.extra_firms)])


def _incumbent_staff(count: int, total: float, exponent: float) -> np.ndarray:
    """Staff of the AI units of groups: Pareto quantiles between 60 and 8,000, scaled to the total; largest first."""
    low, high = 60.0, 8000.0
    rank = (np.arange(count) + 0.5) / count
    tail = low**-exponent - rank * (low**-exponent - high**-exponent)
    staff = np.sort(tail ** (-1.0 / exponent))[::-1]
    return staff * total / staff.sum()


def build_firms(economy: Economy) -> tuple[Firms, Positions, np.ndarray]:
    """Firms with weights, their market positions and the staff each should hold (per firm, persons)."""
    p, streams = economy.parameters, economy.streams
    universe = _start_up_universe(economy, encode_ids(START_UP_ORIGIN, 0, np.arange(round(p["initial_firms"]))))
    start_ups, weight = _with_extra(economy, universe, *_sample(economy, universe))
    count = round(p["incumbent_count"])
    incumbent_uid = encode_ids(INCUMBENT_ORIGIN, 0, np.arange(count))
    incumbent_product = _incumbent_products(economy, count)
    staff_total = universe["staff"].sum() * p["incumbent_staff_ratio"]
    incumbent_staff = _incumbent_staff(count, staff_total, p["incumbent_pareto"])
    product = np.concatenate([start_ups["product"], incumbent_product])
    staff = np.concatenate([start_ups["staff"], incumbent_staff])
    uid = np.concatenate([start_ups["uid"], incumbent_uid])
    weight = np.concatenate([weight, np.ones(count)])
    kind = np.concatenate([np.full(len(start_ups["uid"]), START_UP), np.full(count, INCUMBENT)])
    region = np.concatenate([start_ups["region"], np.resize(INCUMBENT_REGIONS, count)])
    raised = np.concatenate([start_ups["raised"], np.zeros(count)])
    age = np.concatenate([start_ups["age"], np.full(count, 12.0)])
    staff = _fit_staff_to_demand(economy, product, staff, weight)
    columns = _latent_columns(economy, uid, product)
    normal = streams.normal("firm_initial", uid, 0, 13)
    group = p["group_research_median"] * np.exp(
        p["group_research_dispersion"] * streams.normal("firm_initial", uid, 0, 14)
    )
    incumbent = kind == INCUMBENT
    columns["specialty"][incumbent] = _incumbent_specialties(economy.market.product_technology, incumbent_product)
    columns["research_intensity"] = np.where(
        incumbent, p["incumbent_research_intensity"] * np.exp(0.3 * normal), columns["research_intensity"]
    )
    columns["efficiency"] = np.where(
        incumbent, 0.5 * columns["efficiency"] + p["incumbent_efficiency"], columns["efficiency"]
    )
    base = economy.initial_levels - p["initial_gap_below_best"]
    noise = p["technology_dispersion"] * streams.normal("firm_initial", uid, 0, 15)
    capability = base[None, :] + (noise + 0.1 * columns["efficiency"] + 0.15 * incumbent)[:, None]
    stage = np.select([raised > p["late_threshold"], raised > 20.0, raised > 0.0], [LATE, EARLY, ANGEL], UNFUNDED)
    recognised = streams.uniform("firm_initial", uid, 0, 16) < p["initial_recognised_share"] * np.where(
        raised > 0.0, 1.5, 0.8
    )
    firms = Firms(int(len(uid) * 2.2) + 64)
    rows = firms.add(
        uid, weight=weight, product=product, segment=PRODUCT_SEGMENT[product], layer=PRODUCT_LAYER[product], kind=kind,
        region=region, founded=-np.round(4.0 * age).astype(int), capability=capability,
        data=np.where(incumbent, 3.0, 0.6),
        compute=1.0, cumulative_funding=raised, stage=stage, last_round=-streams_round(economy, uid),
        recognised=recognised | incumbent, listed=incumbent,
        group_research_intensity=np.where(incumbent, np.minimum(group, 0.5), 0.0),
        certified=incumbent | (streams.uniform("firm_initial", uid, 0, 17) < 0.3),
        margin=economy.market.base_margin[product],
        **columns,
    )  # fmt: skip
    positions = build_positions(economy, firms, rows)
    full_staff = np.zeros(firms.length)
    full_staff[rows] = staff
    return firms, positions, full_staff


def streams_round(economy: Economy, uid: np.ndarray) -> np.ndarray:
    """Quarters since the last funding round at the start, 1 to 12."""
    return 1 + (11 * economy.streams.uniform("firm_initial", uid, 0, 18)).astype(int)


def _incumbent_products(economy: Economy, count: int) -> np.ndarray:
    """Products of the incumbents in order of size: the largest lead one large product each, the others follow the
    shares.
    """
    share = economy.parameters["incumbent_product_share"] / economy.parameters["incumbent_product_share"].sum()
    orders = economy.market.orders.reshape(-1, size("product")).sum(axis=0)
    leaders = np.argsort(-orders, kind="stable")[: min(count, LEADERS)]
    owed = np.zeros(len(share))
    product = np.zeros(count, dtype=np.int64)
    for place in range(count):
        owed += share
        product[place] = leaders[place] if place < len(leaders) else int(owed.argmax())
        owed[product[place]] -= 1.0
    return product


def _incumbent_specialties(technology: np.ndarray, product: np.ndarray) -> np.ndarray:
    """Fields of the incumbents, largest first: within each product spread by its technology weights."""
    specialty = np.zeros(len(product), dtype=np.int64)
    owed = np.zeros_like(technology)
    for place, made in enumerate(product):
        owed[made] += technology[made]
        specialty[place] = int(owed[made].argmax())
        owed[made, specialty[place]] -= 1.0
    return specialty


def _fit_staff_to_demand(economy: Economy, product: np.ndarray, staff: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Scale staff by product so that output per head is the same multiple of its norm everywhere; total unchanged."""
    orders = economy.market.orders.reshape(-1, size("product")).sum(axis=0)
    norm = economy.parameters["output_per_head_by_product"]
    held = np.bincount(product, staff * weight, size("product"))
    wanted = orders / norm
    wanted *= held.sum() / wanted.sum()
    return staff * (wanted / np.maximum(held, 1e-9))[product]


def build_positions(economy: Economy, firms: Firms, rows: np.ndarray) -> Positions:
    """Positions at the start; shares are set by :func:`set_initial_shares` once staff is known."""
    positions = Positions()
    owner, cell, count = choose_cells(economy, firms, rows)
    positions.add(owner, cell, np.zeros(len(owner)), count)
    return positions


def set_initial_shares(economy: Economy, staff: np.ndarray) -> None:
    """Share of each position in proportion to the firm's staff, spread over its cells by their orders.

    A firm of a row that stands for many serves few cells, so its effort in one is the cell's orders against a typical
    other cell of the product.
    """
    positions, firms, orders = economy.positions, economy.firms, economy.market.orders
    in_cell = orders[positions.cell] + 1e-6
    by_product = orders.reshape(-1, size("product"))
    typical = (by_product**2).sum(axis=0) / np.maximum(by_product.sum(axis=0), 1e-300)
    group = firms.weight[positions.firm] != 1.0
    effort = np.where(group, in_cell / (in_cell + typical[positions.cell % size("product")] + 1e-6), in_cell)
    effort = effort * positions.count
    spread = effort / np.bincount(positions.firm, effort, firms.length)[positions.firm]
    claim = staff[positions.firm] * firms.weight[positions.firm] * spread
    positions.share = claim / np.maximum(np.bincount(positions.cell, claim, len(orders)), 1e-300)[positions.cell]
