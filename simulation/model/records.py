"""What a run has recorded: one table with a row for each quarter, read as one array per variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from simulation.inputs.variables import Variable


class Records(Mapping[str, np.ndarray]):
    """Recorded variables by name, arrays with time first; a variable that nobody recorded in a quarter is zero.

    Parameters
    ----------
    table : dict of str to Variable
        The variable table.
    quarters : int
        Length of the run.
    """

    def __init__(self, table: dict[str, Variable], quarters: int) -> None:
        shapes = {name: variable.shape for name, variable in table.items()}
        self._scalars = dict.fromkeys((name for name, shape in shapes.items() if not shape), 0.0)
        self._shapes, self._columns, width = shapes, {}, 0
        for name in sorted(shapes, key=lambda name: len(shapes[name])):  # numbers first, arrays after them
            size = int(np.prod(shapes[name]))
            self._columns[name] = slice(width, width + size)
            width += size
        self._values = np.zeros((quarters, width))

    def note(self, quarter: int, values: dict[str, Any]) -> None:
        """Keep the values of a quarter; ``KeyError`` for a variable that the table does not hold."""
        row, numbers = self._values[quarter], self._scalars.copy()
        for name, value in values.items():
            if name in numbers:
                numbers[name] = value
            elif name in self._columns:
                row[self._columns[name]] = value
            else:
                raise KeyError(f"variable {name} is recorded but not in the variable table")
        row[: len(numbers)] = list(numbers.values())

    def __getitem__(self, name: str) -> np.ndarray:
        values = self._values[:, self._columns[name]]
        return values.reshape(len(values), *self._shapes[name]).copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)
