"""Where the time goes: which columns a call touches, and times added up by call and by quarter."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from simulation.analysis import footprint
from simulation.analysis.bandwidth import measured_bandwidth
from simulation.analysis.profile import ALL, BUILDING, profile
from simulation.model.clock import TABLES
from simulation.model.columns import Columns
from simulation.model.economy import CALLS, Economy
from tests.model.drawing import effective

NAMES = [name for name, _ in CALLS]


class Herd(Columns):
    """Two columns of eight and four bytes a row."""

    fields = {"weight": (np.float64, ()), "legs": (np.int32, ()), "idle": (np.float64, (3,))}  # noqa: RUF012


def herd() -> Herd:
    table = Herd(16)
    table.add(np.arange(10, dtype=np.uint64), weight=1.0, legs=4)
    return table


def touched(use: object) -> float:
    table = herd()
    watch = footprint._Watch(table)
    use(table)  # type: ignore[operator]
    result = watch.stop()
    assert type(table) is Herd
    return result


def test_a_column_that_is_asked_for_is_read_once_and_written_where_it_changes() -> None:
    def grow(table: Herd) -> None:
        table.weight[:5] *= 1.1
        table.weight[:5] *= 1.1

    assert touched(lambda table: table.weight.sum()) == 8.0
    assert touched(lambda table: (table.weight.sum(), table.legs.sum(), table.legs.max())) == 12.0
    assert touched(grow) == 8.0 * 1.5
    assert touched(lambda table: table.length) == 0.0
    assert touched(lambda table: table.add(np.arange(20, 23, dtype=np.uint64), legs=2)) == 0.0


def test_columns_that_a_kernel_picks_are_seen_each_time() -> None:
    from typing import NamedTuple

    class Weights(NamedTuple):
        weight: np.ndarray
        idle: np.ndarray

    table = herd()
    table.pick(Weights)
    watch = footprint._Watch(table)
    table.pick(Weights)
    assert watch.stop() == 8.0 + 24.0


@cache
def touched_by_calls() -> np.ndarray:
    return footprint.footprint(effective("plan_baseline", "2016Q4"), NAMES)


def test_calls_touch_the_tables_that_they_are_about() -> None:
    by_call = dict(zip(NAMES, touched_by_calls().max(axis=0), strict=True))
    people, adopters = TABLES.index("people"), TABLES.index("adopters")
    assert by_call["labour"][people] > 0.0 and by_call["education_and_migration"][people] > 0.0
    assert by_call["adoption"][adopters] > 0.0 and by_call["finance"][adopters] == 0.0
    assert by_call["world"].sum() == 0.0
    assert touched_by_calls().shape == (footprint.SEASONS, len(NAMES), len(TABLES))


def test_bytes_grow_with_the_rows_in_use() -> None:
    bytes_a_row = np.zeros((footprint.SEASONS, 1, len(TABLES)))
    bytes_a_row[:, 0, 0], bytes_a_row[3, 0, 1] = 10.0, 100.0
    rows = {name: [1, 2, 3, 4, 5] for name in TABLES}
    assert footprint.bytes_touched(bytes_a_row, rows)[:, 0].tolist() == [10.0, 20.0, 30.0, 440.0, 50.0]


def test_times_add_up_by_call_and_by_quarter() -> None:
    inputs = effective("plan_baseline", "2016Q4")
    told = []
    for replicate in range(2):
        economy = Economy(inputs, replicate=replicate, scale=0.005)
        economy.run()
        told.append(economy.clock.told())
        assert economy.clock.seconds.min() > 0.0 and economy.clock.rows.min() > 0
        assert sum(economy.profile.values()) == pytest.approx(economy.clock.seconds.sum())
        economy.close()
    found = profile(told, inputs, bandwidth=1e9)
    calls, quarters = {row["call"]: row for row in found.by_call()}, found.by_quarter()
    assert set(calls) == {*NAMES, BUILDING, ALL}
    assert calls[ALL]["ms_a_run"] == pytest.approx(sum(row["ms"] for row in quarters))
    assert calls[ALL]["ms_a_run"] == pytest.approx(sum(row["ms"] for row in found.cells()))
    assert sum(row["share"] for name, row in calls.items() if name != ALL) == pytest.approx(1.0)
    slowest = [row["ms_a_run"] for row in found.by_call()][: len(NAMES)]
    assert slowest == sorted(slowest, reverse=True)
    assert np.isnan(calls["world"]["times_bandwidth"])
    market = calls["market"]
    assert market["times_bandwidth"] == pytest.approx(market["ms_a_quarter"] / market["megabytes_a_quarter"])
    assert "1.0 GB/s" in found.note()


def test_bandwidth_is_bytes_a_second() -> None:
    assert 1e6 < measured_bandwidth(1 << 10) < 1e13
