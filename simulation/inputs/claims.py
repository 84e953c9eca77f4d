"""What may be claimed of each scope: a projection where the hindcast allows it, exploratory everywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs.reading import TABLES, read_table

FILE = TABLES / "hindcast" / "claims.csv"
PROJECTION, EXPLORATORY = "projection", "exploratory"
TESTED_TO = 2025  # the hindcast reaches three years ahead, and the last year that is fitted is 2022
COLUMNS = (
    "indicator", "scope", "claim", "coverage_90", "crps", "best_naive", "crps_naive", "cases", "distinct_observations",
    "flag", "information", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What may be said of an indicator in a scope, and why."""

    indicator: str
    scope: str
    claim: str
    reason: str


@lru_cache(maxsize=2)
def claims(path: Path = FILE) -> dict[tuple[str, str], Claim]:
    """Claims by indicator and scope; empty without the table, ``InvalidInput`` for a word that is no claim."""
    if not path.is_file():
        return {}
    problems: list[Problem] = []
    found = {}
    for row in read_table(path, COLUMNS, key=("indicator", "scope")):
        if row["claim"] not in (PROJECTION, EXPLORATORY):
            valid = f"{PROJECTION}, {EXPLORATORY}"
            problems.append(row.problem("claim", f"unknown claim {row['claim']!r}", (), valid))
        found[row["indicator"], row["scope"]] = Claim(row["indicator"], row["scope"], row["claim"], row["reason"])
    if problems:
        raise InvalidInput(problems)
    return found


def claim(indicator: str, scope: str, year: int = TESTED_TO) -> str:
    """``projection`` or ``exploratory``; the latter for a scope or a year so far ahead that no hindcast has tested."""
    known = claims().get((indicator, scope))
    return known.claim if known and year <= TESTED_TO else EXPLORATORY
