"""An economy that has been closed leaves nothing behind, so that memory stays flat over the runs of an ensemble."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from pathlib import Path

import mesa
import pytest

from simulation.model import Economy
from tests.benchmarks.memory import ALLOWED, held_after
from tests.model.drawing import effective


def lived_and_closed() -> tuple[weakref.ref, weakref.ref, int]:
    """References to an economy and its firms that do not keep them, and how many agents it had."""
    economy = Economy(effective("plan_baseline", "2016Q4"), seed=1, scale=0.01)
    economy.run()
    agents = len(economy.agents)
    kept = weakref.ref(economy), weakref.ref(economy.firms), agents
    economy.close()
    return kept


def test_a_closed_economy_is_freed() -> None:
    economy, firms, agents = lived_and_closed()
    assert agents > 30
    gc.collect()
    assert economy() is None
    assert firms() is None


def test_closing_frees_the_columns_at_once_and_keeps_the_records() -> None:
    economy = Economy(effective("plan_baseline", "2016Q4"), seed=1, scale=0.01)
    records = economy.run()
    firms = weakref.ref(economy.firms)
    economy.close()
    gc.collect()
    assert firms() is None
    assert economy.records is records
    assert records["core_revenue"].all()


def economies_mesa_knows() -> int:
    return sum(isinstance(model, Economy) for model in getattr(mesa.Agent, "_ids", {}))


def test_mesa_keeps_no_closed_economy() -> None:
    before = economies_mesa_knows()
    for _ in range(3):
        lived_and_closed()
    assert economies_mesa_knows() == before


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell what a process holds")
def test_memory_is_flat_over_many_runs() -> None:
    inputs = effective("plan_baseline", "2016Q2")
    tracemalloc.start()
    try:
        held, traced = held_after(inputs, 0.002, runs=40, marks=2), tracemalloc.get_traced_memory()[0]
        more, traced_more = held_after(inputs, 0.002, runs=40, marks=2), tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    # One economy of this size takes more than a megabyte: a hundredth of it left behind by each run would be seen.
    assert traced_more - traced < 0.4e6
    assert more[-1] - held[-1] < ALLOWED
