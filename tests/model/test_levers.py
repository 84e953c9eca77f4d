"""Every lever of the plan moves the quantity its registry row names, from its date on, through the rule that carries it.

The sign on final outcomes is nowhere asserted: it may be zero or negative.
"""

from __future__ import annotations

import numpy as np
import pytest

from simulation.inputs.registry import Parameter, registry
from simulation.inputs.variables import parse_element, variables
from simulation.model.economy import CALLS
from tests.model import levers as of
from tests.model.levers import Baselines, Records

LEVERS = of.levers()
CALL_NAMES = [name for name, _ in CALLS]
MONTE_CARLO_ERRORS = 3.0


def each_lever(rows: list[Parameter]) -> pytest.MarkDecorator:
    """One test for every row, named after it."""
    return pytest.mark.parametrize("lever", rows, ids=[row.id for row in rows])


@pytest.fixture(scope="module")
def baselines() -> Baselines:
    return Baselines()


@pytest.fixture(scope="module")
def pairs() -> dict[str, list[tuple[Records, Records]]]:
    """Unmoved and moved records by lever, filled as the tests ask for them."""
    return {}


def replicates(
    lever: Parameter, baselines: Baselines, pairs: dict[str, list[tuple[Records, Records]]]
) -> list[tuple[Records, Records]]:
    last = of.last_quarter(lever)
    if lever.id not in pairs:
        pairs[lever.id] = [
            (baselines.records(lever, last, replicate), of.run(lever, of.moved(lever), last, replicate))
            for replicate in range(of.REPLICATES)
        ]
    return pairs[lever.id]


def test_every_essential_and_standard_clause_with_a_lever_is_among_the_levers_tested() -> None:
    tested = {row.id for row in LEVERS}
    assert {row.id for row in registry().values() if row.kind == "lever" and row.plan_class in ("E", "S")} <= tested
    assert len(of.levers("E", "S")) > 50


@each_lever(LEVERS)
def test_a_lever_names_what_it_moves_and_which_call_carries_it(lever: Parameter) -> None:
    assert lever.moves
    assert lever.sign in ("+", "-")
    assert lever.horizon is not None and lever.horizon > 0
    assert lever.carrier in CALL_NAMES
    for moved in lever.moves:
        name, element = parse_element(moved)
        variable = variables()[name]
        if element is not None:
            of.index(variable.dims[0], element)


@each_lever(LEVERS)
def test_a_lever_moves_its_direct_quantity_by_more_than_chance(lever: Parameter, baselines: Baselines, pairs: dict) -> None:
    changes = np.array([of.effect(lever, *pair) for pair in replicates(lever, baselines, pairs)])
    error = float(changes.std(ddof=1)) / np.sqrt(len(changes))
    move = of.expected_sign(lever) * float(changes.mean())
    assert move > MONTE_CARLO_ERRORS * error, f"{lever.moves[0]} changes by {changes}, expected sign {of.expected_sign(lever)}"
    assert move > 0.0


@each_lever(LEVERS)
def test_nothing_happens_before_a_lever_moves(lever: Parameter, baselines: Baselines, pairs: dict) -> None:
    for unmoved, moved in replicates(lever, baselines, pairs):
        assert of.differing(unmoved, moved, stop=of.move_of(lever).start) == []


@each_lever(LEVERS)
def test_freezing_the_call_that_carries_a_lever_stills_its_direct_quantity(
    lever: Parameter, baselines: Baselines
) -> None:
    last = of.last_quarter(lever)
    unmoved = baselines.records(lever, last, frozen=lever.carrier)
    moved = of.run(lever, of.moved(lever), last, frozen=lever.carrier)
    assert of.direct_quantity(lever, unmoved).tobytes() == of.direct_quantity(lever, moved).tobytes()


@each_lever(LEVERS)
def test_a_lever_set_to_its_planned_path_changes_no_input_and_is_warned_about(lever: Parameter) -> None:
    planned, rewritten = of.scenario({}), of.scenario(of.as_planned(lever))
    before, after = planned.effective(), rewritten.effective()
    assert [name for name in before.paths if before.paths[name].tobytes() != after.paths[name].tobytes()] == []
    assert before.digest == after.digest
    warned = [str(warning) for warning in rewritten.warnings if "changes nothing" in str(warning)]
    assert len(warned) == len(of.as_planned(lever))
    assert all(lever.id in warning for warning in warned)


@each_lever([row for row in LEVERS if row.id in ("fiscal_rd_grants", "legal_clarity", "private_equity_supply")])
def test_a_lever_set_to_its_planned_path_gives_the_baseline_bit_by_bit(lever: Parameter, baselines: Baselines) -> None:
    last = of.position(of.START) + of.WATCHED
    assert of.differing(baselines.records(lever, last), of.run(lever, of.as_planned(lever), last)) == []
