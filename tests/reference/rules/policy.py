"""Call 2, ``policy``, in plain terms: levers come into force, the plan works as a signal, pilots spread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulation.inputs.dimensions import index
from simulation.inputs.registry import Parameter, registry
from tests.reference.names import REGIONS

if TYPE_CHECKING:
    from tests.reference.agents import PlainEconomy

# Governance comes into force as dated and then governs the other levers.
GOVERNANCE = ("policy_phase_schedule", "implementation_capacity", "coordination_lag")
# Provinces in the order in which their pilot zones were approved.
APPROVED = (
    "beijing", "shanghai", "tianjin", "guangdong", "zhejiang", "anhui", "chongqing", "sichuan", "shaanxi", "shandong",
    "hubei", "jiangsu", "hunan", "heilongjiang", "liaoning", "henan", "fujian", "guizhou", "jilin", "jiangxi", "hebei",
    "yunnan", "guangxi", "shanxi", "gansu", "inner_mongolia", "hainan", "xinjiang", "ningxia", "qinghai", "tibet",
)  # fmt: skip


def run(plain: PlainEconomy) -> None:
    """Put every lever in force, then announce the plan and expose provinces to pilots."""
    govern(plain)
    deliver_levers(plain)
    announce(plain)
    expose(plain)


# -- levers -----------------------------------------------------------------------------------------------------------


def levers() -> Iterator[Parameter]:
    """All levers but those of governance."""
    return (row for row in registry().values() if row.kind == "lever" and row.id not in GOVERNANCE)


@lru_cache(maxsize=4)
def default_paths(quarters: tuple[str, ...]) -> dict[str, list]:
    """Pre-plan path of every lever and modifier."""
    return {row.id: row.path(quarters).tolist() for row in registry().values() if row.is_lever}


def planned(plain: PlainEconomy, lever: str, quarter: int) -> Any:
    """Level of a lever that the scenario plans for a quarter."""
    return plain.path(lever)[quarter]


def default(plain: PlainEconomy, lever: str, quarter: int) -> Any:
    """Level of a lever without the plan."""
    return default_paths(plain.quarters)[lever][quarter]


def each(formula: Any, *levels: Any) -> Any:
    """A formula for a number, or for each element of a vector."""
    if isinstance(levels[0], list):
        return [formula(*elements) for elements in zip(*levels, strict=True)]
    return formula(*levels)


def reach_purpose(plain: PlainEconomy, lever: str, delivered: Any) -> Any:
    """Part of a lever that reaches its purpose: default + lever_effect * (delivered - default)."""
    effect = plain.value("lever_effect")[index("lever", lever)]
    return each(lambda base, level: base + effect * (level - base), default(plain, lever, plain.quarter), delivered)


def put_in_force(plain: PlainEconomy, lever: str, delivered: Any, effective: Any) -> None:
    """Set both levels of a lever for the quarter."""
    plain.delivered_levers[lever] = delivered
    plain.effective_levers[lever] = effective


def govern(plain: PlainEconomy) -> None:
    """Phase, capacity and lag come into force as dated."""
    for lever in GOVERNANCE:
        delivered = planned(plain, lever, plain.quarter)
        put_in_force(plain, lever, delivered, reach_purpose(plain, lever, delivered))


def deliver_levers(plain: PlainEconomy) -> None:
    """Programme money is delivered as capacity and phase allow; the other levers come into force as dated."""
    scheduled = paid = 0.0
    for lever in levers():
        delivered = planned(plain, lever.id, plain.quarter)
        if is_programme_money(lever):
            delivered = deliver(plain, lever.id)
            scheduled += surplus_money(plain, lever.id, plain.quarter)
            paid += surplus_money(plain, lever.id, lagged(plain, plain.delivered("coordination_lag")))
        put_in_force(plain, lever.id, delivered, reach_purpose(plain, lever.id, delivered))
    for row in registry().values():
        if row.kind == "modifier":
            intensity = planned(plain, row.id, plain.quarter)
            put_in_force(plain, row.id, intensity, intensity)
    plain.record("programme_money_scheduled", scheduled * plain.delivered("policy_phase_schedule"))
    plain.record("programme_money_delivered", paid * plain.delivered("implementation_capacity"))


def is_programme_money(lever: Parameter) -> bool:
    """Levers that begin with the plan and are a sum of money a year."""
    return lever.starts == "2017Q3" and lever.unit == "bn_cny/year"


def lagged(plain: PlainEconomy, years: float) -> int:
    """The quarter that lies ``years`` back, the first one at the earliest."""
    return max(plain.quarter - round(4.0 * years), 0)


def deliver(plain: PlainEconomy, lever: str) -> Any:
    """max(0, default + capacity * phase * (1 + adjustment) * (planned - default of the time of the decision))."""
    then = lagged(plain, plain.effective("coordination_lag"))
    intensity = plain.effective("policy_phase_schedule") * (1.0 + plain.government.adjustment)
    strength = plain.effective("implementation_capacity") * intensity
    return each(
        lambda base, wanted, base_then: max(base + strength * (wanted - base_then), 0.0),
        default(plain, lever, plain.quarter),
        planned(plain, lever, then),
        default(plain, lever, then),
    )


def surplus_money(plain: PlainEconomy, lever: str, quarter: int) -> float:
    """Money by which the plan departs from the default, bn CNY in the quarter."""
    return abs(planned(plain, lever, quarter) - default(plain, lever, quarter)) / 4.0


# -- signal and pilots ------------------------------------------------------------------------------------------------


def announce(plain: PlainEconomy) -> None:
    """The signal decays, and each rise of the lever adds to it; provinces announce plans of their own."""
    government = plain.government
    government.signal = decay(plain, government.signal, plain.effective("signal_strength"))
    government.signal_recorded = decay(plain, government.signal_recorded, plain.delivered("signal_strength"))
    plans = plain.value("local_plans_per_signal") * government.signal_recorded[0]
    plain.record("local_plans_announced", plans * len(REGIONS))


def decay(plain: PlainEconomy, state: tuple[float, float], level: float) -> tuple[float, float]:
    """Shift of expectations and level of the lever after a quarter."""
    shift, previous = state
    kept = math.exp(-1.0 / (4.0 * plain.value("signal_decay_years")))
    return shift * kept + max(0.0, level - previous), level


def expose(plain: PlainEconomy) -> None:
    """Exposure of each province moves by at most a quarter towards one (pilot zones) or the rolled-out share."""
    government, zones = plain.government, plain.effective("pilot_regions")
    for place, name in enumerate(APPROVED):
        region = index("region", name)
        zone = min(1.0, max(0.0, zones - place))
        gap = max(zone, government.rolled_out[region]) - government.exposure[region]
        government.exposure[region] += min(0.25, max(-0.25, gap))
    plain.record("pilot_regions_active", plain.delivered("pilot_regions"))
