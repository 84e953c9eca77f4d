"""Call 7, ``research``, part two: public theory, breakthroughs, the common pool and the distance to the frontier.

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

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.state import ACADEMIA, RESEARCHER, TOP

if TYPE_CHECKING:
    from simulation.model.economy import Economy
    from simulation.model.state import Firms

CHIPS = index("field", "ai_chips")
# Which common technologies a theory field lifts (plan 三(一)1-2).
THEORY_FIELDS = {
    "big_data": ("knowledge_computing", "nlp"), "cross_media": ("cross_media_reasoning",),
    "hybrid_augmented": ("hybrid_architecture",), "swarm": ("swarm_tech",),
    "autonomous_coordination": ("autonomous_systems",),
    "advanced_ml": ("nlp", "cross_media_reasoning", "knowledge_computing"),
    "brain_inspired": ("ai_chips", "hybrid_architecture"), "quantum_ai": ("ai_chips",),
}  # fmt: skip


def advance_theory(economy: Economy) -> None:
    """Breakthroughs of the public laboratories, the public level and the common pool move by a quarter."""
    p, levers, research, t = economy.parameters, economy.levers, economy.research, economy.quarter
    people = economy.people
    rows = people.rows()
    academics = rows[(people.employer[rows] == ACADEMIA) & (people.tier[rows] <= RESEARCHER)]
    top = float((people.tier[academics] == TOP).sum()) * economy.person_weight + 1.0
    funds = economy.public_funds
    lifts = np.zeros(size("field"))
    weights = np.array([base.weight for base in economy.research_bases])
    for base in economy.research_bases:
        share = base.weight / weights.sum() * len(economy.research_bases)
        money = (funds["basic"] * share + funds["mission"]) / p["reference_basic_funds"]
        hazard = (
            p["breakthrough_hazard"][base.position]
            * max(money, 1e-6) ** p["breakthrough_funds_elasticity"]
            * (top / p["reference_top_scientists"]) ** p["breakthrough_talent_elasticity"]
        )
        base.hazard += hazard / 4.0
        if base.hazard >= base.threshold:
            base.hazard -= base.threshold
            base.breakthroughs += 1
            base.threshold = -np.log(economy.streams.one("theory_breakthrough", 0, base.position, base.breakthroughs))
            lag = round(4.0 * p["breakthrough_lag"])
            base.pending.append((t + lag, p["breakthrough_lift"][base.position]))
        for _, lift in [item for item in base.pending if item[0] == t]:
            for field in THEORY_FIELDS[base.name]:
                lifts[index("field", field)] += lift
    economy.record("breakthroughs", sum(base.breakthroughs for base in economy.research_bases))
    common = funds["common"] * (1.0 + p["team_grant_gain"] * funds["teams"] / max(funds["common"], 1e-9))
    speed = p["public_research_speed"] * np.log1p(common / p["reference_common_funds"])
    moving = np.full(size("field"), speed)
    moving[CHIPS] += p["public_research_speed"] * np.log1p(funds["related"] / p["reference_common_funds"])
    research.public_level += moving / 4.0 * np.maximum(economy.world.frontier - research.public_level, 0.0) + lifts
    openness = levers.effective("public_result_openness")
    research.pool += openness * p["pool_speed"] / 4.0 * np.maximum(research.public_level - research.pool, 0.0)
    research.pool += research.opened * p["pool_speed"] / 4.0 * np.maximum(research.best - research.pool, 0.0)
    economy.record(
        "public_results_opened", levers.delivered("public_result_openness") * (funds["common"] + funds["basic"]) / 1000
    )
    economy.record(
        "results_transferred", levers.delivered("tech_transfer_rate") * (funds["common"] + funds["basic"]) / 1000
    )


def measure(economy: Economy) -> None:
    """Best domestic level per field: the revenue-weighted upper decile of the firms that work on it."""
    firms, research = economy.firms, economy.research
    research.best = np.maximum(upper_levels(firms, economy.market.product_technology), research.public_level)
    ratio = np.exp(np.minimum(research.best - economy.world.frontier, np.log(1.3)))
    weights = economy.parameters["tech_gap_weights"] / economy.parameters["tech_gap_weights"].sum()
    research.relative_level = float(weights @ ratio)
    economy.record("tech_level_by_field", np.exp(research.best))
    economy.record("tech_gap_index", research.relative_level)
    economy.record("tech_lead_share", float(weights @ (ratio >= 1.0)))
    economy.record("tech_weakest_field", float(ratio.min()))


def upper_levels(firms: Firms, technology: np.ndarray, quantile: float = 0.9) -> np.ndarray:
    """Revenue-weighted upper quantile of capability by field, shape (field,), over firms whose product uses the
    field.
    """
    levels = np.zeros(technology.shape[1])
    revenue = (firms.revenue_year() + 1e-6) * firms.weight * firms.alive
    for field in range(technology.shape[1]):
        weight = revenue * technology[firms.product, field]
        used = np.flatnonzero(weight > 0.0)
        if not len(used):
            continue
        order = used[np.argsort(firms.capability[used, field], kind="stable")]
        total = np.cumsum(weight[order])
        levels[field] = firms.capability[order[np.searchsorted(total, quantile * total[-1])], field]
    return levels
