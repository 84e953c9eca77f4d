"""The named dimensions of the model: provinces, sectors, segments, tiers, channels and the rest.

One table (``tables/dimensions.csv``) fixes the members, their order and their labels in two languages; state columns,
registry vectors, the variable table, figures and exports all follow it.
"""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
LANGUAGES = ("en", "zh")


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, dict[str, str]]]:
    dimensions: dict[str, dict[str, dict[str, str]]] = {}
    with open(TABLES / "dimensions.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            dimensions.setdefault(row["dim"], {})[row["id"]] = row
    return dimensions


def names() -> tuple[str, ...]:
    """Names of all dimensions, in the order of the table."""
    return tuple(_table())


@cache
def members(dimension: str) -> tuple[str, ...]:
    """Ids of a dimension's members in their fixed order; ``KeyError`` for an unknown dimension."""
    return tuple(_table()[dimension])


def size(dimension: str) -> int:
    """Number of members of a dimension."""
    return len(members(dimension))


def index(dimension: str, member: str) -> int:
    """Position of a member in its dimension; ``ValueError`` for an unknown member."""
    return members(dimension).index(member)


def label(dimension: str, member: str, language: str = "en") -> str:
    """Label of a member in ``en`` or ``zh``."""
    return _table()[dimension][member][f"label_{language}"]


def note(dimension: str, member: str) -> str:
    """What the table says about a member beyond its label (plan clause, parent, kind of demand)."""
    return _table()[dimension][member]["note"]
