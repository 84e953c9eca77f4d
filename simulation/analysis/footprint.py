"""Which columns each call of the quarter touches, found by watching a small economy, and what that is in bytes.

A call touches a column when it asks for it: the rows in use are read once, and those that are different after the call
are written once.  Scratch arrays, aggregates, second passes over a column and the rows of entrants are not counted: it
is about the least that a call has to move, so its time is compared with a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model.clock import TABLES

if TYPE_CHECKING:
    from simulation.scenario import Effective

SCALE = 0.005
WATCHED = 12  # quarters; what is done once a year then is seen in its season
SEASONS = 4

# Bytes a row by season, call and table, shape (SEASONS, calls, tables).
Footprint = np.ndarray


def footprint(effective: Effective, calls: Sequence[str]) -> Footprint:
    """Bytes that each call touches for every row in use, by quarter of the year.

    Parameters
    ----------
    effective : Effective
        Inputs; at most their first ``WATCHED`` quarters are lived through.
    calls : sequence of str
        Calls of the quarter, in the order of the result.

    Returns
    -------
    ndarray
        Shape (season, call, table) with the tables of :data:`simulation.model.clock.TABLES`.
    """
    from simulation.model.economy import CALLS, Economy

    result = np.zeros((SEASONS, len(calls), len(TABLES)))
    economy = Economy(effective, scale=SCALE)
    try:
        for quarter in range(min(WATCHED, len(effective.quarters))):
            economy._open_quarter()
            for name, rule in CALLS:
                economy.reads.current = name
                with _watched(economy) as touched:
                    rule.run(economy)
                if name in calls:
                    place = quarter % SEASONS, list(calls).index(name)
                    result[place] = np.maximum(result[place], [touched[table] for table in TABLES])
            economy._close_quarter()
    finally:
        economy.close()
    return result


@contextmanager
def _watched(economy: Any) -> Iterator[dict[str, float]]:
    """Bytes a row that are touched in each table meanwhile; filled at the end."""
    watches = {name: _Watch(getattr(economy, name)) for name in TABLES}
    result: dict[str, float] = {}
    try:
        yield result
    finally:
        result.update({name: watch.stop() for name, watch in watches.items()})


class _Watch:
    """Notes which columns of a table are asked for, and what they held before."""

    def __init__(self, table: Any) -> None:
        self.table, self.kind = table, type(table)
        self.before = _columns(table)
        self.rows = _rows_in_use(table)
        self.seen: set[str] = set()
        self.active = True
        getattr(table, "_picked", {}).clear()  # so that a kernel asks for its columns again
        table.__class__ = self._watching()

    def stop(self) -> float:
        """Bytes touched a row in use, now that the call has ended."""
        self.table.__class__ = self.kind
        after = _columns(self.table)
        return sum(_bytes_a_row(after[name]) * (1.0 + self._written(after[name], name)) for name in self.seen)

    def _written(self, after: np.ndarray, name: str) -> float:
        """Share of the rows in use whose values have changed; a table made anew is written whole."""
        before = self.before[name]
        if before.shape != after.shape:
            return 1.0
        changed = (before != after) & ~((before != before) & (after != after))
        return min(1.0, np.count_nonzero(changed.reshape(len(after), -1).any(axis=1)) / max(self.rows, 1))

    def _watching(self) -> type:
        """A class like the table's whose instances tell what is asked for, save while rows are added."""
        watch = self

        def get(table: Any, name: str) -> Any:
            if watch.active and name in watch.before:
                watch.seen.add(name)
            return object.__getattribute__(table, name)

        def add(table: Any, *values: Any, **named: Any) -> Any:
            watch.active = False
            try:
                return watch.kind.add(table, *values, **named)
            finally:
                watch.active = True

        return type(self.kind.__name__, (self.kind,), {"__getattribute__": get, "add": add})


def _columns(table: Any) -> dict[str, np.ndarray]:
    """Copies of the columns of a table: its arrays with one entry a row, by name."""
    arrays = {name: value for name, value in vars(table).items() if isinstance(value, np.ndarray) and value.ndim}
    rows = max(len(value) for value in arrays.values())
    return {name: value.copy() for name, value in arrays.items() if len(value) == rows}


def _rows_in_use(table: Any) -> int:
    alive = getattr(table, "alive", None)
    return int(np.count_nonzero(alive)) if alive is not None else len(table.firm)


def _bytes_a_row(column: np.ndarray) -> float:
    return column.nbytes / len(column) if len(column) else float(column.itemsize)


def bytes_touched(touched: Footprint, rows: Mapping[str, Sequence[int]]) -> np.ndarray:
    """Bytes that a run had to move, shape (quarter, call).

    Parameters
    ----------
    touched : ndarray
        From :func:`footprint`.
    rows : mapping of str to sequence of int
        Rows in use at the end of each quarter, by table.
    """
    counts = np.array([rows[table] for table in TABLES], dtype=float)
    seasons = np.arange(counts.shape[1]) % SEASONS
    return np.einsum("qct,tq->qc", touched[seasons], counts)
