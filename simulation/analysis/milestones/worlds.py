"""Worlds of the milestones: what happened, what happened without one of its shocks, and one-off shocks.

Every world is a shipped scenario with shocks laid over its dated paths, so that nothing else differs, and all share
their random numbers run by run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulation.scenario import Scenario, load

ACTUAL, NEUTRAL = "historical_actual", "plan_baseline"
FIRST, LAST = 2016, 2025
# The quarter in which every one-off shock starts, and how long it lasts: the plan is in force, and six years are left.
SHOCK_START, SHOCK_END, SHOCK_QUARTERS = "2019Q1", "2019Q4", 4
SHOCK_POSITION = 12


@dataclass(frozen=True)
class World:
    """One world.

    Parameters
    ----------
    id : str
        Name under which its runs are kept.
    base : str
        Scenario that it changes and is compared with.
    shocks : tuple of mapping
        As in a scenario file: parameter, start, end, and what is done.
    """

    id: str
    base: str
    shocks: tuple[Mapping[str, Any], ...] = ()

    def scenario(self) -> Scenario:
        """The scenario with the shocks in it, under the name of the world."""
        overrides = {"shocks": [dict(shock) for shock in self.shocks]} if self.shocks else None
        return replace(load(self.base, overrides), id=self.id)


def _held(parameter: str, start: str, end: str, value: float) -> dict[str, Any]:
    """A driver held at a value, as if its change had not come."""
    return {"parameter": parameter, "start": start, "end": end, "set": value}


def _once(parameter: str, operation: str, amount: float, end: str = SHOCK_END) -> dict[str, Any]:
    return {"parameter": parameter, "start": SHOCK_START, "end": end, operation: amount}


# Values that are held are those of the quarter before the episode in the base scenario.
WORLDS = (
    World(ACTUAL, ACTUAL),
    World("without_winter_2018", ACTUAL, (_held("liquidity_tightness", "2018Q3", "2019Q4", 0.0),)),
    World("without_covid_2020", ACTUAL, (
        _held("liquidity_tightness", "2020Q1", "2020Q2", 0.5), _held("value_added_shock", "2020Q1", "2020Q2", 0.0),
    )),
    World("without_turn_2021", ACTUAL, (
        _held("offshore_window", "2021Q3", "2022Q4", 1.3), _held("liquidity_tightness", "2021Q4", "2022Q4", -0.4),
        _held("foreign_capital_access", "2022Q1", "2022Q4", 0.78), _held("value_added_shock", "2022Q2", "2022Q2", 0.0),
        _held("compute_import_restriction", "2022Q4", "2022Q4", 0.08),
    )),
    World("without_jump_2022", ACTUAL, (_held("frontier_jump", "2022Q4", "2022Q4", 0.0),)),
    World("without_closing_2023", ACTUAL, (_held("ipo_window", "2023Q3", "2025Q2", 1.0),)),
    World("without_export_controls", ACTUAL, (_held("compute_import_restriction", "2019Q2", "2025Q4", 0.0),)),
    World("without_ai_majors", ACTUAL, (_held("ai_majors", "2017Q3", "2025Q4", 0.0),)),
    World(NEUTRAL, NEUTRAL),
    World("tight_liquidity", NEUTRAL, (_once("liquidity_tightness", "add", 0.5),)),
    World("listing_shut", NEUTRAL, (_once("ipo_window", "set", 0.0),)),
    World("listing_abroad_shut", NEUTRAL, (_once("offshore_window", "add", -0.5),)),
    World("platform_rectification", NEUTRAL, (_once("platform_regulation_shock", "add", 0.5),)),
    World("demand_slump", NEUTRAL, (_once("value_added_shock", "add", -0.05),)),
    World("imports_limited", NEUTRAL, (_once("compute_import_restriction", "add", 0.4),)),
    World("frontier_leap", NEUTRAL, (_once("frontier_jump", "add", 0.3, SHOCK_START),)),
)  # fmt: skip


def scenarios(worlds: Sequence[World] = WORLDS) -> tuple[Scenario, ...]:
    """Scenarios of the worlds, in their order; ``InvalidInput`` where a shock does not fit its parameter."""
    return tuple(world.scenario() for world in worlds)
