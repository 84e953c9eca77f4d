"""What reaches its purpose: a lever without effect is delivered and paid, and nothing else in the economy moves."""

from __future__ import annotations

import pytest

from simulation.inputs.registry import Parameter, registry
from simulation.scenario import discover, load
from tests.model import levers as of
from tests.model.levers import Baselines, each_lever

# Largest change of core revenue of 2025 that a weak modifier may make between its bounds, share.
WEAK = 0.05
YEAR_2025 = slice(of.position("2025Q1"), of.position("2025Q4") + 1)
# A weak row that is a sum of money is not a modifier: what it buys is as large as the sum.
MODIFIERS = [
    row for row in registry().values() if row.kind in ("lever", "modifier") and row.unit != "bn_cny/year"
    and row.plan_class == "W"
]  # fmt: skip
# Quarters after which the slow levers have told, where that is later than the horizon of what they deliver: courses of
# study last two to four years, a demonstration is seen by few, project money waits for a breakthrough.
SLOW = {
    "project_reallocation_rate": 44, "ai_majors": 24, "graduate_quota_growth": 14, "talent_training_budget": 26,
    "compound_talent_share": 30, "demo_factories_per_year": 18, "evaluation_interval": 24, "pilot_then_rollout": 24,
}  # fmt: skip
# Levers that reach something on the other side of the planned path only: more promises of limited partners than funds
# call change nothing, fewer do.
OTHER_SIDE = ("private_equity_supply",)


@pytest.fixture(scope="module")
def baselines() -> Baselines:
    return Baselines()


@each_lever(of.levers())
def test_a_lever_without_effect_moves_nothing_but_what_it_delivers(lever: Parameter, baselines: Baselines) -> None:
    last = max(of.last_quarter(lever), of.position(of.START) + of.WATCHED)
    blunt = of.without_effect(lever)
    if of.keeps_to_its_default(lever, last):
        unmoved = baselines.records(lever, last)
    else:
        unmoved = of.run(lever, {**of.overlay_of(lever), **blunt}, last)
    # First one way, then the other: what is withheld may leak where what is added does not.
    turn = of.position(of.START) + of.WATCHED // 2
    moved = of.run(lever, {**of.moved(lever, turn), **blunt}, last)
    assert of.leaks(lever, of.differing(unmoved, moved)) == []
    assert of.expected_sign(lever) * of.effect(lever, unmoved, moved, stop=turn) > 0.0


@each_lever(of.levers("E", "S"))
def test_a_lever_with_its_effect_moves_more_than_what_it_delivers(lever: Parameter, baselines: Baselines) -> None:
    start = of.position(of.START)
    last = max(of.last_quarter(lever), start + SLOW.get(lever.id, 8))
    moved = of.run(lever, of.moved(lever, start if lever.id in OTHER_SIDE else None), last)
    reached = of.leaks(lever, of.differing(baselines.records(lever, last), moved))
    assert reached, f"{lever.id} is delivered and reaches nothing"


def test_a_lever_at_its_default_has_no_effect_to_switch_off(baselines: Baselines) -> None:
    last = of.position(of.START) + of.WATCHED
    lever = next(row for row in of.levers("E", "S") if of.keeps_to_its_default(row, last))
    assert of.differing(baselines.records(lever, last), of.run(lever, of.without_effect(lever), last)) == []


@each_lever(MODIFIERS)
def test_a_weak_modifier_moves_the_economy_by_little(lever: Parameter) -> None:
    low, high = (
        of.run(lever, {lever.id: bound}, YEAR_2025.stop - 1)["core_revenue"][YEAR_2025].sum()
        for bound in (lever.low, lever.high)
    )
    assert abs(high / low - 1.0) < WEAK


def test_what_the_plan_map_leaves_out_stays_off() -> None:
    off = [row for row in registry().values() if row.plan_class == "O" and row.kind in ("lever", "modifier")]
    assert [row.id for row in off] == ["dual_use_spillover"]
    for row in off:
        assert not row.values.any()
        for shipped in discover():
            assert not load(shipped.id).path(row.id).any(), f"{shipped.id} switches {row.id} on"
