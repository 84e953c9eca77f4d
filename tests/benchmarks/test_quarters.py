"""The same quarter by columns, by plain agents of the same rules, and by a newcomer's agents."""

from __future__ import annotations

import gc
import time
from typing import Any

import numpy as np

from simulation.model.clock import TABLES
from simulation.model.economy import CALLS, Economy
from tests.benchmarks import newcomer
from tests.benchmarks.sizes import HEAVY, economy_of
from tests.reference.bridge import mirror
from tests.reference.states import plain_rule

Benchmark = Any
SETTLING, MEASURED = 4, 8
NAMES = [name for name, _ in CALLS]
FIRST, LAST = NAMES.index(HEAVY[0]), NAMES.index(HEAVY[-1])


def settled(population: tuple[int, int]) -> Economy:
    """An economy of the size after its first quarters."""
    economy = economy_of(*population)
    for _ in range(SETTLING):
        economy.step()
    return economy


def rows_of(economy: Economy) -> dict[str, int]:
    """Rows in use by table."""
    return {f"{name}_rows": int(count) for name, count in zip(TABLES, economy.clock.rows[SETTLING - 1], strict=True)}


def test_columns(benchmark: Benchmark, population: tuple[int, int]) -> None:
    """A quarter of compiled columns; the heavy calls by the economy's own clock."""
    economy = settled(population)
    benchmark.pedantic(economy.step, rounds=MEASURED)
    seconds = np.median(economy.clock.seconds[SETTLING : SETTLING + MEASURED], axis=0)
    heavy = {name: float(seconds[NAMES.index(name)]) for name in HEAVY}
    benchmark.extra_info.update(rows_of(economy), population=population, heavy=heavy, heavy_seconds=sum(heavy.values()))


def test_plain_agents(benchmark: Benchmark, population: tuple[int, int]) -> None:
    """The heavy calls of one quarter by the plain reference, chained on the same agents."""
    economy = settled(population)
    economy._open_quarter()
    for name, rule in CALLS[:FIRST]:
        economy.reads.current = name
        rule.run(economy)
    plain = mirror(economy)
    for table in ("rows", "people", "adopters", "positions"):
        plain.population(table)
    heavy: dict[str, float] = {}

    def chain() -> None:
        for name in NAMES[FIRST : LAST + 1]:
            started = time.perf_counter()
            plain_rule(name).run(plain)
            heavy[name] = time.perf_counter() - started

    gc.collect()
    benchmark.pedantic(chain, rounds=1)
    heavy = {name: heavy[name] for name in HEAVY}
    benchmark.extra_info.update(rows_of(economy), population=population, heavy=heavy, heavy_seconds=sum(heavy.values()))


def test_newcomer(benchmark: Benchmark, population: tuple[int, int]) -> None:
    """A quarter of the model that a newcomer to Mesa writes first, with as many firms, people and adopters."""
    economy = settled(population)
    rows = rows_of(economy)
    economy.close()
    model = newcomer.Economy(rows["firms_rows"], rows["people_rows"], rows["adopters_rows"])
    benchmark.pedantic(model.step, rounds=3)
    benchmark.extra_info.update(rows, population=population)
