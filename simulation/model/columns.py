"""Growable tables of columns: one NumPy array per attribute, one row per agent, free rows reused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np


class Columns:
    """A table whose attributes are arrays of one length.

    Subclasses name their columns in ``fields``: name -> (dtype, trailing shape).  Every table has ``uid`` (stable id,
    uint64) and ``alive``.  Rows of the dead are reused by later entrants; a stable id never is.
    """

    fields: ClassVar[dict[str, tuple[Any, tuple[int, ...]]]] = {}
    alive: np.ndarray
    uid: np.ndarray

    if TYPE_CHECKING:  # columns are set from ``fields``

        def __getattr__(self, name: str) -> Any: ...

        def __setattr__(self, name: str, value: Any) -> None: ...

    def __init__(self, capacity: int) -> None:
        self.length = max(int(capacity), 16)
        for name, (dtype, shape) in self._all_fields().items():
            setattr(self, name, np.zeros((self.length, *shape), dtype=dtype))

    @classmethod
    def _all_fields(cls) -> dict[str, tuple[Any, tuple[int, ...]]]:
        return {"uid": (np.uint64, ()), "alive": (np.bool_, ()), **cls.fields}

    def rows(self) -> np.ndarray:
        """Row numbers of the living, ascending."""
        return np.flatnonzero(self.alive)

    def add(self, uid: np.ndarray, **values: Any) -> np.ndarray:
        """Add rows with the given stable ids and column values (arrays or scalars); returns their row numbers."""
        count = len(uid)
        free = np.flatnonzero(~self.alive)
        if len(free) < count:
            self._grow(self.length + max(count - len(free), self.length // 2))
            free = np.flatnonzero(~self.alive)
        rows = free[:count]
        for name in self._all_fields():
            getattr(self, name)[rows] = 0
        self.uid[rows] = uid
        self.alive[rows] = True
        for name, value in values.items():
            getattr(self, name)[rows] = value
        return rows

    def remove(self, rows: np.ndarray) -> None:
        """Mark rows as dead; their columns are cleared when the row is reused."""
        self.alive[rows] = False

    def _grow(self, capacity: int) -> None:
        for name, (dtype, shape) in self._all_fields().items():
            wider = np.zeros((capacity, *shape), dtype=dtype)
            wider[: self.length] = getattr(self, name)
            setattr(self, name, wider)
        self.length = capacity


def inner(first: np.ndarray, second: np.ndarray) -> float:
    """Sum of products of two columns, with the same bits for any number of threads (``@`` asks the BLAS library)."""
    return float(np.einsum("i,i->", first, second))
