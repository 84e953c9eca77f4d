"""Outcomes of an experiment: the numbers that are taken from every run."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.errors import Problem
from simulation.inputs import dimensions
from simulation.inputs.operators import operators
from simulation.inputs.reading import nearest
from simulation.inputs.variables import variables
from simulation.scenario.tree import Mapping, Mark, Node, Sequence, plain

KEYS = ("variable", "year", "scope", "element")
FIRST_YEAR = 2016


@dataclass(frozen=True)
class Outcome:
    """A number that is taken from every run.

    Parameters
    ----------
    variable : str
        Name in the variable table.
    year : int
        Calendar year: flows are summed over it, the others taken at its end.
    scope : str
        Scope of the observation operator; empty for the model's own quantity.
    element : str
        Element of a variable with one dimension; empty for a scalar.
    """

    variable: str
    year: int
    scope: str = ""
    element: str = ""

    @property
    def name(self) -> str:
        """Such as ``core_revenue_2030_A``."""
        parts = (self.variable, self.element, str(self.year), self.scope)
        return "_".join(part for part in parts if part)


DEFAULT = (Outcome("core_revenue", 2025), Outcome("core_revenue", 2030))


def read_outcomes(node: Node | None, until: str, problems: list[Problem]) -> tuple[Outcome, ...]:
    """Outcomes of a file; core revenue in 2025 and 2030 where none are named."""
    last = int(until[:4]) if until.endswith("Q4") else int(until[:4]) - 1
    if node is None:
        return tuple(outcome for outcome in DEFAULT if outcome.year <= last)
    if not isinstance(node, Sequence) or not node.items:
        problems.append(node.mark.problem("'outcomes' is a list", valid="[{variable: core_revenue, year: 2030}]"))
        return ()
    found = [outcome for item in node.items if (outcome := _outcome(item, last, problems)) is not None]
    for twice in sorted({outcome.name for outcome in found if found.count(outcome) > 1}):
        problems.append(node.mark.problem(f"outcome '{twice}' is named twice"))
    return tuple(found)


def _outcome(node: Node, last: int, problems: list[Problem]) -> Outcome | None:
    if not isinstance(node, Mapping):
        problems.append(node.mark.problem("an outcome is a mapping", valid="{variable: core_revenue, year: 2030}"))
        return None
    before = len(problems)
    for key, mark, _ in node:
        if key not in KEYS:
            problems.append(mark.problem(f"unknown key '{key}' in an outcome", nearest(key, KEYS), ", ".join(KEYS)))
    for key in ("variable", "year"):
        if key not in node.entries:
            problems.append(node.mark.problem(f"the outcome lacks '{key}'", valid=", ".join(KEYS)))
    said = {key: plain(item) for key, item in node.entries.items()}
    if "variable" in said:
        _check_variable(said, node, problems)
    year = said.get("year")
    if "year" in said and (isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year <= last):
        mark = node.entries["year"].mark
        problems.append(mark.problem(f"'{year}' is not a whole year of the run", valid=f"{FIRST_YEAR} to {last}"))
    if len(problems) > before:
        return None
    return Outcome(str(said["variable"]), int(str(year)), str(said.get("scope", "")), str(said.get("element", "")))


def _check_variable(said: dict[str, object], node: Mapping, problems: list[Problem]) -> None:
    name, mark = str(said["variable"]), node.entries["variable"].mark
    core = [row.name for row in variables().values() if row.level == "core"]
    if name not in core:
        why = "is stored for single runs only, not in sweeps" if name in variables() else "is no variable"
        problems.append(mark.problem(f"'{name}' {why}", nearest(name, core), "a variable of level core"))
        return
    _check_element(name, said, node, mark, problems)
    if "scope" in said:
        valid = [operator.scope for operator in operators().values() if operator.variable == name]
        if said["scope"] not in valid:
            place = node.entries["scope"].mark
            message = f"{name} is not observed in scope '{said['scope']}'"
            problems.append(place.problem(message, valid=", ".join(valid) or "no scope: leave it out"))


def _check_element(name: str, said: dict[str, object], node: Mapping, mark: Mark, problems: list[Problem]) -> None:
    dims = variables()[name].dims
    if len(dims) > 1:
        problems.append(mark.problem(f"{name} has several dimensions and gives no single number"))
    elif dims and "element" not in said:
        members = dimensions.members(dims[0])
        problems.append(mark.problem(f"{name} needs an element", valid=", ".join(members)))
    elif "element" in said:
        members = dimensions.members(dims[0]) if dims else ()
        if said["element"] not in members:
            place = node.entries["element"].mark
            near = nearest(str(said["element"]), members)
            message = f"{name} has no element '{said['element']}'"
            problems.append(place.problem(message, near, ", ".join(members) or "none: it is a single number"))
