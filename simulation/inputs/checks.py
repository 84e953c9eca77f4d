"""Consistency of the tables with each other: registry, variable table, plan and paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from simulation.errors import InvalidInput
from simulation.inputs import dimensions, plan, quarters, units
from simulation.inputs.reading import nearest
from simulation.inputs.registry import Parameter, registry
from simulation.inputs.variables import Variable, parse_element, variables

CALLS = (
    "world", "policy", "education_and_migration", "adoption", "market", "labour", "research", "compute", "finance",
    "accounts", "exit_and_entry", "evaluation", "observe",
)  # fmt: skip
# Besides the calls: the initial state, the operators, and modules that a call is split into.
READERS = (*CALLS, "initial", "observation", "related", "modifiers")
TOLERANCE = 1e-9


def check_registry() -> list[str]:
    """Everything that is inconsistent in the registry, one sentence each with file and line; empty when all is well.

    Checked for every row: the default path lies within the bounds until 2030Q4, the prior overlaps them, the unit is
    known, clauses and readers exist, labels and source are given; for every lever of class E or S also that it names a
    direct quantity in the variable table, a sign, a horizon and the call that carries it.
    """
    try:
        rows = registry()
        known = variables()
    except InvalidInput as error:
        return [str(problem) for problem in error.problems]
    found: list[str] = []
    for parameter in rows.values():
        for column, message in _problems(parameter, known):
            found.append(str(parameter.row.problem(column, f"{parameter.id}: {message}")))
    return found


def _problems(parameter: Parameter, known: dict[str, Variable]) -> Iterator[tuple[str, str]]:
    checks: tuple[Callable[[Parameter], Iterator[tuple[str, str]]], ...] = (_value, _origin)
    for check in checks:
        yield from check(parameter)
    if parameter.moves or (parameter.kind == "lever" and parameter.plan_class in ("E", "S")):
        yield from _lever(parameter, known)


def _value(parameter: Parameter) -> Iterator[tuple[str, str]]:
    if not parameter.low <= parameter.high:
        yield "low", f"the bounds {parameter.low:g} to {parameter.high:g} are reversed"
        return
    if not units.known(parameter.unit):
        yield "unit", f"unknown unit {parameter.unit!r}"
    try:
        values = parameter.path(quarters.span()) if parameter.is_path else parameter.values
    except (KeyError, InvalidInput) as error:
        yield "default", str(error)
        return
    slack = TOLERANCE * max(abs(parameter.low), abs(parameter.high), 1.0)
    if np.any(values < parameter.low - slack) or np.any(values > parameter.high + slack):
        bounds = f"{parameter.low:g} to {parameter.high:g}"
        yield "default", f"the default runs from {np.min(values):g} to {np.max(values):g}, outside {bounds}"
    if parameter.prior is not None:
        try:
            parameter.quantile(np.array([0.0, 0.5, 1.0]))
        except ValueError as error:
            yield "prior", str(error)


def _origin(parameter: Parameter) -> Iterator[tuple[str, str]]:
    clauses = {clause.id for clause in plan.clauses()}
    for clause in parameter.clauses:
        if clause not in clauses:
            yield "clause", f"unknown clause {clause!r}"
    for reader in parameter.rules:
        if reader not in READERS:
            yield "rules", f"unknown call {reader!r}"
    if not parameter.rules:
        yield "rules", "no rule reads it"
    for column in ("label_en", "label_zh", "source", "description"):
        if not getattr(parameter, column).strip():
            yield column, f"{column} is empty"


def _lever(parameter: Parameter, known: dict[str, Variable]) -> Iterator[tuple[str, str]]:
    if not parameter.moves:
        yield "moves", "a lever must name the direct quantity it moves"
    for move in parameter.moves:
        name, element = parse_element(move)
        if name not in known:
            close = nearest(name, known)
            yield "moves", f"unknown variable {name!r}" + (f", did you mean {' or '.join(close)}?" if close else "")
        elif element is not None and element not in [m for dim in known[name].dims for m in dimensions.members(dim)]:
            yield "moves", f"{name} has no element {element!r}"
    if parameter.sign not in ("+", "-"):
        yield "sign", f"the sign must be + or -, not {parameter.sign!r}"
    if not parameter.horizon:
        yield "horizon", "a lever must say within how many quarters its quantity moves"
    if parameter.carrier not in CALLS:
        yield "carrier", f"the carrier must be a call of the quarter, not {parameter.carrier!r}"
