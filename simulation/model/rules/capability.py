"""Call 7, ``research``, part two: what firms can do by field - product improvements, imitation and transfer.

Rule: Product improvement
    Formula: with probability 1 - exp(-lambda/4 * ln(1 + new)), capability(f) += step * kept * focus(f) * headroom(f);
        headroom = 1 - exp(-max(0, reach - capability)); kept = (1 - open_source_cost * open_source_rate) * weak
        modifiers
    Symbols: lambda improvement_rate; step improvement_step; focus weight of the field in the product over the largest
        weight; reach = max(world frontier, public level) + reach_beyond
    Unit: log points
    Source: model.md section 4 (Poisson product improvements)
    Clause: P013;P031

Rule: Imitation and transfer
    Formula: capability(f) += focus(f) * absorb/4 * (k_foreign (F - c)+ + k_domestic (best - c)+ + k_open (pool - c)+
        + transfer (public - c)+)
    Symbols: k_foreign (foreign_absorption + international_coop) * (1 - foreign_screening), times the field's
        imitation_ease and what import limits leave of it (restriction_exposure); k_domestic domestic_imitation * log2(1
        + links / 2); k_open open_pool_absorption; transfer tech_transfer_rate; absorb = absorption_floor + K / (K +
        half * exp(burden * frontier progress)): own knowledge, which money, people, compute and data build, decides how
        fast a firm learns, and the frontier becomes harder to follow; half absorption_half; burden absorption_burden
    Unit: log points a quarter
    Source: Cohen and Levinthal (1990) absorptive capacity; Bloom et al. (2020) on the burden of knowledge; plan_map
        P013, P024, P081, P082
    Clause: P001;P007;P013;P024;P081;P082;P085
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.compiled import compiled, inlined
from simulation.model.rules.modifiers import modifier
from simulation.model.streams import uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy


class Learning(NamedTuple):
    """Columns that capability rests on, shape (firm,); ``capability`` (firm, field)."""

    alive: np.ndarray
    uid: np.ndarray
    weight: np.ndarray
    product: np.ndarray
    specialty: np.ndarray
    knowledge: np.ndarray
    capability: np.ndarray


class Levels(NamedTuple):
    """Log levels by field that firms learn from, shape (field,).

    ``reach`` is the limit of own improvements, ``ease`` the part of the frontier open to imitation.  ``focus`` is the
    weight of a field in the work on a product over the largest weight, shape (product, field).
    """

    frontier: np.ndarray
    best: np.ndarray
    pool: np.ndarray
    public: np.ndarray
    reach: np.ndarray
    ease: np.ndarray
    focus: np.ndarray


class LearningTerms(NamedTuple):
    """Parameters of improvement and absorption; speeds of learning from abroad, at home and from public results."""

    improvement_rate: float
    absorption_floor: float
    open_pool_absorption: float
    step: float
    half: float
    foreign: float
    domestic: float
    transfer: float
    key: np.uint64


@inlined
def improvement_chance(rate: float, knowledge: float) -> float:
    """Probability of a product improvement in a quarter, from new knowledge."""
    return 1.0 - math.exp(-rate / 4.0 * math.log1p(knowledge))


@inlined
def headroom(level: float, reach: float) -> float:
    """Share of an improvement step that is still open, 0 at the reachable level."""
    return 1.0 - math.exp(-max(reach - level, 0.0))


@inlined
def absorption(knowledge: float, half: float, floor: float) -> float:
    """How much of what is ahead of it a firm takes over in a year, from its own knowledge."""
    return floor + knowledge / (knowledge + half)


def advance_capability(economy: Economy, new: np.ndarray, firms: float) -> None:
    """Firms improve their products by what they found out (``new``, shape (firm,)) and learn from those ahead.

    ``firms`` is their number.
    """
    p, levers, world = economy.parameters, economy.levers, economy.world
    screened = 1.0 - p.driver("foreign_screening")
    density = levers.effective("coop_network_density")
    progress = float((world.frontier - economy.research.initial_frontier).mean())
    terms = p.terms(
        LearningTerms,
        step=p["improvement_step"] * _kept(economy),
        half=p["absorption_half"] * math.exp(p["absorption_burden"] * progress),
        foreign=(p["foreign_absorption"] + levers.effective("international_coop")) * screened,
        domestic=p["domestic_imitation"] * math.log2(1.0 + density / 2.0),
        transfer=levers.effective("tech_transfer_rate"),
        key=economy.streams.key("firm_improvement", economy.quarter),
    )
    absorbed = learn(economy.firms.pick(Learning), terms, _levels(economy), new)
    admitted = levers.delivered("international_coop") * screened
    economy.record("foreign_knowledge_absorbed", admitted * absorbed / max(firms, 1.0))


def _kept(economy: Economy) -> float:
    """Part of an improvement that the firm keeps."""
    kept = 1.0 - economy.parameters["open_source_cost"] * economy.research.opened
    for name in ("ip_strength", "exploratory_share", "dual_use_spillover"):
        kept *= modifier(economy, name)
    return kept


def _levels(economy: Economy) -> Levels:
    p, research, frontier = economy.parameters, economy.research, economy.world.frontier
    restriction = economy.levers.effective("compute_import_restriction")
    return Levels(
        frontier, research.best, research.pool, research.public_level,
        reach=np.maximum(frontier, research.public_level) + p["reach_beyond"],
        ease=p["imitation_ease"] * (1.0 - restriction * p["restriction_exposure"]),
        focus=economy.market.focus,
    )  # fmt: skip


@compiled
def learn(firms: Learning, terms: LearningTerms, levels: Levels, new: np.ndarray) -> float:
    """Improve and imitate; returns what firms took over from the frontier, national sum of log points."""
    absorbed = 0.0
    for row in range(len(firms.alive)):
        if not firms.alive[row]:
            continue
        product, specialty = firms.product[row], firms.specialty[row]
        improves = uniform_of(terms.key, firms.uid[row]) < improvement_chance(terms.improvement_rate, new[row])
        speed = absorption(firms.knowledge[row], terms.half, terms.absorption_floor) / 4.0
        for field in range(len(levels.frontier)):
            focus = 1.0 if field == specialty else levels.focus[product, field]
            level = firms.capability[row, field]
            if improves:
                level += terms.step * headroom(level, levels.reach[field]) * focus
            ahead = levels.ease[field] * max(levels.frontier[field] - level, 0.0)
            pull = (
                terms.foreign * ahead
                + terms.domestic * max(levels.best[field] - level, 0.0)
                + terms.open_pool_absorption * max(levels.pool[field] - level, 0.0)
                + terms.transfer * max(levels.public[field] - level, 0.0)
            )
            firms.capability[row, field] = level + pull * focus * speed
            absorbed += firms.weight[row] * ahead * focus * speed
    return absorbed
