"""Moving one lever at a date, in pairs of runs that share their random draws, for the tests of the levers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from simulation.inputs.dimensions import index, members
from simulation.inputs.registry import Parameter, registry
from simulation.inputs.variables import parse_element, variables
from simulation.model import Economy
from simulation.scenario import Effective, Scenario, dates, load

BASE = "plan_baseline"
START = "2019Q1"
REPLICATES = 3
SCALE = 0.02
# Pilots are judged by the growth of firm numbers, which at the usual scale of these tests is a matter of a dozen rows.
SCALES = {"pilot_then_rollout": 0.1}
# How long a run is watched for leaks: longer than the longest course of study, after which graduates would tell.
WATCHED = 20
# How much of the room between the planned path and the farther bound a move takes.
STEP = 0.5
# Money and its mirror images: a lever that is paid for moves them without anybody's behaviour having changed.
ACCOUNTING = ("public_spending", "balances", "transaction_flows")
# Levers that find nothing to work on in the plan as it is, with what they need.
OVERLAYS: dict[str, dict[str, object]] = {
    # A roll-out needs pilots that were judged good: they start with the plan instead of in 2019, in the provinces where
    # firms gather, and one good review is enough.
    "pilot_then_rollout": {
        "pilot_regions": {"2017Q3": 8},
        "model.agglomeration": 1.2,
        "model.pilot_entry_effect": 0.15,
        "model.rollout_reviews": 1,
        "model.rollout_threshold": 0.0,
    },
}
Records = dict[str, np.ndarray]


@dataclass(frozen=True)
class Move:
    """A lever (one element of it, when it is a vector) held at ``value`` from quarter ``start`` on.

    ``back`` is a value on the other side of the planned path, as far as there is room.
    """

    lever: str
    element: str | None
    start: int
    value: float
    back: float
    up: bool

    @property
    def key(self) -> str:
        """Name of what is set, as in a scenario file."""
        return self.lever if self.element is None else f"{self.lever}.{self.element}"


def levers(*classes: str) -> list[Parameter]:
    """Rows of kind lever, of the given classes of the plan map or of all."""
    return [row for row in registry().values() if row.kind == "lever" and (not classes or row.plan_class in classes)]


def each_lever(rows: list[Parameter]) -> pytest.MarkDecorator:
    """One test for every row, named after it."""
    return pytest.mark.parametrize("lever", rows, ids=[row.id for row in rows])


def position(quarter: str) -> int:
    """Number of a quarter on the axis of the model."""
    return dates.AXIS.index(quarter)


def overlay_of(row: Parameter) -> dict[str, object]:
    """What is changed in the plan so that the lever has something to work on; mostly nothing."""
    return OVERLAYS.get(row.id, {})


def last_quarter(row: Parameter) -> int:
    """End of the lever's horizon, counted from the move."""
    return position(START) + (row.horizon or 0)


def scenario(overrides: dict[str, object]) -> Scenario:
    """The plan with something changed."""
    return load(BASE, overrides or None)


@cache
def move_of(row: Parameter) -> Move:
    """Half-way from the planned path to the bound that is farther from it; up when both are equally far."""
    element = parse_element(row.moves[0])[1] if row.dim else None
    start = position(START)
    path = _planned(row, element)[start : max(last_quarter(row), start + WATCHED) + 1]
    room_above, room_below = row.high - path.max(), path.min() - row.low
    up = bool(room_above >= room_below)
    above, below = path.max() + STEP * room_above, path.min() - STEP * room_below
    value, back = (above, below) if up else (below, above)
    return Move(row.id, element, start, float(value), float(back), up)


def _planned(row: Parameter, element: str | None) -> np.ndarray:
    path = scenario(overlay_of(row)).path(row.id)
    return path if element is None else path[:, row.elements.index(element)]


def moved(row: Parameter, turn: int | None = None) -> dict[str, object]:
    """Overrides that leave the planned path of the lever as it is until the move and hold the new value afterwards.

    From quarter ``turn`` on the lever is held on the other side of its planned path.
    """
    move = move_of(row)
    path = _planned(row, move.element).copy()
    path[move.start :] = move.value
    if turn is not None:
        path[turn:] = move.back
    return {**overlay_of(row), move.key: as_steps(path, row)}


def as_steps(path: np.ndarray, row: Parameter) -> dict[str, float]:
    """A path written out quarter by quarter, from the first quarter in which a scenario may change the lever."""
    earliest = position(row.starts) if row.starts else 0
    return {dates.AXIS[quarter]: float(path[quarter]) for quarter in range(earliest, len(path))}


def as_planned(row: Parameter) -> dict[str, object]:
    """Overrides that write out the planned path of a lever, element by element."""
    if not row.dim:
        return {row.id: as_steps(scenario({}).path(row.id), row)}
    return {f"{row.id}.{element}": as_steps(_planned(row, element), row) for element in row.elements}


def without_effect(row: Parameter) -> dict[str, object]:
    """Overrides that let a lever be delivered, paid and counted, and reach nobody."""
    return {f"model.lever_effect.{row.id}": 0.0}


def keeps_to_its_default(row: Parameter, last: int) -> bool:
    """Whether the plan leaves the lever alone until quarter ``last``, so that its effect has nothing to act on."""
    planned, default = scenario(overlay_of(row)).path(row.id), row.path(dates.AXIS)
    return planned[: last + 1].tobytes() == np.ascontiguousarray(default[: last + 1]).tobytes()


def inputs(overrides: dict[str, object], last: int) -> Effective:
    """What a run with these overrides sees until quarter ``last``."""
    return scenario(overrides).effective(until=dates.AXIS[last])


def run(row: Parameter, overrides: dict[str, object], last: int, replicate: int = 0, frozen: str = "") -> Records:
    """Records, until quarter ``last``, of the plan with these overrides at the scale of the lever's tests."""
    scale = SCALES.get(row.id, SCALE)
    calls = (frozen,) if frozen else ()
    economy = Economy(inputs(overrides, last), seed=1, replicate=replicate, scale=scale, frozen=calls)
    records = economy.run()
    economy.close()
    return records


class Baselines:
    """Unmoved runs, each lived through once: a shorter request sees the beginning of a longer run."""

    def __init__(self) -> None:
        self._runs: dict[object, Records] = {}

    def records(self, row: Parameter, last: int, replicate: int = 0, frozen: str = "") -> Records:
        """Records, until quarter ``last``, of the plan with the lever's overlay."""
        key = (row.id if row.id in {*OVERLAYS, *SCALES} else "", replicate, frozen)
        known = self._runs.get(key)
        if known is None or len(known["core_revenue"]) <= last:
            far = max(last, position(START) + WATCHED)
            known = self._runs[key] = run(row, overlay_of(row), far, replicate, frozen)
        return {name: record[: last + 1] for name, record in known.items()}


def direct_quantity(row: Parameter, records: Records) -> np.ndarray:
    """Path of the variable, or of its element, that the lever is said to move first; a vector counts as its sum."""
    name, element = parse_element(row.moves[0])
    record = records[name]
    if element is not None:
        return record[:, index(variables()[name].dims[0], element)]
    return record.reshape(len(record), -1).sum(axis=1)


def differing(one: Records, other: Records, stop: int | None = None) -> list[str]:
    """Variables, with elements, that are not the same bits in every quarter before ``stop``."""
    found = []
    for name, record in one.items():
        first, second = record[:stop], other[name][:stop]
        if first.tobytes() == second.tobytes():
            continue
        dims = variables()[name].dims
        if len(dims) == 1:
            elements = [e for k, e in enumerate(members(dims[0])) if first[:, k].tobytes() != second[:, k].tobytes()]
            found += [f"{name}[{element}]" for element in elements]
        else:
            found.append(name)
    return found


def leaks(row: Parameter, changed: list[str]) -> list[str]:
    """Those of the changed variables that a lever without effect has no business with.

    Its registry row names what it may move, as a whole or by element; the accounts mirror what is paid.
    """
    whole = (*row.moves, *ACCOUNTING)
    return [name for name in changed if name not in row.moves and parse_element(name)[0] not in whole]


def expected_sign(row: Parameter) -> int:
    """Direction in which the direct quantity goes for the move of the test."""
    return (1 if row.sign == "+" else -1) * (1 if move_of(row).up else -1)


def effect(row: Parameter, one: Records, other: Records, stop: int | None = None) -> float:
    """Change of the direct quantity from ``one`` to ``other``, mean over the horizon (before ``stop``)."""
    change = direct_quantity(row, other) - direct_quantity(row, one)
    end = last_quarter(row) + 1
    return float(change[position(START) : end if stop is None else min(end, stop)].mean())
