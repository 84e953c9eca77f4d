"""Shocks: changes with a start and an end on top of a path."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulation.errors import Problem
from simulation.inputs.priors import Prior
from simulation.inputs.registry import Parameter, Registry
from simulation.scenario import dates
from simulation.scenario.header import ShockFields, checked
from simulation.scenario.keys import find
from simulation.scenario.settings import SettingReader, earliest_quarter, valid_range
from simulation.scenario.timelines import Array, Draw
from simulation.scenario.tree import Mapping, Mark, Node, Scalar, Sequence

OPERATIONS = ("add", "multiply", "set")


@dataclass(frozen=True)
class Shock:
    """A change of one path between two quarters, both included.

    Parameters
    ----------
    parameter : Parameter
        What it hits.
    element : str or None
        One element of a vector; ``None`` hits all.
    start, end : int
        First and last quarter as positions.
    operation : {'add', 'multiply', 'set'}
        What is done with ``amount``.
    amount : float or Prior
        In the unit of the parameter; a plain factor for ``multiply``.
    build_up, fade : int
        Quarters over which the strength rises after the start and falls before the end.
    """

    parameter: Parameter
    element: str | None
    start: int
    end: int
    operation: str
    amount: float | Prior
    build_up: int
    fade: int
    mark: Mark = field(compare=False)

    @property
    def key(self) -> str:
        """``id`` or ``id.element``."""
        return f"{self.parameter.id}.{self.element}" if self.element else self.parameter.id

    def strength(self, count: int) -> Array:
        """Strength from 0 to 1 in each of ``count`` quarters; 0 outside the shock."""
        positions = np.arange(count)
        rising = np.minimum((positions - self.start + 1) / (self.build_up + 1), 1.0)
        falling = np.minimum((self.end - positions + 1) / (self.fade + 1), 1.0)
        active = (positions >= self.start) & (positions <= self.end)
        return np.where(active, np.minimum(rising, falling), 0.0)

    def apply(self, path: Array, draw: Draw) -> Array:
        """``path``, shape (T,) or (T, n), with the shock in it."""
        if self.element is not None:
            column = self.parameter.elements.index(self.element)
            shocked = path.copy()
            shocked[:, column] = self._applied(path[:, column], draw)
            return shocked
        return self._applied(path, draw)

    def _applied(self, path: Array, draw: Draw) -> Array:
        amount = draw(self.amount, f"shock.{self.key}") if isinstance(self.amount, Prior) else self.amount
        strength = self.strength(len(path)).reshape((-1,) + (1,) * (path.ndim - 1))
        if self.operation == "add":
            changed = path + strength * amount
        elif self.operation == "multiply":
            changed = path * (1.0 + strength * (amount - 1.0))
        else:
            changed = path + strength * (amount - path)
        # Quarters outside the shock keep their bits.
        return np.where(strength > 0.0, changed, path)

    def bound_problem(self, path: Array) -> Problem | None:
        """A problem when the shocked path leaves the parameter's bounds, naming the first such quarter."""
        low, high = self.parameter.low, self.parameter.high
        slack = 1e-9 * max(abs(low), abs(high), 1.0)
        columns = path.reshape(len(path), -1)[self.start : self.end + 1]
        outside = (columns < low - slack) | (columns > high + slack)
        if not outside.any():
            return None
        row, column = np.argwhere(outside)[0]
        value, quarter = columns[row, column], dates.name(self.start + int(row))
        message = f"the shock moves {self.key} to {value:g} in {quarter}, outside its bounds"
        return self.mark.problem(message, valid=valid_range(self.parameter))


def read_shocks(node: Node, registry: Registry, problems: list[Problem]) -> tuple[Shock, ...]:
    """Shocks of a file, in their order; what is wrong is noted in ``problems``."""
    if isinstance(node, Scalar) and node.value is None:
        return ()
    if not isinstance(node, Sequence):
        valid = "- {parameter: ipo_window, start: 2022Q1, end: 2026Q4, multiply: 0.3}"
        problems.append(node.mark.problem("'shocks' must be a list", valid=valid))
        return ()
    shocks = (_read_shock(item, registry, problems) for item in node.items)
    return tuple(shock for shock in shocks if shock is not None)


def _read_shock(node: Node, registry: Registry, problems: list[Problem]) -> Shock | None:
    fields = checked(ShockFields, "shocks", node, problems)
    if fields is None or not isinstance(node, Mapping):
        return None
    count = len(problems)
    target = find(registry, fields.parameter, node.entries["parameter"].mark, problems)
    span = _span(node, problems)
    operation = _operation(node, problems)
    ramp = _ramp(fields, node, problems)
    if target is None or span is None or operation is None or ramp is None:
        return None
    parameter, element = target
    amount = _amount(parameter, operation, node.entries[operation], problems)
    if parameter.section not in ("policy", "external"):
        message = f"{parameter.id} is a constant of the model: a shock needs a dated path"
        problems.append(node.entries["parameter"].mark.problem(message, valid="parameters of policy and external"))
    elif span[0] < earliest_quarter(parameter):
        message = f"{parameter.id} holds its pre-plan value and may not be changed before {parameter.starts}"
        problems.append(node.entries["start"].mark.problem(message, valid=f"{parameter.starts} to {dates.LAST}"))
    if len(problems) > count or amount is None:
        return None
    return Shock(parameter, element, *span, operation, amount, *ramp, node.mark)


def _span(node: Mapping, problems: list[Problem]) -> tuple[int, int] | None:
    ends = []
    for key in ("start", "end"):
        item = node.entries[key]
        text = item.text if isinstance(item, Scalar) else ""
        position = dates.position(text, end=key == "end")
        if position is None or not dates.inside(position):
            problems.append(item.mark.problem(f"shocks.{key}: '{text}' is not a date of the model", valid=dates.VALID))
        else:
            ends.append(position)
    if len(ends) < 2:
        return None
    if ends[1] < ends[0]:
        message = f"the shock ends at {dates.name(ends[1])}, before its start {dates.name(ends[0])}"
        problems.append(node.entries["end"].mark.problem(message))
        return None
    return ends[0], ends[1]


def _operation(node: Mapping, problems: list[Problem]) -> str | None:
    given = [name for name in OPERATIONS if name in node.entries]
    if len(given) != 1:
        said = f"has {' and '.join(given)}" if given else "says nothing of its size"
        problems.append(node.mark.problem(f"a shock {said}", valid=f"one of {', '.join(OPERATIONS)}"))
        return None
    return given[0]


def _ramp(fields: ShockFields, node: Mapping, problems: list[Problem]) -> tuple[int, int] | None:
    if fields.ramp is None:
        return 0, 0
    ramp = {"in": fields.ramp} if isinstance(fields.ramp, int) else fields.ramp
    if set(ramp) - {"in", "out"} or min(ramp.values(), default=0) < 0:
        valid = "quarters from 0, or {in: quarters, out: quarters}"
        problems.append(node.entries["ramp"].mark.problem("the ramp of a shock is not understood", valid=valid))
        return None
    return ramp.get("in", 0), ramp.get("out", 0)


def _amount(parameter: Parameter, operation: str, node: Node, problems: list[Problem]) -> float | Prior | None:
    if operation == "multiply":
        if isinstance(node, Scalar) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return float(node.value)
        text = getattr(node, "text", "")
        problems.append(node.mark.problem(f"{parameter.id}: the factor '{text}' is not a number", valid="a number"))
        return None
    amount = SettingReader(parameter, problems).read_amount(node, bounded=operation == "set")
    if amount is None and isinstance(node, Scalar) and node.value is None:
        problems.append(node.mark.problem(f"a shock needs a number to {operation}", valid=valid_range(parameter)))
    return amount
