"""Living through a quarter call by call, to look at the economy before and after one of them."""

from __future__ import annotations

from simulation.model import Economy
from simulation.model.economy import CALLS

NAMES = [name for name, _ in CALLS]
RULES = dict(CALLS)


def until(economy: Economy, quarter: str) -> Economy:
    """The economy at the beginning of a quarter."""
    while economy.quarters[economy.quarter] != quarter:
        economy.step()
    return economy


def open_quarter(economy: Economy, call: str = NAMES[0]) -> Economy:
    """Begin a quarter and run the calls before ``call``."""
    economy._open_quarter()
    for name in NAMES[: NAMES.index(call)]:
        run_call(economy, name)
    return economy


def run_call(economy: Economy, call: str) -> Economy:
    """Run one call of the quarter."""
    economy.reads.current = call
    RULES[call].run(economy)
    return economy


def close_quarter(economy: Economy, call: str) -> Economy:
    """Run ``call`` and those after it and end the quarter."""
    for name in NAMES[NAMES.index(call) :]:
        run_call(economy, name)
    economy._close_quarter()
    return economy
