"""Weak modifiers (class W): one shared bounded form, so that the plan is covered without false precision.

Rule: Weak modifier
    Formula: m(t) = 1 + w * intensity(t)
    Symbols: w weight of the modifier, |w| at most 0.05 (vector modifier_weight); intensity lever path between 0 and 1.
        On adoption: service_policy_fit (education, health, elder care), standards_coverage, public_ai_literacy,
        network_coverage, governance_maturity, certification_capacity; on exports bri_market_access; on spill-overs
        patent_pool_share, foreign_rd_presence; on improvements ip_strength, exploratory_share, dual_use_spillover
        (off); on demand for compute power_price_relief; on the indicators' noise risk_monitoring_quality
    Unit: ratio
    Source: plan_map note 1 (judgement; prior mean 0.01-0.02)
    Clause: P022;P030;P055;P066;P067;P084;P090;P091;P092;P094
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.inputs.dimensions import members

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PLACE = {name: place for place, name in enumerate(members("modifier"))}


def weak_modifier(weight: float, intensity: float) -> float:
    """Bounded multiplier of a weak lever (ratio)."""
    return 1.0 + weight * intensity


def modifier(economy: Economy, name: str) -> float:
    """Multiplier of the weak lever ``name`` in the quarter."""
    return weak_modifier(economy.parameters["modifier_weight"][PLACE[name]], economy.levers.effective(name))
