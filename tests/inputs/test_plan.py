"""The plan: six targets, one hundred clauses, and every modelled clause has something that models it."""

from collections import Counter

import pytest

from simulation.inputs import plan, units
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables


def test_the_six_targets_are_those_of_the_plan():
    thresholds = {(target.indicator, target.year): target.threshold for target in plan.targets()}
    assert thresholds == {
        ("core", 2020): 150, ("core", 2025): 400, ("core", 2030): 1000,
        ("related", 2020): 1000, ("related", 2025): 5000, ("related", 2030): 10000,
    }  # fmt: skip
    assert all(units.convertible(target.unit, "bn_cny/year") for target in plan.targets())
    assert {target.clause for target in plan.targets()} == {"P014", "P015", "P016"}


def test_the_targets_that_government_pursues_are_those_of_the_plan():
    for indicator in ("core", "related"):
        row = registry()[f"target_{indicator}_revenue"]
        thresholds = [target.threshold for target in plan.targets() if target.indicator == indicator]
        assert row.values.tolist() == thresholds
        assert row.elements == tuple(str(target.year) for target in plan.targets() if target.indicator == indicator)


def test_there_are_one_hundred_clauses_in_order_with_their_classes():
    clauses = plan.clauses()
    assert [clause.id for clause in clauses] == [f"P{n:03d}" for n in range(1, 101)]
    assert Counter(clause.plan_class for clause in clauses) == {"E": 38, "S": 33, "W": 21, "M": 7, "O": 1}


def test_labels_are_short_distinct_and_in_both_languages():
    clauses = plan.clauses()
    assert len({clause.label_en for clause in clauses}) == len({clause.label_zh for clause in clauses}) == 100
    for clause in clauses:
        assert clause.label("en").isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in clause.label("zh"))
        assert len(clause.label_en) <= 60
        assert len(clause.label_zh) <= 30


def test_every_id_of_a_clause_exists_in_the_registry_or_the_variable_table():
    known, recorded = registry(), variables()
    for clause in plan.clauses():
        assert clause.ids, clause.id
        assert [name for name in clause.parameters if name not in known] == [], clause.id
        assert [name for name in clause.variables if name not in recorded] == [], clause.id


def test_every_clause_to_be_modelled_has_a_registry_id_that_names_it():
    known = registry()
    for clause in plan.clauses():
        if clause.plan_class in ("E", "S", "W", "O"):
            assert clause.parameters, clause.id
            assert any(clause.id in known[name].clauses for name in clause.parameters), clause.id


def test_every_clause_of_a_registry_row_lists_that_row():
    listed = {clause.id: set(clause.parameters) for clause in plan.clauses()}
    for parameter in registry().values():
        for clause in parameter.clauses:
            assert parameter.id in listed[clause], (clause, parameter.id)


def test_measured_clauses_are_read_from_recorded_variables():
    for clause in plan.clauses():
        if clause.plan_class == "M":
            assert clause.variables, clause.id


def test_an_unknown_clause_is_refused():
    with pytest.raises(KeyError, match="P001"):
        plan.clause("P101")
    assert plan.clause("P073").label_zh == "加大财政资金支持"
