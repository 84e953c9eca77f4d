"""Every lever moves the quantity its registry row names, from its date on, through the rule that carries it.

The sign on final outcomes is nowhere asserted: it may be zero or negative.
"""

from __future__ import annotations

import numpy as np
import pytest

from simulation.inputs.dimensions import members
from simulation.inputs.registry import Parameter, registry
from simulation.inputs.variables import parse_element, variables
from simulation.model.economy import CALLS
from tests.model import levers as of
from tests.model.levers import Baselines, Records, each_lever

LEVERS = of.levers()
CALL_NAMES = [name for name, _ in CALLS]
MONTE_CARLO_ERRORS = 3.0
# Direct quantities that are one kind of payment, with the flow of the ledger that holds it and nothing else.
PAID = {
    "adoption_subsidies_paid": "subsidies",
    "cloud_vouchers_paid": "vouchers",
    "compliance_cost_paid": "compliance",
    "export_support_paid": "export_support",
    "local_programme_spending": "local_programmes",
    "ppp_paid": "ppp_finance",
    "team_grants_paid": "team_grants",
}
# Whether a review finds the pilots good is chance, so more runs have to tell.
REPLICATES = {"pilot_then_rollout": 8}


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
            for replicate in range(REPLICATES.get(lever.id, of.REPLICATES))
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
        dims = variables()[name].dims
        assert element is None or element in members(dims[0])
    # A vector lever is tested by one element, so the first quantity it moves names that element.
    assert not lever.dim or parse_element(lever.moves[0])[1] in lever.elements


@pytest.mark.parametrize(("quantity", "flow"), PAID.items())
def test_a_direct_quantity_of_money_is_what_the_books_show(quantity: str, flow: str, baselines: Baselines) -> None:
    records = baselines.records(LEVERS[0], of.position(of.START) + of.WATCHED)
    posted = records["transaction_flows"][:, members("flow").index(flow)]
    assert posted.any()
    np.testing.assert_allclose(records[quantity], posted, rtol=1e-9, atol=1e-12)


@each_lever(LEVERS)
def test_a_lever_moves_its_direct_quantity_by_more_than_chance(
    lever: Parameter, baselines: Baselines, pairs: dict
) -> None:
    changes = np.array([of.effect(lever, *pair) for pair in replicates(lever, baselines, pairs)])
    error = float(changes.std(ddof=1)) / np.sqrt(len(changes))
    sign = of.expected_sign(lever)
    # Without any variance the error is zero, and any change with the right sign counts.
    assert sign * changes.mean() > MONTE_CARLO_ERRORS * error, f"{lever.moves[0]}: {changes}, expected sign {sign}"


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
