"""Call 11, ``exit_and_entry``, part two: three doors of entry, location, founders and their colleagues.

Rule: Founding
    Formula: expected founders = base * (S / S0)^e * (1 + s) * (demand growth)^d * (N / N0)^-c * (1 + g * ln(1 +
        platforms / 10)) * (1 + w * incubator_capacity) * (1 + w * park_support), a year, spread over provinces by
        location; a candidate slot is active when u < p
    Symbols: base founding_rate; S private equity flow; g platform_entry_gain, platforms open_platforms; w
        place_modifier_weight; s signal times founding_signal; N firms alive: niches fill (density dependence, c
        founding_crowding); S0 reference_flow, e founding_funding_elasticity; d founding_demand_elasticity; N0
        initial_firms + incumbent_count; a new firm starts with about founding_capital, founding_staff and expects
        entrant_expected_revenue
    Unit: firms a year
    Source: Hannan and Freeman (1989) on density; F49: foundings lead funding; IT Juzi new AI firms 1,089 (2015) to
        266 (2020), late years under-counted
    Clause: P033;P055;P077;P099

Rule: Spin-off and conversion
    Formula: spin-offs = spin_off_rate * staff of firms above 100 / 1000 a year, in the parent's province, with the part
        inheritance of the parent's capability; conversions = base * (revenue / revenue0)^e * (1 + s) a year, by
        location
    Symbols: base conversion_entry_rate, software and hardware firms that turn to AI, most of the later growth; e
        conversion_demand_elasticity; s signal times founding_signal; spin-offs start with twice the founding capital;
        converted firms with conversion_capital, conversion_staff and twice the expected revenue
    Unit: firms a year
    Source: model.md section 4
    Clause: P039

Rule: Attributes of an entrant
    Formula: product drawn with weight entry_product_taste * sales^0.7; capability(f) = best(f) + ln(entrant_technology)
        + technology_dispersion * normal + 0.1 * efficiency; efficiency = efficiency_dispersion * normal; research
        intensity log-normal; fixed by the stable id
    Symbols: best domestic level of the field; research intensity start_up_research_intensity with spread
        research_intensity_dispersion, for the part pure_play_share pure_play_research_intensity; a start-up serves one
        to three buyers drawn by demand, and buyers abroad with chance exporter_share
    Unit: log points; share of revenue
    Source: model.md section 4 (efficiency log-normal, sigma about 1.2); F20-F24 on research intensity; judgement
    Clause: P005;P039;P076

Rule: Location
    Formula: weight(r) = (firm share + 0.002)^a * exp(pilot_entry_effect * exposure + public_money_pull * (share of
        public money - firm share)), normalised
    Symbols: a agglomeration (1: entry reproduces the present shares)
    Unit: share
    Source: F71, F72
    Clause: P054;P055;P056
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.initial.firms import draw_entrants
from simulation.model.state import RESEARCHER, SEEKING, START_UP, UNFUNDED
from simulation.model.streams import encode_ids, hash_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FOUNDING, SPIN_OFF, CONVERSION = 1, 2, 3


def enter(economy: Economy) -> None:
    """Let firms in by founding, spin-off and conversion."""
    location = _location(economy)
    economy.expected_entries = np.zeros(size("region"))
    _found(economy, location)
    _spin_off(economy, location)
    _convert(economy, location)


def keyed_choice(economy: Economy, candidates: np.ndarray, row: int) -> int | None:
    """One of the candidate firms, drawn by the pair of stable ids; ``None`` when there is none."""
    if not len(candidates):
        return None
    pairs = hash_ids(economy.firms.uid[candidates], economy.firms.uid[row])
    return int(candidates[np.argmax(economy.streams.uniform("acquirer", pairs, economy.quarter))])


def _location(economy: Economy) -> np.ndarray:
    """Location weights of the provinces, summing to one."""
    p, firms = economy.parameters, economy.firms
    count = np.bincount(firms.region, firms.weight * firms.alive, size("region"))
    economy.region_firm_share = count / max(count.sum(), 1e-9)
    revenue = np.bincount(firms.region, firms.revenue * firms.weight * firms.alive, size("region"))
    economy.local_strength = revenue / max(revenue.sum(), 1e-9) - 1.0 / size("region")
    pull = (economy.region_firm_share + 0.002) ** p["agglomeration"]
    pull = pull * np.exp(p["pilot_entry_effect"] * economy.government.exposure)
    public = economy.public_by_region / max(economy.public_by_region.sum(), 1e-9)
    pull = pull * np.exp(p["public_money_pull"] * (public - economy.region_firm_share))
    return pull / pull.sum()


def _slots(economy: Economy, stream: str, door: int, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Active candidates of a door: stable ids and provinces.

    Each province has a fixed number of slots a quarter; slot k is active with certainty below the whole part of the
    expected number of rows and with the fractional probability at it, so a candidate is the same firm in every world.
    """
    economy.expected_entries = economy.expected_entries + expected
    rows = expected / economy.firm_weight
    most = int(np.ceil(rows.max())) + 1 if len(rows) else 1
    slots = np.tile(np.arange(most), len(rows))
    regions = np.repeat(np.arange(len(rows)), most)
    head = np.array([encode_ids(door, economy.quarter, np.array([0]), region)[0] for region in range(len(rows))])
    uid = head[regions] | slots.astype(np.uint64)
    probability = np.clip(rows[regions] - slots, 0.0, 1.0)
    active = economy.streams.uniform(stream, uid, economy.quarter) < probability
    return uid[active], regions[active]


def _found(economy: Economy, location: np.ndarray) -> None:
    p, venture = economy.parameters, economy.venture
    climate = (np.exp(venture.log_flow) / p["reference_flow"]) ** p["founding_funding_elasticity"]
    signal = 1.0 + p["founding_signal"] * economy.government.signal[0]
    help_ = 1.0 + p["platform_entry_gain"] * np.log1p(economy.levers.effective("open_platforms") / 10.0)
    help_ *= modifier_of(economy, "incubator_capacity") * modifier_of(economy, "park_support")
    demand = (economy.market.orders_growth()) ** p["founding_demand_elasticity"]
    start = p["initial_firms"] + p["incumbent_count"]
    crowding = (firms_alive(economy) / start) ** -p["founding_crowding"]
    expected = p["founding_rate"] * climate * signal * help_ * demand * crowding / 4.0 * location
    economy.record("founders_incubated", economy.levers.delivered("incubator_capacity") * float(expected.sum()))
    tenants = economy.firms.total((economy.firms.kind == START_UP).astype(float))
    economy.record("park_tenants", economy.levers.delivered("park_support") * tenants)
    uid, regions = _slots(economy, "entry_founding", FOUNDING, expected)
    _enter(economy, uid, regions, FOUNDING, p["founding_capital"], p["founding_staff"])


def firms_alive(economy: Economy) -> float:
    """Core firms alive, national."""
    return economy.firms.total(np.ones(economy.firms.length))


def modifier_of(economy: Economy, name: str) -> float:
    """Weak modifier of a lever that is kept among the levers (parks, incubators)."""
    return 1.0 + economy.parameters["place_modifier_weight"] * economy.levers.effective(name)


def _spin_off(economy: Economy, location: np.ndarray) -> None:
    p, firms = economy.parameters, economy.firms
    staff = firms.headcount.sum(axis=1)
    large = firms.alive & (staff > 100.0)
    by_region = np.bincount(firms.region[large], (staff * firms.weight)[large], size("region"))
    expected = p["spin_off_rate"] * by_region / 1000.0 / 4.0
    uid, regions = _slots(economy, "entry_spin_off", SPIN_OFF, expected)
    rows = _enter(economy, uid, regions, SPIN_OFF, p["founding_capital"] * 2.0, p["founding_staff"])
    parents = np.flatnonzero(large)
    for row in rows:
        parent = keyed_choice(economy, parents[firms.region[parents] == firms.region[row]], row)
        if parent is not None:
            inherited = firms.capability[parent] + np.log(p["inheritance"])
            firms.capability[row] = np.maximum(firms.capability[row], inherited)


def _convert(economy: Economy, location: np.ndarray) -> None:
    p, firms = economy.parameters, economy.firms
    pull = (max(firms.total(firms.revenue), 1e-9) / economy.market.initial_revenue) ** p["conversion_demand_elasticity"]
    signal = 1.0 + p["founding_signal"] * economy.government.signal[0]
    expected = p["conversion_entry_rate"] * pull * signal / 4.0 * location
    uid, regions = _slots(economy, "entry_conversion", CONVERSION, expected)
    rows = _enter(economy, uid, regions, CONVERSION, p["conversion_capital"], p["conversion_staff"])
    economy.record("firm_conversions", float(firms.weight[rows].sum()))


def _enter(
    economy: Economy, uid: np.ndarray, regions: np.ndarray, door: int, capital: float, staff: float
) -> np.ndarray:
    """Add entrants with fixed latent attributes, their money, their first people and a foot in their cells."""
    if not len(uid):
        return np.zeros(0, dtype=np.int64)
    firms, t = economy.firms, economy.quarter
    columns = draw_entrants(economy, uid, regions)
    rows = firms.add(uid, founded=t if door != CONVERSION else t - 4, weight=economy.firm_weight, entry_door=door,
                     kind=START_UP, stage=UNFUNDED, last_round=-8, **columns)  # fmt: skip
    deposits = capital * np.exp(0.6 * economy.streams.normal("entrant", uid, t, 7))
    flow, payer = ("conversion_equity", "rest_domestic") if door == CONVERSION else ("founders_equity", "households")
    economy.ledger.firms_receive(flow, payer, firms, deposits, rows)
    economy.join_market(rows)
    _take_staff(economy, rows, staff)
    firms.expected_orders[rows] = (
        0.25 * economy.parameters["entrant_expected_revenue"] * (2.0 if door == CONVERSION else 1.0)
    )
    economy.entries += float(firms.weight[rows].sum())
    return rows


def _take_staff(economy: Economy, rows: np.ndarray, staff: float) -> None:
    """Founders leave employers (or the seekers) of their province and take colleagues along; short provinces
    recruit elsewhere.
    """
    people, firms = economy.people, economy.firms
    need = np.maximum(1, np.round(staff * firms.weight[rows] / economy.person_weight)).astype(np.int64)
    posts = np.repeat(rows, need)
    home = firms.region[posts]
    living = people.rows()
    pool = living[(people.employer[living] >= SEEKING) & (people.tier[living] >= RESEARCHER)]
    draws = economy.streams.uniform("founder", people.uid[pool], economy.quarter)
    willing = draws < min(1.0, 20.0 * len(posts) / max(len(pool), 1))
    pool, draws = pool[willing], draws[willing]
    pool = pool[np.lexsort((draws, people.region[pool]))]
    first = np.searchsorted(people.region[pool], np.arange(size("region") + 1))
    order = np.argsort(home, kind="stable")
    rank = np.arange(len(posts)) - np.searchsorted(home[order], home[order])
    place = first[home[order]] + rank
    local = place < first[home[order] + 1]
    founders = pool[place[local]]
    people.employer[founders] = posts[order[local]]
    missing = posts[order[~local]]
    others = np.setdiff1d(pool, founders)
    others = others[np.argsort(economy.streams.uniform("founder", people.uid[others], economy.quarter), kind="stable")]
    others = others[: len(missing)]
    people.employer[others] = missing[: len(others)]
    moved = np.concatenate([founders, others])
    people.region[moved] = firms.region[people.employer[moved]]
