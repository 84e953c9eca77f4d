"""Every rule says what it computes, in which unit, on what ground, and which clause of the plan it serves."""

from __future__ import annotations

import ast
import re

import pytest

from simulation.inputs.plan import clauses
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables
from simulation.model import rulebook
from simulation.model.economy import CALLS
from simulation.model.ledger import ACCOUNTS, FLOWS
from simulation.scenario import VARIANTS

WHOLE = """Call 1, ``world``: it moves.

Rule: Drift
    Formula: f(t) = f(t-1) + g;
        bounded
    Symbols: g growth
    Unit: log points
    Source: somewhere
    Clause: P001;P002
"""
# Variants, flows and sectors of accounts that a rule may name beside parameters and variables.
NAMES = {*VARIANTS, *(choice for choices in VARIANTS.values() for choice in choices), *ACCOUNTS, *FLOWS}


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", text))


def rule_ids() -> list[str]:
    return [f"{rule.file}: {rule.name}" for rule in rulebook.rules()]


@pytest.mark.parametrize("rule", rulebook.rules(), ids=rule_ids())
def test_a_rule_has_formula_symbols_unit_source_and_clause(rule: rulebook.RuleText) -> None:
    assert [name for name in rulebook.FIELDS if not getattr(rule, name).strip()] == []
    assert rule.lacking() == []
    assert set(rule.clauses) <= {clause.id for clause in clauses()}


@pytest.mark.parametrize("rule", rulebook.rules(), ids=rule_ids())
def test_a_rule_names_parameters_that_exist(rule: rulebook.RuleText) -> None:
    formula, symbols = (words_of(text) for text in (rule.formula, rule.symbols))
    # A word of the formula that the symbols explain is the rule's own, and so is one with an index such as ``cap_s``.
    own = (formula & symbols) | {word for word in formula | symbols if min(map(len, word.split("_"))) == 1}
    vectors = {word for word in formula | symbols if any(name.startswith(f"{word}_") for name in registry())}
    assert (formula | symbols) - own - vectors - set(registry()) - set(variables()) - NAMES == set()


def test_every_call_of_the_quarter_has_a_rule() -> None:
    assert {name for name, _ in CALLS} <= {rule.call for rule in rulebook.rules()}
    assert {rule.call for rule in rulebook.rules()} <= {name for name, _ in CALLS} | {""}


def test_every_variant_of_a_rule_is_described() -> None:
    text = " ".join(f"{rule.name} {rule.formula} {rule.symbols}" for rule in rulebook.rules())
    assert [choice for choices in VARIANTS.values() for choice in choices if f"``{choice}``" not in text] == []


def test_titles_are_unique() -> None:
    titles = [rule.name for rule in rulebook.rules()]
    assert len(titles) == len(set(titles))


def test_every_pure_function_of_a_rule_says_what_it_gives() -> None:
    silent = []
    for path in sorted(rulebook.FOLDER.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.name}: {node.name}")
    assert silent == []


def test_a_block_is_read_as_it_is_written() -> None:
    (rule,) = rulebook.parse(WHOLE, "world.py")
    assert (rule.name, rule.call, rule.file) == ("Drift", "world", "world.py")
    assert rule.formula == "f(t) = f(t-1) + g;\nbounded"
    assert rule.clauses == ("P001", "P002")
    assert rule.lacking() == []


@pytest.mark.parametrize("field", ["Formula", "Unit", "Source", "Clause"])
def test_a_missing_field_is_found(field: str) -> None:
    kept, dropping = [], False
    for line in WHOLE.splitlines():
        dropping = line.startswith(f"    {field}:") or (dropping and line.startswith("        "))
        if not dropping:
            kept.append(line)
    (rule,) = rulebook.parse("\n".join(kept), "world.py")
    assert rule.lacking() == [field.lower()]


@pytest.mark.parametrize("line", ["    Symbol: g growth", "  stray words", "    Unit: again"])
def test_a_line_that_is_no_field_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"world\.py"):
        rulebook.parse(WHOLE + line + "\n", "world.py")
