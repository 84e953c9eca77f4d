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

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled, inlined
from simulation.model.initial.attributes import CONVERSION, FOUNDING, SPIN_OFF, draw_entrants
from simulation.model.rules.staffing import take_staff
from simulation.model.state import START_UP
from simulation.model.streams import candidate_id, joined_id, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

REGIONS = size("region")
DOORS = (FOUNDING, SPIN_OFF, CONVERSION)
DOOR_STREAMS = ("entry_founding", "entry_spin_off", "entry_conversion")
NOBODY = -1
LARGE = 100.0  # staff of a firm that people spin off from


class Residents(NamedTuple):
    """Columns of the firms that a province holds, shape (firm,)."""

    alive: np.ndarray
    weight: np.ndarray
    region: np.ndarray
    kind: np.ndarray
    revenue: np.ndarray
    headcount: np.ndarray


class PlaceTerms(NamedTuple):
    """What location depends on; exposure to pilots and public money by province."""

    agglomeration: float
    pilot_entry_effect: float
    public_money_pull: float
    exposure: np.ndarray
    public: np.ndarray


class Places(NamedTuple):
    """Results by province, shape (region,): location weights, shares of firms, shares of revenue less the mean, and
    staff of large firms (persons).
    """

    location: np.ndarray
    firm_share: np.ndarray
    strength: np.ndarray
    large_staff: np.ndarray


class Present(NamedTuple):
    """National totals before entry: firms, start-ups among them, and revenue (million CNY a quarter)."""

    firms: float
    start_ups: float
    revenue: float


def enter(economy: Economy, pool: int) -> None:
    """Let firms in by founding, spin-off and conversion; ``pool`` is the number of rows of people who may found."""
    places = Places(*np.zeros((len(Places._fields), REGIONS)))
    present = _locate(economy, places)
    expected = np.empty((len(DOORS), REGIONS))
    np.multiply(places.location, _founders(economy, present), out=expected[0])
    np.multiply(places.large_staff, economy.parameters["spin_off_rate"] / 1000.0 / 4.0, out=expected[1])
    np.multiply(places.location, _conversions(economy, present), out=expected[2])
    economy.expected_entries = expected.sum(axis=0)
    uid, region, door = _candidates(economy, expected)
    if not len(uid):
        economy.record("firm_conversions", 0.0)
        return
    rows = economy.firms.add(uid)
    economy.record("firm_conversions", draw_entrants(economy, rows, region, door) * economy.firm_weight)
    _inherit(economy, rows[door == SPIN_OFF])
    economy.join_market(rows)
    take_staff(economy, rows, region, door, pool)
    economy.entries += len(rows) * economy.firm_weight


@inlined
def location_weight(firm_share: float, exposure: float, public_share: float, terms: PlaceTerms) -> float:
    """Pull of a province on entrants (not normalised) by its share of firms, its pilots and public money."""
    pilots = terms.pilot_entry_effect * exposure
    public = terms.public_money_pull * (public_share - firm_share)
    return (firm_share + 0.002) ** terms.agglomeration * math.exp(pilots + public)


@compiled
def locate(firms: Residents, terms: PlaceTerms, places: Places) -> Present:
    """Location weights and what else is known of the provinces, into ``places``."""
    start_ups = 0.0
    for row in range(len(firms.alive)):
        if firms.alive[row]:
            region, weight = firms.region[row], firms.weight[row]
            places.firm_share[region] += weight
            places.strength[region] += firms.revenue[row] * weight
            staff = 0.0
            for tier in range(firms.headcount.shape[1]):
                staff += firms.headcount[row, tier]
            places.large_staff[region] += staff * weight if staff > LARGE else 0.0
            start_ups += weight if firms.kind[row] == START_UP else 0.0
    count = revenue = public = total = 0.0
    for region in range(REGIONS):
        count += places.firm_share[region]
        revenue += places.strength[region]
        public += terms.public[region]
    for region in range(REGIONS):
        places.firm_share[region] /= max(count, 1e-9)
        places.strength[region] = places.strength[region] / max(revenue, 1e-9) - 1.0 / REGIONS
        public_share = terms.public[region] / max(public, 1e-9)
        pull = location_weight(places.firm_share[region], terms.exposure[region], public_share, terms)
        places.location[region] = pull
        total += pull
    for region in range(REGIONS):
        places.location[region] /= total
    return Present(count, start_ups, revenue)


def _locate(economy: Economy, places: Places) -> Present:
    terms = economy.parameters.terms(
        PlaceTerms, exposure=economy.government.exposure, public=economy.public_by_region
    )  # fmt: skip
    present = locate(economy.firms.pick(Residents), terms, places)
    economy.region_firm_share, economy.local_strength = places.firm_share, places.strength
    return present


def _founders(economy: Economy, present: Present) -> float:
    """Expected firms founded in the quarter, national."""
    p, levers = economy.parameters, economy.levers
    climate = (math.exp(economy.venture.log_flow) / p["reference_flow"]) ** p["founding_funding_elasticity"]
    help_ = 1.0 + p["platform_entry_gain"] * math.log1p(levers.effective("open_platforms") / 10.0)
    help_ *= modifier_of(economy, "incubator_capacity") * modifier_of(economy, "park_support")
    demand = economy.market.orders_growth() ** p["founding_demand_elasticity"]
    crowding = (present.firms / (p["initial_firms"] + p["incumbent_count"])) ** -p["founding_crowding"]
    expected = p["founding_rate"] * climate * _plan_signal(economy) * help_ * demand * crowding / 4.0
    economy.record("founders_incubated", levers.delivered("incubator_capacity") * expected)
    economy.record("park_tenants", levers.delivered("park_support") * present.start_ups)
    return float(expected)


def _conversions(economy: Economy, present: Present) -> float:
    """Expected conversions of software and hardware firms in the quarter, national."""
    p = economy.parameters
    pull = (max(present.revenue, 1e-9) / economy.market.initial_revenue) ** p["conversion_demand_elasticity"]
    return float(p["conversion_entry_rate"] * pull * _plan_signal(economy) / 4.0)


def _plan_signal(economy: Economy) -> float:
    return 1.0 + economy.parameters["founding_signal"] * economy.government.signal[0]


def modifier_of(economy: Economy, name: str) -> float:
    """Weak modifier of a lever that is kept among the levers (parks, incubators)."""
    return 1.0 + economy.parameters["place_modifier_weight"] * economy.levers.effective(name)


@compiled
def active_slots(
    expected: np.ndarray, quarter: int, keys: np.ndarray, uid: np.ndarray, region: np.ndarray, door: np.ndarray
) -> int:
    """Candidates that enter, in order of doors and provinces, into the last three arrays; returns how many.

    ``expected`` (door, region) is in rows.  Slot k of a door and a province is active with certainty below the whole
    part of the expected number and with the fractional probability at it, so a candidate is the same firm in every
    world.
    """
    found = 0
    for place in range(len(DOORS)):
        for province in range(REGIONS):
            number = expected[place, province]
            for slot in range(math.ceil(number)):
                candidate = np.uint64(candidate_id(place + 1, quarter, slot, province))
                if uniform_of(keys[place], candidate) < number - slot:
                    uid[found] = candidate
                    region[found] = province
                    door[found] = place + 1
                    found += 1
    return found


def _candidates(economy: Economy, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stable ids, provinces and doors of the firms that enter."""
    in_rows = expected / economy.firm_weight
    most = int(in_rows.sum()) + in_rows.size
    uid = np.empty(most, dtype=np.uint64)
    region, door = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    keys = np.array([economy.streams.key(name, economy.quarter) for name in DOOR_STREAMS])
    found = active_slots(in_rows, economy.quarter, keys, uid, region, door)
    return uid[:found], region[:found], door[:found]


@compiled
def keyed_choice(candidates: np.ndarray, alike: np.ndarray, uid: np.ndarray, row: int, key: np.uint64) -> int:
    """One of the candidates whose value in the column ``alike`` is the row's, drawn by the pair of stable ids."""
    chosen, highest = NOBODY, 0.0
    for place in range(len(candidates)):
        candidate = candidates[place]
        if alike[candidate] == alike[row]:
            draw = uniform_of(key, np.uint64(joined_id(uid[candidate], uid[row])))
            if draw > highest:
                chosen = candidate
                highest = draw
    return chosen


@compiled
def inherit(
    capability: np.ndarray, region: np.ndarray, uid: np.ndarray, rows: np.ndarray, large: np.ndarray, less: float,
    key: np.uint64,
) -> None:  # fmt: skip
    """Give each row, where it is better, the capability of a large firm of its province plus ``less`` (log points)."""
    for place in range(len(rows)):
        row = rows[place]
        parent = keyed_choice(large, region, uid, row, key)
        for field in range(capability.shape[1] if parent != NOBODY else 0):
            capability[row, field] = max(capability[row, field], capability[parent, field] + less)


def _inherit(economy: Economy, rows: np.ndarray) -> None:
    """Spin-offs take a part of the capability of a large firm nearby along."""
    if not len(rows):
        return
    firms, key = economy.firms, economy.streams.key("acquirer", economy.quarter)
    large = np.flatnonzero(firms.alive & (np.einsum("ij->i", firms.headcount) > LARGE))
    less = math.log(economy.parameters["inheritance"])
    inherit(firms.capability, firms.region, firms.uid, rows, large, less, key)
