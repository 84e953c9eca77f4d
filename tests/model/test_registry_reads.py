"""The registry's column ``rules`` names exactly the calls that read a parameter: nothing idle, nothing unlisted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache

import pytest

from simulation.inputs.registry import registry
from simulation.model import Economy
from simulation.model.economy import CALLS
from simulation.scenario import VARIANTS, load
from tests.model.drawing import effective, random_scenario, run

# Readers beside the calls: operators of published statistics, and the shared form that calls use for weak levers.
BESIDE = {"observation", "modifiers"}


@cache
def calls_by_parameter() -> dict[str, frozenset[str]]:
    """Calls that read each parameter in full runs of every rule variant; ``initial`` is the building of 2016Q1."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    last = {rule: choices[-1] for rule, choices in VARIANTS.items()}
    middle = {rule: choices[len(choices) // 2] for rule, choices in VARIANTS.items()}
    cases = [
        effective("plan_baseline", "2030Q4"), effective("historical_actual", "2030Q4"),
        *(replace(effective("plan_baseline", "2022Q4"), variants=variants) for variants in (last, middle)),
        *(random_scenario(number, "2022Q4") for number in (1, 2)),
    ]  # fmt: skip
    for case in cases:
        for call, names in run(case, scale=0.02, note_reads=True).reads.by_rule.items():
            for name in names:
                found[name].add(call)
    return {name: frozenset(calls) for name, calls in found.items()}


@pytest.mark.parametrize("section", ["policy", "external", "model"])
def test_every_parameter_is_read_by_the_calls_its_row_names(section: str) -> None:
    wrong = {}
    for row in registry().section(section):
        read = calls_by_parameter().get(row.id, frozenset())
        if set(row.rules) - BESIDE != read:
            wrong[row.id] = f"listed {';'.join(sorted(set(row.rules)))}, read by {';'.join(sorted(read)) or 'no call'}"
    assert wrong == {}


def test_a_parameter_that_no_call_reads_serves_the_operators() -> None:
    idle = [row for row in registry().values() if row.id not in calls_by_parameter()]
    assert all(row.rules == ("observation",) for row in idle)
    # Both targets and the scope factors among them, and no lever.
    assert not any(row.is_lever for row in idle)


def test_every_reader_is_a_call_of_the_quarter_or_the_building_of_the_start() -> None:
    calls = {name for name, _ in CALLS}
    assert {reader for readers in calls_by_parameter().values() for reader in readers} <= calls | {"initial"}


def test_a_parameter_outside_the_registry_cannot_be_read() -> None:
    economy = Economy(load("plan_baseline").effective(until="2016Q4"), scale=0.01)
    for read in (economy.parameters.__getitem__, economy.parameters.driver, economy.parameters.path):
        with pytest.raises(KeyError):
            read("a_row_that_nobody_wrote")
    with pytest.raises(KeyError):
        economy.levers.effective("a_row_that_nobody_wrote")
