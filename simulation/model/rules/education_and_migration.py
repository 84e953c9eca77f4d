"""Call 3, ``education_and_migration``: people come, rise, move and go; everyone is counted.

Rule: Graduates by programme vintage
    Formula: graduates(t) = places(t - lag); bachelors: places = programmes * students_per_programme, every third
        quarter;
        postgraduates: places grow by graduate_quota_growth a year; training: places = budget / cost per place
    Symbols: lag 16 quarters (bachelor), 10 (postgraduate), 18 (doctoral training); shares by tier after graduation;
        programmes ai_majors; budget talent_training_budget, cost training_cost_per_place; bachelors enter AI work by
        bachelor_share_by_tier, postgraduates become researchers by researcher_share_of_graduates and else engineers;
        vocational_graduates become applied staff at once; provinces by education_share; skill log-normal with
        skill_dispersion; the part compound_talent_share of graduates has compound skills
    Unit: persons a quarter
    Source: talent.md section 3 (E/D/J); the first AI bachelors graduate in 2023
    Clause: P034;P035;P038

Rule: Conversion from the software workforce
    Formula: c = c0 * (1 + g)^(years from 2017) * (premium / premium0)^elasticity * (1 + s) * (theta / theta*)^h * pool
    Symbols: c0 conversion_rate; g conversion_growth; premium mean posted pay of engineers and applied staff over
        software pay; s plan signal times conversion_signal; theta vacancies per seeker of the last quarter, theta*
        normal_tightness; h conversion_tightness; pool software_workforce. Re-trained staff enter beside it:
        reskilling_capacity * reskilling_ai_share persons a year; elasticity conversion_elasticity; the part
        conversion_engineer_share becomes engineers, the rest applied staff; of all re-trained the part
        reskilling_success helps adopters
    Unit: persons a year
    Source: talent.md section 3: 0.55 % of the pool, 0.4-0.7 %; residual that closes the totals (J)
    Clause: P008;P093;P099
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.compiled import compiled
from simulation.model.rules import migration
from simulation.model.state import APPLIED, ENGINEER, OVERSEAS, RESEARCHER, SEEKING, SKILL_PAY
from simulation.model.streams import QUANTILE_TABLE, candidate_id, normal_of, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

# Quarters from entry to graduation.
LAGS = {"bachelor": 16, "postgraduate": 10, "doctoral": 18}
# Origins of people, part of their stable ids.
INITIAL, GRADUATE, TRAINED, VOCATIONAL, CONVERTED, RESKILLED, ABROAD = range(10, 17)
# Groups that enter each quarter: origin, tier, state; the order is that of the rows they take.
GROUPS = np.array([
    (GRADUATE, ENGINEER, SEEKING), (GRADUATE, APPLIED, SEEKING), (TRAINED, ENGINEER, SEEKING),
    (TRAINED, RESEARCHER, SEEKING), (VOCATIONAL, APPLIED, SEEKING), (CONVERTED, ENGINEER, SEEKING),
    (CONVERTED, APPLIED, SEEKING), (RESKILLED, APPLIED, SEEKING), (ABROAD, RESEARCHER, OVERSEAS),
    (ABROAD, ENGINEER, OVERSEAS),
])  # fmt: skip
FLOWS = {"graduates": slice(0, 5), "conversion": slice(5, 8), "overseas": slice(8, 10)}


class Entered(NamedTuple):
    """Columns of people that entrants fill: all of them."""

    uid: np.ndarray
    alive: np.ndarray
    tier: np.ndarray
    skill: np.ndarray
    skill_pay: np.ndarray
    region: np.ndarray
    employer: np.ndarray
    wage: np.ndarray
    entered: np.ndarray
    origin: np.ndarray


class EntryTerms(NamedTuple):
    """What entrants bring: skill and its pay by class of the draw, edges of the provinces in (0, 1), posted wages by
    tier; keys of the draws.
    """

    quarter: int
    skill: np.ndarray
    skill_pay: np.ndarray
    edges: np.ndarray
    wage: np.ndarray
    region_key: np.uint64
    skill_key: np.uint64


def conversion_flow(
    pool: float,
    rate: float,
    growth: float,
    years: float,
    premium: float,
    elasticity: float,
    signal: float,
    openings: float,
) -> float:
    """Persons a year who convert from software work; ``premium`` and ``openings`` are relative to their norm."""
    return pool * rate * (1.0 + growth) ** years * premium**elasticity * (1.0 + signal) * openings


def run(economy: Economy) -> None:
    """Graduates, conversion, migration, exit and promotion of one quarter."""
    _enter(economy, [*_graduates(economy), *_conversion(economy), *_students_abroad(economy)])
    migration.come_home(economy)
    migration.leave_and_rise(economy)


# -- who enters -------------------------------------------------------------------------------------------------------


def _graduates(economy: Economy) -> list[float]:
    """Persons in each group of graduates."""
    p, levers = economy.parameters, economy.levers
    autumn = 1.0 if economy.quarter % 4 == 2 else 0.0
    places = levers.effective("ai_majors") * p["students_per_programme"] * autumn
    economy.record("ai_bachelor_places", levers.delivered("ai_majors") * p["students_per_programme"] / 4.0)
    growth, recorded = levers.effective("graduate_quota_growth"), levers.delivered("graduate_quota_growth")
    education = economy.education
    education.graduate_places *= (1.0 + growth) ** 0.25
    education.graduate_places_recorded *= (1.0 + recorded) ** 0.25
    economy.record("graduate_places", education.graduate_places_recorded / 4.0)
    cost = p["training_cost_per_place"]
    trained = 1000.0 * levers.effective("talent_training_budget") / cost / 4.0
    economy.record("training_places", 1000.0 * levers.delivered("talent_training_budget") / cost / 4.0)
    budget = 250.0 * levers.delivered("talent_training_budget")
    economy.ledger.post("training", "central_government", "universities", budget)
    share = p["education_share"] / p["education_share"].sum()
    bachelors = education.enrol("bachelor", places * share)
    postgraduates = education.enrol("postgraduate", education.graduate_places / 4.0 * share)
    doctors = education.enrol("doctoral", trained * share)
    graduates = bachelors + postgraduates + doctors
    education.compound_stock += levers.effective("compound_talent_share") * graduates
    economy.record("compound_graduates", levers.delivered("compound_talent_share") * graduates)
    entering, researchers = p["bachelor_share_by_tier"], p["researcher_share_of_graduates"]
    return [
        bachelors * entering[ENGINEER],
        bachelors * entering[APPLIED],
        postgraduates * (1.0 - researchers),
        postgraduates * researchers + doctors,
        250.0 * p.driver("vocational_graduates"),
    ]


def _conversion(economy: Economy) -> list[float]:
    """Persons in each group that changes from other work."""
    p, labour = economy.parameters, economy.labour
    normal = float(p["normal_tightness"][ENGINEER])
    posts, seekers = float(labour.vacancies[ENGINEER:].sum()), float(labour.seekers[ENGINEER:].sum())
    tightness = normal if economy.quarter == 0 else min(max(posts / max(seekers, 1.0), 0.05), 20.0)
    flow = conversion_flow(
        1e6 * p.driver("software_workforce"), p["conversion_rate"], p["conversion_growth"],
        (economy.quarter - 6) / 4.0, labour.premium() / labour.initial_premium, p["conversion_elasticity"],
        p["conversion_signal"] * economy.government.signal[0], (tightness / normal) ** p["conversion_tightness"],
    )  # fmt: skip
    places, recorded = economy.levers.effective("reskilling_capacity"), economy.levers.delivered("reskilling_capacity")
    economy.record("reskilled_persons", recorded * 1e6 / 4.0)
    economy.education.reskilled_stock += places * 1e6 / 4.0 * p["reskilling_success"]
    share = p["conversion_engineer_share"]
    return [flow / 4.0 * share, flow / 4.0 * (1.0 - share), places * 1e6 / 4.0 * p["reskilling_ai_share"]]


def _students_abroad(economy: Economy) -> list[float]:
    """Persons in each group that graduates abroad and is overseas then."""
    newcomers = 250.0 * economy.parameters.driver("overseas_graduates")
    return [newcomers * 0.05, newcomers * 0.95]


def _enter(economy: Economy, persons: list[float]) -> None:
    """Let ``persons`` of each group enter; the fraction of a row is drawn, so the mean is exact at any scale."""
    p, streams, people, t = economy.parameters, economy.streams, economy.people, economy.quarter
    counts = np.empty(len(GROUPS), dtype=np.int64)
    total = count_entrants(np.array(persons), economy.person_weight, GROUPS, streams.key("graduate_count", t), counts)
    rows = people.take(total)
    share = p["education_share"]
    terms = EntryTerms(
        t, *skill_tables(p["skill_dispersion"]), np.cumsum(share) / share.sum(), economy.labour.wage,
        streams.key("graduate_region", t), streams.key("person_skill", 0),
    )  # fmt: skip
    write_entrants(people.pick(Entered), rows, counts, GROUPS, terms)
    entered = counts.tolist()
    economy.people_flows = {name: sum(entered[part]) * economy.person_weight for name, part in FLOWS.items()}


@compiled
def count_entrants(
    persons: np.ndarray, person_weight: float, groups: np.ndarray, key: np.uint64, counts: np.ndarray
) -> int:
    """Rows that enter in each group, into ``counts``; returns their sum."""
    total = 0
    for group in range(len(persons)):
        name = groups[group, 0] * 16 + groups[group, 1]
        counts[group] = int(persons[group] / person_weight + uniform_of(key, np.uint64(name)))
        total += counts[group]
    return total


@compiled
def write_entrants(
    people: Entered, rows: np.ndarray, counts: np.ndarray, groups: np.ndarray, terms: EntryTerms
) -> None:
    """Fill the rows of entrants, group by group."""
    place = 0
    for group in range(len(counts)):
        origin, tier, state = groups[group, 0], groups[group, 1], groups[group, 2]
        for slot in range(counts[group]):
            row = rows[place]
            place += 1
            uid = candidate_id(origin, terms.quarter, slot, tier)
            people.uid[row], people.alive[row] = uid, True
            people.tier[row], people.employer[row] = tier, state
            people.skill[row] = normal_of(terms.skill_key, uid, terms.skill)
            people.skill_pay[row] = normal_of(terms.skill_key, uid, terms.skill_pay)
            people.region[row] = province_of(uniform_of(terms.region_key, uid), terms.edges)
            people.wage[row] = terms.wage[tier]
            people.entered[row], people.origin[row] = terms.quarter, origin


@lru_cache(maxsize=8)
def skill_tables(dispersion: float) -> tuple[np.ndarray, np.ndarray]:
    """Skill of each class of the standard normal draw, and the pay it brings over the posted wage."""
    skill = np.exp(dispersion * QUANTILE_TABLE)
    return skill, skill**SKILL_PAY


@compiled
def province_of(draw: float, edges: np.ndarray) -> int:
    """Province in proportion to places in education; ``edges`` are its cumulative shares."""
    region = 0
    for place in range(len(edges) - 1):  # without a way out, so that the processor compares eight edges at once
        region += edges[place] < draw
    return region
