"""Call 6, ``labour``: vacancies, search, matching by tier and region, wages.

Rule: Desired staff
    Formula: N* = (1 + buffer) * expected orders / (output per head * tier productivity) + research_wage_share * 4 *
        research budget / (w * (1 + overhead)), at most max(means / (w * (1 + overhead)), 1, 85 % of present staff);
        split over tiers by layer; means = margin * revenue of four quarters + cash / runway_years + parent_cover *
        group revenue
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

Rule: Matching
    Formula: hires = min(S, V, mu * S^alpha * V^(1 - alpha)) per tier and market; top tiers national, others by province
        first and then among what is left nationally at half the efficiency; a hired person draws an employer in
        proportion to posts * exp(employer_quality * [incumbent])
    Symbols: S seekers, V vacancies of firms, for the two upper tiers also of academia, mu matching_efficiency, alpha
        matching_elasticity; academic posts academia_staff * (1 + academia_growth)^years + staff of research bases;
        staff of bases research_bases * staff_per_base * base_staff_mix
    Unit: persons a quarter
    Source: Petrongolo and Pissarides (2001); rates in talent.md section 8
    Clause: P008;P081

Rule: Substitution by a lower tier
    Formula: V(k+1) = max(0, desired(k+1) - staff(k+1)) + substitution * max(0, desired(k) - staff(k))
    Symbols: substitution tier_substitution; the posts of tier k stay open beside; a lower tier produces less
        (production_weight)
    Unit: persons
    Source: talent.md section 8 (0.6)
    Clause: P008;P035

Rule: Posted wage
    Formula: d ln w = (pass * g + phi * ln(theta / theta*)) / 4; engineers and applied staff at least software pay
    Symbols: pass wage_outside_pass_through; g growth of software pay; theta vacancies per seeker; theta* chronic
        shortage (normal_tightness), the ratio kept between 0.05 and 20; phi wage_tightness; g software_wage_growth
    Unit: log points a quarter
    Source: talent.md section 5 (phi 0.03-0.15); model.md section 4
    Clause: P008

Rule: Pay of staff in post
    Formula: w(i) moves towards the posted wage times skill^0.3 with a half-life of wage_half_life years
    Symbols: as above
    Unit: million CNY a year
    Source: model.md section 4 (half-life 1.5 years)
    Clause: P008
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.state import ACADEMIA, ENGINEER, RESEARCHER, SEEKING

if TYPE_CHECKING:
    from simulation.model.economy import Economy

TIERS = size("tier")
REGIONS = size("region")


def matches(seekers: np.ndarray, vacancies: np.ndarray, efficiency: float, elasticity: float) -> np.ndarray:
    """Hires of each market (same shape as the inputs, persons): Cobb-Douglas with constant returns, at most min(S,
    V).
    """
    made = efficiency * seekers**elasticity * vacancies ** (1.0 - elasticity)
    return np.minimum(np.minimum(seekers, vacancies), made)


def affordable_mix(mix: np.ndarray, drift: np.ndarray, elasticity: float) -> np.ndarray:
    """Staff mix by layer after firms turn away from tiers that have become dear, shape (layer, tier), rows sum to one.

    ``drift`` is each tier's wage relative to an engineer's, against the start.
    """
    wanted = mix * drift**-elasticity
    return wanted / wanted.sum(axis=1, keepdims=True)


def posted_wage(
    wage: np.ndarray, outside_growth: float, tightness: np.ndarray, response: float, normal: float, pass_through: float
) -> np.ndarray:
    """Posted wages after a quarter, shape (tier,); ``tightness`` is vacancies per seeker."""
    pressure = np.log(np.clip(tightness / normal, 0.05, 20.0))
    return wage * np.exp((pass_through * outside_growth + response * pressure) / 4.0)


def run(economy: Economy) -> None:
    """Separate, post, match and pay."""
    _count(economy)
    _desire(economy)
    _separate(economy)
    _count(economy)
    _post_vacancies(economy)
    _match(economy)
    _set_wages(economy)
    _count(economy)


def _count(economy: Economy) -> None:
    """Head count by firm and tier (per firm) and the wage bill a year."""
    people, firms = economy.people, economy.firms
    rows = people.rows()
    employed = rows[people.employer[rows] >= 0]
    employer, tier = people.employer[employed], people.tier[employed]
    per_firm = economy.person_weight / np.maximum(firms.weight, 1e-300)
    count = np.bincount(employer * TIERS + tier, minlength=firms.length * TIERS).reshape(firms.length, TIERS)
    firms.headcount[:] = count * per_firm[:, None]
    firms.wage_bill[:] = np.bincount(employer, people.wage[employed], firms.length) * per_firm


def _desire(economy: Economy) -> None:
    p, firms, labour = economy.parameters, economy.firms, economy.labour
    mix = affordable_mix(labour.tier_mix, labour.wage_drift(), p["tier_wage_elasticity"])[firms.layer]
    productivity = mix @ p["production_weight"]
    per_head = labour.output_per_head[firms.product] * (1.0 + p["productivity_growth"]) ** (economy.quarter / 4.0)
    per_head = per_head * np.exp(p["efficiency_output"] * firms.efficiency)
    per_head = per_head * np.maximum(firms.compute, 0.05) ** p["compute_output_share"]
    production = (1.0 + p["hiring_buffer"]) * firms.expected_orders / (per_head * productivity)
    cost = (mix @ labour.wage) * (1.0 + p["overhead_ratio"])
    research = p["research_wage_share"] * 4.0 * firms.research_budget / cost
    wanted = production + research
    bought = (1.0 - p["research_wage_share"]) * 4.0 * firms.research_budget
    means = firms.margin * firms.revenue_year() + np.maximum(firms.cash, 0.0) / p["runway_years"] - bought
    means = means + np.where(firms.group_revenue > 0.0, p["parent_cover"] * firms.group_revenue, 0.0)
    affordable = np.maximum(means / cost, 1.0)
    total = np.minimum(wanted, np.maximum(affordable, 0.85 * firms.headcount.sum(axis=1))) * firms.alive
    firms.research_share[:] = np.where(wanted > 0.0, research / np.maximum(wanted, 1e-300), 0.0)
    firms.desired[:] = total[:, None] * mix


def _separate(economy: Economy) -> None:
    p, people, firms, t = economy.parameters, economy.people, economy.firms, economy.quarter
    rows = people.rows()
    employed = rows[people.employer[rows] >= 0]
    have, want = firms.headcount.sum(axis=1), firms.desired.sum(axis=1)
    surplus = np.clip(have - p["layoff_band"] * want, 0.0, None) / np.maximum(have, 1e-300)
    dismissed = p["layoff_speed"] * surplus[people.employer[employed]]
    dismissed = np.where(firms.alive[people.employer[employed]], dismissed, 1.0)
    laid_off = economy.streams.uniform("person_layoff", people.uid[employed], t) < dismissed
    tight = economy.labour.tightness > p["tight_market"]
    restless = np.where(tight, p["tight_market_switching"], 1.0) * p["switching_rate"] / 4.0
    quits = economy.streams.uniform("person_quit", people.uid[employed], t) < restless[people.tier[employed]]
    people.employer[employed[laid_off | quits]] = SEEKING
    academics = rows[people.employer[rows] == ACADEMIA]
    moves = economy.streams.uniform("person_quit", people.uid[academics], t) < 0.5 * restless[people.tier[academics]]
    people.employer[academics[moves]] = SEEKING


def _post_vacancies(economy: Economy) -> None:
    p, firms, labour = economy.parameters, economy.firms, economy.labour
    gap = np.maximum(firms.desired - firms.headcount, 0.0) * firms.alive[:, None]
    passed = p["tier_substitution"] * gap
    passed[:, -1] = 0.0
    firms.vacancies[:] = gap - passed
    firms.vacancies[:, 1:] += passed[:, :-1]
    people = economy.people
    rows = people.rows()
    academics = rows[people.employer[rows] == ACADEMIA]
    have = np.bincount(people.tier[academics], minlength=TIERS) * economy.person_weight
    growth = (1.0 + p["academia_growth"]) ** (economy.quarter / 4.0)
    bases = economy.levers.effective("research_bases") * p["staff_per_base"] * p["base_staff_mix"]
    funded = economy.levers.delivered("research_bases") * p["staff_per_base"]
    economy.record("research_base_staff_funded", funded * p["base_staff_mix"].sum())
    labour.academia_desired = p["academia_staff"] * growth + bases
    labour.academia_vacancies = np.maximum(labour.academia_desired - have, 0.0)


def _match(economy: Economy) -> None:
    p, people, firms, labour = economy.parameters, economy.people, economy.firms, economy.labour
    rows = people.rows()
    seeking = rows[people.employer[rows] == SEEKING]
    posts = firms.vacancies * (firms.weight * firms.alive)[:, None]
    weight = economy.person_weight
    efficiency, elasticity = p["matching_efficiency"], p["matching_elasticity"]
    for tier in range(TIERS):
        pool = seeking[people.tier[seeking] == tier]
        national = float(posts[:, tier].sum()) + float(labour.academia_vacancies[tier])
        labour.tightness[tier] = national / max(len(pool) * weight, weight)
        labour.vacancies[tier], labour.seekers[tier] = national, len(pool) * weight
        if not len(pool) or national <= 0.0:
            continue
        if tier <= RESEARCHER:
            _hire(
                economy,
                tier,
                pool,
                posts[:, tier],
                np.zeros(len(pool), dtype=np.int64),
                efficiency[tier],
                elasticity,
                True,
            )
            continue
        region = people.region[pool]
        _hire(economy, tier, pool, posts[:, tier], region, efficiency[tier], elasticity, False)
        left = pool[people.employer[pool] == SEEKING]
        taken = np.bincount(people.employer[pool[people.employer[pool] >= 0]], minlength=firms.length) * weight
        remaining = np.maximum(posts[:, tier] - taken, 0.0)
        _hire(
            economy,
            tier,
            left,
            remaining,
            np.zeros(len(left), dtype=np.int64),
            0.5 * efficiency[tier],
            elasticity,
            True,
        )


def _hire(
    economy: Economy, tier: int, pool: np.ndarray, posts: np.ndarray, market: np.ndarray, efficiency: float,
    elasticity: float, national: bool,
) -> None:  # fmt: skip
    """Match the seekers of a tier with posts, nationally or province by province; each hired person draws an
    employer.
    """
    p, people, firms, labour, t = economy.parameters, economy.people, economy.firms, economy.labour, economy.quarter
    weight = economy.person_weight
    region = np.zeros(firms.length, dtype=np.int64) if national else firms.region
    markets = 1 if national else REGIONS
    academic = float(labour.academia_vacancies[tier]) if national else 0.0
    seekers = np.bincount(market, minlength=markets) * weight
    vacancies = np.bincount(region, posts, markets) + academic
    chance = matches(seekers, vacancies, efficiency, elasticity) / np.maximum(seekers, 1e-300)
    ids = people.uid[pool]
    hired = economy.streams.uniform("person_hired", ids, t, 1 if national else 0) < chance[market]
    who, where = pool[hired], market[hired]
    if not len(who):
        return
    order = np.argsort(region, kind="stable")
    quality = np.exp(p["employer_quality"] * np.where(firms.kind[order] == 1, 1.0, 0.0))
    attraction = posts[order] * quality
    cumulative = np.concatenate([[0.0], np.cumsum(attraction)])
    starts = np.searchsorted(region[order], np.arange(markets + 1))
    low, high = cumulative[starts[where]], cumulative[starts[where + 1]]
    draws = economy.streams.uniform("person_employer", people.uid[who], t, 1 if national else 0)
    point = low + draws * (high - low + academic)
    in_academia = (point >= high) & (academic > 0.0)
    place = np.clip(np.searchsorted(cumulative, point, side="right") - 1, 0, len(order) - 1)
    employer = np.where(in_academia, ACADEMIA, order[place])
    people.employer[who] = employer
    moved = who[~in_academia]
    people.region[moved] = firms.region[people.employer[moved]]
    people.wage[who] = np.maximum(people.wage[who], labour.wage[tier] * people.skill[who] ** 0.3)


def _set_wages(economy: Economy) -> None:
    p, people, labour = economy.parameters, economy.people, economy.labour
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
    rows = people.rows()
    at_home = rows[people.employer[rows] >= ACADEMIA]
    target = labour.wage[people.tier[at_home]] * people.skill[at_home] ** 0.3
    speed = 1.0 - 0.5 ** (0.25 / p["wage_half_life"])
    people.wage[at_home] += speed * (target - people.wage[at_home])
