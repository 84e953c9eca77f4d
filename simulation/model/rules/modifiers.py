"""Weak modifiers (class W): one shared bounded form, so that the plan is covered without false precision.

Rule: Weak modifier
    Formula: m(t) = 1 + w * intensity(t)
    Symbols: w weight of the modifier, |w| at most 0.05 (vector modifier_weight); intensity lever path between 0 and 1
    Unit: ratio
    Source: plan_map note 1 (judgement; prior mean 0.01-0.02)
    Clause: P022;P030;P055;P066;P067;P084;P090;P091;P092;P094
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.inputs.dimensions import index

if TYPE_CHECKING:
    from simulation.model.economy import Economy


def weak_modifier(weight: float, intensity: float) -> float:
    """Bounded multiplier of a weak lever (ratio)."""
    return 1.0 + weight * intensity


def modifier(economy: Economy, name: str) -> float:
    """Multiplier of the weak lever ``name`` in the quarter."""
    return weak_modifier(economy.parameters["modifier_weight"][index("modifier", name)], economy.levers.effective(name))
