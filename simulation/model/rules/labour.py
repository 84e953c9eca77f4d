"""Call 6, ``labour``: staff wanted, separation, posts, matching (``matching``), wages.

Rule: Desired staff
    Formula: N* = (1 + buffer) * expected orders / (output per head * tier productivity) + research_wage_share * 4 *
        research budget / (w * (1 + overhead)), at most max(means / (w * (1 + overhead)), 1, 85 % of present staff);
        split over tiers by layer; means = margin * revenue of four quarters + cash / runway_years + parent_cover *
        group revenue - (1 - research_wage_share) * 4 * research budget, what services of research cost
    Symbols: buffer hiring_buffer; output per head by product, growing, times exp(efficiency_output * efficiency) *
        compute^compute_output_share; tier productivity production_weight of the mix; w mean posted wage of the mix; the
        mix by layer turns away from tiers whose wage rises against an engineer's (elasticity tier_wage_elasticity)
    Unit: persons
    Source: model.md section 4; talent.md section 7
    Clause: P008

Rule: Separation
    Formula: a person is dismissed with probability layoff_speed * max(0, staff - layoff_band * desired) / staff and
        quits with hazard switching_rate(tier) / 4, times tight_market_switching when more than tight_market posts
        stand against a seeker; academics leave at half that hazard; the staff of a closed firm seek work
    Symbols: staff head count of the firm, desired of the rule above
    Unit: probability a quarter
    Source: talent.md sections 5 and 8 (turnover); judgement on the band
    Clause: P008

Rule: Posted wage
    Formula: d ln w = (pass * g + phi * ln(theta / theta*)) / 4; engineers and applied staff at least software pay
    Symbols: pass wage_outside_pass_through; g growth of software pay; theta vacancies per seeker (with half a row of
        seekers more, so that small samples are not biased); theta* chronic shortage (normal_tightness), the ratio kept
        between 0.05 and 20; phi wage_tightness; g software_wage_growth
    Unit: log points a quarter
    Source: talent.md section 5 (phi 0.03-0.15); model.md section 4
    Clause: P008

Rule: Pay of staff in post
    Formula: w(i) moves towards the posted wage times skill^0.3 with a half-life of wage_half_life years; who is hired
        begins at least at what was posted when posts were offered, times skill^0.3
    Symbols: as above
    Unit: million CNY a year
    Source: model.md section 4 (half-life 1.5 years)
    Clause: P008
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled
from simulation.model.rules import matching
from simulation.model.state import ACADEMIA, ENGINEER, OVERSEAS, SEEKING, STATES
from simulation.model.streams import largest, note_low, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

TIERS = size("tier")
BATCH = 1024  # rows looked at together for rare events


class Planning(NamedTuple):
    """Columns of firms that decide on staff."""

    alive: np.ndarray
    weight: np.ndarray
    layer: np.ndarray
    product: np.ndarray
    efficiency: np.ndarray
    compute: np.ndarray
    expected_orders: np.ndarray
    research_budget: np.ndarray
    margin: np.ndarray
    revenue_quarters: np.ndarray
    cash: np.ndarray
    group_revenue: np.ndarray
    research_share: np.ndarray
    desired: np.ndarray


class PlanningTerms(NamedTuple):
    """Mix of tiers, its productivity and its cost a year by layer; output per head and quarter by product."""

    mix: np.ndarray
    productivity: np.ndarray
    cost: np.ndarray
    output_per_head: np.ndarray
    person_weight: float
    hiring_buffer: float
    efficiency_output: float
    compute_output_share: float
    research_wage_share: float
    runway_years: float
    parent_cover: float
    layoff_band: float
    layoff_speed: float


class Employed(NamedTuple):
    """Columns of people at work."""

    uid: np.ndarray
    alive: np.ndarray
    tier: np.ndarray
    region: np.ndarray
    employer: np.ndarray
    wage: np.ndarray
    skill_pay: np.ndarray


class Leaving(NamedTuple):
    """Probabilities a quarter: of dismissal by employer, of a quit by tier; keys of the draws."""

    dismissal: np.ndarray
    quit: np.ndarray
    layoff_key: np.uint64
    quit_key: np.uint64


class Payroll(NamedTuple):
    """Columns of firms that people's pay and number fill."""

    weight: np.ndarray
    headcount: np.ndarray
    wage_bill: np.ndarray


def affordable_mix(mix: np.ndarray, drift: np.ndarray, elasticity: float) -> np.ndarray:
    """Staff mix by layer after firms turn away from tiers that have become dear, shape (layer, tier), rows sum to one.

    ``drift`` is each tier's wage relative to an engineer's, against the start.
    """
    wanted = mix * drift**-elasticity
    return wanted / wanted.sum(axis=1, keepdims=True)


@compiled
def affordable_staff(means: float, cost: float, present: float) -> float:
    """Persons a firm can pay: from its means (million CNY a year), at least one and most of those present."""
    return max(means / cost, 1.0, 0.85 * present)


@compiled
def dismissed_share(present: float, desired: float, band: float, speed: float) -> float:
    """Share of staff dismissed in a quarter: part of what exceeds the desired staff by more than the band."""
    return speed * max(present - band * desired, 0.0) / max(present, 1e-300)


def posted_wage(
    wage: np.ndarray, outside_growth: float, tightness: np.ndarray, response: float, normal: float, pass_through: float
) -> np.ndarray:
    """Posted wages after a quarter, shape (tier,); ``tightness`` is vacancies per seeker."""
    pressure = np.log(np.minimum(np.maximum(tightness / normal, 0.05), 20.0))
    return wage * np.exp((pass_through * outside_growth + response * pressure) / 4.0)


def run(economy: Economy) -> None:
    """Plan, separate, match and pay."""
    staff = _staff(economy)
    seekers = matching.room(economy.people.length)
    number = _separate(economy, staff, _plan(economy, staff), seekers)
    matching.run(economy, staff, seekers, number)
    offered = economy.labour.wage
    _set_wages(economy)
    _pay(economy, staff, 1.0 - 0.5 ** (0.25 / economy.parameters["wage_half_life"]), seekers.hired, offered)


def count(economy: Economy) -> None:
    """Head count by firm and tier (per firm) and the wage bill a year, with everybody paid as they are."""
    _pay(economy, _staff(economy), 0.0, np.zeros(economy.people.length, dtype=np.bool_), economy.labour.wage)


# -- plans and separation ---------------------------------------------------------------------------------------------


def _staff(economy: Economy) -> np.ndarray:
    """Rows of people by employer (the states without a firm first, see ``STATES``) and tier."""
    staff = np.zeros((STATES + economy.firms.length, TIERS), dtype=np.int32)
    count_staff(economy.people.pick(Employed), staff)
    return staff


@compiled
def count_staff(people: Employed, staff: np.ndarray) -> None:
    """Add the living to ``staff`` (employer, tier)."""
    for row in range(len(people.alive)):
        staff[np.uint64(people.employer[row] + STATES), np.uint64(people.tier[row])] += people.alive[row]


def _plan(economy: Economy, staff: np.ndarray) -> np.ndarray:
    """Firms decide on staff; returns the probability of dismissal by employer: who seeks work has none to lose."""
    p, firms, labour = economy.parameters, economy.firms, economy.labour
    mix = affordable_mix(labour.tier_mix, labour.wage_drift(), p["tier_wage_elasticity"])
    growth = (1.0 + p["productivity_growth"]) ** (economy.quarter / 4.0)
    terms = p.terms(
        PlanningTerms, mix=mix, productivity=mix @ p["production_weight"],
        cost=(mix @ labour.wage) * (1.0 + p["overhead_ratio"]), output_per_head=labour.output_per_head * growth,
        person_weight=economy.person_weight,
    )  # fmt: skip
    dismissal = np.zeros(len(staff))
    dismissal[STATES + SEEKING] = 1.0
    plan_staff(firms.pick(Planning), terms, staff[STATES:], dismissal[STATES:])
    return dismissal


@compiled
def plan_staff(firms: Planning, terms: PlanningTerms, staff: np.ndarray, dismissal: np.ndarray) -> None:
    """Desired staff by tier, the part of it for research and the probability that a member is dismissed."""
    for firm in range(len(firms.alive)):
        if not firms.alive[firm]:
            dismissal[firm] = 1.0
            for tier in range(staff.shape[1]):
                firms.desired[firm, tier] = 0.0
            continue
        layer, cost = firms.layer[firm], terms.cost[firms.layer[firm]]
        per_head = terms.output_per_head[firms.product[firm]] * np.exp(terms.efficiency_output * firms.efficiency[firm])
        per_head *= max(firms.compute[firm], 0.05) ** terms.compute_output_share
        production = (1.0 + terms.hiring_buffer) * firms.expected_orders[firm] / (per_head * terms.productivity[layer])
        research = terms.research_wage_share * 4.0 * firms.research_budget[firm] / cost
        wanted = production + research
        firms.research_share[firm] = research / wanted if wanted > 0.0 else 0.0
        revenue, present = 0.0, 0.0
        for quarter in range(firms.revenue_quarters.shape[1]):
            revenue += firms.revenue_quarters[firm, quarter]
        for tier in range(staff.shape[1]):
            present += staff[firm, tier] * (terms.person_weight / firms.weight[firm])
        means = firms.margin[firm] * revenue + max(firms.cash[firm], 0.0) / terms.runway_years
        means -= (1.0 - terms.research_wage_share) * 4.0 * firms.research_budget[firm]
        means += terms.parent_cover * firms.group_revenue[firm]
        total = min(wanted, affordable_staff(means, cost, present))
        dismissal[firm] = dismissed_share(present, total, terms.layoff_band, terms.layoff_speed)
        for tier in range(staff.shape[1]):
            firms.desired[firm, tier] = total * terms.mix[layer, tier]


def _separate(economy: Economy, staff: np.ndarray, dismissal: np.ndarray, seekers: matching.Seekers) -> int:
    """People are dismissed or quit; all who seek work are listed in ``seekers``, returns their number."""
    p, people, labour, streams, t = (
        economy.parameters, economy.people, economy.labour, economy.streams, economy.quarter,
    )  # fmt: skip
    restless = np.where(labour.tightness > p["tight_market"], p["tight_market_switching"], 1.0) * p["switching_rate"]
    leaving = Leaving(dismissal, restless / 4.0, streams.key("person_layoff", t), streams.key("person_quit", t))
    rows, notes = np.empty(BATCH + 1, dtype=np.int64), np.empty(BATCH, dtype=np.bool_)
    return separate(people.pick(Employed), leaving, staff, seekers, rows, notes)


@compiled
def separate(
    people: Employed, leaving: Leaving, staff: np.ndarray, seekers: matching.Seekers, rows: np.ndarray,
    notes: np.ndarray,
) -> int:  # fmt: skip
    """Let people go who are dismissed or quit and list all seekers; returns their number.

    ``rows`` and ``notes`` are room for a batch of people: those who may leave are few and are listed first.  Who
    sought work before is dismissed for certain.
    """
    found, restless = 0, largest(leaving.quit)
    for start in range(0, len(people.alive), len(notes)):
        stop = min(start + len(notes), len(people.alive))
        note_low(leaving.quit_key, people.uid[start:stop], restless, notes)
        listed = 0
        for row in range(start, stop):
            state = people.employer[row]
            rows[listed] = row
            in_danger = leaving.dismissal[np.uint64(state + STATES)] > 0.0
            listed += people.alive[row] & (in_danger | (notes[row - start] & (state != OVERSEAS)))
        for place in range(listed):
            row = rows[place]
            uid, tier, state = people.uid[row], people.tier[row], people.employer[row]
            employer = np.uint64(state + STATES)
            quits = uniform_of(leaving.quit_key, uid) < leaving.quit[tier] * (0.5 if state == ACADEMIA else 1.0)
            goes = quits | (uniform_of(leaving.layoff_key, uid) < leaving.dismissal[employer])
            staff[employer, tier] -= goes
            people.employer[row] = SEEKING if goes else state
            seekers.rows[found], seekers.uid[found] = row, uid
            seekers.tier[found], seekers.region[found] = tier, people.region[row]
            seekers.searching[tier, people.region[row]] += goes
            found += goes
    return found


# -- pay --------------------------------------------------------------------------------------------------------------


def _set_wages(economy: Economy) -> None:
    p, labour = economy.parameters, economy.labour
    growth = p.driver("software_wage_growth")
    labour.software_wage *= np.exp(growth / 4.0)
    labour.wage = posted_wage(
        labour.wage,
        growth,
        labour.tightness,
        p["wage_tightness"],
        p["normal_tightness"],
        p["wage_outside_pass_through"],
    )
    labour.wage[ENGINEER:] = np.maximum(labour.wage[ENGINEER:], labour.software_wage)


def _pay(economy: Economy, staff: np.ndarray, speed: float, hired: np.ndarray, offered: np.ndarray) -> None:
    """Pay moves towards the posted wage; firms' head counts and wage bills follow.

    ``hired`` marks rows of people who begin at what was ``offered`` (by tier), where they earned less before.
    """
    bill = np.zeros(len(staff))
    pay_people(economy.people.pick(Employed), hired, offered, economy.labour.wage, speed, bill)
    economy.labour.academics = staff[STATES + ACADEMIA] * economy.person_weight
    economy.labour.academic_pay = float(bill[STATES + ACADEMIA]) * economy.person_weight
    fill_payroll(economy.firms.pick(Payroll), staff[STATES:], bill[STATES:], economy.person_weight)


@compiled
def pay_people(
    people: Employed, hired: np.ndarray, offered: np.ndarray, posted: np.ndarray, speed: float, bill: np.ndarray
) -> None:
    """Move the pay of people at home by the part ``speed`` of its gap and add it to the ``bill`` by employer."""
    for row in range(len(people.alive)):
        if not people.alive[row]:
            continue
        employer, tier, skill = people.employer[row], np.uint64(people.tier[row]), people.skill_pay[row]
        at_home = employer >= ACADEMIA
        wage = max(people.wage[row], offered[tier] * skill if hired[row] else 0.0)
        wage += (speed if at_home else 0.0) * (posted[tier] * skill - wage)
        people.wage[row] = wage
        bill[np.uint64(employer + STATES)] += wage if at_home else 0.0


@compiled
def fill_payroll(firms: Payroll, staff: np.ndarray, bill: np.ndarray, person_weight: float) -> None:
    """Head count and wage bill per firm that a row stands for."""
    for firm in range(len(firms.weight)):
        per_firm = person_weight / max(firms.weight[firm], 1e-300)
        firms.wage_bill[firm] = bill[firm] * per_firm
        for tier in range(staff.shape[1]):
            firms.headcount[firm, tier] = staff[firm, tier] * per_firm
