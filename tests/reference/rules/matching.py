"""Matching of seekers and posts, part of the call ``labour``: tier by tier, each hired person draws an employer.

Rule: Matching.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.reference.names import ACADEMIA, INCUMBENT, REGIONS, RESEARCHER, SEEKING, SKILL_PAY, TIERS

if TYPE_CHECKING:
    from tests.reference.agents import Firm, Person, PlainEconomy

# Index of the draws in a province and in the country.
LOCAL, NATIONAL = 0, 1


def run(plain: PlainEconomy) -> None:
    """Fill the posts of each tier."""
    for tier in TIERS:
        seekers = seeking(plain, tier)
        posts = {firm: firm.vacancies[tier] * firm.weight for firm in plain.firms}
        note_tightness(plain, tier, seekers, posts)
        if tier <= RESEARCHER:
            match_country(plain, tier, seekers, posts, plain.value("matching_efficiency")[tier])
        else:
            match_provinces(plain, tier, seekers, posts)
            left = open_posts(plain, seekers, posts)
            half = 0.5 * plain.value("matching_efficiency")[tier]
            match_country(plain, tier, seeking(plain, tier), left, half)


def seeking(plain: PlainEconomy, tier: int) -> list[Person]:
    """People of a tier who seek work."""
    return [person for person in plain.people if person.employer == SEEKING and person.tier == tier]


def note_tightness(plain: PlainEconomy, tier: int, seekers: list[Person], posts: dict[Firm, float]) -> None:
    """Posts of firms and academia, seekers, and posts per seeker (of one at least)."""
    labour, persons = plain.labour, len(seekers) * plain.person_weight
    labour.vacancies[tier] = sum(posts.values()) + labour.academia_vacancies[tier]
    labour.seekers[tier] = persons
    labour.tightness[tier] = labour.vacancies[tier] / (persons + plain.person_weight / 2.0)


def open_posts(plain: PlainEconomy, seekers: list[Person], posts: dict[Firm, float]) -> dict[Firm, float]:
    """Posts that the province has not filled."""
    taken = defaultdict(float)
    for person in seekers:
        if person.employer >= 0:
            taken[person.employer] += plain.person_weight
    return {firm: max(number - taken[firm.row], 0.0) for firm, number in posts.items()}


def match_provinces(plain: PlainEconomy, tier: int, seekers: list[Person], posts: dict[Firm, float]) -> None:
    """Match within each province, firms only."""
    efficiency = plain.value("matching_efficiency")[tier]
    for region in REGIONS:
        here = [person for person in seekers if person.region == region]
        theirs = {firm: number for firm, number in posts.items() if firm.region == region}
        hire(plain, tier, here, theirs, 0.0, efficiency, LOCAL)


def match_country(
    plain: PlainEconomy, tier: int, seekers: list[Person], posts: dict[Firm, float], efficiency: float
) -> None:
    """Match in the country as a whole, academia among the employers."""
    hire(plain, tier, seekers, posts, plain.labour.academia_vacancies[tier], efficiency, NATIONAL)


def hire(
    plain: PlainEconomy, tier: int, seekers: list[Person], posts: dict[Firm, float], academic: float,
    efficiency: float, market: int,
) -> None:  # fmt: skip
    """Seekers of one market find a post by chance, and each who does draws an employer by posts."""
    if not seekers:
        return
    chance = hiring_chance(plain, len(seekers) * plain.person_weight, sum(posts.values()) + academic, efficiency)
    firms = [firm for firm, number in posts.items() if number > 0.0]
    pull = list(accumulate(attraction(plain, firm, posts[firm]) for firm in firms))
    lucky = plain.uniforms("person_hired", seekers, index=market)
    choices = plain.uniforms("person_employer", seekers, index=market)
    for person, luck, choice in zip(seekers, lucky, choices, strict=True):
        if luck < chance:
            employ(plain, tier, person, choose(firms, pull, academic, choice))


def hiring_chance(plain: PlainEconomy, seekers: float, posts: float, efficiency: float) -> float:
    """min(S, V, mu * S^alpha * V^(1 - alpha)) per seeker."""
    alpha = plain.value("matching_elasticity")
    return min(seekers, posts, efficiency * seekers**alpha * posts ** (1.0 - alpha)) / seekers


def attraction(plain: PlainEconomy, firm: Firm, posts: float) -> float:
    """Weight of an employer: its posts, more for a group."""
    return posts * (math.exp(plain.value("employer_quality")) if firm.kind == INCUMBENT else 1.0)


def choose(firms: list[Firm], pull: list[float], academic: float, choice: float) -> Firm | None:
    """The employer on which a draw falls; none of the firms when it falls on academia."""
    total = pull[-1] if pull else 0.0
    point = choice * (total + academic)
    if point >= total and academic > 0.0:
        return None
    return firms[min(bisect_right(pull, point), len(firms) - 1)]


def employ(plain: PlainEconomy, tier: int, person: Person, firm: Firm | None) -> None:
    """A person takes a post, moves to the firm and earns the posted wage at least."""
    if firm is None:
        person.employer = ACADEMIA
    else:
        person.employer, person.region = firm.row, firm.region
    person.wage = max(person.wage, plain.labour.wage[tier] * person.skill**SKILL_PAY)
