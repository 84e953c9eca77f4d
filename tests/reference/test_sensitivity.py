"""A change of any rule is noticed: for every rule, a mutant that plain and mutated rule disagree about.

The coefficients of a rule are the registry ids that its docstring names; a mutant scales one of them by a quarter where
the rule reads it.  All mutants of all rules are studied by ``python -m tests.reference.mutation_study``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

import pytest

from simulation.inputs.registry import registry
from simulation.model.rulebook import RuleText, rules
from tests.reference.cases import Case, cases_of_economy, first_telling
from tests.reference.mutation import Mutant, mutants_of
from tests.reference.mutation_study import calls_of, files_with_mutants
from tests.reference.states import NAMES

# Economies and quarters of the cases: the first quarter, ends of years, in the middle; every variant occurs.
CASES = {0: [7, 11], 1: [0, 15], 2: [5, 15], 3: [3, 19]}
# Where rules are that name no coefficient: file and functions.
PLACES = {
    "Displaced purchases": ("rules/accounts.py", "_settle_public"),
    "Return of fund money": ("rules/deals.py", "distribute"),
    "Hazard of adoption (variant ``bass``)": ("rules/adoption.py", "adopt"),
    "Open loop (variant ``open_loop``)": ("rules/evaluation.py", "_review"),
    "Concentration": ("rules/concentration.py", "top_share"),
    "Delivery of a lever": ("rules/policy.py", "deliver"),
    "Promotion and exit": ("rules/migration.py", "move"),
    "Technology gap": ("rules/theory.py", "measure"),
}


@lru_cache(maxsize=1)
def cases() -> dict[str, list[Case]]:
    """Cases of each call."""
    found: dict[str, list[Case]] = {name: [] for name in NAMES}
    for one in chain.from_iterable(cases_of_economy(number, NAMES, quarters) for number, quarters in CASES.items()):
        found[one.call].append(one)
    found["finance"] += list(cases_of_economy(3, ["finance"], [14, 15, 16, 17]))[-1:]  # a fund asks for its money back
    return found


@lru_cache(maxsize=1)
def scaled() -> dict[str, list[Mutant]]:
    """Mutants that scale a coefficient, by its name."""
    found: dict[str, list[Mutant]] = {}
    for mutant in chain.from_iterable(mutants_of(file) for file in files_with_mutants()):
        if mutant.coefficient:
            found.setdefault(mutant.coefficient, []).append(mutant)
    return found


def coefficients_of(rule: RuleText) -> list[str]:
    """Registry ids that a rule's formula and symbols name, in their order."""
    words = re.findall(r"\w+", f"{rule.formula} {rule.symbols}")
    return [word for word in dict.fromkeys(words) if word in registry()]


def mutants_of_rule(rule: RuleText) -> list[Mutant]:
    """Mutants of a rule: of its coefficients, or of the function that holds a rule without any."""
    if rule.name in PLACES:
        file, function = PLACES[rule.name]
        return [mutant for mutant in mutants_of(file) if mutant.function == function]
    named = [mutant for name in coefficients_of(rule) for mutant in scaled().get(name, [])]
    own = [mutant for mutant in named if mutant.file == f"rules/{rule.file}"]
    return own or named


def calls_of_mutant(rule: RuleText, mutant: Mutant) -> tuple[str, ...]:
    """Calls in which a mutant is at work."""
    return calls_of(mutant.file) or ((rule.call,) if rule.call else NAMES)


@pytest.mark.parametrize("call", NAMES)
def test_rules_without_compilation_are_the_plain_ones(call: str) -> None:
    assert [found for one in cases()[call] for found in one.disagreements(None)] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_changed_coefficient_is_noticed(rule: RuleText) -> None:
    mutants = mutants_of_rule(rule)
    assert mutants, f"no coefficient of {rule.name!r} is read where it can be changed; say in PLACES where the rule is"
    for mutant in mutants:
        own = [one for call in calls_of_mutant(rule, mutant) for one in cases()[call]]
        if first_telling(mutant, own) is not None:
            return
    pytest.fail(f"none of {len(mutants)} changes of {rule.name!r} is noticed")
