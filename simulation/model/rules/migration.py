"""Who returns, emigrates, leaves and rises: the second part of the call ``education_and_migration``.

Rule: Return and emigration
    Formula: return hazard = h(tier) * talent_return * (1 + g * friction) * (w / w0)^e, and posts offered are filled
        with probability return_fill;
        emigration hazard = e(tier) * talent_outflow * (1 - c * friction)
    Symbols: h return_rate, e emigration_rate by tier; friction migration_friction, g return_friction_gain, c
        outflow_friction_cut; w posted pay over software pay, w0
        at the start, e (exponent) return_wage_elasticity; posts talent_import_rate for the two upper tiers, spread over
        the people of these tiers overseas; those who return seek work; overseas_graduates join those overseas; flexible
        posts flexible_import_share * top scientists overseas
    Unit: per year
    Source: talent.md section 4: 10 of 100 in six years; multipliers after 2022 (J)
    Clause: P036

Rule: Promotion and exit
    Formula: each person rises with hazard promotion(tier) / 4 and leaves the AI workforce with hazard (exit(tier) +
        seeker_exit_rate * [seeking]) / 4: who finds no AI post goes back to other work
    Symbols: tier vectors talent_promotion_rate, talent_exit_rate; seeker_exit_rate
    Unit: per year
    Source: talent.md section 3 (J)
    Clause: P008
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.compiled import compiled
from simulation.model.state import ACADEMIA, OVERSEAS, RESEARCHER, SEEKING, TOP
from simulation.model.streams import largest, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

BATCH = 1024  # rows looked at together for rare events


class Moving(NamedTuple):
    """Columns of people that come back, go, leave or rise."""

    uid: np.ndarray
    alive: np.ndarray
    tier: np.ndarray
    employer: np.ndarray


class ReturnTerms(NamedTuple):
    """What brings people back: ``posts`` filled a year for the two upper tiers, posted pay over software pay."""

    return_rate: np.ndarray
    talent_return: float
    migration_friction: float
    return_friction_gain: float
    return_wage_elasticity: float
    posts: float
    real_wage: np.ndarray
    initial_real_wage: np.ndarray
    person_weight: float
    key: np.uint64


class Hazards(NamedTuple):
    """Hazards a year by tier of people at home, and of seekers beside it; keys of the draws."""

    emigration: np.ndarray
    talent_exit_rate: np.ndarray
    seeker_exit_rate: float
    talent_promotion_rate: np.ndarray
    emigration_key: np.uint64
    exit_key: np.uint64
    promotion_key: np.uint64


@compiled
def return_hazard(base: float, multiplier: float, friction: float, offer: float, gain: float) -> float:
    """Return hazard of a tier a year; ``offer`` is what pay at home over software pay does, 1 at the start."""
    return base * multiplier * (1.0 + gain * friction) * offer


def come_home(economy: Economy) -> None:
    """People overseas return, some to posts offered to the two upper tiers; flexible posts go to top scientists."""
    p, people, labour, levers = economy.parameters, economy.people, economy.labour, economy.levers
    terms = p.terms(
        ReturnTerms, talent_return=p.driver("talent_return"), migration_friction=p.driver("migration_friction"),
        posts=levers.effective("talent_import_rate") * p["return_fill"], real_wage=labour.real_wage(),
        initial_real_wage=labour.initial_real_wage, person_weight=economy.person_weight,
        key=economy.streams.key("person_return", economy.quarter),
    )  # fmt: skip
    rows, hazard = np.empty(people.length, dtype=np.int64), np.empty(len(labour.wage))
    back, top = bring_home(people.pick(Moving), terms, rows, hazard)
    economy.education.flexible = levers.effective("flexible_import_share") * top
    economy.record("flexible_positions", levers.delivered("flexible_import_share") * top)
    economy.record("talent_import_places", levers.delivered("talent_import_rate") / 4.0)
    economy.record("talent_returned", back * economy.person_weight)


@compiled
def bring_home(people: Moving, terms: ReturnTerms, rows: np.ndarray, hazard: np.ndarray) -> tuple[int, float]:
    """Those who return seek work.  ``rows`` is room for a list of the people overseas, ``hazard`` for one by tier.

    Returns the rows that come back and the top scientists who were overseas before (persons).
    """
    overseas = list_overseas(people, rows)
    elite, top, back = 0, 0, 0
    for place in range(overseas):
        elite += people.tier[rows[place]] <= RESEARCHER
        top += people.tier[rows[place]] == TOP
    invited = terms.posts / max(elite * terms.person_weight, 1.0)
    for tier in range(len(hazard)):
        offer = (terms.real_wage[tier] / terms.initial_real_wage[tier]) ** terms.return_wage_elasticity
        hazard[tier] = invited if tier <= RESEARCHER else 0.0
        hazard[tier] += return_hazard(
            terms.return_rate[tier], terms.talent_return, terms.migration_friction, offer, terms.return_friction_gain
        )
    for place in range(overseas):
        row = rows[place]
        if uniform_of(terms.key, people.uid[row]) < hazard[people.tier[row]] / 4.0:
            people.employer[row] = SEEKING
            back += 1
    return back, top * terms.person_weight


@compiled
def list_overseas(people: Moving, rows: np.ndarray) -> int:
    """Rows of the people overseas into ``rows``; returns their number."""
    found = 0
    for row in range(len(people.alive)):
        rows[found] = row
        found += people.alive[row] & (people.employer[row] == OVERSEAS)
    return found


def leave_and_rise(economy: Economy) -> None:
    """Emigration, exit and promotion: each person meets them in this order."""
    p, people, streams, t = economy.parameters, economy.people, economy.streams, economy.quarter
    cut = p["outflow_friction_cut"] * p.driver("migration_friction")
    hazards = p.terms(
        Hazards, emigration=p["emigration_rate"] * (p.driver("talent_outflow") * (1.0 - cut)),
        emigration_key=streams.key("person_emigration", t), exit_key=streams.key("person_exit", t),
        promotion_key=streams.key("person_promotion", t),
    )  # fmt: skip
    gone, left, lowest = move(people.pick(Moving), hazards, np.empty(BATCH, dtype=np.bool_))
    people.free_from(lowest)
    economy.people_flows["exits"] = left * economy.person_weight
    economy.record("talent_emigrated", gone * economy.person_weight)


@compiled
def move(people: Moving, hazards: Hazards, notes: np.ndarray) -> tuple[int, int, int]:
    """People at home emigrate; people leave the workforce; those who stay and are not at the top may rise.

    ``notes`` is room for a batch of people.  Returns the rows that emigrated and left, and the lowest row left free.
    """
    gone, left, lowest = 0, 0, len(people.alive)
    for start in range(0, len(people.alive), len(notes)):
        stop = min(start + len(notes), len(people.alive))
        note_movers(people.uid[start:stop], people.employer[start:stop], hazards, notes)
        for row in range(start, stop):
            if not (notes[row - start] and people.alive[row]):
                continue
            me, tier = people.uid[row], people.tier[row]
            at_home = people.employer[row] >= ACADEMIA
            if at_home and uniform_of(hazards.emigration_key, me) < hazards.emigration[tier] / 4.0:
                people.employer[row] = OVERSEAS
                gone += 1
            leaving = hazards.talent_exit_rate[tier]
            leaving += hazards.seeker_exit_rate if people.employer[row] == SEEKING else 0.0
            if uniform_of(hazards.exit_key, me) < leaving / 4.0:
                people.alive[row] = False
                left += 1
                lowest = min(lowest, row)
            elif tier > TOP and uniform_of(hazards.promotion_key, me) < hazards.talent_promotion_rate[tier] / 4.0:
                people.tier[row] = tier - 1
    return gone, left, lowest


@compiled
def note_movers(ids: np.ndarray, employer: np.ndarray, hazards: Hazards, notes: np.ndarray) -> None:
    """Note who may move at all: whose draw lies below the greatest hazard of its kind.

    Events are rare and this loop has no branch, so that the processor draws for eight people at once.
    """
    emigration, promotion = largest(hazards.emigration) / 4.0, largest(hazards.talent_promotion_rate) / 4.0
    staying = largest(hazards.talent_exit_rate) / 4.0
    seeking = (largest(hazards.talent_exit_rate) + hazards.seeker_exit_rate) / 4.0
    for place in range(len(ids)):
        leaving = seeking if employer[place] == SEEKING else staying
        notes[place] = (
            (uniform_of(hazards.emigration_key, ids[place]) < emigration)
            | (uniform_of(hazards.exit_key, ids[place]) < leaving)
            | (uniform_of(hazards.promotion_key, ids[place]) < promotion)
        )
