"""Posts, seekers and hires: the labour market inside the call ``labour``.

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
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled
from simulation.model.state import ACADEMIA, ENGINEER, INCUMBENT, STATES
from simulation.model.streams import uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

TIERS = size("tier")
REGIONS = size("region")
LOWER = np.arange(TIERS) >= ENGINEER


class Posting(NamedTuple):
    """Columns of firms that post."""

    alive: np.ndarray
    weight: np.ndarray
    desired: np.ndarray
    vacancies: np.ndarray


class Seekers(NamedTuple):
    """People who seek work, one after the other: row, stable id, tier and province.

    ``searching`` counts them by tier and province; ``hired`` tells by row of people who is hired in the quarter.
    """

    rows: np.ndarray
    uid: np.ndarray
    tier: np.ndarray
    region: np.ndarray
    searching: np.ndarray
    hired: np.ndarray


class Round(NamedTuple):
    """A round of matching, in the provinces or in the nation, which is one market.

    Attributes
    ----------
    order, starts : ndarray (firm,), ndarray (market + 1,)
        Rows of firms in order of markets; where each market begins.
    efficiency, academic_posts : ndarray (tier,)
        Efficiency of matching; posts in academia (persons).
    hiring, first : ndarray (tier, firm), ndarray (tier, market + 1)
        Rows of the firms with posts in that order; where each market begins.
    edges : ndarray (tier, firm + 1)
        Cumulative attraction of their posts.
    guide : ndarray (tier, firm)
        Where a draw begins to look in ``edges``: for each of equal parts of a market's attraction a place close by.
    chance : ndarray (tier, market)
        Probability of being hired.
    """

    order: np.ndarray
    starts: np.ndarray
    efficiency: np.ndarray
    academic_posts: np.ndarray
    hiring: np.ndarray
    first: np.ndarray
    edges: np.ndarray
    guide: np.ndarray
    chance: np.ndarray


@compiled
def matches(seekers: float, vacancies: float, efficiency: float, elasticity: float) -> float:
    """Hires of a market (persons): Cobb-Douglas with constant returns, at most min(S, V)."""
    return min(seekers, vacancies, efficiency * seekers**elasticity * vacancies ** (1.0 - elasticity))


def room(people: int) -> Seekers:
    """Room for seekers among so many rows of people."""
    return Seekers(
        np.empty(people, dtype=np.int64), np.empty(people, dtype=np.uint64), np.empty(people, dtype=np.int8),
        np.empty(people, dtype=np.int8), np.zeros((TIERS, REGIONS), dtype=np.int64), np.zeros(people, dtype=np.bool_),
    )  # fmt: skip


def run(economy: Economy, staff: np.ndarray, seekers: Seekers, number: int) -> None:
    """Firms and academia post, ``number`` seekers are matched; ``staff`` (employer, tier) grows by those hired."""
    p, labour, firms, weight = economy.parameters, economy.labour, economy.firms, economy.person_weight
    _post_in_academia(economy, staff[STATES + ACADEMIA] * weight)
    posts, labour.vacancies = np.empty((firms.length, TIERS)), labour.academia_vacancies.copy()
    post_vacancies(firms.pick(Posting), staff, weight, p["tier_substitution"], posts, labour.vacancies)
    labour.seekers = seekers.searching.sum(axis=1) * weight
    # Half a row more: the mean logarithm of a count of few rows is then that of the many people they stand for.
    labour.tightness = labour.vacancies / (labour.seekers + weight / 2.0)
    # The lower tiers are matched in the provinces first, and who is left there in the nation, as the upper tiers are.
    efficiency = p["matching_efficiency"]
    order, starts = np.empty(firms.length, dtype=np.int64), np.zeros(REGIONS + 1, dtype=np.int64)
    line_up(firms.region, order, starts)
    _match(economy, (seekers, number), staff, posts, (order, starts, efficiency * LOWER, np.zeros(TIERS)))
    order, starts = np.arange(firms.length), np.array([0, firms.length])
    efficiency = efficiency * np.where(LOWER, 0.5, 1.0)
    _match(economy, (seekers, number), staff, posts, (order, starts, efficiency, labour.academia_vacancies))


@compiled
def line_up(region: np.ndarray, order: np.ndarray, starts: np.ndarray) -> None:
    """Rows of firms in ``order`` of provinces and where each province ``starts`` (zeros before), as in ``Round``."""
    for firm in range(len(region)):
        starts[region[firm]] += 1
    end = len(region)
    for province in range(len(starts) - 1, -1, -1):
        end, starts[province] = end - starts[province], end
    for firm in range(len(region) - 1, -1, -1):
        starts[region[firm]] -= 1
        order[starts[region[firm]]] = firm


def _post_in_academia(economy: Economy, academics: np.ndarray) -> None:
    """Posts in academia, with the staff of research bases; ``academics`` are those who stay (persons by tier)."""
    p, labour, levers = economy.parameters, economy.labour, economy.levers
    growth = (1.0 + p["academia_growth"]) ** (economy.quarter / 4.0)
    bases = levers.effective("research_bases") * p["staff_per_base"] * p["base_staff_mix"]
    funded = levers.delivered("research_bases") * p["staff_per_base"]
    economy.record("research_base_staff_funded", funded * p["base_staff_mix"].sum())
    labour.academia_desired = p["academia_staff"] * growth + bases
    labour.academia_vacancies = np.maximum(labour.academia_desired - academics, 0.0)


def _match(
    economy: Economy, searching: tuple[Seekers, int], staff: np.ndarray, posts: np.ndarray,
    markets: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:  # fmt: skip
    """One round of matching: ``markets`` are order, starts, efficiency and academic posts of :class:`Round`."""
    p, people, firms, weight = economy.parameters, economy.people, economy.firms, economy.person_weight
    (seekers, number), count = searching, len(markets[1]) - 1
    counted = seekers.searching if count > 1 else seekers.searching.sum(axis=1, keepdims=True)
    market = Round(
        *markets, np.empty((TIERS, firms.length + 1), dtype=np.int32), np.zeros((TIERS, count + 1), dtype=np.int64),
        np.zeros((TIERS, firms.length + 1)), np.empty((TIERS, firms.length), dtype=np.int32), np.empty((TIERS, count)),
    )  # fmt: skip
    pull = np.exp(p["employer_quality"])
    open_round(market, posts, firms.kind, pull, counted * weight, p["matching_elasticity"])
    keys = [economy.streams.key(name, economy.quarter, int(count == 1)) for name in ("person_hired", "person_employer")]
    hire(market, seekers, number, people.employer, people.region, firms.region, keys[0], keys[1], staff, posts, weight)


@compiled
def post_vacancies(
    firms: Posting, staff: np.ndarray, person_weight: float, substitution: float, posts: np.ndarray, total: np.ndarray
) -> None:
    """Vacancies per firm; part of what a tier lacks is looked for in the tier below.

    ``posts`` (firm, tier) are those of a row, which are added to ``total`` (tier,); persons.
    """
    for firm in range(len(firms.alive)):
        from_above = 0.0
        for tier in range(len(total)):
            have = staff[STATES + firm, tier] * (person_weight / max(firms.weight[firm], 1e-300))
            gap = max(firms.desired[firm, tier] - have, 0.0) if firms.alive[firm] else 0.0
            passed = substitution * gap if tier < len(total) - 1 else 0.0
            firms.vacancies[firm, tier] = gap - passed + from_above
            posts[firm, tier] = firms.vacancies[firm, tier] * firms.weight[firm]
            total[tier] += posts[firm, tier]
            from_above = passed


@compiled
def open_round(
    market: Round, posts: np.ndarray, kind: np.ndarray, incumbents_pull: float, seekers: np.ndarray, elasticity: float
) -> None:
    """Attraction of the posts in each market and the chance of its ``seekers`` (tier, market; persons)."""
    order, hiring, edges, guide = market.order, market.hiring, market.edges, market.guide
    for tier in range(seekers.shape[0]):
        found, total = 0, 0.0
        for place in range(seekers.shape[1]):
            first, low, vacancies = found, total, 0.0
            for position in range(market.starts[place], market.starts[place + 1]):
                firm = order[position]
                post, before = posts[firm, tier], total
                total += post * (incumbents_pull if kind[firm] == INCUMBENT else 1.0)
                hiring[tier, found], edges[tier, found + 1] = firm, total
                if total > before:  # a post that is lost in rounding is none
                    vacancies += post
                    found += 1
            market.first[tier, place + 1] = found
            vacancies += market.academic_posts[tier]
            made = matches(seekers[tier, place], vacancies, market.efficiency[tier], elasticity)
            market.chance[tier, place] = made / max(seekers[tier, place], 1e-300)
            parts = (found - first) / (total - low)
            for position in range(first, found):
                guide[tier, position] = first
            for position in range(first, found):
                guide[tier, first + min(int((edges[tier, position] - low) * parts), found - first - 1)] = position
            for position in range(first + 1, found):
                guide[tier, position] = max(guide[tier, position], guide[tier, position - 1])


@compiled
def hire(
    market: Round, seekers: Seekers, number: int, employer: np.ndarray, region: np.ndarray, seat: np.ndarray,
    hired_key: np.uint64, employer_key: np.uint64, staff: np.ndarray, posts: np.ndarray, person_weight: float,
) -> None:  # fmt: skip
    """Each seeker is hired with the chance of the market and then draws an employer in proportion to attraction.

    ``employer`` and ``region`` are columns of people, ``seat`` is the province of a firm.
    """
    edges = market.edges
    for seeker in range(number):
        row, uid, tier = seekers.rows[seeker], seekers.uid[seeker], seekers.tier[seeker]
        place = seekers.region[seeker] if market.chance.shape[1] > 1 else 0
        if seekers.hired[row] or uniform_of(hired_key, uid) >= market.chance[tier, place]:
            continue
        seekers.hired[row] = True
        seekers.searching[tier, seekers.region[seeker]] -= 1
        first, end, academic = market.first[tier, place], market.first[tier, place + 1], market.academic_posts[tier]
        low, high = edges[tier, first], edges[tier, end]
        point = low + uniform_of(employer_key, uid) * (high - low + academic)
        if academic > 0.0 and point >= high:
            employer[row] = ACADEMIA
            staff[STATES + ACADEMIA, tier] += 1
            continue
        part = int((point - low) * ((end - first) / (high - low)))
        position = market.guide[tier, min(first + part, end - 1)]
        while position > first and edges[tier, position] > point:
            position -= 1
        while position + 1 < end and edges[tier, position + 1] <= point:
            position += 1
        firm = market.hiring[tier, position]
        employer[row], region[row] = firm, seat[firm]
        staff[STATES + firm, tier] += 1
        posts[firm, tier] = max(posts[firm, tier] - person_weight, 0.0)
