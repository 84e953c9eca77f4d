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
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.inputs.dimensions import index, size
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
GOVERNANCE = ("policy_phase_schedule", "implementation_capacity", "coordination_lag")


def is_programme_money(lever: Parameter) -> bool:
    """Whether phases and adjustment scale the lever: plan levers that are a sum of money a year."""
    return lever.starts == PLAN_START and lever.unit == "bn_cny/year"


def deliver(default: Any, planned: Any, default_then: Any, capacity: float, intensity: float) -> Any:
    """Delivered level of a lever (same shape as its path): default plus what capacity and intensity make of the
    plan.
    """
    return default + capacity * intensity * (planned - default_then)


def decay_signal(signal: float, previous: float, current: float, decay_years: float) -> float:
    """Expectation shift after one quarter: it decays, and each rise of the lever adds to it."""
    return signal * math.exp(-1.0 / (4.0 * decay_years)) + max(0.0, current - previous)


class Timetable:
    """The planned paths of all levers with their defaults, prepared once for a run."""

    def __init__(self, economy: Economy) -> None:
        rows = registry()
        self.levers = [p for p in rows.values() if p.kind == "lever"]
        self.modifiers = [p for p in rows.values() if p.kind == "modifier"]
        self.planned = {p.id: economy.effective.paths[p.id] for p in self.levers + self.modifiers}
        self.default = {p.id: np.asarray(p.path(economy.quarters)) for p in self.levers + self.modifiers}
        self.position = {p.id: index("lever", p.id) for p in self.levers}


def run(economy: Economy) -> None:
    """Put every lever in force for the quarter and update the signal and the pilots."""
    table, t = economy.timetable, economy.quarter
    effect = economy.parameters["lever_effect"]
    for name in GOVERNANCE:
        planned, default = table.planned[name][t], table.default[name][t]
        economy.levers.set(name, planned, default + effect[table.position[name]] * (planned - default))
    lag = round(4.0 * economy.levers.effective("coordination_lag"))
    capacity = economy.levers.effective("implementation_capacity")
    phase = economy.levers.effective("policy_phase_schedule")
    then = max(t - lag, 0)
    recorded_then = max(t - round(4.0 * economy.levers.delivered("coordination_lag")), 0)
    scheduled = delivered_money = 0.0
    for lever in table.levers:
        if lever.id in GOVERNANCE:
            continue
        path, base = table.planned[lever.id], table.default[lever.id]
        delivered = path[t]
        if is_programme_money(lever):
            intensity = phase * (1.0 + economy.government.adjustment)
            delivered = np.maximum(deliver(base[t], path[then], base[then], capacity, intensity), 0.0)
            scheduled += abs(path[t] - base[t]) / 4.0
            delivered_money += abs(path[recorded_then] - base[recorded_then]) / 4.0
        economy.levers.set(lever.id, delivered, base[t] + effect[table.position[lever.id]] * (delivered - base[t]))
    for modifier in table.modifiers:
        economy.levers.set(modifier.id, table.planned[modifier.id][t], table.planned[modifier.id][t])
    economy.record("programme_money_scheduled", scheduled * economy.levers.delivered("policy_phase_schedule"))
    economy.record("programme_money_delivered", delivered_money * economy.levers.delivered("implementation_capacity"))
    _announce(economy)
    _expose(economy)


def _announce(economy: Economy) -> None:
    government = economy.government
    decay = economy.parameters["signal_decay_years"]
    for attribute, current in (
        ("signal_recorded", economy.levers.delivered("signal_strength")),
        ("signal", economy.levers.effective("signal_strength")),
    ):
        state, previous = getattr(government, attribute)
        setattr(government, attribute, (decay_signal(state, previous, current, decay), current))
    plans = economy.parameters["local_plans_per_signal"] * government.signal_recorded[0] * size("region")
    economy.record("local_plans_announced", plans)


def _expose(economy: Economy) -> None:
    government = economy.government
    wanted = np.zeros(size("region"))
    count = economy.levers.effective("pilot_regions")
    for place, name in enumerate(PILOT_ORDER):
        wanted[index("region", name)] = min(1.0, max(0.0, count - place))
    wanted = np.maximum(wanted, government.rolled_out)
    government.exposure += np.clip(wanted - government.exposure, -0.25, 0.25)
    economy.record("pilot_regions_active", economy.levers.delivered("pilot_regions"))
