"""Call 3, ``education_and_migration``, in plain terms: people come, rise, move and go."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.reference.draws import encode_id
from tests.reference.names import (
    ACADEMIA,
    APPLIED,
    ENGINEER,
    OVERSEAS,
    REGIONS,
    RESEARCHER,
    SEEKING,
    SKILL_PAY,
    TIERS,
    TOP,
)

if TYPE_CHECKING:
    from tests.reference.agents import Person, PlainEconomy

# Quarters from entry to graduation.
BACHELOR_LAG, POSTGRADUATE_LAG, DOCTORAL_LAG = 16, 10, 18
# Where people come from, part of their stable ids.
GRADUATE, TRAINED, VOCATIONAL, CONVERTED, RESKILLED, ABROAD = range(11, 17)
AUTUMN = 2


def run(plain: PlainEconomy) -> None:
    """Graduates, conversion, migration, exit and promotion of one quarter."""
    plain.people_flows = dict.fromkeys(("graduates", "conversion", "overseas", "exits"), 0.0)
    graduate(plain)
    convert(plain)
    retrain(plain)
    study_abroad(plain)
    migrate(plain)
    leave(plain)
    rise(plain)


# -- entering ---------------------------------------------------------------------------------------------------------


def enter(plain: PlainEconomy, origin: int, tier: int, persons: float, flow: str, state: int = SEEKING) -> None:
    """Let ``persons`` enter; what is left of a whole person of the model is drawn."""
    count = int(persons / plain.person_weight + plain.uniform("graduate_count", origin * 16 + tier))
    ids = [encode_id(origin, plain.quarter, slot, tier) for slot in range(count)]
    provinces = plain.uniforms("graduate_region", ids)
    skills = plain.normals("person_skill", ids, quarter=0)
    for uid, province, normal in zip(ids, provinces, skills, strict=True):
        skill = math.exp(plain.value("skill_dispersion") * normal)
        plain.add_person(
            uid, alive=True, tier=tier, region=draw_province(plain, province), employer=state, entered=plain.quarter,
            origin=origin, skill=skill, skill_pay=skill**SKILL_PAY, wage=plain.labour.wage[tier],
        )  # fmt: skip
    plain.people_flows[flow] += count * plain.person_weight


def draw_province(plain: PlainEconomy, draw: float) -> int:
    """Province in proportion to places in education."""
    shares = plain.value("education_share")
    return min(bisect_left([part / sum(shares) for part in accumulate(shares)], draw), REGIONS[-1])


# -- Rule: Graduates by programme vintage -----------------------------------------------------------------------------


def graduate(plain: PlainEconomy) -> None:
    """Cohorts enrol, and those who enrolled years ago graduate."""
    bachelors = enrol(plain, "bachelor", bachelor_places(plain), BACHELOR_LAG)
    postgraduates = enrol(plain, "postgraduate", postgraduate_places(plain), POSTGRADUATE_LAG)
    doctors = enrol(plain, "doctoral", doctoral_places(plain), DOCTORAL_LAG)
    all_graduates = bachelors + postgraduates + doctors
    plain.education.compound_stock += plain.effective("compound_talent_share") * all_graduates
    plain.record("compound_graduates", plain.delivered("compound_talent_share") * all_graduates)
    for tier in (ENGINEER, APPLIED):
        enter(plain, GRADUATE, tier, bachelors * plain.value("bachelor_share_by_tier")[tier], "graduates")
    researchers = postgraduates * plain.value("researcher_share_of_graduates")
    enter(plain, TRAINED, ENGINEER, postgraduates - researchers, "graduates")
    enter(plain, TRAINED, RESEARCHER, researchers + doctors, "graduates")
    enter(plain, VOCATIONAL, APPLIED, 1000.0 * plain.driver("vocational_graduates") / 4.0, "graduates")


def enrol(plain: PlainEconomy, programme: str, places: float, lag: int) -> float:
    """Enrol a cohort in all provinces; returns the persons who entered ``lag`` quarters ago and graduate now."""
    shares = plain.value("education_share")
    cohorts = plain.education.pipelines.setdefault(programme, [[0.0 for _ in REGIONS] for _ in range(lag)])
    cohorts.append([places * share / sum(shares) for share in shares])
    return sum(cohorts.pop(0)) if len(cohorts) > lag else 0.0


def bachelor_places(plain: PlainEconomy) -> float:
    """Programmes times students, once a year in autumn."""
    students = plain.value("students_per_programme")
    plain.record("ai_bachelor_places", plain.delivered("ai_majors") * students / 4.0)
    return plain.effective("ai_majors") * students if plain.quarter % 4 == AUTUMN else 0.0


def postgraduate_places(plain: PlainEconomy) -> float:
    """Places in the quarter; they grow by the quota."""
    education = plain.education
    education.graduate_places *= (1.0 + plain.effective("graduate_quota_growth")) ** 0.25
    education.graduate_places_recorded *= (1.0 + plain.delivered("graduate_quota_growth")) ** 0.25
    plain.record("graduate_places", education.graduate_places_recorded / 4.0)
    return education.graduate_places / 4.0


def doctoral_places(plain: PlainEconomy) -> float:
    """Places that the training budget of the central government pays for in the quarter."""
    cost = plain.value("training_cost_per_place")
    plain.record("training_places", 1000.0 * plain.delivered("talent_training_budget") / cost / 4.0)
    budget = 1000.0 * plain.delivered("talent_training_budget") / 4.0
    plain.ledger.post("training", "central_government", "universities", budget)
    return 1000.0 * plain.effective("talent_training_budget") / cost / 4.0


# -- Rule: Conversion from the software workforce ---------------------------------------------------------------------


def convert(plain: PlainEconomy) -> None:
    """People change from software to AI work."""
    share = plain.value("conversion_engineer_share")
    persons = conversion_a_year(plain) / 4.0
    enter(plain, CONVERTED, ENGINEER, persons * share, "conversion")
    enter(plain, CONVERTED, APPLIED, persons * (1.0 - share), "conversion")


def conversion_a_year(plain: PlainEconomy) -> float:
    """c0 * (1 + g)^years * relative premium^elasticity * (1 + signal) * openings^h * pool, persons a year."""
    premium = pay_premium(plain) / plain.labour.initial_premium
    rate = plain.value("conversion_rate") * (1.0 + plain.value("conversion_growth")) ** ((plain.quarter - 6) / 4.0)
    rate *= premium ** plain.value("conversion_elasticity")
    rate *= 1.0 + plain.value("conversion_signal") * plain.government.signal[0]
    rate *= (posts_per_seeker(plain) / plain.value("normal_tightness")[ENGINEER]) ** plain.value("conversion_tightness")
    return rate * 1e6 * plain.driver("software_workforce")


def pay_premium(plain: PlainEconomy) -> float:
    """Mean posted pay of engineers and applied staff over software pay."""
    wage = plain.labour.wage
    return (wage[ENGINEER] + wage[APPLIED]) / 2.0 / plain.labour.software_wage


def posts_per_seeker(plain: PlainEconomy) -> float:
    """Posts of engineers and applied staff per seeker in the last quarter; normal before the first."""
    if plain.quarter == 0:
        return plain.value("normal_tightness")[ENGINEER]
    posts = sum(plain.labour.vacancies[tier] for tier in (ENGINEER, APPLIED))
    seekers = sum(plain.labour.seekers[tier] for tier in (ENGINEER, APPLIED))
    return min(20.0, max(0.05, posts / max(seekers, 1.0)))


def retrain(plain: PlainEconomy) -> None:
    """Re-trained staff: some enter AI work, others help adopters."""
    persons = 1e6 * plain.effective("reskilling_capacity") / 4.0
    enter(plain, RESKILLED, APPLIED, persons * plain.value("reskilling_ai_share"), "conversion")
    plain.education.reskilled_stock += persons * plain.value("reskilling_success")
    plain.record("reskilled_persons", 1e6 * plain.delivered("reskilling_capacity") / 4.0)


# -- Rule: Return and emigration --------------------------------------------------------------------------------------


def study_abroad(plain: PlainEconomy) -> None:
    """Graduates of universities abroad join those overseas."""
    newcomers = 1000.0 * plain.driver("overseas_graduates") / 4.0
    enter(plain, ABROAD, RESEARCHER, newcomers * 0.05, "overseas", OVERSEAS)
    enter(plain, ABROAD, ENGINEER, newcomers * 0.95, "overseas", OVERSEAS)


def migrate(plain: PlainEconomy) -> None:
    """Some return from overseas and some emigrate, who may have returned just now."""
    overseas = [person for person in plain.people if person.employer == OVERSEAS]
    hazard = return_hazards(plain, overseas)
    draws = plain.uniforms("person_return", overseas)
    back = [p for p, draw in zip(overseas, draws, strict=True) if draw < hazard[p.tier] / 4.0]
    for person in back:
        person.employer = SEEKING
    gone = emigrants(plain)
    for person in gone:
        person.employer = OVERSEAS
    scientists = sum(person.tier == TOP for person in overseas) * plain.person_weight
    plain.education.flexible = plain.effective("flexible_import_share") * scientists
    plain.record("flexible_positions", plain.delivered("flexible_import_share") * scientists)
    plain.record("talent_import_places", plain.delivered("talent_import_rate") / 4.0)
    plain.record("talent_returned", len(back) * plain.person_weight)
    plain.record("talent_emigrated", len(gone) * plain.person_weight)


def return_hazards(plain: PlainEconomy, overseas: list[Person]) -> list[float]:
    """Hazard of return a year by tier: pay and friction for all, posts on offer for the two upper tiers."""
    elite = sum(person.tier <= RESEARCHER for person in overseas) * plain.person_weight
    posts = plain.effective("talent_import_rate") * plain.value("return_fill") / max(elite, 1.0)
    welcome = plain.driver("talent_return") * (
        1.0 + plain.value("return_friction_gain") * plain.driver("migration_friction")
    )
    hazards = []
    for tier in TIERS:
        pay = plain.labour.wage[tier] / plain.labour.software_wage / plain.labour.initial_real_wage[tier]
        hazard = plain.value("return_rate")[tier] * welcome * pay ** plain.value("return_wage_elasticity")
        hazards.append(hazard + (posts if tier in (TOP, RESEARCHER) else 0.0))
    return hazards


def emigrants(plain: PlainEconomy) -> list[Person]:
    """Those at home, whatever they do, who go overseas."""
    friction = 1.0 - plain.value("outflow_friction_cut") * plain.driver("migration_friction")
    home = [person for person in plain.people if person.employer >= ACADEMIA]
    return [
        person
        for person, draw in zip(home, plain.uniforms("person_emigration", home), strict=True)
        if draw < plain.value("emigration_rate")[person.tier] * plain.driver("talent_outflow") * friction / 4.0
    ]


# -- Rule: Promotion and exit -----------------------------------------------------------------------------------------


def leave(plain: PlainEconomy) -> None:
    """Some leave the AI workforce; who seeks a post in vain goes back to other work sooner."""
    gone = []
    for person, draw in zip(plain.people, plain.uniforms("person_exit", plain.people), strict=True):
        hazard = plain.value("talent_exit_rate")[person.tier]
        if person.employer == SEEKING:
            hazard += plain.value("seeker_exit_rate")
        if draw < hazard / 4.0:
            gone.append(person)
    plain.people_flows["exits"] += len(gone) * plain.person_weight
    plain.remove_people(gone)


def rise(plain: PlainEconomy) -> None:
    """Those below the top tier rise by one tier now and then."""
    for person, draw in zip(plain.people, plain.uniforms("person_promotion", plain.people), strict=True):
        if person.tier > TOP and draw < plain.value("talent_promotion_rate")[person.tier] / 4.0:
            person.tier -= 1
