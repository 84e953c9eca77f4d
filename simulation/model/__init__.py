"""The simulated economy: state columns, keyed streams, rules, institutions, ledger and the quarter.

``Economy`` and ``CALLS`` are loaded when they are first used, so that looking at the cache imports neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.model.economy import CALLS, Economy

__all__ = ["CALLS", "Economy"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from simulation.model import economy

    return getattr(economy, name)
