"""The parameter registry: one row per lever, driver and parameter, with unit, bounds, prior, grade and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from simulation.errors import InvalidInput, Problem
from simulation.inputs import dimensions, paths, quarters
from simulation.inputs.priors import Prior, parse_prior
from simulation.inputs.reading import Row, nearest, read_table, split

SECTIONS = ("policy", "external", "model")
KINDS = ("lever", "driver", "parameter", "initial", "modifier")
GRADES = ("evidence", "derived", "calibrated", "judgement")
CLASSES = ("E", "S", "W", "O", "M", "")
COLUMNS = (
    "id", "section", "kind", "dim", "default", "low", "high", "trend", "unit", "prior", "grade", "class", "clause",
    "rules", "starts", "moves", "sign", "horizon", "carrier", "label_en", "label_zh", "source", "address",
    "description",
)  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One row of the registry.

    Parameters
    ----------
    id : str
        Name, unique over all sections.
    section : {'policy', 'external', 'model'}
        Section of a scenario file it is set in.
    kind : {'lever', 'driver', 'parameter', 'initial', 'modifier'}
        Levers, drivers and modifiers are dated paths; the rest are constants.
    dim : str
        Dimension of a vector, empty for a scalar.
    default : str
        Text of the default: a number, ``a|b|c`` by element, or ``@name`` of a path in ``tables/paths.csv``.
    low, high : float
        Bounds of every element, in ``unit``.
    trend : float
        Growth of the default path a year; the default applies at the plan's start.
    unit : str
        Unit of default, bounds and prior.
    prior : Prior or None
        Distribution of an uncertain value, to be truncated to the bounds.
    grade : {'evidence', 'derived', 'calibrated', 'judgement'}
        How well the value is founded.
    plan_class : {'E', 'S', 'W', 'O', 'M', ''}
        Class of the clause: essential, standard, weak, off, measured.
    clauses, rules, moves : tuple of str
        Plan clauses; calls that read it; direct quantities a lever moves, the first is the tested one.
    starts : str
        First quarter in which a scenario may change it, empty for any.
    sign : {'+', '-', ''}
        Direction in which a higher lever moves its direct quantity.
    horizon : int or None
        Quarters within which that is visible.
    carrier : str
        Call of the quarter that carries the effect.
    label_en, label_zh, source, address, description : str
        Labels, where the value comes from, and what it means.
    row : Row
        The line of the table, for messages.
    """

    id: str
    section: str
    kind: str
    dim: str
    default: str
    low: float
    high: float
    trend: float
    unit: str
    prior: Prior | None
    grade: str
    plan_class: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    starts: str
    moves: tuple[str, ...]
    sign: str
    horizon: int | None
    carrier: str
    label_en: str
    label_zh: str
    source: str
    address: str
    description: str
    row: Row = field(repr=False, compare=False)

    @property
    def is_lever(self) -> bool:
        """Whether a scenario moves it on purpose and a direct quantity must answer."""
        return self.kind in ("lever", "modifier")

    @property
    def is_path(self) -> bool:
        """Whether its value is a dated path."""
        return self.kind in ("lever", "modifier", "driver")

    @property
    def elements(self) -> tuple[str, ...]:
        """Names of the elements of a vector, empty for a scalar."""
        return dimensions.members(self.dim) if self.dim else ()

    @property
    def size(self) -> int:
        """Number of elements, 1 for a scalar."""
        return len(self.elements) or 1

    def label(self, language: str = "en") -> str:
        """Label in ``en`` or ``zh``."""
        return self.label_zh if language == "zh" else self.label_en

    @cached_property
    def values(self) -> np.ndarray:
        """Default at the plan's start, shape ``()`` or ``(n,)``, in ``unit``."""
        if self.default.startswith("@"):
            return self.path((quarters.PLAN_START,))[0]
        numbers = np.array([float(part) for part in self.default.split("|")])
        if not self.dim:
            return numbers.reshape(())
        return np.full(self.size, numbers[0]) if len(numbers) == 1 else numbers

    def path(self, over: Sequence[str]) -> np.ndarray:
        """Default path over quarters such as ``2016Q1``, shape ``(T,)`` or ``(T, n)``, in ``unit``.

        A number is the value at the plan's start and grows with ``trend``; ``@name`` is read from the table of paths,
        interpolated for drivers and held from step to step for levers.
        """
        if self.default.startswith("@"):
            step = self.kind != "driver"
            return paths.path(self.default[1:], over, self.dim, trend=self.trend, step=step)
        start = quarters.number(quarters.PLAN_START)
        years = np.array([quarters.number(quarter) - start for quarter in over]) / 4.0
        growth = (1.0 + self.trend) ** years
        return growth * self.values if not self.dim else growth[:, None] * self.values[None, :]

    def quantile(self, u: float | np.ndarray) -> np.ndarray:
        """Value at probability ``u`` of the prior truncated to the bounds; the default where there is no prior."""
        if self.prior is None:
            return np.broadcast_to(self.values, np.shape(u)) if not self.dim else self.values
        return np.asarray(self.prior.quantile(u, self.low, self.high))


class Registry(Mapping[str, Parameter]):
    """All parameters by id, in the order policy, external, model."""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self._parameters = {parameter.id: parameter for parameter in parameters}

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._parameters:
            raise KeyError(self._unknown(name))
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def section(self, name: str) -> tuple[Parameter, ...]:
        """Parameters of one section."""
        return tuple(parameter for parameter in self.values() if parameter.section == name)

    def by_rule(self, rule: str) -> tuple[Parameter, ...]:
        """Parameters that a call of the quarter, or ``observation``, reads."""
        return tuple(parameter for parameter in self.values() if rule in parameter.rules)

    def nearest(self, text: str, n: int = 3) -> tuple[str, ...]:
        """Up to ``n`` ids closest to a text, with or without its section."""
        head, _, rest = text.partition(".")
        return nearest(rest if head in SECTIONS and rest else text, self._parameters, n)

    def _unknown(self, text: str) -> str:
        close = self.nearest(text)
        return f"unknown parameter {text!r}" + (f"; did you mean {' or '.join(close)}?" if close else "")

    def resolve(self, text: str) -> tuple[Parameter, int | None]:
        """Parameter and element of ``id``, ``section.id``, ``id.element`` or ``section.id.element``.

        Returns
        -------
        parameter : Parameter
        element : int or None
            Position of the element, ``None`` for the whole parameter.

        Raises
        ------
        KeyError
            For an unknown id, a wrong section or an unknown element, with the nearest valid names.
        """
        parts = text.strip().split(".")
        section = parts.pop(0) if len(parts) > 1 and parts[0] in SECTIONS else ""
        parameter = self._parameters.get(parts[0])
        if parameter is None or len(parts) > 2:
            raise KeyError(self._unknown(text))
        if section and section != parameter.section:
            raise KeyError(f"{parameter.id} is in section {parameter.section}, not {section}")
        if len(parts) == 1:
            return parameter, None
        if parts[1] not in parameter.elements:
            close = nearest(parts[1], parameter.elements) or parameter.elements[:3]
            hint = f"; did you mean {' or '.join(close)}?" if close else "; it is a scalar"
            raise KeyError(f"{parameter.id} has no element {parts[1]!r}{hint}")
        return parameter, parameter.elements.index(parts[1])


def _parameter(row: Row, problems: list[Problem]) -> Parameter:
    for column, valid in (("section", SECTIONS), ("kind", KINDS), ("grade", GRADES), ("class", CLASSES)):
        if row[column] not in valid:
            problems.append(row.problem(column, f"unknown {column} {row[column]!r}", (), ", ".join(valid)))
    if row["dim"] and row["dim"] not in dimensions.names():
        close = nearest(row["dim"], dimensions.names())
        problems.append(row.problem("dim", f"unknown dimension {row['dim']!r}", close))
    prior = None
    if row["prior"].strip():
        try:
            prior = parse_prior(row["prior"])
        except ValueError as error:
            problems.append(row.problem("prior", str(error)))
    if row["starts"]:
        try:
            quarters.number(row["starts"])
        except ValueError as error:
            problems.append(row.problem("starts", str(error)))
    if not row["default"].startswith("@"):
        _check_default(row, problems)
    horizon = row.number("horizon", problems, default=-1.0)
    return Parameter(
        id=row["id"], section=row["section"], kind=row["kind"], dim=row["dim"], default=row["default"],
        low=row.number("low", problems), high=row.number("high", problems),
        trend=row.number("trend", problems, default=0.0), unit=row["unit"], prior=prior, grade=row["grade"],
        plan_class=row["class"], clauses=split(row["clause"]), rules=split(row["rules"]), starts=row["starts"],
        moves=split(row["moves"]), sign=row["sign"], horizon=int(horizon) if horizon >= 0 else None,
        carrier=row["carrier"], label_en=row["label_en"], label_zh=row["label_zh"], source=row["source"],
        address=row["address"], description=row["description"], row=row,
    )  # fmt: skip


def _check_default(row: Row, problems: list[Problem]) -> None:
    parts = row["default"].split("|")
    try:
        [float(part) for part in parts]
    except ValueError:
        problems.append(row.problem("default", f"the default is not a number: {row['default']!r}"))
        return
    size = dimensions.size(row["dim"]) if row["dim"] in dimensions.names() else 1
    if len(parts) not in (1, size):
        message = f"the default has {len(parts)} elements, {row['dim'] or 'a scalar'} has {size}"
        problems.append(row.problem("default", message))


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The registry, read once.

    Raises
    ------
    InvalidInput
        When a table cannot be read or a row is malformed; all problems of all sections with file and line.
    """
    problems: list[Problem] = []
    parameters: list[Parameter] = []
    seen: dict[str, Row] = {}
    for section in SECTIONS:
        for row in read_table(f"parameters/{section}.csv", COLUMNS, key=("id",)):
            if row["section"] != section:
                problems.append(row.problem("section", f"section {row['section']!r} in the table of {section}"))
            if row["id"] in seen:
                other = seen[row["id"]]
                problems.append(row.problem("id", f"{row['id']} is also in {other.file}:{other.line}"))
            seen[row["id"]] = row
            parameters.append(_parameter(row, problems))
    if problems:
        raise InvalidInput(problems)
    return Registry(parameters)


def with_values(parameter: Parameter, default: str) -> Parameter:
    """The same parameter with another default text, for tests and tools that vary the registry."""
    return replace(parameter, default=default)
