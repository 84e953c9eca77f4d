"""The simulated economy: state columns, keyed streams, rules, institutions, ledger and the quarter."""

from simulation.model.economy import CALLS, Economy

__all__ = ["CALLS", "Economy"]
