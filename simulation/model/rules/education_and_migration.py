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

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.state import ACADEMIA, APPLIED, ENGINEER, OVERSEAS, RESEARCHER, SEEKING, TOP
from simulation.model.streams import encode_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

BACHELOR_LAG, POSTGRADUATE_LAG, DOCTORAL_LAG = 16, 10, 18
# Origins of people, part of their stable ids.
INITIAL, GRADUATE, TRAINED, VOCATIONAL, CONVERTED, RESKILLED, ABROAD = range(10, 17)


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


def return_hazard(
    base: np.ndarray, multiplier: float, friction: float, offer: np.ndarray, gain: float = 0.3
) -> np.ndarray:
    """Return hazard a year by tier; ``offer`` is pay at home relative to the start."""
    return base * multiplier * (1.0 + gain * friction) * offer


def run(economy: Economy) -> None:
    """Graduates, conversion, migration, promotion and exit of one quarter."""
    economy.people_flows = dict.fromkeys(("graduates", "conversion", "overseas", "exits"), 0.0)
    _graduates(economy)
    _conversion(economy)
    _migrate(economy)
    _rise_and_leave(economy)


def _enter(
    economy: Economy,
    origin: int,
    tier: int,
    persons: float,
    flow: str,
    state: int = SEEKING,
    region: np.ndarray | None = None,
) -> None:
    """Let ``persons`` enter the workforce; the fraction of a row is drawn, so the mean is exact at any scale."""
    t, streams, p = economy.quarter, economy.streams, economy.parameters
    expected = persons / economy.person_weight
    count = int(expected + streams.one("graduate_count", t, origin * 16 + tier))
    if count == 0:
        return
    uid = encode_ids(origin, t, np.arange(count), tier)
    shares = p["education_share"] if region is None else region
    places = np.searchsorted(np.cumsum(shares) / shares.sum(), streams.uniform("graduate_region", uid, t))
    economy.people.add(
        uid, tier=tier, region=np.minimum(places, size("region") - 1), employer=state, entered=t, origin=origin,
        skill=np.exp(p["skill_dispersion"] * streams.normal("person_skill", uid, 0)),
        wage=economy.labour.wage[tier],
    )  # fmt: skip
    economy.people_flows[flow] += count * economy.person_weight


def _graduates(economy: Economy) -> None:
    p, levers, t = economy.parameters, economy.levers, economy.quarter
    autumn = 1.0 if t % 4 == 2 else 0.0
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
    shares = p["education_share"] / p["education_share"].sum()
    bachelors = postgraduates = doctors = 0.0
    for university in economy.universities:
        share = shares[university.position]
        bachelors += university.enrol("bachelor", places * share, BACHELOR_LAG)
        postgraduates += university.enrol("postgraduate", education.graduate_places * share / 4.0, POSTGRADUATE_LAG)
        doctors += university.enrol("doctoral", trained * share, DOCTORAL_LAG)
    entering = p["bachelor_share_by_tier"]
    compound = levers.effective("compound_talent_share")
    economy.record(
        "compound_graduates", levers.delivered("compound_talent_share") * (bachelors + postgraduates + doctors)
    )
    education.compound_stock += compound * (bachelors + postgraduates + doctors)
    for tier in (ENGINEER, APPLIED):
        _enter(economy, GRADUATE, tier, bachelors * entering[tier], "graduates")
    _enter(economy, TRAINED, ENGINEER, postgraduates * (1.0 - p["researcher_share_of_graduates"]), "graduates")
    _enter(economy, TRAINED, RESEARCHER, postgraduates * p["researcher_share_of_graduates"] + doctors, "graduates")
    _enter(economy, VOCATIONAL, APPLIED, 250.0 * p.driver("vocational_graduates"), "graduates")


def _conversion(economy: Economy) -> None:
    p, labour = economy.parameters, economy.labour
    years = (economy.quarter - 6) / 4.0
    tightness = np.clip(labour.vacancies[ENGINEER:].sum() / max(labour.seekers[ENGINEER:].sum(), 1.0), 0.05, 20.0)
    if economy.quarter == 0:
        tightness = p["normal_tightness"][ENGINEER]
    flow = conversion_flow(
        1e6 * p.driver("software_workforce"), p["conversion_rate"], p["conversion_growth"], years,
        labour.premium() / labour.initial_premium, p["conversion_elasticity"],
        p["conversion_signal"] * economy.government.signal[0],
        float((tightness / p["normal_tightness"][ENGINEER]) ** p["conversion_tightness"]),
    )  # fmt: skip
    share = p["conversion_engineer_share"]
    _enter(economy, CONVERTED, ENGINEER, flow / 4.0 * share, "conversion")
    _enter(economy, CONVERTED, APPLIED, flow / 4.0 * (1.0 - share), "conversion")
    places, recorded = economy.levers.effective("reskilling_capacity"), economy.levers.delivered("reskilling_capacity")
    economy.record("reskilled_persons", recorded * 1e6 / 4.0)
    _enter(economy, RESKILLED, APPLIED, places * 1e6 / 4.0 * p["reskilling_ai_share"], "conversion")
    economy.education.reskilled_stock += places * 1e6 / 4.0 * p["reskilling_success"]


def _migrate(economy: Economy) -> None:
    p, people, t = economy.parameters, economy.people, economy.quarter
    friction = p.driver("migration_friction")
    newcomers = 250.0 * p.driver("overseas_graduates")
    _enter(economy, ABROAD, RESEARCHER, newcomers * 0.05, "overseas", OVERSEAS)
    _enter(economy, ABROAD, ENGINEER, newcomers * 0.95, "overseas", OVERSEAS)
    rows = people.rows()
    overseas = rows[people.employer[rows] == OVERSEAS]
    offer = (economy.labour.real_wage() / economy.labour.initial_real_wage) ** p["return_wage_elasticity"]
    hazard = return_hazard(p["return_rate"], p.driver("talent_return"), friction, offer, p["return_friction_gain"])
    elite = overseas[people.tier[overseas] <= RESEARCHER]
    posts = economy.levers.effective("talent_import_rate") * p["return_fill"]
    extra = np.zeros(size("tier"))
    extra[[TOP, RESEARCHER]] = posts / max(len(elite) * economy.person_weight, 1.0)
    economy.record("talent_import_places", economy.levers.delivered("talent_import_rate") / 4.0)
    draws = economy.streams.uniform("person_return", people.uid[overseas], t)
    back = overseas[draws < (hazard + extra)[people.tier[overseas]] / 4.0]
    people.employer[back] = SEEKING
    home = rows[(people.employer[rows] >= ACADEMIA)]
    leave = p["emigration_rate"] * p.driver("talent_outflow") * (1.0 - p["outflow_friction_cut"] * friction)
    draws = economy.streams.uniform("person_emigration", people.uid[home], t)
    gone = home[draws < leave[people.tier[home]] / 4.0]
    people.employer[gone] = OVERSEAS
    top_overseas = float((people.tier[overseas] == TOP).sum()) * economy.person_weight
    economy.education.flexible = economy.levers.effective("flexible_import_share") * top_overseas
    economy.record("flexible_positions", economy.levers.delivered("flexible_import_share") * top_overseas)
    economy.record("talent_returned", len(back) * economy.person_weight)
    economy.record("talent_emigrated", len(gone) * economy.person_weight)


def _rise_and_leave(economy: Economy) -> None:
    p, people, t = economy.parameters, economy.people, economy.quarter
    rows = people.rows()
    leaving = p["talent_exit_rate"][people.tier[rows]] + p["seeker_exit_rate"] * (people.employer[rows] == SEEKING)
    exits = economy.streams.uniform("person_exit", people.uid[rows], t) < leaving / 4.0
    economy.people_flows["exits"] += float(exits.sum()) * economy.person_weight
    people.remove(rows[exits])
    rows = rows[~exits]
    # Nobody rises above the top tier.
    promotion = np.where(people.tier[rows] > TOP, p["talent_promotion_rate"][people.tier[rows]] / 4.0, 0.0)
    rising = rows[economy.streams.uniform("person_promotion", people.uid[rows], t) < promotion]
    people.tier[rising] -= 1
