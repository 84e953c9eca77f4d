"""Call 1, ``world``: the frontier abroad moves, and the outside drivers of the quarter come into force.

Rule: Frontier of a technology field
    Formula: ln F(f,t) = ln F(f,t-1) + g(f)/4 + jump(f,t) + size * 1[u < rate/4]
    Symbols: F level of the best outside China in field f (2017 = 1); g growth a year (world_frontier_growth); jump
        dated step (frontier_jump); rate and size of undated jumps (frontier_jump_rate, frontier_jump_size); u keyed
        draw
    Unit: log points a quarter
    Source: plan_map P001 (judgement on benchmark and notable-model series); Epoch AI price trends for compute
    Clause: P001
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import members

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FIELD_IDS = np.arange(len(members("field")), dtype=np.uint64)


def frontier_step(
    growth: np.ndarray, dated_jump: np.ndarray, draws: np.ndarray, rate: float, size: float
) -> np.ndarray:
    """Log step of the frontier in one quarter, shape (field,): drift, dated jump and an undated jump when drawn."""
    return growth / 4.0 + dated_jump + np.where(draws < rate / 4.0, size, 0.0)


def run(economy: Economy) -> None:
    """Move the frontier by one quarter and record it."""
    world, p, levers = economy.world, economy.parameters, economy.levers
    draws = economy.streams.uniform("frontier_jump", FIELD_IDS, economy.quarter)
    rate, size, jump = p["frontier_jump_rate"], p["frontier_jump_size"], p.driver("frontier_jump")
    world.frontier_recorded += frontier_step(levers.delivered("world_frontier_growth"), jump, draws, rate, size)
    world.frontier += frontier_step(levers.effective("world_frontier_growth"), jump, draws, rate, size)
    economy.record("frontier_by_field", np.exp(world.frontier_recorded))
