"""Where the spread of a verdict comes from, as the last calibration found it: chance, parameters, priors, scope."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs.reading import TABLES, read_table

FILE = TABLES / "hindcast" / "shares.csv"
PARTS = ("chance", "fitted", "uncalibrated", "scope")
COLUMNS = (
    "digest", "series", "scope", "year", "unit", "median", "low", "high", "spread_log",
    *(f"share_{part}" for part in PARTS), "emulator_error_log",
)  # fmt: skip


@dataclass(frozen=True)
class Shares:
    """Parts of the variance of the logarithm of an outcome over runs; they add up to 1.

    ``chance`` is the random seed, ``fitted`` the fitted parameters given the others, ``uncalibrated`` the priors of
    what is not fitted, ``scope`` the prior of the scope factor.
    """

    chance: float
    fitted: float
    uncalibrated: float
    scope: float


@lru_cache(maxsize=2)
def shares(path: Path = FILE) -> dict[tuple[str, str, int], Shares]:
    """Shares by series, scope and year; empty without the table, ``InvalidInput`` for what is no share."""
    if not path.is_file():
        return {}
    problems: list[Problem] = []
    found = {}
    for row in read_table(path, COLUMNS, key=("series", "scope", "year")):
        values = [row.number(f"share_{part}", problems) for part in PARTS]
        if any(not 0.0 <= value <= 1.0 for value in values):
            problems.append(row.problem("share_chance", "a share is not between 0 and 1"))
        found[row["series"], row["scope"], int(row.number("year", problems))] = Shares(*values)
    if problems:
        raise InvalidInput(problems)
    return found
