"""Observation operators: one latent economy, several statistics.

``observed = latent x scope factor x break x noise``.  Each operator names the recorded variable, the registry
parameters whose product is the factor, the years its publisher covered and the years it is judged in.  The latent core
revenue is kept in scope A; related revenue in three definitions of the model (R1, R2, R3).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulation.errors import InvalidInput, Problem
from simulation.inputs import quarters
from simulation.inputs.plan import Target, targets
from simulation.inputs.reading import Row, read_table, split
from simulation.inputs.registry import registry

COLUMNS = (
    "id", "indicator", "scope", "variable", "parameters", "first_published", "last_published", "judged", "ramp_from",
    "ramp_to", "label_en", "label_zh", "note",
)  # fmt: skip

Member = tuple[int, int]


@dataclass(frozen=True)
class Operator:
    """How one statistic sees the economy.

    Parameters
    ----------
    id, indicator, scope : str
        Name; ``core``, ``related``, ``firms`` or ``equity``; scope as in tables and targets.
    variable : str
        Recorded variable that is observed.
    parameters : tuple of str
        Registry ids whose product is the scope factor; none means 1.
    first_published, last_published : int or None
        First and last year the publisher covered, ``None`` when no figure is in the package.
    judged : tuple of int
        Years in which the plan's targets are judged in this scope.
    ramp_from, ramp_to : str
        Quarters between which the last parameter comes into force, empty when it always holds.
    label_en, label_zh, note : str
        Labels and what has to be known when reading it.
    """

    id: str
    indicator: str
    scope: str
    variable: str
    parameters: tuple[str, ...]
    first_published: int | None
    last_published: int | None
    judged: tuple[int, ...]
    ramp_from: str
    ramp_to: str
    label_en: str
    label_zh: str
    note: str

    def label(self, language: str = "en") -> str:
        """Label in ``en`` or ``zh``."""
        return self.label_zh if language == "zh" else self.label_en

    @property
    def ends(self) -> int | None:
        """Last year that a scope which came to an end is read in; ``None`` for one that goes on."""
        return self.last_published if self.judged and self.last_published == max(self.judged) else None

    def extrapolated(self, year: int) -> bool:
        """Whether a year lies after the last publication in this scope, or nothing was ever published in it."""
        return self.last_published is None or year > self.last_published

    def factor(self, values: Mapping[str, float] | None = None) -> float:
        """Central factor: the product of the parameters' values in force.

        Parameters
        ----------
        values : mapping, optional
            Values by registry id that replace the defaults.
        """
        return math.prod(_central(name, values) for name in self.parameters)

    def factors(self, members: Sequence[Member], values: Mapping[str, float] | None = None) -> np.ndarray:
        """Factor per member of an ensemble, with its uncertainty.

        Parameters
        ----------
        members : sequence of (parameter set, replicate)
            The same member has the same factor in every year and every scenario, so that differences are paired.
        values : mapping, optional
            Values by registry id; a parameter named here is certain.

        Returns
        -------
        ndarray
            Shape ``(member,)``, each parameter drawn from its prior truncated to its bounds.
        """
        result = np.ones(len(members))
        for name in self.parameters:
            if values is not None and name in values:
                result *= float(values[name])
            else:
                result *= registry()[name].quantile(_uniforms(name, members))
        return result

    def series(self, latent: np.ndarray, over: Sequence[str], values: Mapping[str, float] | None = None) -> np.ndarray:
        """Observed values of a quarterly series, time on the last axis, with the break along its ramp."""
        if not self.ramp_from:
            return latent * self.factor(values)
        start, end = quarters.number(self.ramp_from) - 1, quarters.number(self.ramp_to)
        counts = np.array([quarters.number(quarter) for quarter in over], dtype=float)
        reached = np.clip((counts - start) / (end - start), 0.0, 1.0)
        before = math.prod(_central(name, values) for name in self.parameters[:-1])
        return latent * before * _central(self.parameters[-1], values) ** reached


def _central(name: str, values: Mapping[str, float] | None) -> float:
    if values is not None and name in values:
        return float(values[name])
    return float(registry()[name].values)


def _uniforms(name: str, members: Iterable[Member]) -> np.ndarray:
    # A draw is a function of what it is for and of whom it belongs to, never of an order or of a generator's state.
    draws = [
        int.from_bytes(hashlib.blake2b(f"observation|{name}|{a}|{b}".encode(), digest_size=8).digest(), "big")
        for a, b in members
    ]
    return (np.array(draws, dtype=np.float64) + 0.5) / 2.0**64


@lru_cache(maxsize=1)
def operators() -> dict[tuple[str, str], Operator]:
    """All operators by indicator and scope; ``InvalidInput`` for a malformed table."""
    problems: list[Problem] = []
    found = {}
    for row in read_table("operators.csv", COLUMNS, key=("indicator", "scope")):
        years = [_whole(row, column, problems) for column in ("first_published", "last_published")]
        for column in ("ramp_from", "ramp_to"):
            if row[column]:
                try:
                    quarters.number(row[column])
                except ValueError as error:
                    problems.append(row.problem(column, str(error)))
        found[row["indicator"], row["scope"]] = Operator(
            row["id"], row["indicator"], row["scope"], row["variable"], split(row["parameters"]), years[0], years[1],
            tuple(int(year) for year in split(row["judged"])), row["ramp_from"], row["ramp_to"], row["label_en"],
            row["label_zh"], row["note"],
        )  # fmt: skip
    if problems:
        raise InvalidInput(problems)
    return found


def _whole(row: Row, column: str, problems: list[Problem]) -> int | None:
    value = row.number(column, problems, default=0.0)
    return int(value) if value and not math.isnan(value) else None


def operator(indicator: str, scope: str) -> Operator:
    """Operator of an indicator in a scope; ``KeyError`` naming the valid scopes."""
    table = operators()
    if (indicator, scope) not in table:
        valid = [name for kind, name in table if kind == indicator]
        raise KeyError(f"no scope {scope!r} of {indicator!r}; valid: {', '.join(valid) or 'no such indicator'}")
    return table[indicator, scope]


def scopes(indicator: str) -> tuple[str, ...]:
    """Scopes of an indicator in the order of the table."""
    return tuple(scope for kind, scope in operators() if kind == indicator)


def log_distance(simulated: float, observed: float, sigma: float, floor: bool = False) -> float:
    """Distance of a simulated from a published figure in standard deviations of the logarithm.

    Parameters
    ----------
    simulated, observed : float
        Positive figures in one unit and scope; a simulated value of zero or less is infinitely far below.
    sigma : float
        Standard deviation of the log of the published figure.
    floor : bool, optional
        The published figure is a lower bound: values above it do not contradict it, and their distance is 0.

    Returns
    -------
    float
        Negative below the published figure; NaN when the simulated figure is missing.
    """
    if math.isnan(simulated):
        return math.nan
    if simulated <= 0:
        return -math.inf
    distance = math.log(simulated / observed) / sigma
    return min(distance, 0.0) if floor else distance


def judged_targets() -> tuple[tuple[Target, Operator], ...]:
    """Targets and the operators they are judged by, in the fixed order of the table: 22 rows."""
    order = sorted(targets(), key=lambda target: (target.indicator != "core", target.year))
    return tuple(
        (target, operator)
        for target in order
        for operator in operators().values()
        if operator.indicator == target.indicator and target.year in operator.judged
    )
