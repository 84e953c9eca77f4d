"""Reader of the posterior: weighted parameter sets found by calibration, or the hand-fitted defaults without one."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs.reading import TABLES, Row, read_table, shown
from simulation.inputs.registry import registry

FOLDER = TABLES / "posterior"
FIXED = ("weight", "digest")
DEFAULT = "final"  # everything that may be fitted


@dataclass(frozen=True)
class Posterior:
    """Weighted parameter sets.

    Parameters
    ----------
    vintage : str
        Name of the file without its ending; ``hand_fitted`` for the defaults.
    digest : str
        Digest of the model and data the sets were made for, empty for the defaults.
    weights : tuple of float
        One per set, adding up to 1.
    sets : tuple of dict
        Values by registry id or ``id.element``; the defaults are one empty set.
    """

    vintage: str
    digest: str
    weights: tuple[float, ...]
    sets: tuple[dict[str, float], ...]

    def __len__(self) -> int:
        return len(self.sets)

    @property
    def is_hand_fitted(self) -> bool:
        """Whether there was nothing to read and the registry's defaults stand for the one parameter set."""
        return self.vintage == HAND_FITTED.vintage

    @property
    def name(self) -> str:
        """Vintage and eight digits of a hash of its sets, as results name it; the vintage alone for the defaults."""
        if self.is_hand_fitted:
            return self.vintage
        told = repr((self.weights, [sorted(each.items()) for each in self.sets]))
        return f"{self.vintage} {hashlib.sha256(told.encode()).hexdigest()[:8]}"

    def values(self, parameter_set: int = 0) -> dict[str, float]:
        """Values of one set by id, to be laid over the defaults.

        Raises
        ------
        IndexError
            For a set that does not exist, with the number there is.
        """
        if not 0 <= parameter_set < len(self.sets):
            raise IndexError(f"posterior {self.vintage} has no set {parameter_set}; valid: 0 to {len(self) - 1}")
        return dict(self.sets[parameter_set])

    def matches(self, digest: str) -> bool:
        """Whether the sets were made for a model and data of this digest; the defaults always match."""
        return self.is_hand_fitted or self.digest == digest


HAND_FITTED = Posterior("hand_fitted", "", (1.0,), ({},))


def vintages(folder: Path = FOLDER) -> tuple[str, ...]:
    """Names of the stored posteriors, oldest name first."""
    return tuple(sorted(path.stem for path in folder.glob("*.csv"))) if folder.is_dir() else ()


@lru_cache(maxsize=4)
def posterior(vintage: str | None = None, folder: Path = FOLDER) -> Posterior:
    """Posterior of a vintage, the latest when none is named, the hand-fitted defaults when there is none at all.

    Raises
    ------
    KeyError
        For a vintage that does not exist.
    InvalidInput
        For unknown ids, values outside the bounds, negative weights or rows of different digests.
    """
    names = vintages(folder)
    if vintage == HAND_FITTED.vintage or (vintage is None and not names):
        return HAND_FITTED
    name = vintage or (DEFAULT if DEFAULT in names else names[-1])
    if name not in names:
        raise KeyError(f"no posterior {name!r}; valid: {', '.join((HAND_FITTED.vintage, *names))}")
    path = folder / f"{name}.csv"
    with open(path, encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
    if columns[: len(FIXED)] != list(FIXED):
        raise InvalidInput([Problem(shown(path), 1, 1, f"the first columns must be {','.join(FIXED)}")])
    rows = read_table(path, columns)
    problems = _unknown(columns, path)
    if problems or not rows:
        raise InvalidInput(problems or [Problem(shown(path), 1, 1, "the posterior has no rows")])
    sets = tuple(_values(row, columns, problems) for row in rows)
    weights = [row.number("weight", problems) for row in rows]
    digests = {row["digest"] for row in rows}
    if any(weight < 0 for weight in weights) or not sum(weights) > 0:
        problems.append(Problem(shown(path), 2, 1, "the weights must be positive"))
    if len(digests) != 1:
        problems.append(Problem(shown(path), 2, 2, f"the rows have {len(digests)} different digests"))
    if problems:
        raise InvalidInput(problems)
    total = math.fsum(weights)
    return Posterior(name, digests.pop(), tuple(weight / total for weight in weights), sets)


def _unknown(columns: list[str], path: Path) -> list[Problem]:
    problems = []
    for position, column in enumerate(columns[len(FIXED) :], len(FIXED) + 1):
        try:
            registry().resolve(column)
        except KeyError as error:
            problems.append(Problem(shown(path), 1, position, str(error.args[0]), registry().nearest(column)))
    return problems


def _values(row: Row, columns: list[str], problems: list[Problem]) -> dict[str, float]:
    values = {}
    for column in columns[len(FIXED) :]:
        parameter, _ = registry().resolve(column)
        value = row.number(column, problems)
        if value < parameter.low or value > parameter.high:
            valid = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}"
            problems.append(row.problem(column, f"{column} is {value:g}, out of bounds", (), valid))
        values[column] = value
    return values
