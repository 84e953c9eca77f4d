"""Call 11, ``exit_and_entry``: failure, acquisition, three doors of entry, location, recognition by list makers.

Rule: Exit
    Formula: hazard = base * (exit_floor + hump(age)) * (1 + revenue / 10)^-e, times exit_distress with cash below
        zero; certain
        exit when cash is below minus a quarter's cost; hump = (age/peak) * exp(1 - age/peak)
    Symbols: base exit_rate a year; peak exit_peak_age; e exit_size_elasticity; incumbents do not exit; of those that
        leave the share acquisition_share with efficiency above the median is bought by a group of the same product,
        which takes over staff, customers and, in proportion to revenue, what it lacks in capability; the staff of the
        others seek work and their customers are awarded anew; the group pays acquisition_multiple * revenue of four
        quarters
    Unit: per year
    Source: F13 (peak at 3, high to 7), F15-F16 (6.5-17 % a year), funding.md section 3
    Clause: P039

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

Rule: Recognition
    Formula: hazard = base * (1 + funded) * (1 + [revenue above recognition_revenue]) / 4 from age one
    Symbols: base recognition_rate; funded and the revenue test count one each; listed firms are recognised at once;
        firms two years old with revenue above certification_revenue are certified with hazard certification_rate
    Unit: per year
    Source: model.md section 4
    Clause: P100
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.columns import inner
from simulation.model.initial.firms import draw_entrants
from simulation.model.rules.deals import FUND_CHANNELS, distribute
from simulation.model.state import INCUMBENT, RESEARCHER, SEEKING, START_UP, UNFUNDED
from simulation.model.streams import encode_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FOUNDING, SPIN_OFF, CONVERSION = 1, 2, 3


def exit_hazard(
    age: np.ndarray, revenue: np.ndarray, base: float, peak: float, size_elasticity: float, distressed: np.ndarray,
    floor: float = 0.4, distress: float = 3.0,
) -> np.ndarray:  # fmt: skip
    """Exit hazard a year by age (years), revenue (million CNY a year) and distress; hump-shaped in age."""
    relative = np.maximum(age, 0.1) / peak
    hump = relative * np.exp(1.0 - relative)
    return base * (floor + hump) * (1.0 + revenue / 10.0) ** -size_elasticity * np.where(distressed, distress, 1.0)


def run(economy: Economy) -> None:
    """Exit first, then entry by its three doors, then recognition and certification."""
    _exit(economy)
    location = _location(economy)
    economy.expected_entries = np.zeros(size("region"))
    _found(economy, location)
    _spin_off(economy, location)
    _convert(economy, location)
    _recognise(economy)


def _exit(economy: Economy) -> None:
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    age = (t - firms.founded) / 4.0
    cost = np.maximum(firms.revenue - firms.profit, 0.2)
    distressed = firms.cash < 0.0
    hazard = exit_hazard(
        age, firms.revenue_year(), p["exit_rate"], p["exit_peak_age"], p["exit_size_elasticity"], distressed,
        p["exit_floor"], p["exit_distress"],
    )  # fmt: skip
    hazard = np.where(firms.kind == INCUMBENT, 0.0, hazard)
    fails = (economy.streams.uniform("firm_exit", firms.uid, t) < hazard / 4.0) | (firms.cash < -cost)
    fails &= firms.alive & (firms.kind == START_UP)
    rows = np.flatnonzero(fails)
    economy.record("firm_exits", float(firms.weight[rows].sum()))
    if not len(rows):
        economy.record("firm_acquisitions", 0.0)
        return
    bought = economy.streams.uniform("firm_acquired", firms.uid[rows], t) < p["acquisition_share"]
    bought &= firms.efficiency[rows] > 0.0
    economy.record("firm_acquisitions", float(firms.weight[rows[bought]].sum()))
    if bought.any():
        _acquire(economy, rows[bought])
    _close(economy, rows)


def _acquire(economy: Economy, rows: np.ndarray) -> None:
    """A group buys the firm: owners are paid; staff, customers and part of its technology pass to the group."""
    p, firms, ledger, people = economy.parameters, economy.firms, economy.ledger, economy.people
    price = p["acquisition_multiple"] * firms.revenue_year()[rows]
    ledger.post("acquisitions", "parents", "households", inner(price, firms.weight[rows]))
    groups = np.flatnonzero(firms.alive & (firms.kind == INCUMBENT))
    value = firms.revenue_year() * firms.weight
    for row in rows:
        same = groups[firms.product[groups] == firms.product[row]]
        if not len(same):
            continue
        pick = int(firms.uid[row]) & 0xFFF
        buyer = same[np.argmax(economy.streams.uniform("acquirer", firms.uid[same], economy.quarter, pick))]
        part = value[row] / max(value[row] + value[buyer], 1e-9)
        firms.capability[buyer] += part * np.maximum(firms.capability[row] - firms.capability[buyer], 0.0)
        people.employer[people.alive & (people.employer == row)] = buyer
        _pass_customers(economy, row, buyer)


def _pass_customers(economy: Economy, row: int, buyer: int) -> None:
    """Give the market shares of a row to its buyer, who serves every cell of the product."""
    positions = economy.positions
    mine, theirs = np.flatnonzero(positions.firm == row), np.flatnonzero(positions.firm == buyer)
    order = theirs[np.argsort(positions.cell[theirs], kind="stable")]
    place = np.searchsorted(positions.cell[order], positions.cell[mine])
    np.add.at(positions.share, order[place], positions.share[mine])
    positions.share[mine] = 0.0


def _close(economy: Economy, rows: np.ndarray) -> None:
    """Liquidate: staff seek work, deposits go to owners or creditors bear the loss, claims are written off."""
    firms, ledger, people = economy.firms, economy.ledger, economy.people
    living = people.rows()
    staff = living[np.isin(people.employer[living], rows)]
    people.employer[staff] = SEEKING
    cash = firms.cash[rows].copy()
    # Funds are served before founders, at most what they paid in.
    funds = np.minimum(np.maximum(cash, 0.0), firms.equity[rows][:, FUND_CHANNELS].sum(axis=1))
    ledger.firms_pay("liquidation", "venture_funds", firms, funds, rows)
    distribute(economy, inner(funds, firms.weight[rows]))
    ledger.firms_pay("liquidation", "households", firms, np.maximum(cash, 0.0) - funds, rows)
    ledger.firms_receive("creditor_losses", "rest_domestic", firms, np.maximum(-cash, 0.0), rows)
    ledger.loans -= inner(firms.debt[rows], firms.weight[rows])
    ledger.equity -= np.einsum("i,ij->j", firms.weight[rows], firms.equity[rows])
    firms.debt[rows] = 0.0
    firms.equity[rows] = 0.0
    firms.remove(rows)
    # An entrant may take a row over in the same quarter; it must not inherit the market of the firm that is gone.
    economy.positions.keep(firms.alive[economy.positions.firm])


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
        near = parents[firms.region[parents] == firms.region[row]]
        if len(near):
            parent = near[
                np.argmax(
                    economy.streams.uniform("acquirer", firms.uid[near], economy.quarter, int(firms.uid[row]) & 0xFFF)
                )
            ]
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


def _recognise(economy: Economy) -> None:
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    age = (t - firms.founded) / 4.0
    revenue = firms.revenue_year()
    hazard = p["recognition_rate"] * (1.0 + (firms.stage > UNFUNDED)) * (1.0 + (revenue > p["recognition_revenue"]))
    seen = (age >= 1.0) & (economy.streams.uniform("firm_recognised", firms.uid, t) < hazard / 4.0)
    firms.recognised |= seen & firms.alive
    certifies = (age >= 2.0) & (revenue > p["certification_revenue"]) & (
        economy.streams.uniform("firm_certified", firms.uid, t) < p["certification_rate"] / 4.0
    )  # fmt: skip
    firms.certified |= certifies & firms.alive
    economy.record("firm_entries", economy.entries)
