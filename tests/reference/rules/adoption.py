"""Call 4, ``adoption``, in plain terms: adopters decide one by one, deepen what they have, and order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulation.inputs.dimensions import index
from tests.reference.names import SECTORS, SIZE_CLASSES
from tests.reference.rules import orders

if TYPE_CHECKING:
    from tests.reference.agents import Adopter, PlainEconomy

SMALL = 0
MANUFACTURING = index("sector", "manufacturing")
SERVICES = [index("sector", name) for name in ("education", "health", "eldercare")]
SOCIAL = [*SERVICES, index("sector", "environment")]
FOR_EVERYBODY = (
    "standards_coverage", "public_ai_literacy", "network_coverage", "governance_maturity", "certification_capacity",
)  # fmt: skip


def run(plain: PlainEconomy) -> None:
    """Adopt and deepen, then order."""
    demonstrate(plain)
    new_depth = adopt_and_deepen(plain)
    orders.place(plain, new_depth)
    measure(plain)


def demonstrate(plain: PlainEconomy) -> None:
    """Demonstration factories open."""
    plain.education.demonstrations += plain.effective("demo_factories_per_year") / 4.0
    plain.record("demonstrations", plain.delivered("demo_factories_per_year") / 4.0)


# -- Rule: Hazard of adoption -----------------------------------------------------------------------------------------


def adopt_and_deepen(plain: PlainEconomy) -> dict[int, float]:
    """Who has not adopted may, who pilots may scale, who has scaled deepens; returns the new depth by stable id."""
    benefits = {adopter.uid: benefit for adopter, benefit in zip(plain.adopters, all_benefits(plain), strict=True)}
    hazards = bass_hazards(plain) if plain.variants["adoption"] == "bass" else threshold_hazards(plain, benefits)
    adopting = plain.uniforms("adopter_adopts", plain.adopters)
    scaling = plain.uniforms("adopter_scales", plain.adopters)
    new_depth = {}
    for adopter, first, second in zip(plain.adopters, adopting, scaling, strict=True):
        before = adopter.depth
        if not has_adopted(adopter):
            if first < hazards[adopter.uid]:
                adopter.adopted, adopter.depth = plain.quarter, plain.value("pilot_depth")
        elif not adopter.scaled:
            adopter.scaled = second < plain.value("scaling_rate") / 4.0 * twice_logistic(benefits[adopter.uid])
        if adopter.scaled:
            adopter.depth += plain.value("deepening_rate") / 4.0 * (1.0 - adopter.depth)
        new_depth[adopter.uid] = adopter.depth - before
    return new_depth


def has_adopted(adopter: Adopter) -> bool:
    """Whether an adopter had adopted by now."""
    return adopter.adopted >= 0


def twice_logistic(benefit: float) -> float:
    """2 / (1 + exp(-b)): one at no benefit, two at most."""
    return 2.0 / (1.0 + math.exp(-min(40.0, max(-40.0, benefit))))


def bass_hazards(plain: PlainEconomy) -> dict[int, float]:
    """Variant ``bass``: one hazard a quarter for all adopters of a sector."""
    share = share_of_adopters(plain.adopters, lambda adopter: adopter.sector, lambda adopter: adopter.count)
    return {
        adopter.uid: plain.value("adoption_speed")[adopter.sector] * contagion(plain, share[adopter.sector]) / 4.0
        for adopter in plain.adopters
    }


def threshold_hazards(plain: PlainEconomy, benefits: dict[int, float]) -> dict[int, float]:
    """Variant ``threshold``: peers of the cell and the own benefit count."""
    peers = peer_shares(plain)
    return {
        adopter.uid: plain.value("adoption_speed")[adopter.sector]
        * plain.value("adoption_speed_by_size")[adopter.size_class]
        * contagion(plain, peers[adopter.uid])
        / 4.0
        * twice_logistic(benefits[adopter.uid])
        for adopter in plain.adopters
    }


def contagion(plain: PlainEconomy, share: float) -> float:
    """p + q * share of those who have adopted, a year."""
    return plain.value("adoption_innovation") + plain.value("adoption_imitation") * share


Group = Callable[["Adopter"], int]


def share_of_adopters(adopters: list[Adopter], group: Group, weight: Callable[[Adopter], float]) -> dict[int, float]:
    """Weighted share of those who have adopted, by group."""
    using, everybody = defaultdict(float), defaultdict(float)
    for adopter in adopters:
        everybody[group(adopter)] += weight(adopter)
        using[group(adopter)] += weight(adopter) * has_adopted(adopter)
    return {key: using[key] / total for key, total in everybody.items()}


def peer_shares(plain: PlainEconomy) -> dict[int, float]:
    """Share of adopting peers each adopter sees: its cell, shrunk to its sector."""
    nobody = dict.fromkeys((adopter.uid for adopter in plain.adopters), 0.0)
    in_sector = among_others(plain.adopters, lambda adopter: adopter.sector, nobody)
    in_cell = among_others(plain.adopters, lambda adopter: adopter.cell, in_sector)
    rows = defaultdict(int)
    for adopter in plain.adopters:
        rows[adopter.cell] += 1
    prior = plain.value("peer_prior")
    return {
        a.uid: (rows[a.cell] * in_cell[a.uid] + prior * in_sector[a.uid]) / (rows[a.cell] + prior)
        for a in plain.adopters
    }


def among_others(adopters: list[Adopter], group: Group, alone: dict[int, float]) -> dict[int, float]:
    """Share of adopters among the others of each adopter's group; ``alone`` for who has no others."""
    using, everybody = defaultdict(float), defaultdict(float)
    for adopter in adopters:
        everybody[group(adopter)] += adopter.count_sample
        using[group(adopter)] += adopter.count_sample * has_adopted(adopter)
    shares = {}
    for adopter in adopters:
        others = everybody[group(adopter)] - adopter.count_sample
        theirs = using[group(adopter)] - adopter.count_sample * has_adopted(adopter)
        has_others = others > 1e-9 * adopter.count_sample
        shares[adopter.uid] = min(1.0, max(0.0, theirs / others)) if has_others else alone[adopter.uid]
    return shares


# -- benefit ----------------------------------------------------------------------------------------------------------


def all_benefits(plain: PlainEconomy) -> list[float]:
    """Benefit b of each adopter: what the sector has in common and what is its own."""
    by_sector = [common_benefit(plain, sector) for sector in SECTORS]
    skill = skill_cost(plain)
    return [by_sector[adopter.sector] + own_benefit(plain, adopter, skill) for adopter in plain.adopters]


def common_benefit(plain: PlainEconomy, sector: int) -> float:
    """Gain, price, legal risk, trust, demonstrations and weak modifiers of a sector."""
    price = orders.basket_price(plain, sector)
    benefit = plain.value("benefit_intercept") + expected_gain(plain) + trust(plain)
    benefit -= plain.value("price_response") * math.log(price) + legal_risk(plain, sector)
    benefit += math.log(weak_modifiers(plain, sector))
    return benefit + (demonstration(plain) if sector == MANUFACTURING else 0.0)


def own_benefit(plain: PlainEconomy, adopter: Adopter, skill: float) -> float:
    """Size, data, threshold, help, skill cost and pilots of one adopter."""
    take_up = plain.value("subsidy_take_up")
    subsidy = plain.effective("adoption_subsidy") * take_up
    vouchers = plain.effective("sme_cloud_support") * take_up if adopter.size_class == SMALL else 0.0
    data = adopter.data * plain.market.data_access
    benefit = plain.value("size_benefit")[adopter.size_class] + adopter.threshold
    benefit += plain.value("data_returns") * math.log(data) - math.log((1.0 - subsidy) * (1.0 - vouchers))
    benefit -= skill * (1.0 - vouchers) * plain.value("skill_cost_by_size")[adopter.size_class]
    return benefit + plain.value("pilot_adoption_effect") * plain.government.exposure[adopter.region]


def expected_gain(plain: PlainEconomy) -> float:
    """Log of the expected gain, belief mixed with what is realised, over the belief."""
    weight, belief = plain.value("belief_weight"), plain.value("value_belief")
    mixed = weight * belief + (1.0 - weight) * plain.value("ai_productivity_elasticity")
    return math.log(max(mixed, 1e-6) / belief)


def skill_cost(plain: PlainEconomy) -> float:
    """Cost of skills: dearer with applied staff's pay, cheaper with people who know both trades."""
    labour, applied = plain.labour, index("tier", "applied")
    pay = labour.wage[applied] / labour.software_wage / labour.initial_relative[applied]
    supply = plain.education.compound_stock * plain.value("compound_weight") + plain.education.reskilled_stock
    return plain.value("skill_cost") * pay / (1.0 + supply / plain.value("skill_supply_half"))


def legal_risk(plain: PlainEconomy, sector: int) -> float:
    """Risk of what the law leaves unclear in the segments of a sector's basket."""
    basket = plain.market.segment_mix[sector]
    clarity = sum(share * clear for share, clear in zip(basket, plain.effective("legal_clarity"), strict=True))
    return plain.value("legal_risk") * (1.0 - clarity)


def trust(plain: PlainEconomy) -> float:
    """Regulation builds trust, weighs as compliance, and lowers the risk that society sees."""
    regulation = plain.government.regulation
    gain = plain.value("trust_gain") * regulation - plain.value("compliance_drag") * regulation**2
    return gain - plain.value("risk_drag") * plain.government.social_risk


def demonstration(plain: PlainEconomy) -> float:
    """What demonstrations so far have shown to manufacturers."""
    seen = plain.education.demonstrations / plain.value("demonstrations_half")
    return plain.value("demonstration_effect") * math.log1p(seen)


def weak_modifiers(plain: PlainEconomy, sector: int) -> float:
    """Product of the weak modifiers and of the trend of social demand in a sector."""
    product = math.prod(plain.modifier(name) for name in FOR_EVERYBODY)
    if sector in SERVICES:
        product *= plain.modifier("service_policy_fit")
    if sector in SOCIAL:
        product *= (1.0 + plain.driver("social_demand_growth")) ** ((plain.quarter - 6) / 4.0)
    return product


# -- sums that are kept for others ------------------------------------------------------------------------------------


def measure(plain: PlainEconomy) -> None:
    """Sums over those who have adopted, by sector, size class and cell."""
    users = [adopter for adopter in plain.adopters if has_adopted(adopter)]
    uses, peers = plain.adoption.uses, plain.adoption.peers
    by_sector = {
        "organisations": lambda user: user.count,
        "value": lambda user: user.value_share,
        "depth": lambda user: user.value_share * user.depth,
        "scaled_depth": lambda user: user.value_share * user.depth * user.scaled,
    }
    for name, amount in by_sector.items():
        setattr(uses, name, summed(users, lambda user: user.sector, amount, len(SECTORS)))
    uses.organisations_by_size = summed(
        users, lambda user: user.size_class, by_sector["organisations"], len(SIZE_CLASSES)
    )
    sample, cells = (lambda user: user.count_sample), len(peers.in_cell)
    peers.adopted_in_cell = summed(users, lambda user: user.cell, sample, cells)
    peers.adopted_in_sector = summed(users, lambda user: user.sector, sample, len(SECTORS))


def summed(users: list[Adopter], group: Group, amount: Callable[[Adopter], float], groups: int) -> list[float]:
    """Sum of an amount by group."""
    totals = [0.0] * groups
    for user in users:
        totals[group(user)] += amount(user)
    return totals
