"""Call 7, ``research``, part three: public theory, breakthroughs, the common pool and the distance to the frontier.

Rule: Public theory and breakthroughs
    Formula: hazard(b) = h0(b) * (funds / funds0)^a * (top scientists / top0)^c a year; a breakthrough falls due
        when the cumulative hazard passes a unit-exponential threshold and lifts the public level of its fields after a
        lag
    Symbols: a breakthrough_funds_elasticity, c breakthrough_talent_elasticity; funds basic research money, weighted by
        the review of progress, plus mission money, over
        reference_basic_funds; top scientists those of the top tier in academia, plus one; lag breakthrough_lag; lift
        breakthrough_lift; h0 breakthrough_hazard; mission money major_project_budget; top0 reference_top_scientists
    Unit: per year; lift in log points
    Source: plan_map P028, P029
    Clause: P010;P028;P029;P070;P072

Rule: Public level and common pool
    Formula: public(f) += speed/4 * ln(1 + common / ref) * (F - public)+ + lifts of breakthroughs due; for chips also
        speed/4 * ln(1 + related / ref) * (F - public)+;
        pool(f) += pool_speed/4 * (openness * (public - pool)+ + open_source_rate * (best - pool)+)
    Symbols: speed public_research_speed; common money for common technology plus team_grant_gain * team grants; related
        money of related programmes; ref reference_common_funds; openness public_result_openness; team grants
        team_grant_rate; related programmes related_programme_budget
    Unit: log points a quarter
    Source: plan_map P013, P071, P072, P081 (judgement on speeds)
    Clause: P013;P034;P071;P072;P081

Rule: Technology gap
    Formula: index = sum over fields of weight(f) * min(1.3, exp(best(f) - F(f))); lead share = sum of the weights of
        fields with best >= F; best = max(revenue-weighted upper decile of the firms that use the field, public level)
    Symbols: weight tech_gap_weights; the start of best is init_tech_level at the plan's start, carried back to 2016
    Unit: ratio (world frontier = 1)
    Source: plan_map note 2 (a dashboard, not one number) and P005 for the levels of 2017
    Clause: P005;P007;P017;P018;P019
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.compiled import compiled, inlined
from simulation.model.state import TOP, revenue_of_year

if TYPE_CHECKING:
    from simulation.model.economy import Economy
    from simulation.model.institutions import ResearchBase

CHIPS = index("field", "ai_chips")
# Which common technologies a theory field lifts (plan 三(一)1-2).
THEORY_FIELDS = {
    "big_data": ("knowledge_computing", "nlp"), "cross_media": ("cross_media_reasoning",),
    "hybrid_augmented": ("hybrid_architecture",), "swarm": ("swarm_tech",),
    "autonomous_coordination": ("autonomous_systems",),
    "advanced_ml": ("nlp", "cross_media_reasoning", "knowledge_computing"),
    "brain_inspired": ("ai_chips", "hybrid_architecture"), "quantum_ai": ("ai_chips",),
}  # fmt: skip
LEAD = math.log(1.3)  # a lead beyond it counts no further in the index
UPPER = 0.9  # quantile that stands for the best firms


class Levelled(NamedTuple):
    """Columns that the best domestic level rests on, shape (firm,); ``capability`` (firm, field)."""

    alive: np.ndarray
    weight: np.ndarray
    product: np.ndarray
    revenue_quarters: np.ndarray
    capability: np.ndarray


def breakthrough_hazard(
    base_hazard: float, money: float, scientists: float, funds_elasticity: float, talent_elasticity: float
) -> float:
    """Hazard of a breakthrough in a theory field a year; money and top scientists relative to their references."""
    return base_hazard * max(money, 1e-6) ** funds_elasticity * scientists**talent_elasticity


def advance_theory(economy: Economy) -> None:
    """Breakthroughs of the public laboratories, the public level and the common pool move by a quarter."""
    lifts = np.zeros(size("field"))
    for base, hazard in zip(economy.research_bases, _hazards(economy), strict=True):
        base.hazard += hazard / 4.0
        if base.hazard >= base.threshold:
            _break_through(economy, base)
        if base.pending:
            _lift(base, economy.quarter, lifts)
    economy.record("breakthroughs", sum(base.breakthroughs for base in economy.research_bases))
    _move_levels(economy, lifts)


def _hazards(economy: Economy) -> list[float]:
    """Hazard of each laboratory, a year."""
    p, funds, bases = economy.parameters, economy.public_funds, economy.research_bases
    scientists = (float(economy.labour.academics[TOP]) + 1.0) / p["reference_top_scientists"]
    reference, total = p["reference_basic_funds"], sum(base.weight for base in bases)
    elasticities = p["breakthrough_funds_elasticity"], p["breakthrough_talent_elasticity"]
    return [
        breakthrough_hazard(
            usual,
            (funds["basic"] * (base.weight / total * len(bases)) + funds["mission"]) / reference,
            scientists,
            *elasticities,
        )
        for base, usual in zip(bases, p["breakthrough_hazard"].tolist(), strict=True)
    ]


def _break_through(economy: Economy, base: ResearchBase) -> None:
    """A breakthrough: its lift falls due after the lag, and the clock of the next one starts."""
    p = economy.parameters
    base.hazard -= base.threshold
    base.breakthroughs += 1
    base.threshold = -math.log(economy.streams.one("theory_breakthrough", 0, base.position, base.breakthroughs))
    lag = round(4.0 * p["breakthrough_lag"])
    base.pending.append((economy.quarter + lag, float(p["breakthrough_lift"][base.position])))


def _lift(base: ResearchBase, quarter: int, lifts: np.ndarray) -> None:
    """Add the lifts of a laboratory that fall due in the quarter, in place."""
    for due, lift in base.pending:
        if due == quarter:
            for field in THEORY_FIELDS[base.name]:
                lifts[index("field", field)] += lift


def _move_levels(economy: Economy, lifts: np.ndarray) -> None:
    p, levers, research, funds = economy.parameters, economy.levers, economy.research, economy.public_funds
    common = funds["common"] * (1.0 + p["team_grant_gain"] * funds["teams"] / max(funds["common"], 1e-9))
    speed, reference = p["public_research_speed"], p["reference_common_funds"]
    moving = np.full(size("field"), speed * math.log1p(common / reference))
    moving[CHIPS] += speed * math.log1p(funds["related"] / reference)
    research.public_level += moving / 4.0 * np.maximum(economy.world.frontier - research.public_level, 0.0) + lifts
    openness, speed = levers.effective("public_result_openness"), p["pool_speed"]
    research.pool += openness * speed / 4.0 * np.maximum(research.public_level - research.pool, 0.0)
    research.pool += research.opened * speed / 4.0 * np.maximum(research.best - research.pool, 0.0)
    results = (funds["common"] + funds["basic"]) / 1000.0
    economy.record("public_results_opened", levers.delivered("public_result_openness") * results)
    economy.record("results_transferred", levers.delivered("tech_transfer_rate") * results)


def measure(economy: Economy) -> None:
    """Best domestic level per field: the revenue-weighted upper decile of the firms that work on it."""
    firms, research, frontier = economy.firms, economy.research, economy.world.frontier
    levels, scratch = research.best.copy(), np.empty((3, firms.length))
    upper_levels(firms.pick(Levelled), economy.market.product_technology, UPPER, scratch, levels)
    research.best = np.maximum(levels, research.public_level)
    ratio = np.exp(np.minimum(research.best - frontier, LEAD))
    weights = economy.parameters.shares("tech_gap_weights")
    research.relative_level = float(weights @ ratio)
    economy.record("tech_level_by_field", np.exp(research.best))
    economy.record("tech_gap_index", research.relative_level)
    economy.record("tech_lead_share", float(weights @ (ratio >= 1.0)))
    economy.record("tech_weakest_field", float(ratio.min()))


@compiled
def upper_levels(
    firms: Levelled, technology: np.ndarray, quantile: float, scratch: np.ndarray, levels: np.ndarray
) -> None:
    """Revenue-weighted upper quantile of capability by field, over living firms whose product uses the field.

    Parameters
    ----------
    technology : ndarray (product, field)
        Weight of each field in a product.
    scratch : ndarray (3, firm)
        Room to work in.
    levels : ndarray (field,)
        A guess of the result, which makes the search short and is replaced; 0 where nobody uses the field.
    """
    revenue, level, weight = scratch
    for row in range(len(firms.alive)):
        year = revenue_of_year(firms.revenue_quarters, row)
        revenue[row] = (year + 1e-6) * firms.weight[row] if firms.alive[row] else 0.0
    for field in range(len(levels)):
        used, total = 0, 0.0
        for row in range(len(revenue)):
            level[used] = firms.capability[row, field]
            weight[used] = revenue[row] * technology[firms.product[row], field]
            total += weight[used]
            used += weight[used] > 0.0
        levels[field] = weighted_quantile(level, weight, used, quantile * total, levels[field]) if used else 0.0


@inlined
def weighted_quantile(level: np.ndarray, weight: np.ndarray, used: int, target: float, pivot: float) -> float:
    """Lowest of the first ``used`` levels at which the weight of all up to it reaches ``target``; both arrays are
    used up.

    Each round drops the levels on one side of a pivot, which is first the given guess and then one of those left.
    """
    while True:
        lower, equal = 0.0, 0.0
        for place in range(used):
            lower += weight[place] if level[place] < pivot else 0.0
            equal += weight[place] if level[place] == pivot else 0.0
        below = lower >= target
        if not below and equal > 0.0 and lower + equal >= target:
            return pivot
        kept = 0
        for place in range(used):
            keeps = level[place] < pivot if below else level[place] > pivot
            level[kept], weight[kept] = level[place], weight[place]
            kept += keeps
        if kept == 0:  # the target is the whole weight, short of it by rounding
            return pivot
        if not below:
            target -= lower + equal
        used = kept
        pivot = level[used // 2]
