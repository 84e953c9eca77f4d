"""Growable tables of columns: one NumPy array per attribute, one row per agent, free rows reused."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from simulation.model.compiled import compiled

Picked = TypeVar("Picked", bound=tuple[Any, ...])


@compiled
def gather_free(alive: np.ndarray, start: int, wanted: int, rows: np.ndarray) -> int:
    """Numbers of the first free rows from ``start`` on into ``rows``; returns how many were found."""
    found = 0
    row = start
    while row < len(alive) and found < wanted:
        rows[found] = row
        found += not alive[row]
        row += 1
    return found


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
        self._lowest_free = 0  # no row below it is free
        self._picked: dict[type, Any] = {}
        self._rooms: dict[str, np.ndarray] = {}
        self._blocks: list[np.ndarray] = []
        self._lay_out(self.length)

    def __getstate__(self) -> dict[str, Any]:
        return {name: part for name, part in self.__dict__.items() if name not in ("_blocks", "_picked", "_rooms")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._picked, self._rooms = {}, {}
        self._move_to(self.length)

    @classmethod
    def _all_fields(cls) -> dict[str, tuple[Any, tuple[int, ...]]]:
        return {"uid": (np.uint64, ()), "alive": (np.bool_, ()), **cls.fields}

    def rows(self) -> np.ndarray:
        """Row numbers of the living, ascending."""
        return np.flatnonzero(self.alive)

    def take(self, count: int) -> np.ndarray:
        """Numbers of ``count`` rows for newcomers, free ones first; the table grows when they run out.

        The caller fills every column of these rows, ``uid`` and ``alive`` among them.
        """
        rows = np.empty(count, dtype=np.int64)
        found = gather_free(self.alive, self._lowest_free, count, rows)
        if found < count:
            first_new = self.length
            self._grow(self.length + max(count - found, self.length // 2))
            rows[found:] = np.arange(first_new, first_new + count - found)
        if count:
            self._lowest_free = int(rows[-1]) + 1
        return rows

    def add(self, uid: np.ndarray, **values: Any) -> np.ndarray:
        """Add rows with the given stable ids and column values (arrays or scalars); returns their row numbers."""
        rows = self.take(len(uid))
        for block in self._blocks:
            block[:, rows] = 0
        self.uid[rows] = uid
        self.alive[rows] = True
        for name, value in values.items():
            getattr(self, name)[rows] = value
        return rows

    def remove(self, rows: np.ndarray) -> None:
        """Mark rows as dead; their columns are cleared when the row is reused."""
        self.alive[rows] = False
        if len(rows):
            self.free_from(int(rows.min()))

    def free_from(self, row: int) -> None:
        """Note that a kernel has cleared ``alive`` in rows from ``row`` on."""
        self._lowest_free = min(self._lowest_free, row)

    def pick(self, kind: type[Picked]) -> Picked:
        """The columns that a kernel names: a named tuple of type ``kind`` whose fields are names of columns.

        The arrays are the columns themselves; they stay the same until the table grows.
        """
        picked = self._picked.get(kind)
        if picked is None:
            picked = self._picked[kind] = kind(*(getattr(self, name) for name in kind._fields))  # type: ignore[attr-defined]
        return picked

    def room(self, name: str, dtype: Any) -> np.ndarray:
        """Room for a number of each row under a name of the rule's own; what is in it does not last."""
        room = self._rooms.get(name)
        if room is None or len(room) < self.length:
            room = self._rooms[name] = np.empty(self.length, dtype=dtype)
        return room

    def _grow(self, capacity: int) -> None:
        self._move_to(capacity)
        self.length = capacity
        self._picked.clear()

    def _move_to(self, capacity: int) -> None:
        before = {name: getattr(self, name) for name in self._all_fields()}
        self._lay_out(capacity)
        for name, column in before.items():
            getattr(self, name)[: self.length] = column

    def _lay_out(self, capacity: int) -> None:
        """Columns of zeros; those of one type and shape are rows of one block, so that a few strokes clear an agent."""
        kinds: dict[tuple[Any, tuple[int, ...]], list[str]] = defaultdict(list)
        for name, kind in self._all_fields().items():
            kinds[kind].append(name)
        self._blocks = [np.zeros((len(names), capacity, *shape), type_) for (type_, shape), names in kinds.items()]
        for names, block in zip(kinds.values(), self._blocks, strict=True):
            for name, column in zip(names, block, strict=True):
                setattr(self, name, column)


def inner(first: np.ndarray, second: np.ndarray) -> float:
    """Sum of products of two columns, with the same bits for any number of threads (``@`` asks the BLAS library)."""
    return float(np.einsum("i,i->", first, second))
