"""Call 7, plain, part two: public theory, breakthroughs, the common pool and the distance to the frontier."""

from __future__ import annotations

import math
from types import SimpleNamespace

from simulation.inputs.dimensions import index
from tests.reference.agents import PlainEconomy
from tests.reference.names import ACADEMIA, FIELDS, TOP

CHIPS = index("field", "ai_chips")
MOST_RELATIVE = 1.3
UPPER = 0.9
# Which common technologies a theory field lifts (plan 三(一)1-2).
LIFTED = {
    "big_data": ("knowledge_computing", "nlp"),
    "cross_media": ("cross_media_reasoning",),
    "hybrid_augmented": ("hybrid_architecture",),
    "swarm": ("swarm_tech",),
    "autonomous_coordination": ("autonomous_systems",),
    "advanced_ml": ("nlp", "cross_media_reasoning", "knowledge_computing"),
    "brain_inspired": ("ai_chips", "hybrid_architecture"),
    "quantum_ai": ("ai_chips",),
}


def advance_theory(plain: PlainEconomy) -> None:
    """Laboratories work towards breakthroughs; the public level and the common pool move by a quarter."""
    lifts = [0.0 for _ in FIELDS]
    for base in plain.research_bases:
        work_towards_breakthrough(plain, base)
        for due, lift in base.pending:
            if due == plain.quarter:
                for field in LIFTED[base.name]:
                    lifts[index("field", field)] += lift
    plain.record("breakthroughs", sum(base.breakthroughs for base in plain.research_bases))
    raise_public_level(plain, lifts)
    fill_pool(plain)
    results = (plain.public_funds["common"] + plain.public_funds["basic"]) / 1000.0
    plain.record("public_results_opened", plain.delivered("public_result_openness") * results)
    plain.record("results_transferred", plain.delivered("tech_transfer_rate") * results)


# -- Public theory and breakthroughs ----------------------------------------------------------------------------------


def work_towards_breakthrough(plain: PlainEconomy, base: SimpleNamespace) -> None:
    """The clock of a theory field runs; past its threshold a breakthrough falls due and the next one is drawn."""
    base.hazard += hazard(plain, base) / 4.0
    if base.hazard < base.threshold:
        return
    base.hazard -= base.threshold
    base.breakthroughs += 1
    drawn = plain.uniform("theory_breakthrough", base.position, index=base.breakthroughs, quarter=0)
    base.threshold = -math.log(drawn)
    lag = round(4.0 * plain.value("breakthrough_lag"))
    base.pending.append((plain.quarter + lag, plain.value("breakthrough_lift")[base.position]))


def hazard(plain: PlainEconomy, base: SimpleNamespace) -> float:
    """Breakthroughs a year of a theory field, by its share of the funds and by the top scientists in academia."""
    bases = plain.research_bases
    share = base.weight / sum(other.weight for other in bases) * len(bases)
    funds = plain.public_funds["basic"] * share + plain.public_funds["mission"]
    money = max(funds / plain.value("reference_basic_funds"), 1e-6)
    talent = top_scientists(plain) / plain.value("reference_top_scientists")
    return (
        plain.value("breakthrough_hazard")[base.position]
        * money ** plain.value("breakthrough_funds_elasticity")
        * talent ** plain.value("breakthrough_talent_elasticity")
    )


def top_scientists(plain: PlainEconomy) -> float:
    """People of the top tier in academia, plus one."""
    top = sum(1 for person in plain.people if person.employer == ACADEMIA and person.tier == TOP)
    return top * plain.person_weight + 1.0


# -- Public level and common pool -------------------------------------------------------------------------------------


def raise_public_level(plain: PlainEconomy, lifts: list[float]) -> None:
    """The public level closes in on the frontier by money, and breakthroughs that are due lift it."""
    funds, reference = plain.public_funds, plain.value("reference_common_funds")
    common = funds["common"] * (1.0 + plain.value("team_grant_gain") * funds["teams"] / max(funds["common"], 1e-9))
    for field in FIELDS:
        pace = math.log1p(common / reference)
        if field == CHIPS:
            pace += math.log1p(funds["related"] / reference)
        gap = max(plain.world.frontier[field] - plain.research.public_level[field], 0.0)
        plain.research.public_level[field] += plain.value("public_research_speed") * pace / 4.0 * gap + lifts[field]


def fill_pool(plain: PlainEconomy) -> None:
    """Public results that are open, then what firms open, raise the common pool."""
    research, speed = plain.research, plain.value("pool_speed") / 4.0
    openness = plain.effective("public_result_openness")
    for field in FIELDS:
        research.pool[field] += openness * speed * max(research.public_level[field] - research.pool[field], 0.0)
        research.pool[field] += research.opened * speed * max(research.best[field] - research.pool[field], 0.0)


# -- Technology gap ---------------------------------------------------------------------------------------------------


def measure_levels(plain: PlainEconomy) -> None:
    """Best domestic level of each field, and how near it is to the frontier."""
    research, frontier = plain.research, plain.world.frontier
    research.best = [max(upper_level(plain, field), research.public_level[field]) for field in FIELDS]
    ratio = [math.exp(min(research.best[f] - frontier[f], math.log(MOST_RELATIVE))) for f in FIELDS]
    given = plain.value("tech_gap_weights")
    weight = [w / sum(given) for w in given]
    research.relative_level = sum(weight[f] * ratio[f] for f in FIELDS)
    plain.record("tech_level_by_field", [math.exp(level) for level in research.best])
    plain.record("tech_gap_index", research.relative_level)
    plain.record("tech_lead_share", sum(weight[f] for f in FIELDS if ratio[f] >= 1.0))
    plain.record("tech_weakest_field", min(ratio))


def upper_level(plain: PlainEconomy, field: int) -> float:
    """Revenue-weighted upper decile of capability among firms whose product uses the field; 0 when none does."""
    claims = []
    for firm in plain.firms:
        used = plain.market.product_technology[firm.product][field]
        weight = (firm.revenue_year() + 1e-6) * firm.weight * used
        if weight > 0.0:
            claims.append((firm.capability[field], weight))
    claims.sort(key=lambda claim: claim[0])
    total = sum(weight for _, weight in claims)
    reached = 0.0
    for level, weight in claims:
        reached += weight
        if reached >= UPPER * total:
            return level
    return 0.0
