"""What a run has recorded: one table with a row for each quarter, read as one array per variable."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from simulation.inputs.variables import variables


@lru_cache(maxsize=1)
def _columns() -> tuple[dict[str, slice], dict[str, float]]:
    """Columns of each variable, numbers first, and the numbers with the value of those that nobody records."""
    table, columns, width = variables(), {}, 0
    for name in sorted(table, key=lambda name: len(table[name].shape)):
        columns[name] = slice(width, width := width + math.prod(table[name].shape))
    return columns, {name: 0.0 for name in columns if not table[name].shape}


class Records(Mapping[str, np.ndarray]):
    """Recorded variables by name, arrays with time first; a variable that nobody recorded in a quarter is zero.

    Parameters
    ----------
    quarters : int
        Length of the run.
    """

    def __init__(self, quarters: int) -> None:
        self._columns, self._numbers = _columns()
        self._values = np.zeros((quarters, max(columns.stop for columns in self._columns.values())))

    def note(self, quarter: int, values: dict[str, Any]) -> None:
        """Keep the values of a quarter; ``KeyError`` for a variable that the table does not hold."""
        row, first = self._values[quarter], len(self._numbers)
        recorded = self._numbers | values  # numbers keep their places, all others come after them
        row[:first] = list(recorded.values())[:first]
        for name, value in islice(recorded.items(), first, None):
            if name not in self._columns:
                raise KeyError(f"variable {name} is recorded but not in the variable table")
            row[self._columns[name]] = value

    def __getitem__(self, name: str) -> np.ndarray:
        values = self._values[:, self._columns[name]]
        return values.reshape(len(values), *variables()[name].shape).copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
