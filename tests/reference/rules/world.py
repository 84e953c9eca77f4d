"""Call 1, ``world``, in plain terms: the frontier abroad moves, field by field."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.reference.names import FIELDS

if TYPE_CHECKING:
    from tests.reference.agents import PlainEconomy


def run(plain: PlainEconomy) -> None:
    """Move the frontier of every field and record it."""
    for field in FIELDS:
        jump = jumps(plain, field)
        plain.world.frontier_recorded[field] += plain.delivered("world_frontier_growth")[field] / 4.0 + jump
        plain.world.frontier[field] += plain.effective("world_frontier_growth")[field] / 4.0 + jump
    plain.record("frontier_by_field", [math.exp(level) for level in plain.world.frontier_recorded])


def jumps(plain: PlainEconomy, field: int) -> float:
    """The dated jump of a field and, when drawn, one without a date, log points."""
    undated = plain.uniform("frontier_jump", field) < plain.value("frontier_jump_rate") / 4.0
    return plain.driver("frontier_jump")[field] + (plain.value("frontier_jump_size") if undated else 0.0)
