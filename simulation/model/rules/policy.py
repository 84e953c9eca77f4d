"""Call 2, ``policy``: levers in force = timeline x capacity, lagged; the plan as a signal apart from money.

Rule: Delivery of a lever
    Formula: delivered(t) = max(0, default(t) + capacity * phase * (1 + adjustment) * (planned(t - lag) - default(t -
        lag)))
    Symbols: default pre-plan path of the lever; capacity implementation_capacity; lag coordination_lag; phase
        policy_phase_schedule; adjustment set by the last evaluation.  This form is for programme money (plan levers in
        money a year); counted facts, laws and private levers come into force as dated
    Unit: the lever's own unit
    Source: plan_map P095-P097
    Clause: P095;P096;P097

Rule: Part of a lever that reaches its purpose
    Formula: effective = default + lever_effect * (delivered - default)
    Symbols: lever_effect share of what is delivered that is put to its purpose, one value for each lever
    Unit: the lever's own unit
    Source: 24-53 % of research subsidies are relabelled or misused (Chen et al. 2021; Boeing and Peters 2022)
    Clause: P073;P074

Rule: The plan as a signal
    Formula: s(t) = s(t-1) * exp(-1 / (4 * decay)) + max(0, signal(t) - signal(t-1))
    Symbols: s shift of expectations of provinces, investors and founders; signal signal_strength; decay
        signal_decay_years; local plans announced are local_plans_per_signal * s in each province and move nothing
    Unit: index
    Source: plan_map P099; more than 20 provinces with policies by the end of 2018
    Clause: P099

Rule: Exposure of a province to pilots
    Formula: exposure(r) = 1 for the first n provinces in the order of approval, rolled-out share for the others;
        exposure moves by at most 1/4 a quarter
    Symbols: n pilot_regions; rolled-out share set by the call evaluation (P098)
    Unit: share
    Source: zones and dates in talent.csv and regions.csv
    Clause: P054;P098
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.inputs.dimensions import index, members, size
from simulation.inputs.registry import Parameter, registry

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PLAN_START = "2017Q3"
# Order of approval of the national pilot zones (talent.csv and regions.csv, pilot_zones), then by firm counts.
PILOT_ORDER = (
    "beijing", "shanghai", "tianjin", "guangdong", "zhejiang", "anhui", "chongqing", "sichuan", "shaanxi", "shandong",
    "hubei", "jiangsu", "hunan", "heilongjiang", "liaoning", "henan", "fujian", "guizhou", "jilin", "jiangxi", "hebei",
    "yunnan", "guangxi", "shanxi", "gansu", "inner_mongolia", "hainan", "xinjiang", "ningxia", "qinghai", "tibet",
)  # fmt: skip
PILOT_PLACE = np.array([PILOT_ORDER.index(name) for name in members("region")], dtype=float)
GOVERNANCE = ("implementation_capacity", "policy_phase_schedule", "coordination_lag")


def is_programme_money(lever: Parameter) -> bool:
    """Whether phases and adjustment scale the lever: plan levers that are a sum of money a year."""
    return lever.starts == PLAN_START and lever.unit == "bn_cny/year"


def deliver(default: Any, planned: Any, default_then: Any, capacity: float, intensity: float) -> Any:
    """Delivered level of a lever (same shape as its path): default plus what capacity and intensity make of the
    plan.
    """
    return default + capacity * intensity * (planned - default_then)


def reach(default: Any, delivered: Any, effect: Any) -> Any:
    """Part of a lever that reaches its purpose (same shape as what is delivered)."""
    return default + effect * (delivered - default)


def decay_signal(signal: float, previous: float, current: float, decay_years: float) -> float:
    """Expectation shift after one quarter: it decays, and each rise of the lever adds to it."""
    return signal * math.exp(-1.0 / (4.0 * decay_years)) + max(0.0, current - previous)


class LeverColumns:
    """All levers as columns, a column for each number: the same for all runs over the same quarters.

    Attributes
    ----------
    order : list of str
        Programme money first, then the other levers that are one number, then vectors.
    scalars : list of str
        Those that are one number; their columns come first.
    vectors : dict of str to slice
        Columns of each vector.
    money : slice
        Columns of programme money.
    governance : ndarray
        Columns of the levers in ``GOVERNANCE``.
    place : ndarray (column,)
        Place of each column's lever in the dimension ``lever``.
    default : ndarray (quarter, column)
        Pre-plan paths.
    weak : list of str
        Weak levers.
    """

    def __init__(self, quarters: tuple[str, ...]) -> None:
        rows = registry().values()
        levers = [row for row in rows if row.kind == "lever"]
        levers.sort(key=lambda row: (bool(row.dim), not is_programme_money(row)))
        sizes = [row.size for row in levers]
        ends = np.cumsum(sizes).tolist()
        self.order = [row.id for row in levers]
        self.scalars = [row.id for row in levers if not row.dim]
        self.vectors = {row.id: slice(end - row.size, end) for row, end in zip(levers, ends, strict=True) if row.dim}
        self.money = slice(sum(is_programme_money(row) for row in levers))
        self.governance = np.array([self.scalars.index(name) for name in GOVERNANCE])
        self.place = np.repeat([index("lever", name) for name in self.order], sizes)
        self.default = np.column_stack([row.path(quarters) for row in levers])
        self.weak = [row.id for row in rows if row.kind == "modifier"]

    def by_name(self, row: np.ndarray) -> dict[str, Any]:
        """Levers of a quarter by name: a number, or its part of the row for a vector."""
        levers: dict[str, Any] = dict(zip(self.scalars, row[: len(self.scalars)].tolist(), strict=True))
        for name, columns in self.vectors.items():
            levers[name] = row[columns]
        return levers


@lru_cache(maxsize=8)
def lever_columns(quarters: tuple[str, ...]) -> LeverColumns:
    """The columns of levers over some quarters, made once."""
    return LeverColumns(quarters)


class Timetable:
    """The planned paths of all levers.

    Attributes
    ----------
    columns : LeverColumns
        What stands in which column.
    planned : ndarray (quarter, column)
        Levers as planned.
    intensities : ndarray (quarter, modifier)
        Weak levers as planned.
    scheduled : list of float
        Programme money that the plan adds in each quarter, all together, bn CNY.
    """

    def __init__(self, economy: Economy) -> None:
        self.columns = columns = lever_columns(economy.quarters)
        paths = economy.effective.paths
        self.planned = np.column_stack([paths[name] for name in columns.order])
        self.intensities = np.column_stack([paths[name] for name in columns.weak])
        added = np.abs(self.planned - columns.default)[:, columns.money]
        self.scheduled: list[float] = (added.sum(axis=1) / 4.0).tolist()

    def pre_plan(self, name: str) -> float:
        """Default of a lever that is one number, in the first quarter."""
        return float(self.columns.default[0, self.columns.scalars.index(name)])


def run(economy: Economy) -> None:
    """Put every lever in force for the quarter and update the signal and the pilots."""
    table, columns, t = economy.timetable, economy.timetable.columns, economy.quarter
    default, delivered = columns.default[t], table.planned[t].copy()
    effect = economy.parameters["lever_effect"][columns.place]
    effective = reach(default, delivered, effect)
    _deliver_money(economy, delivered, effective[columns.governance])
    money = columns.money
    effective[money] = reach(default[money], delivered[money], effect[money])
    weak = dict(zip(columns.weak, table.intensities[t].tolist(), strict=True))
    economy.levers.put(columns.by_name(delivered) | weak, columns.by_name(effective) | weak)
    _announce(economy)
    _expose(economy)


def _deliver_money(economy: Economy, delivered: np.ndarray, governance: np.ndarray) -> None:
    """Replace what is planned of programme money by what is delivered; record what was due by the timetable alone."""
    table, columns, t = economy.timetable, economy.timetable.columns, economy.quarter
    planned, default = table.planned[:, columns.money], columns.default[:, columns.money]
    capacity, phase, lag = governance.tolist()
    recorded_capacity, recorded_phase, recorded_lag = delivered[columns.governance].tolist()
    then, recorded_then = (max(t - round(4.0 * years), 0) for years in (lag, recorded_lag))
    intensity = phase * (1.0 + economy.government.adjustment)
    money = deliver(default[t], planned[then], default[then], capacity, intensity)
    delivered[columns.money] = np.maximum(money, 0.0)
    economy.record("programme_money_scheduled", table.scheduled[t] * recorded_phase)
    economy.record("programme_money_delivered", table.scheduled[recorded_then] * recorded_capacity)


def _announce(economy: Economy) -> None:
    government, levers = economy.government, economy.levers
    decay = economy.parameters["signal_decay_years"]
    recorded, now = levers.delivered("signal_strength"), levers.effective("signal_strength")
    government.signal_recorded = (decay_signal(*government.signal_recorded, recorded, decay), recorded)
    government.signal = (decay_signal(*government.signal, now, decay), now)
    plans = economy.parameters["local_plans_per_signal"] * government.signal_recorded[0] * size("region")
    economy.record("local_plans_announced", plans)


def _expose(economy: Economy) -> None:
    government = economy.government
    approved = np.minimum(np.maximum(economy.levers.effective("pilot_regions") - PILOT_PLACE, 0.0), 1.0)
    wanted = np.maximum(approved, government.rolled_out)
    government.exposure += np.minimum(np.maximum(wanted - government.exposure, -0.25), 0.25)
    economy.record("pilot_regions_active", economy.levers.delivered("pilot_regions"))
