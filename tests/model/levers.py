"""Moving one lever at a date, in pairs of runs that share their random draws, for the tests of the levers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from simulation.inputs.registry import Parameter, registry
from simulation.inputs.variables import parse_element, variables
from simulation.model import Economy
from simulation.scenario import Effective, Scenario, dates, load

BASE = "plan_baseline"
SCALE = 0.02
REPLICATES = 3
START = "2019Q1"
# How long a run without effect is watched: longer than the longest course of study, after which graduates would tell.
WATCHED = 20
# How much of the room between the planned path and the farther bound a move takes.
STEP = 0.5
# Money and its mirror images: a lever that is paid for moves them without anybody's behaviour having changed.
ACCOUNTING = ("public_spending", "balances", "transaction_flows")
# Levers that move nothing where the plan gives them nothing to work on, with what they need.
OVERLAYS: dict[str, dict[str, object]] = {
    # Pilots are judged by two years of growth, in several yearly reviews: they must stand before the roll-out can
    # start.
    "pilot_then_rollout": {"pilot_regions": {"2017Q3": 15}},
}


@dataclass(frozen=True)
class Move:
    """A lever (one element of it, when it is a vector) held at ``value`` from ``start`` on."""

    lever: str
    element: str | None
    start: int
    value: float
    up: bool

    @property
    def key(self) -> str:
        """Name of what is set, as in a scenario file."""
        return self.lever if self.element is None else f"{self.lever}.{self.element}"


def levers(*classes: str) -> list[Parameter]:
    """Rows of kind lever, of the given classes of the plan map or of all."""
    return [row for row in registry().values() if row.kind == "lever" and (not classes or row.plan_class in classes)]


def position(quarter: str) -> int:
    """Number of a quarter on the axis of the model."""
    return dates.AXIS.index(quarter)


def scenario(overrides: dict[str, object] | None = None) -> Scenario:
    """The plan with something changed."""
    return load(BASE, overrides or None)


def own_path(row: Parameter, element: str | None, overlay: dict[str, object]) -> np.ndarray:
    """Planned path of a lever, or of one element of it, over the whole axis."""
    path = scenario(overlay).path(row.id)
    return path if element is None else path[:, row.elements.index(element)]


def as_steps(path: np.ndarray, row: Parameter) -> dict[str, float]:
    """A path written quarter by quarter, from the first quarter in which a scenario may change the lever."""
    earliest = position(row.starts) if row.starts else 0
    return {dates.AXIS[quarter]: float(path[quarter]) for quarter in range(earliest, len(path))}


def move_of(row: Parameter, start: str = START, last: int | None = None) -> Move:
    """Half-way from the planned path to the bound that is farther from it, until quarter ``last``; up when equally
    far.
    """
    element = parse_element(row.moves[0])[1] if row.dim else None
    first = position(start)
    path = own_path(row, element, OVERLAYS.get(row.id, {}))[first : None if last is None else last + 1]
    up = row.high - path.max() >= path.min() - row.low
    value = path.max() + STEP * (row.high - path.max()) if up else path.min() - STEP * (path.min() - row.low)
    return Move(row.id, element, first, float(value), bool(up))


def moved_overrides(row: Parameter, move: Move, overlay: dict[str, object]) -> dict[str, object]:
    """Overrides that leave the planned path of the lever as it is until the move and hold the new value afterwards."""
    path = own_path(row, move.element, overlay).copy()
    path[move.start :] = move.value
    return {**overlay, move.key: as_steps(path, row)}


@cache
def _inputs(overrides: tuple[tuple[str, object], ...], last: int) -> Effective:
    return scenario({name: _thawed(value) for name, value in overrides}).effective(until=dates.AXIS[last])


def _frozen(value: object) -> object:
    return tuple(value.items()) if isinstance(value, dict) else value


def _thawed(value: object) -> object:
    return dict(value) if isinstance(value, tuple) else value


def inputs(overrides: dict[str, object], last: int) -> Effective:
    """What a run with these overrides sees until quarter ``last``."""
    return _inputs(tuple((name, _frozen(value)) for name, value in overrides.items()), last)


def run(
    overrides: dict[str, object], last: int, replicate: int = 0, frozen: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """Records of the plan with these overrides until quarter ``last``."""
    economy = Economy(inputs(overrides, last), seed=1, replicate=replicate, scale=SCALE, frozen=frozen)
    records = economy.run()
    economy.close()
    return records


class Baselines:
    """Unmoved runs, each done once and as long as anybody asks; shorter requests see the beginning of a longer run."""

    def __init__(self) -> None:
        self._runs: dict[object, dict[str, np.ndarray]] = {}

    def records(
        self, overlay: dict[str, object], last: int, replicate: int = 0, frozen: tuple[str, ...] = ()
    ) -> dict[str, np.ndarray]:
        """Records until quarter ``last`` of the plan with its overlay, one replicate, some calls frozen."""
        key = (tuple((name, _frozen(value)) for name, value in overlay.items()), replicate, frozen)
        known = self._runs.get(key)
        if known is None or len(known["core_revenue"]) <= last:
            known = self._runs[key] = run(overlay, max(last, position(START) + WATCHED), replicate, frozen)
        return {name: record[: last + 1] for name, record in known.items()}


def without_effect(row: Parameter) -> dict[str, object]:
    """Override that lets a lever be delivered, paid and counted, and reach nobody."""
    return {f"model.lever_effect.{row.id}": 0.0}


def direct_quantity(row: Parameter, records: dict[str, np.ndarray]) -> np.ndarray:
    """Path of the variable, or of its element, that the lever is said to move first."""
    name, element = parse_element(row.moves[0])
    record = records[name]
    if element is None:
        return record if record.ndim == 1 else record.sum(axis=tuple(range(1, record.ndim)))
    return record[:, _column(name, element)]


def _column(name: str, element: str) -> int:
    from simulation.inputs.dimensions import index

    return index(variables()[name].dims[0], element)


def differing(one: dict[str, np.ndarray], other: dict[str, np.ndarray], stop: int | None = None) -> list[str]:
    """Variables, with elements, that are not the same bits in every quarter before ``stop``."""
    found = []
    for name, record in one.items():
        first, second = record[:stop], other[name][:stop]
        if first.tobytes() == second.tobytes():
            continue
        if first.ndim != 2:
            found.append(name)
            continue
        members = dimension_members(name)
        found += [
            f"{name}[{members[k]}]" for k in range(len(members)) if first[:, k].tobytes() != second[:, k].tobytes()
        ]
    return found


def dimension_members(name: str) -> tuple[str, ...]:
    """Names of the elements of a variable with one dimension."""
    from simulation.inputs.dimensions import members

    return members(variables()[name].dims[0])


def permitted(row: Parameter, changed: str) -> bool:
    """Whether a lever without effect may move a variable: it is named by the registry row, or mirrors a payment."""
    return changed in row.moves or parse_element(changed)[0] in (*row.moves, *ACCOUNTING)


def effect_size(differences: np.ndarray) -> tuple[float, float]:
    """Mean of paired differences and its Monte Carlo error."""
    return float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(len(differences)))
