"""Call 6, ``labour``, in plain terms: firms decide whom they want, people leave and are hired, wages move."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.reference.names import ACADEMIA, APPLIED, ENGINEER, SEEKING, SKILL_PAY, TIERS
from tests.reference.rules import matching

if TYPE_CHECKING:
    from tests.reference.agents import Firm, PlainEconomy


def run(plain: PlainEconomy) -> None:
    """Separate, post, match and pay."""
    count_heads(plain)
    for firm in plain.rows:
        desire(plain, firm)
    separate(plain)
    count_heads(plain)
    for firm in plain.firms:
        post(plain, firm)
    post_in_academia(plain)
    matching.run(plain)
    set_posted_wages(plain)
    pay(plain)
    count_heads(plain)
    count_academics(plain)


def count_heads(plain: PlainEconomy) -> None:
    """Head count by tier and wage bill a year, per firm."""
    staff = defaultdict(list)
    for person in plain.people:
        if person.employer >= 0:
            staff[person.employer].append(person)
    for firm in plain.firms:
        per_firm = plain.person_weight / firm.weight
        firm.headcount = [sum(person.tier == tier for person in staff[firm.row]) * per_firm for tier in TIERS]
        firm.wage_bill = sum(person.wage for person in staff[firm.row]) * per_firm


def count_academics(plain: PlainEconomy) -> None:
    """Academics by tier (persons) and their pay a year."""
    academics = [person for person in plain.people if person.employer == ACADEMIA]
    for tier in TIERS:
        plain.labour.academics[tier] = sum(person.tier == tier for person in academics) * plain.person_weight
    plain.labour.academic_pay = sum(person.wage for person in academics) * plain.person_weight


# -- Rule: Desired staff ----------------------------------------------------------------------------------------------


def desire(plain: PlainEconomy, firm: Firm) -> None:
    """Staff a firm wants and can pay, by tier; a closed firm wants nobody."""
    if not firm.alive:
        firm.desired = [0.0 for _ in TIERS]
        return
    mix = affordable_mix(plain, firm.layer)
    wage = sum(mix[tier] * plain.labour.wage[tier] for tier in TIERS)
    cost = wage * (1.0 + plain.value("overhead_ratio"))
    research = plain.value("research_wage_share") * 4.0 * firm.research_budget / cost
    wanted = staff_for_production(plain, firm, mix) + research
    total = min(wanted, max(means(plain, firm) / cost, 1.0, 0.85 * firm.staff()))
    firm.research_share = research / wanted if wanted > 0.0 else 0.0
    firm.desired = [total * mix[tier] for tier in TIERS]


def affordable_mix(plain: PlainEconomy, layer: int) -> list[float]:
    """Mix of a layer after firms turn away from tiers whose wage has risen against an engineer's."""
    labour = plain.labour
    start, now = labour.initial_relative, labour.wage
    parts = []
    for tier in TIERS:
        drift = (now[tier] / now[ENGINEER]) / (start[tier] / start[ENGINEER])
        parts.append(labour.tier_mix[layer][tier] * drift ** -plain.value("tier_wage_elasticity"))
    return [part / sum(parts) for part in parts]


def staff_for_production(plain: PlainEconomy, firm: Firm, mix: list[float]) -> float:
    """(1 + buffer) * expected orders over what a person of the mix makes in the firm."""
    person = sum(mix[tier] * plain.value("production_weight")[tier] for tier in TIERS)
    person *= plain.labour.output_per_head[firm.product]
    person *= (1.0 + plain.value("productivity_growth")) ** (plain.quarter / 4.0)
    person *= math.exp(plain.value("efficiency_output") * firm.efficiency)
    person *= max(firm.compute, 0.05) ** plain.value("compute_output_share")
    return (1.0 + plain.value("hiring_buffer")) * firm.expected_orders / person


def means(plain: PlainEconomy, firm: Firm) -> float:
    """Margin, a part of the deposits and of the group's revenue, less research that is bought; million CNY a year."""
    bought = (1.0 - plain.value("research_wage_share")) * 4.0 * firm.research_budget
    own = firm.margin * firm.revenue_year() + max(firm.cash, 0.0) / plain.value("runway_years") - bought
    return own + plain.value("parent_cover") * max(firm.group_revenue, 0.0)


# -- Rule: Separation -------------------------------------------------------------------------------------------------


def separate(plain: PlainEconomy) -> None:
    """People are dismissed or quit, academics quit at half the hazard; all of them seek work."""
    dismissal = {firm.row: dismissal_chance(plain, firm) for firm in plain.rows}
    quits = [quit_chance(plain, tier) for tier in TIERS]
    layoffs = plain.uniforms("person_layoff", plain.people)
    wishes = plain.uniforms("person_quit", plain.people)
    for person, layoff, wish in zip(plain.people, layoffs, wishes, strict=True):
        if person.employer >= 0:
            goes = layoff < dismissal[person.employer] or wish < quits[person.tier]
        else:
            goes = person.employer == ACADEMIA and wish < 0.5 * quits[person.tier]
        if goes:
            person.employer = SEEKING


def dismissal_chance(plain: PlainEconomy, firm: Firm) -> float:
    """layoff speed * part of the staff beyond the band; the staff of a closed firm go."""
    if not firm.alive:
        return 1.0
    surplus = max(firm.staff() - plain.value("layoff_band") * sum(firm.desired), 0.0)
    return plain.value("layoff_speed") * surplus / max(firm.staff(), 1e-300)


def quit_chance(plain: PlainEconomy, tier: int) -> float:
    """Chance a quarter that a person of a tier quits, more in a tight market."""
    hazard = plain.value("switching_rate")[tier] / 4.0
    if plain.labour.tightness[tier] > plain.value("tight_market"):
        hazard *= plain.value("tight_market_switching")
    return hazard


# -- Rule: Substitution by a lower tier -------------------------------------------------------------------------------


def post(plain: PlainEconomy, firm: Firm) -> None:
    """Post what is missing; a part of the posts of a tier is posted for the next lower one instead."""
    gap = [max(firm.desired[tier] - firm.headcount[tier], 0.0) for tier in TIERS]
    firm.vacancies = list(gap)
    for tier in TIERS[:-1]:
        passed = plain.value("tier_substitution") * gap[tier]
        firm.vacancies[tier] -= passed
        firm.vacancies[tier + 1] += passed


def post_in_academia(plain: PlainEconomy) -> None:
    """Academia wants its growing staff and that of the research bases."""
    labour = plain.labour
    growth = (1.0 + plain.value("academia_growth")) ** (plain.quarter / 4.0)
    mix, staff = plain.value("base_staff_mix"), plain.value("staff_per_base")
    plain.record("research_base_staff_funded", plain.delivered("research_bases") * staff * sum(mix))
    for tier in TIERS:
        bases = plain.effective("research_bases") * staff * mix[tier]
        labour.academia_desired[tier] = plain.value("academia_staff")[tier] * growth + bases
        academics = sum(person.employer == ACADEMIA and person.tier == tier for person in plain.people)
        have = academics * plain.person_weight
        labour.academia_vacancies[tier] = max(labour.academia_desired[tier] - have, 0.0)


# -- Rule: Posted wage, Rule: Pay of staff in post --------------------------------------------------------------------


def set_posted_wages(plain: PlainEconomy) -> None:
    """Posted wages follow software pay and the tightness of each tier."""
    labour, growth = plain.labour, plain.driver("software_wage_growth")
    labour.software_wage *= math.exp(growth / 4.0)
    for tier in TIERS:
        shortage = min(20.0, max(0.05, labour.tightness[tier] / plain.value("normal_tightness")[tier]))
        rise = plain.value("wage_outside_pass_through") * growth + plain.value("wage_tightness") * math.log(shortage)
        labour.wage[tier] *= math.exp(rise / 4.0)
    for tier in (ENGINEER, APPLIED):
        labour.wage[tier] = max(labour.wage[tier], labour.software_wage)


def pay(plain: PlainEconomy) -> None:
    """Pay of everybody at home moves towards the posted wage of the tier, dearer with skill."""
    speed = 1.0 - 0.5 ** (0.25 / plain.value("wage_half_life"))
    for person in plain.people:
        if person.employer >= ACADEMIA:
            person.wage += speed * (plain.labour.wage[person.tier] * person.skill**SKILL_PAY - person.wage)
